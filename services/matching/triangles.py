"""The triangles that a need can be part of, in SQL: the need in, one row for each of the best triangles out.

A triangle is a need of a developing state, an offer of another developing state in like conditions (pivotal), and an
offer of funding or equipment by a third delegation (facilitating). Its score is the harmonic mean of the need's matches
with both, so that a triangle is no better than its weaker side, and each reason of a match keeps its share of it.
"""

from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array

from services.core.read.shape import Ask, Columns, Condition, Expression, Row, table_of, within
from services.matching.answer_policy import set_aside
from services.matching.policy import overlapping, understood
from services.matching.scoring import ranked
from services.matching.terms import MatchCriterion, TriangularRole
from services.proposals.tables import Proposal
from services.proposals.terms import CooperationForm, Modality

MOST = 100
"""How many triangles a need has at most: the best ones, exactly."""
BLOCK = 60
"""How many of the best offers of either role give the bound from which all others are searched."""
SLACK = 1e-12
"""More than rounding moves a harmonic mean, and less than tells two triangles apart."""
ROLES = tuple(TriangularRole)
FUNDS = (CooperationForm.FUNDING, CooperationForm.EQUIPMENT_COMPUTE)
"""What a facilitating offer gives."""
_LISTED: dict[str, Any] = {
    "id": sa.Uuid(),
    "delegation_id": sa.Uuid(),
    "score": sa.Float(),
    "version": sa.Integer(),
    "pivotal": sa.Boolean(),
    "facilitating": sa.Boolean(),
    "like_codes": ARRAY(sa.Text),
    "parts": ARRAY(sa.Float),
}
"""What is packed of an offer; ``parts`` are the contributions of all criteria to its match, in their order."""


def triangles(own: Row, ask: Ask) -> sa.Subquery:
    """The ``MOST`` best triangles of the need ``own`` whose offers ``ask.viewer`` may see, one row each.

    Columns: ``own_id``; ``pivotal_id`` and ``facilitating_id`` with ``…_score``; ``like_codes``, the regions and groups
    that beneficiary and pivotal state are in today; ``version`` of the weights; ``score`` in (0, 1].

    Exact: the best pairs of the ``BLOCK`` best offers of either role give a bound that the last triangle cannot fall
    below, and an offer is looked at only if, with the best of the other role, it could reach it.
    """
    listed = _candidates(own, ask)
    offers = {role: _offers(listed, role) for role in ROLES}
    bound = _bound(listed)
    first, second = (offers[role] for role in ROLES)
    best_first, best_second = (listed.c[f"best_{role}"] for role in ROLES)
    score = _harmonic(first.c.score, second.c.score)
    apart, sources = _together(first, second, sa.join(listed, bound, sa.true()))
    found = (
        sa.select(
            own.id.label("own_id"),
            *(offers[role].c[name].label(f"{role}_{name}") for role in ROLES for name in ("id", "score", "parts")),
            first.c.like_codes.label("like_codes"),
            first.c.version.label("version"),
            score.label("score"),
        )
        .select_from(sources)
        .where(
            _harmonic(first.c.score, best_second) >= bound.c.least - SLACK,
            _harmonic(second.c.score, best_first) >= bound.c.least - SLACK,
            score >= bound.c.least,
            apart,
        )
    )
    return within(own, found.order_by(*_best_first(score, first, second)).limit(MOST)).subquery()


def edge(row: Row, ask: Ask, role: TriangularRole) -> sa.Subquery:
    """The match of a triangle's need with its offer in ``role``."""
    table = table_of(Proposal).alias()
    chosen = sa.select(*table.c, row[f"{role}_id"].label("offered")).where(table.c.id == row.own_id).offset(0)
    need = within(row, chosen).lateral()
    match = ranked(Columns(need), ask, only=need.c.offered).lateral()
    return within(row, sa.select(*match.c).select_from(sa.join(need, match, sa.true()))).subquery()


def reasons(row: Row, _: Ask) -> sa.Subquery:
    """The reasons of a triangle: ``role``, ``code``, ``place`` and ``contribution``; they add up to its score."""
    return sa.union_all(*(_of_edge(row, role) for role in ROLES)).subquery()


