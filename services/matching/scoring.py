"""The score of every possible partner of one proposal, in SQL: rows in, one ranked row for each out.

Each stage is a subquery with OFFSET 0, so that PostgreSQL computes its columns once and not wherever they are used.
How the score comes about, and why, stands in docs/decisions/0005-matching-first-form.md.
"""

from collections.abc import Callable
from functools import partial

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.read.shape import Ask, Columns, Condition, Expression, Row, table_of, within
from services.matching.policy import Pair, constraints, spoken
from services.matching.rules import ANCHORS, DOUBT
from services.matching.tables import MatchingWeights
from services.matching.terms import Criterion, ModalityReason
from services.membership.tables import Delegation
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import Modality, Side
from services.taxonomy.shapes import in_force, today
from services.taxonomy.tables import MemberState, StateClassification
from services.taxonomy.terms import ClassificationScheme

GROUPS = (ClassificationScheme.LDC, ClassificationScheme.LLDC, ClassificationScheme.SIDS)
"""The groups that count for equity and for like conditions."""
LISTS = {
    Criterion.CAPACITY_AREAS: "capacity_areas",
    Criterion.SECTORS: "sectors",
    Criterion.SDG_TARGETS: "sdg_targets",
    Criterion.FORMS: "forms",
    Criterion.WORKING_LANGUAGES: "working_languages",
}
"""The criteria that compare two lists of codes, and the column of each."""
_TEXTS = ARRAY(sa.Text)


def ranked(own: Row, ask: Ask) -> sa.Subquery:
    """The possible partners of the proposal ``own`` that ``ask.viewer`` may see, one row each.

    Columns: ``own_id``, ``id`` (the candidate), ``score`` in (0, 1], one for each criterion with what it contributes
    (they sum to the score), ``known_…`` for each (whether both sides state it), ``asks`` (whether ``own`` stands in
    the need's place), ``agreement`` of the texts in [0, 1], ``modality``, ``modality_reason``, ``like_codes``,
    ``equity_codes``, ``version``, ``strong``, ``good``, and of the candidate ``delegation_id``, ``capacity_areas``
    and ``regions``.
    """
    summed = _summed(_weighed(_found(own, ask)))
    need, offer = summed.c.need, summed.c.offer
    toward_need, toward_offer = offer / (need + offer), need / (need + offer)
    parts = [
        (
            summed.c[f"need_{one}"] / summed.c.need_weight * toward_need
            + summed.c[f"offer_{one}"] / summed.c.offer_weight * toward_offer
        ).label(one.value)
        for one in Criterion
    ]
    kept = [column for column in summed.c if not column.key.startswith(("need", "offer"))]
    scored = sa.select(*kept, *parts, (2 * need * offer / (need + offer)).label("score"))
    return scored.where(need > 0, offer > 0).offset(0).subquery()


def _summed(weighed: sa.Subquery) -> sa.Subquery:
    """The points of both sides, each divided by the weight that could have been reached."""
    totals = [
        (sum((weighed.c[f"{side}_{one}"] for one in Criterion), start=sa.literal(0.0)) / weighed.c[f"{side}_weight"])
        for side in ("need", "offer")
    ]
    return sa.select(*weighed.c, totals[0].label("need"), totals[1].label("offer")).offset(0).subquery()


def _weighed(found: sa.Subquery) -> sa.Subquery:
    """The points of each criterion for the need and for the offer, not yet divided, and the weights reachable."""
    weights = _weights()
    w = weights.c
    points: list[sa.Label[float]] = []
    reachable = {"need": sa.literal(0.0), "offer": sa.literal(0.0)}
    for one in Criterion:
        for side in ("need", "offer"):
            weight = w[f"{side}_{one}"]
            points.append((weight * _agreement(one, side, found.c, w.floor)).label(f"{side}_{one}"))
            reachable[side] += weight * sa.case((found.c[f"known_{one}"], 1.0), else_=1.0 - w.floor)
    kept = [column for column in found.c if not column.key.startswith(("common_", "own_", "their_"))]
    ends = [reachable[side].label(f"{side}_weight") for side in ("need", "offer")]
    return sa.select(found.c.own_id, *kept, *points, *ends, w.version, w.strong, w.good).offset(0).subquery()


def _agreement(one: Criterion, side: str, found: Columns, floor: Expression) -> Expression:
    """How much one side finds what it asks for in the other, in [0, 1]."""
    match one:
        case Criterion.TEXT:
            return found.agreement
        case Criterion.EQUITY:
            return found.equity
        case Criterion.LIKE_CONDITIONS:
            mine, theirs = found.own_likeness, found.their_likeness
            return sa.case((found.asks, mine if side == "need" else theirs), else_=theirs if side == "need" else mine)
        case _:
            own, theirs = found[f"own_{one}"], found[f"their_{one}"]
            size = sa.case((found.asks, own), else_=theirs) if side == "need" else sa.func.least(own, theirs)
            common = found[f"common_{one}"]
            return sa.case((common == 0, 0.0), else_=floor + (1.0 - floor) * _share(common, size))
