"""Import of labs: ``gof import labs``, and the same for a focal point's own delegation.

A row is found by its ``lab``, or by the ``expressionOfInterest`` that it was founded from. What a lab there is has, the
parties have confirmed, so a file changes none: what a row gives must be what an export has, or blank. Where there is
no lab, the row founds one as ``labFound`` does; the other parties are asked, for nobody signs for another.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.actor import Actor, Scope
from services.core.audit import RowTree, record_import
from services.core.db import Database, Reader, Writer
from services.core.errors import DomainError, NotFound
from services.core.importing.cells import Cells, WrongCell
from services.core.importing.judging import Row, refused_for
from services.core.importing.refused import BadRows, Refused
from services.core.importing.report import Report
from services.core.importing.rows import BrokenRow, RowSource
from services.core.importing.run import Then, batches_of, nothing, work_of
from services.core.importing.translated import flat, read_translations
from services.core.later import savepoint
from services.core.progress import Progress, quiet
from services.core.table import uuid7
from services.labs.errors import NotByFile
from services.labs.file_columns import TRANSLATE, LabFile, as_json, lab_file
from services.labs.file_founding import found_by_file
from services.labs.file_rows import LAB, LISTS, lab_rows
from services.labs.terms import LabStatus
from services.membership.imports import check_importer

Given = dict[str, Any]
"""What a row gives, by the columns of the file; ``translations`` by language, with their columns."""
IDS = ("lab", "expressionOfInterest")


async def import_labs(
    db: Database,
    actor: Actor,
    source: RowSource,
    *,
    as_drafts: bool = False,  # noqa: ARG001 - of every kind of thing; a lab begins as planned
    dry_run: bool = False,
    skip_bad: Path | None = None,
    progress: Progress = quiet,
    then: Then = nothing,
) -> Report:
    """Compare labs with what there is, and found those that there are not; all rows or none.

    ``dry_run``, ``skip_bad`` and ``then`` as in ``importing.run.run``. The platform only compares: it is no party.

    Raises:
        NotPermitted: the actor may not import.
        Unreadable: the file as a whole cannot be imported.
        Conflict: someone changed the same things while the file was read; nothing was kept.
    """
    check_importer(actor)
    actor = replace(actor, acts=True)  # the scope IMPORT stands for WRITE here, and a worker has no other
    report = Report(dry_run)
    async with db.write(actor, Scope.IMPORT) as session:
        bringing = _Bringing(session, actor, await lab_file(session), report)
        async with savepoint(session) as everything:
            if skip_bad is None or dry_run:
                await bringing.read(source, None, progress)
            else:
                with closing(source.bad_rows(skip_bad)) as bad:
                    await bringing.read(source, bad, progress)
            report.source = source.name
            report.kept = not dry_run and (skip_bad is not None or not report.refused_rows)
            if not report.kept:
                await everything.rollback()
        if not report.kept:
            return report
        counts = {name: getattr(report, name) for name in ("added", "changed", "unchanged", "refused_rows")}
        await record_import(session, actor, "lab.imported", uuid7(), bringing.tree, {"file": source.name, **counts})
        await then(session, report)
    return report


class _Bringing:
    """One import while it is read."""

    def __init__(self, session: Writer, actor: Actor, file: LabFile, report: Report) -> None:
        self._session = session
        self._actor = actor
        self._file = file
        self._report = report
        self._lines: dict[UUID, int] = {}
        self.tree = RowTree()
        """The rows that founded a lab, for the record."""

    async def read(self, source: RowSource, bad: BadRows | None, progress: Progress) -> None:
        """Take every row, a few at once."""
        batches = batches_of(source, self._file.names)
        while batch := await asyncio.to_thread(next, batches, None):
            given = await asyncio.to_thread(lambda rows: [self._read(row) for row in rows], batch)
            there = await _there(self._session, self._actor, [one for one in given if not isinstance(one, Refused)])
            for row, one in zip(batch, given, strict=True):
                refused = one if isinstance(one, Refused) else await self._take(row, one, there)
                if refused is not None:
                    self._report.refuse(refused)
                    if bad is not None:
                        bad.write(refused, row.cells, row.text if isinstance(row, BrokenRow) else "")
            self._session.expunge_all()
            progress(2 * source.position, work_of(source))

    def _read(self, row: Row) -> Given | Refused:
        if isinstance(row, BrokenRow):
            return row.refused
        try:
            cells = flat(row.cells)
            columns = [column for column in self._file.columns if column.name in cells]
            given = {column.name: column.read(Cells(cells), column.name) for column in columns}
            given = {name: value for name, value in given.items() if value not in (None, "", [])}
            return {**given, "translations": read_translations(cells, given.get("language", ""))}
        except DomainError as error:
            return refused_for(row, error)

    async def _take(self, row: Row, given: Given, there: Mapping[UUID, Mapping[str, Any]]) -> Refused | None:
        """Compare a row, or found its lab in a savepoint of its own; None, or why it is refused."""
        try:
            keys = self._new_keys(given)
            found = next((there[key] for key in keys if key in there), None)
            if found is None and "lab" in given:
                raise NotFound("No such lab.", path=("lab",))
            if found is not None:
                check_same(self._file, found, given)
                self._report.unchanged += 1
            else:
                async with savepoint(self._session):
                    await found_by_file(self._session, self._actor, self._file, given)
                self.tree.add(given)
                self._report.added += 1
                self._report.by_status[LabStatus.PLANNED.value] += 1
            own = keys if found is None else (*keys, found["id"])
            self._lines.update(dict.fromkeys(own, row.line))
        except DomainError as error:
            return refused_for(row, error)
        return None

    def _new_keys(self, given: Given) -> Sequence[UUID]:
        """What the row is found by; the file has each lab once."""
        keys = [given[name] for name in IDS if name in given]
        if not keys:
            raise WrongCell("Name the lab, or the agreed expression of interest that it is founded from.", path=IDS[:1])
        line = next((self._lines[key] for key in keys if key in self._lines), None)
        if line is not None:
            raise WrongCell(
                f"This lab stands on line {line:,} already.", path=(next(one for one in IDS if one in given),)
            )
        return keys


async def _there(session: Reader, actor: Actor, rows: Sequence[Given]) -> dict[UUID, Mapping[str, Any]]:
    """The labs that rows name, by their ids and by the expressions of interest that the actor may know of."""
    labs, expressions = ([one[name] for one in rows if name in one] for name in IDS)
    named = sa.or_(
        LAB.c.id == sa.any_(sa.literal(labs, ARRAY(sa.Uuid))),
        LAB.c.expression_id == sa.any_(sa.literal(expressions, ARRAY(sa.Uuid))),
    )
    found = [dict(row) for row in (await session.execute(lab_rows(actor).where(named))).mappings()]
    by_expression = {row["expression"]: row for row in found if row["expression"] is not None}
    return by_expression | {row["id"]: row for row in found}


def check_same(file: LabFile, found: Mapping[str, Any], given: Given) -> None:
    """Make sure that a row gives nothing but what a lab has; what it leaves blank is left alone.

    Raises:
        NotByFile: it gives something else; the sentence names what would change it.
    """
    for column in file.columns:
        if column.name in given and not _same(column.name, given[column.name], found[column.attribute]):
            raise _not_by_file(column.name, column.instead)
    for language, parts in given["translations"].items():
        for part, text in parts.items():
            if text and text != found["translations"].get(language, {}).get(part, ""):
                raise _not_by_file(f"{part}.{language}", TRANSLATE)


def _same(name: str, given: Any, found: Any) -> bool:
    if name not in LISTS:
        return bool(given == found)
    pairs = list(zip(given, found, strict=False))
    return len(given) == len(found) and all(
        as_json(value) == there.get(key) for one, there in pairs for key, value in one.items()
    )


def _not_by_file(column: str, instead: str) -> NotByFile:
    return NotByFile(f"The lab has something else here, and a file does not change it. {instead}", path=(column,))
