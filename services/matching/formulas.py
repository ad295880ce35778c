"""The rules of the score as SQL expressions; all of them compute in double precision."""

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from operator import add

import sqlalchemy as sa

from services.core.read.shape import Expression, Row, table_of
from services.matching.rules import ALIKE, ANCHORS, DOUBT, ENOUGH, HALF
from services.matching.tables import MatchingWeights


def number(value: float) -> Expression:
    """A constant in double precision: a bare 0.5 is a numeric in SQL, and slow."""
    return sa.cast(sa.literal(value), sa.Float)


def total(terms: Sequence[Expression]) -> Expression:
    """The sum of ``terms``, from the left."""
    return reduce(add, terms)


def weight_of(version: Row, side: str, criterion: str | Expression) -> Expression:
    """What a criterion weighs for ``side`` (need or offer) in a row of ``matching_weights``; 0 if it is younger."""
    weight = sa.cast(version.weights.op("->")(side).op("->>")(criterion), sa.Float)
    return sa.func.coalesce(weight, number(0), type_=sa.Float())


def limit_of(version: Row, name: str) -> Expression:
    """The number ``name`` (floor, strong, good) of a row of ``matching_weights``."""
    return sa.cast(version.weights.op("->>")(name), sa.Float)


def share(common: Expression, size: Expression) -> Expression:
    """How much of a list of ``size`` is in common, in [0, 1): ``common / (size + DOUBT)``."""
    return sa.cast(common, sa.Float) / (size + number(DOUBT))


def saturated(count: Expression) -> Expression:
    """How much so many pieces of experience say, in [0, 1)."""
    return count / (count + number(ENOUGH))


def nearness(meaning: Expression, words: Expression) -> Expression:
    """How near two texts are; see ``rules.nearness``. Either is NULL where there is none."""
    said = meaning + words * number(1 + HALF) / (words + number(HALF))
    return sa.case((said.is_(None), meaning), else_=_along(said, ALIKE))


def agreement(near: Expression) -> Expression:
    """How much two texts agree, in [0, 1], that are so near; NULL for NULL."""
    return sa.case(
        (near.is_(None), sa.cast(sa.null(), sa.Float)),
        (near <= number(ANCHORS[0][0]), number(ANCHORS[0][1])),
        else_=_along(near, ANCHORS),
    )


def _along(value: Expression, anchors: Sequence[tuple[float, float]]) -> Expression:
    """Linear between the anchors, below the first as before the second, and no more than the last."""
    lines = [
        (value <= number(end), number(low) + (value - number(start)) * number((high - low) / (end - start)))
        for (start, low), (end, high) in pairwise(anchors)
    ]
    return sa.case(*lines, else_=number(anchors[-1][1]))


def version_in_force() -> Expression:
    """The number of the weights that were confirmed last."""
    table = table_of(MatchingWeights).alias()
    latest = (table.c.confirmed_at.desc(), table.c.version.desc())
    found = sa.select(table.c.version).where(table.c.confirmed_at.is_not(None)).order_by(*latest).limit(1)
    return found.scalar_subquery()