def _of_edge(row: Row, role: TriangularRole) -> sa.Select[Any]:
    other = ROLES[1 - ROLES.index(role)]
    share = row[f"{other}_score"] / (row.pivotal_score + row.facilitating_score)
    each = (
        sa.func.unnest(array([sa.literal(one.value) for one in MatchCriterion]), row[f"{role}_parts"])
        .table_valued(sa.column("code", sa.Text), sa.column("part", sa.Float), with_ordinality="place")
        .render_derived()
    )
    contribution = (each.c.part * share).label("contribution")
    chosen = sa.select(sa.literal(role.value, sa.Text).label("role"), each.c.code, each.c.place, contribution)
    return within(row, chosen.where(each.c.part > 0))


def _candidates(own: Row, ask: Ask) -> sa.Subquery:
    """One row: the offers that fit the need in either role, packed, and the best score of each role."""
    match, offer = ranked(own, ask, triangular=True), table_of(Proposal).alias()
    funds = sa.cast(array([sa.literal(one.value) for one in FUNDS]), ARRAY(sa.Text))
    roles = {
        TriangularRole.PIVOTAL: sa.and_(
            match.c.modality == Modality.SOUTH_SOUTH.value, sa.func.cardinality(match.c.like_codes) > 0
        ),
        TriangularRole.FACILITATING: sa.cast(offer.c.forms, ARRAY(sa.Text)).overlap(funds),
    }
    values: dict[str, Expression] = {
        **{name: match.c[name] for name in ("id", "delegation_id", "score", "version", "like_codes")},
        **{role.value: fits for role, fits in roles.items()},
        "parts": array([match.c[f"part_{one}"] for one in MatchCriterion]),
    }
    packed: Expression = sa.func.jsonb_agg(
        sa.func.jsonb_build_object(*(part for name in _LISTED for part in (name, values[name]))), type_=JSONB()
    )
    chosen: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            packed.label("listed"),
            *(sa.func.max(match.c.score).filter(fits).label(f"best_{role}") for role, fits in roles.items()),
        )
        .select_from(sa.join(match, offer, offer.c.id == match.c.id))
        .where(match.c.asks, sa.or_(*roles.values()), match.c.id.not_in(set_aside(own, ask.viewer)))
    )
    return within(own, chosen.offset(0)).subquery()


def _offers(listed: sa.Subquery, role: TriangularRole) -> sa.FromClause:
    """The packed offers that fit in a role."""
    each = sa.func.jsonb_to_recordset(listed.c.listed).table_valued(
        *(sa.column(name, kind) for name, kind in _LISTED.items())
    )
    each = each.render_derived(with_types=True)
    return sa.select(*each.c).where(each.c[role.value]).correlate(listed).lateral()


def _bound(listed: sa.Subquery) -> sa.FromClause:
    """One row: ``least``, below which no triangle is among the best ``MOST``; 0 where the best offers make fewer."""
    best = []
    for role in ROLES:
        offers = _offers(listed, role)
        best.append(sa.select(*offers.c).order_by(offers.c.score.desc(), offers.c.id.desc()).limit(BLOCK).lateral())
    first, second = best
    apart, sources = _together(first, second)
    score = _harmonic(first.c.score, second.c.score).label("score")
    scores = sa.select(score).select_from(sources).where(apart).order_by(score.desc()).limit(MOST)
    some = scores.correlate(listed).subquery()
    least = sa.case((sa.func.count() == MOST, sa.func.min(some.c.score)), else_=0.0).label("least")
    return sa.select(least).select_from(some).correlate(listed).lateral()


def _together(
    first: sa.FromClause, second: sa.FromClause, before: sa.FromClause | None = None
) -> tuple[Condition, sa.FromClause]:
    """Whether two offers can be of one triangle: two delegations, a language in common, periods that overlap."""
    one, other = (table_of(Proposal).alias() for _ in range(2))
    sources = sa.join(first, second, first.c.delegation_id != second.c.delegation_id)
    if before is not None:
        sources = before.join(first, sa.true()).join(second, first.c.delegation_id != second.c.delegation_id)
    sources = sources.join(one, one.c.id == first.c.id).join(other, other.c.id == second.c.id)
    return sa.and_(understood(one.c, other.c), overlapping(one.c, other.c)), sources


def _harmonic(one: Expression, other: Expression) -> Expression:
    return 2.0 * one * other / (one + other)


def _best_first(score: Expression, first: sa.FromClause, second: sa.FromClause) -> list[Expression]:
    return [score.desc(), first.c.id.desc(), second.c.id.desc()]


PIVOTAL, FACILITATING = (partial(edge, role=role) for role in ROLES)
"""The two edges of a triangle."""
