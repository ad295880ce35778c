"""The score of every possible partner of one proposal, in SQL: the parent row in, one row for each candidate out.

How the score comes about, and why so, stands in docs/decisions/0005-matching-first-form.md. Each stage is a subquery
with OFFSET 0, so that PostgreSQL computes a column once, and not again wherever a later stage uses it.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.read.shape import Ask, Expression, Row, table_of
from services.matching import pairs
from services.matching.formulas import agreement, limit_of, saturated, share, total, weight_of
from services.matching.tables import MatchingWeights
from services.matching.terms import MatchCriterion

SIDES = ("need", "offer")
CARRIED = (*pairs.DESCRIBED, *(f"known_{one}" for one in MatchCriterion))
"""The columns of a pair that every stage hands on."""
OF_WEIGHTS = ("agreement", "version", "strong", "good")
"""The columns that the weights add."""


def ranked(
    own: Row,
    ask: Ask,
    version: UUID | None = None,
    only: Expression | None = None,
    *,
    triangular: bool = False,
    among: pairs.Among | None = None,
) -> sa.Subquery:
    """The possible partners of the proposal ``own`` that ``ask.viewer`` may see, one row each.

    ``version`` names other weights than those in force, ``only`` one candidate; see ``pairs.found`` for both others.

    Columns: those of ``pairs.found`` in ``CARRIED``; ``agreement`` of the texts in [0, 1] or NULL; ``part_…`` for each
    criterion, what it contributes; ``score`` in (0, 1], their sum; and of the weights in force ``version``,
    ``strong`` and ``good``.
    """
    summed = _summed(_weighed(pairs.found(own, ask, only, triangular=triangular, among=among), version))
    need, offer = summed.c.need, summed.c.offer
    toward_need, toward_offer = offer / (need + offer), need / (need + offer)
    parts = [
        (summed.c[f"need_{one}"] * toward_need + summed.c[f"offer_{one}"] * toward_offer).label(f"part_{one}")
        for one in MatchCriterion
    ]
    kept = [summed.c[name] for name in (*CARRIED, *OF_WEIGHTS)]
    score = (2.0 * need * offer / (need + offer)).label("score")
    return sa.select(*kept, *parts, score).where(need > 0, offer > 0).offset(0).subquery()


def _summed(weighed: sa.Subquery) -> sa.Subquery:
    """The points of each criterion as parts of what its side could reach, and their sum for each side."""
    columns = [weighed.c[name] for name in (*CARRIED, *OF_WEIGHTS)]
    for side in SIDES:
        reach = sa.func.nullif(weighed.c[f"{side}_reach"], 0.0, type_=sa.Float())
        points = {one: weighed.c[f"{side}_{one}"] for one in MatchCriterion}
        columns += [(point / reach).label(f"{side}_{one}") for one, point in points.items()]
        columns.append((total(list(points.values())) / reach).label(side))
    return sa.select(*columns).offset(0).subquery()


def _weighed(found: sa.Subquery, version: UUID | None) -> sa.Subquery:
    """The weighted points of each criterion for both sides, and the most that a side could reach.

    What one side does not state gives no point, and of its weight only ``1 - floor`` stays in what could be reached.
    """
    in_force = weights_in_force(version)
    weights, points, reach = in_force.c, [], []
    for side in SIDES:
        each = {one: weights[f"{side}_{one}"] for one in MatchCriterion}
        points += [
            (weight * sa.func.coalesce(_agreement(one, side, found.c, weights.floor), 0.0)).label(f"{side}_{one}")
            for one, weight in each.items()
        ]
        stated = [
            weight * sa.case((found.c[f"known_{one}"], 1.0), else_=1.0 - weights.floor) for one, weight in each.items()
        ]
        reach.append(total(stated).label(f"{side}_reach"))
    kept = [found.c[name] for name in CARRIED]
    agreed = agreement(found.c.near).label("agreement")
    chosen = sa.select(*kept, agreed, *points, *reach, weights.version, weights.strong, weights.good)
    return chosen.select_from(sa.join(found, in_force, sa.true())).offset(0).subquery()


def weights_in_force(version: UUID | None) -> sa.Subquery:
    """One row of weights: those of ``version``, else those in force, which were confirmed last."""
    table = table_of(MatchingWeights).alias()
    each = [weight_of(table.c, side, one.value).label(f"{side}_{one}") for side in SIDES for one in MatchCriterion]
    limits = [limit_of(table.c, name).label(name) for name in ("floor", "strong", "good")]
    wanted = table.c.confirmed_at.is_not(None) if version is None else table.c.id == version
    latest = sa.select(table.c.version, *each, *limits).where(wanted)
    return latest.order_by(table.c.confirmed_at.desc(), table.c.version.desc()).limit(1).subquery()


def _agreement(one: MatchCriterion, side: str, pair: Any, floor: Expression) -> Any:
    """How much one side finds of what it asks for, in [0, 1]; NULL or 0 where it finds nothing."""
    match one:
        case MatchCriterion.TEXT:
            return agreement(pair.near)
        case MatchCriterion.EQUITY:
            return pair.equity
        case MatchCriterion.EXPERIENCE:  # of the partner's state
            own, their = saturated(pair.own_experience), saturated(pair.their_experience)
            return sa.case((pair.asks, their), else_=own) if side == "need" else sa.case((pair.asks, own), else_=their)
        case MatchCriterion.LIKE_CONDITIONS:
            own, their = pair.own_likeness, pair.their_likeness
            return sa.case((pair.asks, own), else_=their) if side == "need" else sa.case((pair.asks, their), else_=own)
        case _:
            common, own, their = (pair[f"{name}_{one}"] for name in ("common", "own", "their"))
            size = sa.case((pair.asks, own), else_=their) if side == "need" else sa.func.least(own, their)
            return sa.case((common > 0, floor + (1.0 - floor) * share(common, size)))
