"""Invented rows into the tables: by COPY into temporary tables, and from there as the platform, one statement a table.

COPY itself knows no row security, so the rows come past the policies, constraints and triggers as any others do.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCONFIG

from services.core import codes, embedding
from services.core.db import Writer
from services.core.embedding import Vectors
from services.core.languages import search_configuration, search_text
from services.core.meanings import BITS, PassageRow
from services.core.read.shape import table_of
from services.core.texts import EMBEDDER, TextRow, TranslationStatus
from services.demo.invented import InventedText, Row
from services.demo.meanings import Meanings

_PARTS = {"title": "A", "summary": "B", "description": "C"}


async def write_rows(session: Writer, table: sa.Table, rows: Sequence[Row]) -> None:
    """Add rows that all have the same columns to a table."""
    if rows:
        names = list(rows[0])
        stage = await _staged(session, table, names, ([row[name] for name in names] for row in rows))
        chosen = sa.select(*(stage.c[name] for name in names))
        await session.execute(sa.insert(table).from_select(names, chosen, include_defaults=False))


async def write_texts(
    session: Writer, model: type[TextRow], key: str, texts: Sequence[InventedText], meanings: Meanings, seed: int
) -> None:
    """Add texts with their search vectors, and with the embeddings that ``meanings`` invents for them."""
    if not texts:
        return
    table = table_of(model)
    vectors = meanings.of(texts, seed)
    model_name = EMBEDDER.model
    octets = embedding.sketch_octets(vectors)
    names = ["language", "is_original", "translation_status", "made_by_id", "made_at", "accepted_at"]
    names += [*_PARTS, "delegation_id", "status", "visibility", "embedding"]
    further = ["configuration", *(f"{part}_words" for part in _PARTS)]
    read = codes_of(vectors, [one.text.meaning for one in texts]) if issubclass(model, PassageRow) else {}
    names += ["embedding_model", "sketch", key, *read, *further]
    records = (
        (
            one.text.language,
            one.is_original,
            TranslationStatus.ORIGINAL if one.is_original else TranslationStatus.ACCEPTED,
            one.copied["delegation_id"],
            one.made_at,
            None if one.is_original else one.made_at,
            *(getattr(one.text, part) for part in _PARTS),
            *one.copied.values(),
            embedding.pack(vector),
            model_name,
            asyncpg.BitString.frombytes(sketch, embedding.SKETCH_BITS),
            one.thing,
            *(column[number] for column in read.values()),
            search_configuration(one.text.language),
            *(search_text(one.text.language, getattr(one.text, part)) for part in _PARTS),
        )
        for number, (one, vector, sketch) in enumerate(zip(texts, vectors, octets, strict=True))
    )
    stage = await _staged(session, table, names, records, further)
    written = [name for name in names if name not in further]
    chosen = sa.select(*(stage.c[name] for name in written), _vector(stage).label("search"))
    await session.execute(sa.insert(table).from_select([*written, "search"], chosen, include_defaults=False))


def codes_of(vectors: Vectors, texts: Sequence[str]) -> dict[str, list[Any]]:
    """The columns of ``PassageRow`` of invented texts, each of one passage."""
    held = [asyncpg.BitString(codes.code(row, BITS)) for row in codes.numbers(vectors, BITS)]
    return {"code": held, "passages": [[1, len(text)] for text in texts], "passage_codes": [[one] for one in held]}


def _vector(stage: sa.TableClause) -> sa.ColumnElement[Any]:
    """As ``texts.indexed``, of words that are prepared already."""
    configuration = sa.cast(stage.c.configuration, REGCONFIG)
    first, second, third = (
        sa.func.setweight(
            sa.func.to_tsvector(configuration, stage.c[f"{part}_words"]), sa.literal_column(f"'{weight}'")
        )
        for part, weight in _PARTS.items()
    )
    return first.op("||")(second).op("||")(third)


async def _staged(
    session: Writer, table: sa.Table, names: list[str], records: Iterable[Any], further: Sequence[str] = ()
) -> sa.TableClause:
    """Copy records into a temporary table of the same columns, and ``further`` ones of text; gone with the commit."""
    name = f"demo_{table.name}"
    columns = ", ".join([*(column for column in names if column not in further), *(f"'' AS {one}" for one in further)])
    chosen = f"SELECT {columns} FROM {table.name} WITH NO DATA"  # noqa: S608 - names of tables and columns of our own
    await session.execute(sa.text(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {chosen}"))
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert connection is not None
    await connection.copy_records_to_table(name, records=records, columns=names)
    return sa.table(name, *(sa.column(one, table.c[one].type if one in table.c else sa.Text()) for one in names))
