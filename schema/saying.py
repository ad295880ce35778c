"""What the command line says: sentences for people on stderr, documents for programs on stdout."""

from typing import Annotated

import orjson
import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def say(sentence: str) -> None:
    """Progress and results for people, on stderr, so that stdout holds only what was asked for."""
    typer.echo(sentence, err=True)


def show(document: object) -> None:
    """The answer for programs, on stdout."""
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str).decode())
