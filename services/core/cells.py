"""Cells of meaning: texts near each other in meaning share a number, so that a search reads a few cells, by an index.

The cells are the Voronoi cells of 256 centres in the space of the embeddings (an inverted file: J. Sivic and
A. Zisserman, *Video Google*, ICCV 2003), found by k-means in a sample of the texts. A trigger of each table of texts
puts a text into the cell whose centre's sketch its own is nearest to; a search reads the nearest eighth of the cells.
docs/decisions/0016-full-size.md says what that costs and finds. Until there are ``LEAST`` texts all are in cell 0.

When the texts have doubled, a job finds new centres. Old and new ones stand side by side while texts move from the
one generation to the other, so nothing is ever out of reach.
"""

import asyncio
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BIT
from sqlmodel import Field, SQLModel

from services.core import embedding
from services.core.actor import SYSTEM
from services.core.db import Database, Reader, Writer
from services.core.embedding import Vectors
from services.core.jobs import scheduled
from services.core.read.shape import table_of
from services.core.texts import TextRow

CELLS = 256
LEAST = 10_000
"""Below so many texts a search compares them all."""
GROWTH = 2
SAMPLE = 20_000
ROUNDS = 6
"""Of k-means; more move the centres little."""
BATCH = 500


class MeaningCell(SQLModel, table=True):
    """A centre; ``generation`` counts how often centres were found, ``texts`` how many there were then."""

    __tablename__ = "meaning_cell"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    generation: int
    texts: int
    sketch: str = Field(sa_type=BIT(2048))


async def set_cells(db: Database, vectors: Vectors, texts: int) -> None:
    """Find the first centres for so many texts to come, for which ``vectors`` stand; where there are any, do nothing."""
    async with db.read(SYSTEM) as session:
        if await _newest(session):
            return
    centres = await asyncio.to_thread(centres_of, vectors)
    async with db.write(SYSTEM) as session:
        await _add(session, centres, 1, texts)


@scheduled("texts.group", "17 3 * * *")
async def group_texts(db: Database) -> None:
    """Find new centres if the texts have doubled, and move the texts of older generations; may be stopped at any time."""
    async with db.read(SYSTEM) as session:
        newest = await _newest(session)
        known = await session.scalar(sa.select(sa.func.max(MeaningCell.texts))) or 0
        there = await _texts(session)
        sample = await _sample(session, there) if there >= max(LEAST, GROWTH * known) else None
    if sample is not None:
        centres = await asyncio.to_thread(centres_of, sample)
        newest += 1
        async with db.write(SYSTEM) as session:
            await _add(session, centres, newest, there)
    for table in _tables():
        moved = BATCH
        while moved:
            async with db.write(SYSTEM) as session:
                moved = await _move(session, table, newest)
    async with db.write(SYSTEM) as session:
        await _remove_empty(session, newest)


def centres_of(vectors: Vectors) -> Vectors:
    """Return up to ``CELLS`` centres of unit length, by k-means from rows drawn without chance of their order."""
    import numpy as np

    chance = np.random.default_rng(0)
    centres = vectors[chance.choice(len(vectors), min(CELLS, len(vectors)), replace=False)]
    for _ in range(ROUNDS):
        nearest = np.argmax(vectors @ centres.T, axis=1)
        belongs = np.zeros((len(centres), len(vectors)), dtype=np.float32)
        belongs[nearest, np.arange(len(vectors))] = 1
        sums = belongs @ vectors
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return np.asarray(centres, dtype=np.float32)


def _tables() -> Sequence[sa.Table]:
    return [table_of(model) for model in TextRow.__subclasses__()]


async def _newest(session: Reader) -> int:
    return int(await session.scalar(sa.select(sa.func.max(MeaningCell.generation))) or 0)


async def _add(session: Writer, centres: Vectors, generation: int, texts: int) -> None:
    sketches = embedding.sketch(centres)
    first = 1 + (generation - 1) * CELLS
    rows = [
        {"number": number, "generation": generation, "texts": texts, "sketch": sketch}
        for number, sketch in enumerate(sketches, first)
    ]
    await session.execute(sa.insert(MeaningCell), rows)


async def _texts(session: Reader) -> int:
    """How many texts have a sketch."""
    counts = [sa.select(sa.func.count()).where(table.c.sketch.is_not(None)) for table in _tables()]
    return sum([int(await session.scalar(count) or 0) for count in counts])


async def _sample(session: Reader, there: int) -> Vectors:
    """Some of the embeddings, from pages drawn by chance."""
    import numpy as np

    octets: list[bytes] = []
    for table in _tables():
        some = sa.tablesample(table, sa.func.system(min(100.0, 100.0 * SAMPLE / there)))
        octets += (await session.execute(sa.select(some.c.embedding).where(some.c.embedding.is_not(None)))).scalars()
    return np.stack([embedding.unpack(one) for one in octets])


async def _move(session: Writer, table: sa.Table, generation: int) -> int:
    """Move some texts of older generations; touching the sketch lets the trigger find the cell."""
    first = 1 + (generation - 1) * CELLS
    keys = list(table.primary_key)
    old = sa.select(*keys).where(table.c.cell < first, table.c.sketch.is_not(None)).limit(BATCH)
    chosen = old.with_for_update(skip_locked=True)
    moving = sa.update(table).where(sa.tuple_(*keys).in_(chosen)).values(sketch=table.c.sketch)
    return len((await session.execute(moving.returning(table.c.cell))).all())


async def _remove_empty(session: Writer, generation: int) -> None:
    """Remove the centres of older generations that no text is left with."""
    cell = table_of(MeaningCell).c
    left = [sa.select(table.c.cell).where(table.c.cell == cell.number).exists() for table in _tables()]
    await session.execute(sa.delete(MeaningCell).where(cell.generation < generation, ~sa.or_(*left)))
