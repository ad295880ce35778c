"""`gof`, the command line: a door like any other. Errors go to stderr in one sentence; exit code 1, or 2 for usage."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from schema import running
from services.core.errors import DomainError

app = typer.Typer(
    name="gof",
    help="The platform of the Group of Friends for International Cooperation on AI Capacity-Building.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
reference = typer.Typer(help="Reference data: states, classifications, sectors, SDG targets, languages, licences.")
demo = typer.Typer(help="Demonstration data: plainly fictional, marked as demo everywhere.")
imports = typer.Typer(
    help="Bring in a spreadsheet's rows (JSONL or CSV): added, or updated by (delegation, externalId)."
)
app.add_typer(reference, name="reference", no_args_is_help=True)
app.add_typer(demo, name="demo", no_args_is_help=True)
app.add_typer(imports, name="import", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def say(sentence: str) -> None:
    """Progress and results for people, on stderr, so that stdout holds only what was asked for."""
    typer.echo(sentence, err=True)


def show(document: object) -> None:
    """The answer for programs, on stdout."""
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str).decode())


@app.command()
def up(
    worker: Annotated[bool, typer.Option(help="Also do background work in this process.")] = True,  # noqa: FBT002 - a switch
) -> None:
    """Start everything: database, migrations, reference data, demo data on first run, server. Ctrl-C stops it."""
    running.up(say, worker=worker)


@app.command()
def serve() -> None:
    """Serve a database that is migrated already."""
    running.serve(say)


@app.command()
def worker() -> None:
    """Do background work: expiries, embeddings. Run one or more beside the servers."""
    running.work(say)


@app.command()
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if tables and code differ.")] = False,  # noqa: FBT002 - a switch
    draft: Annotated[str | None, typer.Option(help="Write a new migration of this title from the tables.")] = None,
) -> None:
    """Bring the database to the newest revision, as its owner."""
    running.migrate(say, check=check, draft=draft)


@app.command()
def schema(
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if the committed SDL differs.")] = False,  # noqa: FBT002 - a switch
    write: Annotated[bool, typer.Option("--write", help="Write the SDL into schema/schema.graphql.")] = False,  # noqa: FBT002 - a switch
) -> None:
    """Print the GraphQL schema (SDL)."""
    from schema.root import SCHEMA

    committed = Path(__file__).with_name("schema.graphql")
    text = f"{SCHEMA.as_str()}\n"
    if write:
        committed.write_text(text, encoding="utf-8")
    elif check:
        if not committed.exists() or committed.read_text(encoding="utf-8") != text:
            raise typer.Exit(
                _failed("The SDL differs from schema/schema.graphql: run `make schema` and look at the change.")
            )
    else:
        typer.echo(text)


@reference.command("load")
def reference_load(json: Json = False) -> None:  # noqa: FBT002 - a switch
    """Load the reference data; doing it again changes nothing. Shows what changed."""
    changes = running.load_reference(say)
    if json:
        show(
            {
                table: {
                    "added": list(c.added),
                    "changed": list(c.changed),
                    "removed": list(c.removed),
                    "kept": list(c.kept),
                    "unchanged": c.unchanged,
                }
                for table, c in changes.tables.items()
            }
        )


def _failed(sentence: str) -> int:
    typer.echo(sentence, err=True)
    return 1


def run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run asynchronous work of a command to its end."""
    return asyncio.run(work())


def main() -> None:
    """The entry point: every expected failure is one sentence and exit code 1."""
    try:
        app()
    except DomainError as error:
        sys.exit(_failed(error.message))
    except KeyboardInterrupt:
        sys.exit(130)
