"""What there is already of the things that a file brings."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.db import Reader
from services.core.ids import WrongId, split_id
from services.core.importing.kind import Key, Kind, Values
from services.core.read.shape import table_of
from services.core.texts import LIMITS


async def find_things(session: Reader, kind: Kind, keys: Sequence[Key]) -> dict[Key, Values]:
    """What there is of ``keys``: all columns of each thing, its original text, and its accepted ``translations``.

    A thing that has no number of its own goes by its global id, as an export writes it.
    """
    thing, given = table_of(kind.thing), listed(kind, keys)
    numbered = whole(kind, given.join(thing, same_key(kind, given, thing)))
    found = [dict(row) for row in (await session.execute(numbered)).mappings()]
    ids = {one: key[-1] for key in keys if (one := _id(kind, key[-1])) is not None}
    if ids:
        wanted = thing.c.id == sa.any_(sa.literal(list(ids), ARRAY(sa.Uuid)))
        unnumbered = await session.execute(whole(kind, thing).where(wanted, thing.c.external_id.is_(None)))
        found += [{**row, "external_id": ids[row["id"]]} for row in unnumbered.mappings()]
    return {kind.key_of(row): row for row in found}


def whole(kind: Kind, source: sa.FromClause) -> sa.Select[Any]:
    """The things in ``source``, which has their table: all columns, the original text, and the ``translations``."""
    return with_texts(table_of(kind.thing), table_of(kind.text), kind.key, source)


def with_texts(thing: sa.FromClause, text: sa.FromClause, key: str, source: sa.FromClause) -> sa.Select[Any]:
    """As ``whole``, of a ``thing`` that is named by the column ``key`` of its ``text`` table."""
    other = text.alias()
    parts: list[sa.ColumnElement[Any]] = []
    for name in LIMITS:
        parts += [sa.literal_column(f"'{name}'"), other.c[name]]
    accepted = sa.and_(other.c[key] == thing.c.id, other.c.suggestion_id.is_(None), ~other.c.is_original)
    listed_texts = sa.func.json_object_agg(other.c.language, sa.func.json_build_object(*parts))
    agreed = sa.select(listed_texts).where(accepted).correlate(thing).scalar_subquery()
    translations = sa.func.coalesce(agreed, sa.text("'{}'::json")).label("translations")
    original = sa.and_(text.c[key] == thing.c.id, text.c.is_original)
    columns = (text.c[part] for part in LIMITS)
    return sa.select(thing, *columns, translations).select_from(source.join(text, original))


def number_of(kind: Kind) -> sa.ColumnElement[str]:
    """A thing's own number, or its global id where it has none."""
    thing = table_of(kind.thing).c
    own_id = sa.func.concat(f"{kind.name}_", sa.func.replace(sa.cast(thing.id, sa.Text), "-", ""))
    return sa.func.coalesce(thing.external_id, own_id)


def _id(kind: Kind, number: str) -> Any:
    try:
        name, key = split_id(number)
    except WrongId:
        return None
    return key if name == kind.name else None


def listed(kind: Kind, keys: Sequence[Key]) -> sa.TableValuedAlias:
    """``keys`` as a table."""
    columns = [sa.column(name, sa.Text if name == "external_id" else sa.Uuid) for name in kind.by]
    values = [sa.literal([key[place] for key in keys], ARRAY(column.type)) for place, column in enumerate(columns)]
    return sa.func.unnest(*values).table_valued(*columns, name="given").render_derived()


def same_key(kind: Kind, given: sa.TableValuedAlias, table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Where a row of ``table`` is that of one of the keys."""
    return sa.and_(*(given.c[name] == table.c[name] for name in kind.by))
