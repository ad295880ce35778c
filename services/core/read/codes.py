"""Filters on lists of codes (capacity areas, sectors, languages) of big tables."""

from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.read.shape import Condition, Filter, Row

CODES: ARRAY[Any] = ARRAY(sa.Text)


def any_of(table: str, column: str, convert: Callable[[Any], Any] | None) -> Filter:
    """Whether the list ``column`` of a row of ``table`` has any of the codes given.

    A migration makes the function ``<table>_by_<column>(codes text[], most integer)``: it belongs to the owner, since
    ``&&`` reaches no index under row security, and gives ids alone.
    """
    return Filter(partial(_has, column), convert, (CODES,), ids=partial(_ids, f"{table}_by_{column}"))


def _has(column: str, row: Row, codes: Any) -> Condition:
    condition: Condition = sa.cast(row[column], CODES).op("&&", is_comparison=True)(codes)
    return condition


def _ids(function: str, most: int | None, codes: Any) -> sa.Select[Any]:
    limit = sa.cast(sa.null() if most is None else sa.literal(most), sa.Integer)
    found = getattr(sa.func, function)(codes, limit).table_valued(sa.column("id", sa.Uuid))
    return sa.select(found.c.id)
