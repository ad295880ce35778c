"""`gof`, the command line: a door like any other. Errors go to stderr in one sentence; exit code 1, or 2 for usage."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from schema import running
from schema.file_commands import exports, imports
from schema.keys import keys
from schema.match_commands import match
from schema.saying import Json, say, show
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
mails = typer.Typer(help="Mails on their way: what failed or is not confirmed, and sending it again.")
app.add_typer(reference, name="reference", no_args_is_help=True)
app.add_typer(demo, name="demo", no_args_is_help=True)
app.add_typer(imports, name="import", no_args_is_help=True)
app.add_typer(exports, name="export", no_args_is_help=True)
app.add_typer(mails, name="mails", no_args_is_help=True)
app.add_typer(keys, name="keys", no_args_is_help=True)
app.add_typer(match, name="match")


@app.command()
def up(
    worker: Annotated[bool, typer.Option(help="Also do background work in this process.")] = True,
) -> None:
    """Start everything: database, migrations, reference data, demo data on first run, server. Ctrl-C stops it."""
    running.up(say, worker=worker)


@app.command()
def serve(
    inherited: Annotated[int | None, typer.Option(hidden=True, help="The socket of a process of several.")] = None,
) -> None:
    """Serve a database that is migrated already; in GOF_WORKERS processes."""
    if inherited is None:
        running.serve(say)
    else:
        running.serve_part(say, inherited)


@app.command()
def worker() -> None:
    """Do background work: expiries, embeddings. Run one or more beside the servers."""
    running.work(say)


@app.command()
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if tables and code differ.")] = False,
    draft: Annotated[str | None, typer.Option(help="Write a new migration of this title from the tables.")] = None,
) -> None:
    """Bring the database to the newest revision, as its owner."""
    running.migrate(say, check=check, draft=draft)


@app.command()
def schema(
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if the committed SDL differs.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the SDL into schema/schema.graphql.")] = False,
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


@app.command("settings")
def settings_told(
    example: Annotated[bool, typer.Option("--example", help="Print deploy/env.example instead.")] = False,
    json: Json = False,
) -> None:
    """Print every setting (GOF_…): what holds now, whether it was set, what it takes. Passwords stay hidden."""
    from schema import settings as listed
    from services.core.settings import read_settings

    if example:
        typer.echo(listed.example(), nl=False)
    elif json:
        show(listed.held(read_settings()))
    else:
        for line in listed.told(read_settings()):
            typer.echo(line)


@app.command()
def invite(
    email: Annotated[str, typer.Argument(help="Where the person can be reached.")],
    name: Annotated[str, typer.Argument(help="The person's name.")],
    language: Annotated[list[str] | None, typer.Option(help="A language the person reads, best first.")] = None,
) -> None:
    """Invite a person to the secretariat; prints the secret that `invitationAccept` takes. The first to come in."""
    from schema import inviting

    typer.echo(inviting.invite(email, name, tuple(language or ()), say))


@app.command()
def verify(
    address: Annotated[str | None, typer.Argument(help="Of a platform; without one, your own database.")] = None,
    head: Annotated[
        list[Path] | None, typer.Option(help="A file of signed heads that you hold.", exists=True, dir_okay=False)
    ] = None,
    keep: Annotated[Path | None, typer.Option(help="Your folder for what is kept from one check to the next.")] = None,
    token: Annotated[
        Path | None, typer.Option(help="A file with a token, to check your entries, too.", exists=True, dir_okay=False)
    ] = None,
    key: Annotated[list[str] | None, typer.Option(help="A public key to trust, in hexadecimal.")] = None,
    json: Json = False,
) -> None:
    """Check the record against all signed heads you hold; exit 1, naming the places, if anything was tampered with."""
    from schema import verifying

    verdict = verifying.verify(verifying.Asked(address, head or (), keep, token, key or ()), say)
    if json:
        show(verdict)
    else:
        for line in (*verdict.doubts, *map(str, verdict.findings)):
            typer.echo(line)
    whole = not verdict.findings and not verdict.doubts
    say(f"{verdict.size:,} entries, {verdict.heads:,} heads: {'whole' if whole else 'NOT what was signed'}")
    if not whole:
        raise typer.Exit(1)


@mails.command("list")
def mails_list(
    first: Annotated[int, typer.Option(min=1, max=1_000, help="How many, the newest first.")] = 50, json: Json = False
) -> None:
    """Count the mails in each state, and show those that failed or are unconfirmed, with the reason."""
    from schema import mails as posted

    report = posted.report(first, say)
    if json:
        show(report)
    else:
        for line in posted.told(report):
            typer.echo(line)


@mails.command("resend")
def mails_resend(mail: Annotated[UUID, typer.Argument(help="The id that `gof mails list` shows.")]) -> None:
    """Send a mail that failed or is unconfirmed once more; one that had arrived then comes twice."""
    from schema import mails as posted

    posted.resend(mail, say)


@reference.command("load")
def reference_load(json: Json = False) -> None:
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


class DemoSize(StrEnum):
    """How much demonstration there is."""

    SMALL = "small"
    LARGE = "large"


@demo.command("load")
def demo_load(
    size: Annotated[
        DemoSize,
        typer.Option(help="small: some dozens of each; large: 100,000 practices and 200,000 proposals, in minutes."),
    ] = DemoSize.SMALL,
) -> None:
    """Load the demonstration data, once; interrupted, it goes on where it was."""
    if size is DemoSize.LARGE:
        from schema.large_demo import load_large_demo

        loaded = load_large_demo(say) > 0
    else:
        loaded = running.load_demo(say)
    say("demo data loaded" if loaded else "demo data: there already, nothing changed")


def _failed(sentence: str) -> int:
    typer.echo(sentence, err=True)
    return 1


def main() -> None:
    """The entry point: every expected failure is one sentence and exit code 1."""
    try:
        app()
    except DomainError as error:
        sys.exit(_failed(error.message))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
