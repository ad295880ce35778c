"""One import from the first row to the report."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

from services.core.actor import Actor, Scope
from services.core.audit import record_import
from services.core.db import Database, Writer
from services.core.importing.finding import find_things
from services.core.importing.judging import Ready, Row, judge, read_row
from services.core.importing.kind import Kind, Values
from services.core.importing.refused import BadRows, Refused
from services.core.importing.report import Report
from services.core.importing.rows import BrokenRow, Columns, RowSource
from services.core.importing.staging import Stage
from services.core.progress import Progress, quiet
from services.core.stale import announce_stale
from services.core.table import uuid7

BATCH, BATCH_OCTETS = 500, 2_000_000
"""How many rows, and about how many octets of them, are in memory at once."""

Judged = list[tuple[Row, Ready | Refused]]
Then = Callable[[Writer, Report], Awaitable[None]]
"""What is kept together with the rows, or not at all."""


async def nothing(_session: Writer, _report: Report) -> None:
    """Nothing more is to be kept."""


async def run(
    db: Database,
    actor: Actor,
    source: RowSource,
    kind: Kind,
    *,
    dry_run: bool = False,
    skip_bad: Path | None = None,
    progress: Progress = quiet,
    then: Then = nothing,
) -> Report:
    """Import all rows of ``source`` in one transaction; if one is refused, none is kept.

    With ``skip_bad`` the refused rows are written into that file, and the others are kept. With ``dry_run`` nothing is
    written anywhere. ``then`` is done in the same transaction at its end, if rows are kept.

    Raises:
        Unreadable: the file as a whole cannot be imported, or ``skip_bad`` cannot be written.
        Conflict: someone changed the same things while the file was read; nothing was kept.
    """
    report = Report(dry_run)
    async with db.write(actor, Scope.IMPORT) as session:
        stage = Stage(session, kind, actor)
        await stage.create()
        if skip_bad is None or dry_run:
            await _read(session, source, kind, stage, report, None, progress)
        else:
            with closing(source.bad_rows(skip_bad)) as bad:
                await _read(session, source, kind, stage, report, bad, progress)
        report.source = source.name  # which sheet, is known only now
        report.kept = not dry_run and (skip_bad is not None or not report.refused_rows)
        if report.kept:
            await _keep(source, stage, progress)
            async for thing_id, languages in stage.outdated():
                await announce_stale(session, actor, kind.name, thing_id, languages)
            counts = {name: getattr(report, name) for name in ("added", "changed", "unchanged", "refused_rows")}
            facts = {"file": source.name, **counts}
            await record_import(session, actor, f"{kind.name}.imported", uuid7(), stage.tree, facts)
        await stage.drop()
        if report.kept:
            await then(session, report)
    return report


async def _read(
    session: Writer,
    source: RowSource,
    kind: Kind,
    stage: Stage,
    report: Report,
    bad: BadRows | None,
    progress: Progress,
) -> None:
    """Stage the rows that can be kept, and report what becomes of each."""
    batches = batches_of(source, kind.names)
    while batch := await asyncio.to_thread(next, batches, None):
        given = await asyncio.to_thread(_given, kind, batch)
        keys = [kind.key_of(one) for _, one in given if not isinstance(one, Refused)]
        found, lines = await find_things(session, kind, keys), await stage.lines(keys)
        judged = await asyncio.to_thread(judge, kind, given, found, lines)
        await asyncio.to_thread(_tell, report, judged, bad)
        ready = [one for _, one in judged if isinstance(one, Ready)]
        useful = not report.dry_run and (bad is not None or not report.refused_rows)
        await stage.add(await asyncio.to_thread(stage.records, ready, words=useful))
        progress(source.position, work_of(source))


def work_of(source: RowSource) -> int | None:
    """How much there is to do: to read an octet is a half of it, to keep it the other."""
    return None if source.size is None else 2 * source.size


async def _keep(source: RowSource, stage: Stage, progress: Progress) -> None:
    await stage.lock()
    kept = 0
    async for merged in stage.merge():
        kept += merged
        progress(source.position + source.position * kept // stage.rows, work_of(source))


def batches_of(source: RowSource, columns: Columns) -> Iterator[list[Row]]:
    """The rows of ``source``, a few at once; blocks."""
    batch: list[Row] = []
    begin = source.position
    for row in source.rows(columns):
        batch.append(row)
        if len(batch) == BATCH or source.position - begin >= BATCH_OCTETS:
            yield batch
            batch, begin = [], source.position
    if batch:
        yield batch


def _given(kind: Kind, batch: list[Row]) -> list[tuple[Row, Values | Refused]]:
    return [(row, read_row(kind, row)) for row in batch]


def _tell(report: Report, rows: Judged, bad: BadRows | None) -> None:
    for row, one in rows:
        if isinstance(one, Ready):
            report.count(one)
            continue
        report.refuse(one)
        if bad is not None:
            bad.write(one, row.cells, row.text if isinstance(row, BrokenRow) else "")
