"""The lists of reference data, each with its orders and what it can be searched by."""

from collections.abc import Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.names import name_place
from services.core.read.shape import Condition, Connection, Expression, Filter, Order, Row
from services.core.texts import check_characters
from services.taxonomy.rules import search_patterns
from services.taxonomy.shapes import (
    ACTION,
    CAPACITY_AREA,
    LANGUAGE,
    LICENCE,
    REGION,
    SDG_GOAL,
    SDG_TARGET,
    SECTOR,
    SECTOR_CATEGORY,
    SOURCE,
    VISION,
)


class NameOrCodeOrder(StrEnum):
    """Orders of regions and languages."""

    NAME = "name"
    """By name as readers of the reader's language expect."""
    CODE = "code"


class CodeOrder(StrEnum):
    """Orders of lists that are kept by code."""

    CODE = "code"


class PlaceOrder(StrEnum):
    """Orders of lists that have an order of their own, that of the document they are from."""

    PLACE = "place"


def _code(code: str) -> str:
    return check_characters(code, path=())


def _codes(codes: Sequence[str]) -> list[str]:
    return [_code(code) for code in codes]


def _search(text: str) -> tuple[list[str], str]:
    return search_patterns(text), _code(text).strip().lower()


def _found(row: Row, patterns: Expression, beginning: Expression) -> Condition:
    return sa.or_(row.words.like(sa.all_(patterns)), sa.func.starts_with(sa.func.lower(row.code), beginning))


_CODES = Filter(lambda row, codes: row.code == sa.any_(codes), _codes, (ARRAY(sa.Text),))
"""The entries of these codes: to show by name what a thing is tagged with."""
_SEARCH = Filter(_found, _search, (ARRAY(sa.Text), sa.Text()))
"""The entries with names, in any language, in which each word typed begins a word; or whose code begins so."""


def _by_code(name: str, column: str = "code") -> Order:
    return Order(f"{name}.code", lambda row, _: [(row[column], False)], (sa.Text(),))


def _by_place(name: str, column: str = "position") -> Order:
    return Order(
        f"{name}.place",
        lambda row, _: [(row[column], False), (sa.cast(row.code, sa.Text), False)],
        (sa.Integer(), sa.Text()),
    )


def _by_name(name: str) -> Order:
    return Order(
        f"{name}.name", lambda row, ask: [(name_place(row, ask), False), (row.code, False)], (sa.Integer(), sa.Text())
    )


REGIONS = Connection(
    lambda: REGION,
    orders={NameOrCodeOrder.NAME: _by_name("regions"), NameOrCodeOrder.CODE: _by_code("regions")},
    default=lambda _: NameOrCodeOrder.NAME,
    where={"codes": _CODES, "level": Filter(lambda row, level: row.level == level)},
)
LANGUAGES = Connection(
    lambda: LANGUAGE,
    orders={NameOrCodeOrder.NAME: _by_name("languages"), NameOrCodeOrder.CODE: _by_code("languages")},
    default=lambda _: NameOrCodeOrder.NAME,
    where={"codes": _CODES, "search": _SEARCH},
)
VISIONS = Connection(
    lambda: VISION, orders={PlaceOrder.PLACE: _by_place("visions")}, default=lambda _: PlaceOrder.PLACE
)
PLAN_ACTIONS = Connection(
    lambda: ACTION, orders={PlaceOrder.PLACE: _by_place("planActions")}, default=lambda _: PlaceOrder.PLACE
)
CAPACITY_AREAS = Connection(
    lambda: CAPACITY_AREA, orders={PlaceOrder.PLACE: _by_place("capacityAreas")}, default=lambda _: PlaceOrder.PLACE
)
SDG_GOALS = Connection(
    lambda: SDG_GOAL, orders={PlaceOrder.PLACE: _by_place("sdgGoals", "number")}, default=lambda _: PlaceOrder.PLACE
)
SDG_TARGETS = Connection(
    lambda: SDG_TARGET,
    orders={PlaceOrder.PLACE: _by_place("sdgTargets")},
    default=lambda _: PlaceOrder.PLACE,
    where={"codes": _CODES, "search": _SEARCH, "goal": Filter(lambda row, code: row.goal == code, _code, (sa.Text(),))},
)
SECTOR_CATEGORIES = Connection(
    lambda: SECTOR_CATEGORY, orders={CodeOrder.CODE: _by_code("sectorCategories")}, default=lambda _: CodeOrder.CODE
)
SECTORS = Connection(
    lambda: SECTOR,
    orders={CodeOrder.CODE: _by_code("sectors")},
    default=lambda _: CodeOrder.CODE,
    where={
        "codes": _CODES,
        "search": _SEARCH,
        "category": Filter(lambda row, code: row.category == code, _code, (sa.Text(),)),
        "status": Filter(lambda row, status: row.status == status),
    },
)
LICENCES = Connection(
    lambda: LICENCE,
    orders={CodeOrder.CODE: _by_code("licences")},
    default=lambda _: CodeOrder.CODE,
    where={
        "codes": _CODES,
        "search": _SEARCH,
        "suggestedFor": Filter(lambda row, use: use == sa.any_(row.suggested_for)),
    },
)
REFERENCE_SOURCES = Connection(
    lambda: SOURCE, orders={CodeOrder.CODE: _by_code("referenceSources", "key")}, default=lambda _: CodeOrder.CODE
)
