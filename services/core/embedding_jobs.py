"""Embeds the texts that have no embedding yet, apart from the transactions that wrote them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BIT

from services.core import embedding, texts
from services.core.actor import SYSTEM
from services.core.db import Database, Writer
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
            batch = await _embed_some(session, table_of(table), key)
        if not batch:
            return done
        done += batch
        progress(done, max(done, total))


async def _embed_some(session: Writer, table: sa.Table, key: str) -> int:
    row = table.c
    wanted = sa.select(row[key], row.language, row.title, row.summary, row.description).where(row.sketch.is_(None))
    found = (await session.execute(wanted.limit(BATCH).with_for_update(skip_locked=True))).all()
    if not found:
        return 0
    meanings = [texts.Text(*one[1:]).meaning for one in found]
    vectors = await embedding.embed(texts.EMBEDDER, meanings)
    made = sa.func.unnest(
        sa.literal([one[0] for one in found], ARRAY(sa.Uuid)),
        sa.literal([one[1] for one in found], ARRAY(sa.Text)),
        sa.literal([embedding.pack(vector) for vector in vectors], ARRAY(sa.LargeBinary)),
        sa.literal(embedding.sketch(vectors), ARRAY(sa.Text)),
    ).table_valued("key", "language", "embedding", "sketch", name="made")
    made = made.render_derived()
    values = {
        "embedding": made.c.embedding,
        "embedding_model": texts.EMBEDDER.model,
        "sketch": sa.cast(made.c.sketch, BIT(embedding.SKETCH_BITS)),
    }
    await session.execute(
        sa.update(table).values(values).where(row[key] == made.c.key, row.language == made.c.language)
    )
    return len(found)
