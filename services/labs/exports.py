"""Export of labs: ``gof export labs``; in one snapshot, lab by lab, in flat memory."""

import json
from typing import IO, Any

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.db import Reader
from services.core.exporting.formats import Format
from services.core.exporting.writers import WRITERS, RowWriter
from services.core.importing.translated import in_order
from services.core.importing.xlsx_cells import LONGEST_TEXT
from services.core.progress import Progress
from services.labs import policy
from services.labs.errors import CellTooLong
from services.labs.file_columns import LabFile, lab_file, row_of
from services.labs.file_rows import LAB, LISTS, TEXT, lab_rows

BATCH = 100
"""How many labs are in memory at once; a lab with all that belongs to it can be long."""


async def chosen_labs(session: Reader, actor: Actor, state: str | None) -> sa.ColumnElement[bool]:
    """Which labs an actor exports: all that they see, or those that the delegation of a ``state`` is a party of.

    Raises:
        Invalid: there is no such delegation.
    """
    return _chosen(await lab_file(session), actor, state)


async def export_labs(
    session: Reader, actor: Actor, state: str | None, file: IO[bytes], format_: Format, progress: Progress
) -> int:
    """Write the labs that an actor may see, oldest first; return how many.

    With a ``state`` (ISO 3166-1 alpha-3 code, or a delegation's id) those that its delegation is a party of.

    Raises:
        Invalid: there is no such delegation.
        CellTooLong: a list is longer than a cell of a spreadsheet.
        TooManyRows: more than a spreadsheet has rows.
    """
    columns = await lab_file(session)
    chosen = _chosen(columns, actor, state)
    total = int(await session.scalar(sa.select(sa.func.count()).select_from(LAB).where(chosen)) or 0)
    languages = sa.select(TEXT.c.language).join_from(TEXT, LAB, TEXT.c.lab_id == LAB.c.id)
    accepted = languages.where(~TEXT.c.is_original, TEXT.c.suggestion_id.is_(None), chosen).distinct()
    spoken = in_order((await session.execute(accepted)).scalars())
    writer: RowWriter = WRITERS[format_](file, [column.name for column in columns.columns], spoken)
    ordered = lab_rows(actor).where(chosen).order_by(LAB.c.id)
    done = 0
    rows = await session.stream(ordered, execution_options={"yield_per": BATCH})
    try:
        async for row in rows.mappings():
            writer.write(_written(row_of(columns, row), format_), row["translations"])
            done += 1
            if done % BATCH == 0:
                progress(done, total)
    finally:
        writer.finish()  # a spreadsheet that is left open holds files of its own
    progress(done, done)
    return done


def _chosen(columns: LabFile, actor: Actor, state: str | None) -> sa.ColumnElement[bool]:
    seen = policy.visible_to(actor.viewer, LAB.c)
    if state is None:
        return seen
    known = columns.delegations
    return sa.and_(seen, sa.literal(known.ids[known.find(state)], sa.Uuid) == sa.any_(LAB.c.parties))


def _written(cells: dict[str, Any], format_: Format) -> dict[str, Any]:
    """A row as the writer of a format takes it: lists of objects are one cell of JSON where a row is flat."""
    if format_ is Format.JSONL:
        return cells
    listed = {name: json.dumps(cells[name], ensure_ascii=False, separators=(",", ":")) for name in LISTS}
    long = next((name for name, text in listed.items() if len(text) > LONGEST_TEXT), None)
    if long is not None and format_ is Format.XLSX:
        raise CellTooLong(
            f"The {long} of {cells['lab']} have {len(listed[long]):,} characters, and a cell of a spreadsheet holds "
            f"{LONGEST_TEXT:,}. Export JSONL or CSV."
        )
    return {**cells, **listed}
