"""The rules of the score as SQL expressions; all of them compute in double precision."""

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from operator import add

import sqlalchemy as sa

from services.core.read.shape import Expression, Row
from services.matching.rules import ANCHORS, DOUBT, ENOUGH


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


def agreement(differing: Expression) -> Expression:
    """How much two texts agree, in [0, 1], whose sketches differ in so many of 2,048 bits; NULL for NULL."""
    cosine = sa.func.cos(sa.func.pi(type_=sa.Float()) * differing / number(2048), type_=sa.Float())
    lines = [
        (cosine <= number(end), number(low) + (cosine - number(start)) * number((high - low) / (end - start)))
        for (start, low), (end, high) in pairwise(ANCHORS)
    ]
    return sa.case(
        (differing.is_(None), sa.cast(sa.null(), sa.Float)),
        (cosine <= number(ANCHORS[0][0]), number(ANCHORS[0][1])),
        *lines,
        else_=number(ANCHORS[-1][1]),
    )
