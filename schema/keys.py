"""`gof keys`: the keys that access tokens are signed with."""

from typing import Annotated

import typer

from services.core.settings import settings

keys = typer.Typer(help="The keys that access tokens are signed with.")


@keys.callback()
def _several() -> None:
    """With one command alone, its name would not have to be written."""


@keys.command("rotate")
def keys_rotate(
    now: Annotated[
        bool,
        typer.Option("--now", help="The present keys may be in other hands: drop them, and sign with the new one."),
    ] = False,
) -> None:
    """Make a new signing key. Servers follow while they run, and nobody is signed out."""
    from services.core.keys import LEAD, SIGNING_KEYS, rotate

    path = settings().data_dir / "keys" / SIGNING_KEYS
    key = rotate(path, at_once=now)
    when = "signs from now on; all others are dropped" if now else f"signs from {key.since:%H:%M} UTC"
    minutes = int(LEAD.total_seconds() // 60)
    typer.echo(f"{key.kid} {when}", err=True)
    typer.echo(f"servers on another folder need a copy of {path} within {minutes} minutes", err=True)
