"""Bringing rows in from files, and asking for matches, at the command line."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from schema.bars import progress_bars
from schema.running import database, migrated
from schema.serving import opened
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.embedding_jobs import embed_missing
from services.core.importing.files import open_rows
from services.core.importing.refused import Refused
from services.core.importing.report import Report
from services.core.progress import Progress, Say
from services.core.settings import settings
from services.exchange.kinds import EXCHANGES

Work = Callable[[Database, Progress], Awaitable[Report]]


def bring(what: str, path: Path, say: Say, *, dry_run: bool, skip_bad: Path | None, as_drafts: bool) -> Report:
    """Import the rows of a file as the operator; show bars while it runs, then embed what is new.

    Raises:
        DomainError: the file as a whole cannot be imported.
    """
    source, exchange = open_rows(path, what), EXCHANGES[what]

    async def work(db: Database, progress: Progress) -> Report:
        return await exchange.bring(
            db, SYSTEM, source, as_drafts=as_drafts, dry_run=dry_run, skip_bad=skip_bad, progress=progress
        )

    with database(settings(), say) as urls:
        migrated(urls, say)
        return asyncio.run(_with_bars(urls.app, work, exchange.text))


async def _with_bars(url: str, work: Work, table: Any) -> Report:
    async with opened(url) as db:
        with progress_bars() as bars:
            reading = bars.add_task("reading", total=None)
            report = await work(db, lambda done, total: bars.update(reading, completed=done, total=total))
            if report.kept:
                finding = bars.add_task("making texts findable by meaning", total=None)
                await embed_missing(db, table, lambda done, total: bars.update(finding, completed=done, total=total))
    return report


def told(report: Report) -> list[str]:
    """The report for people, one sentence a line."""
    would = "" if report.kept else "would be: "
    counts = f"{report.added:,} added, {report.changed:,} changed, {report.unchanged:,} unchanged"
    sentences = [f"read {report.source}", *map(_refusal, report.refused)]
    if report.refused_rows > len(report.refused):
        sentences.append(f"… and {report.refused_rows - len(report.refused):,} more refused rows")
    sentences.append(f"{would}{counts}, {report.refused_rows:,} refused")
    if report.refused_rows and not report.kept and not report.dry_run:
        sentences.append("Nothing was kept. Mend these rows, or keep the good ones with --skip-bad FILE.")
    return sentences


def _refusal(one: Refused) -> str:
    place = f"cell {one.cell}" if one.cell else f"line {one.line}"
    column = f", {one.column}" if one.column else ""
    found = f" Found: {one.value}" if one.value else ""
    return f"{place}{column}: {one.reason}{found}"


def as_document(report: Report) -> dict[str, Any]:
    """The report for programs."""
    refused = [
        {"line": one.line, "cell": one.cell, "column": one.column, "value": one.value, "reason": one.reason}
        for one in report.refused
    ]
    names = ("source", "dry_run", "kept", "added", "changed", "unchanged", "refused_rows")
    return {**{name: getattr(report, name) for name in names}, "by_status": dict(report.by_status), "refused": refused}
