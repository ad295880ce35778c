"""`gof import` and `gof export`."""

from pathlib import Path
from typing import Annotated

import typer

from schema.saying import Json, say, show
from services.core.exporting.formats import Format

imports = typer.Typer(help="Bring in rows of JSONL, CSV or XLSX: added, or updated by delegation and externalId.")
exports = typer.Typer(help="Write what there is into JSONL, CSV or XLSX; imported again it changes nothing.")

File = Annotated[
    Path, typer.Argument(help="A .jsonl or .csv file in UTF-8, or an .xlsx file.", exists=True, dir_okay=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Keep nothing; only say what would be done.")]
SkipBad = Annotated[Path | None, typer.Option(help="Keep the good rows, and write the refused ones to this file.")]
Drafts = Annotated[bool, typer.Option("--as-drafts", help="Leave new ones as drafts of their delegation.")]


@imports.command("proposals")
def import_of_proposals(
    file: File,
    dry_run: DryRun = False,
    skip_bad: SkipBad = None,
    as_drafts: Drafts = False,
    json: Json = False,
) -> None:
    """Add or update needs, offers and joint proposals: opened if they can be; all rows or none."""
    _bring("proposals", file, dry_run=dry_run, skip_bad=skip_bad, as_drafts=as_drafts, json=json)


@imports.command("practices")
def import_of_practices(
    file: File,
    dry_run: DryRun = False,
    skip_bad: SkipBad = None,
    as_drafts: Drafts = False,
    json: Json = False,
) -> None:
    """Add or update practices: given to the secretariat for review; all rows or none."""
    _bring("practices", file, dry_run=dry_run, skip_bad=skip_bad, as_drafts=as_drafts, json=json)


@imports.command("experience")
def import_of_experience(file: File, dry_run: DryRun = False, skip_bad: SkipBad = None, json: Json = False) -> None:
    """Add or update finished cooperations, found again by externalId alone: they count in matches; all rows or none."""
    _bring("experience", file, dry_run=dry_run, skip_bad=skip_bad, as_drafts=False, json=json)


@imports.command("labs")
def import_of_labs(file: File, dry_run: DryRun = False, skip_bad: SkipBad = None, json: Json = False) -> None:
    """Compare joint labs with what there is; the parties change them, and found new ones by importRun."""
    _bring("labs", file, dry_run=dry_run, skip_bad=skip_bad, as_drafts=False, json=json)


Into = Annotated[Path | None, typer.Argument(help="A .jsonl, .csv or .xlsx file; without one, JSONL on stdout.")]
AsFormat = Annotated[Format | None, typer.Option("--format", help="Where the name of the file does not tell it.")]
Of = Annotated[str | None, typer.Option("--delegation", help="ISO 3166-1 alpha-3 code of a state: only its own.")]


@exports.command("proposals")
def export_of_proposals(file: Into = None, format_: AsFormat = None, delegation: Of = None) -> None:
    """Write needs, offers and joint proposals, with their accepted translations."""
    _send("proposals", file, format_, delegation)


@exports.command("practices")
def export_of_practices(file: Into = None, format_: AsFormat = None, delegation: Of = None) -> None:
    """Write practices, with their accepted translations."""
    _send("practices", file, format_, delegation)


@exports.command("experience")
def export_of_experience(
    file: Into = None,
    format_: AsFormat = None,
    state: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-3 code of a state that took part.")] = None,
) -> None:
    """Write finished cooperations, those that labs recorded among them, with their accepted translations."""
    _send("experience", file, format_, state)


@exports.command("labs")
def export_of_labs(
    file: Into = None,
    format_: AsFormat = None,
    delegation: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-3 code of a state that is a party.")] = None,
) -> None:
    """Write joint labs with their parties, milestones and contributions, and their accepted translations."""
    _send("labs", file, format_, delegation)


def _send(what: str, file: Path | None, format_: Format | None, delegation: str | None) -> None:
    from schema import sending

    say(f"{sending.send(what, file, say, format_=format_, state=delegation):,} {what} written")


def _bring(what: str, file: Path, *, dry_run: bool, skip_bad: Path | None, as_drafts: bool, json: bool) -> None:
    from schema import bringing

    report = bringing.bring(what, file, say, dry_run=dry_run, skip_bad=skip_bad, as_drafts=as_drafts)
    if json:
        show(bringing.as_document(report))
    else:
        for sentence in bringing.told(report):
            say(sentence)
    if report.refused_rows and not report.kept:
        raise typer.Exit(1)
