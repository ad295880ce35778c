"""Embeds the texts that have no embedding yet, apart from the transactions that wrote them."""

import sqlalchemy as sa

from services.core import texts
from services.core.actor import SYSTEM
from services.core.db import Database, Writer
from services.core.meanings import PassageRow, meanings
from services.core.progress import Progress, quiet
from services.core.read.shape import table_of

BATCH = 64
"""Texts of one transaction: half a second of work as a rule, 13 seconds at the worst (0.2 s a text)."""


async def embed_missing(db: Database, table: type[texts.TextRow], progress: Progress = quiet) -> int:
    """Give an embedding and a sketch to every text of ``table`` that has none, and return how many that were.

    Each batch is kept by itself, so it can be stopped and begun again at any time; several at once share the work,
    each passing over the texts that another is at.
    """
    key = next(column.name for column in table_of(table).primary_key if column.name != "language")
    missing = table_of(table).c.sketch.is_(None)
    async with db.read(SYSTEM) as session:
        total = int(await session.scalar(sa.select(sa.func.count()).where(missing)) or 0)
    done = 0
    progress(done, total)
    while True:
        async with db.write(SYSTEM) as session:
            batch = await _embed_some(session, table, key)
        if not batch:
            return done
        done += batch
        progress(done, max(done, total))


async def _embed_some(session: Writer, model: type[texts.TextRow], key: str) -> int:
    table = table_of(model)
    row = table.c
    wanted = sa.select(row[key], row.language, row.title, row.summary, row.description).where(row.sketch.is_(None))
    found = (await session.execute(wanted.limit(BATCH).with_for_update(skip_locked=True))).all()
    if not found:
        return 0
    read = [texts.Text(*one[1:]).meaning for one in found]
    told = await meanings(texts.EMBEDDER, read, with_passages=issubclass(model, PassageRow))
    at = row[key] == sa.bindparam("at_key"), row.language == sa.bindparam("at_language")
    rows = [{"at_key": one[0], "at_language": one[1], **meaning} for one, meaning in zip(found, told, strict=True)]
    connection = await session.connection()
    await connection.execute(sa.update(table).where(*at).values({name: sa.bindparam(name) for name in told[0]}), rows)
    return len(found)
