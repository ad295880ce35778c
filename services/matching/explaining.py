"""Why a pair matches and what does not fit, in SQL: a row for each reason and for each miss of one match.

Sentences are in English, for people without a client; clients word them by code, in the reader's language.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from services.core.read.shape import Ask, Expression, Row, table_of, within
from services.matching.experience import CODES, experienced
from services.matching.formulas import number, weight_of
from services.matching.pairs import LISTS
from services.matching.policy import spoken
from services.matching.rules import FAR_APART
from services.matching.tables import MatchingWeights
from services.matching.terms import MatchCriterion, MatchMissCode
from services.proposals.tables import Proposal

_REASONS = {
    MatchCriterion.CAPACITY_AREAS: "Capacity areas in common",
    MatchCriterion.SECTORS: "Sectors in common",
    MatchCriterion.SDG_TARGETS: "SDG targets in common",
    MatchCriterion.FORMS: "Forms of cooperation in common",
    MatchCriterion.TEXT: "Meaning that the two texts share, written in",
    MatchCriterion.WORKING_LANGUAGES: "Working languages in common",
    MatchCriterion.LIKE_CONDITIONS: "Both states are in",
    MatchCriterion.EQUITY: "The receiving state is in",
    MatchCriterion.EXPERIENCE: "One of the states, or both, finished cooperations before in",
}
_MISSES = {
    MatchMissCode.CAPACITY_AREAS_NOT_COVERED: "The need asks for capacity areas that the offer does not name",
    MatchMissCode.SECTORS_NOT_COVERED: "The need asks for sectors that the offer does not name",
    MatchMissCode.SDG_TARGETS_NOT_COVERED: "The need asks for SDG targets that the offer does not name",
    MatchMissCode.FORMS_NOT_COVERED: "The need asks for forms of cooperation that the offer does not name",
    MatchMissCode.QUANTITY_SHORT: "The offer gives less than the need asks for (given, asked)",
    MatchMissCode.INTERPRETATION_NEEDED: "There is no working language in common; interpretation is offered",
    MatchMissCode.TEXTS_FAR_APART: "The two texts are far apart in meaning",
    MatchMissCode.NOT_STATED: "Not compared, since not both sides state it",
}
_NOT_COVERED = {
    MatchMissCode.CAPACITY_AREAS_NOT_COVERED: "capacity_areas",
    MatchMissCode.SECTORS_NOT_COVERED: "sectors",
    MatchMissCode.SDG_TARGETS_NOT_COVERED: "sdg_targets",
    MatchMissCode.FORMS_NOT_COVERED: "forms",
}


_WORDS = {"capacity_areas", "forms"}
"""The lists whose codes are enums in GraphQL, and so in capitals."""


def reasons(match: Row, ask: Ask) -> sa.Subquery:
    """The reasons of a match (a row of ``scoring.ranked``) that contribute something.

    Columns: ``code``; ``place``, from 1; ``contribution``; ``weight``, in [0, 1], the mean of both sides;
    ``codes`` that agree; ``sentence``; ``own_state`` and ``their_state``, the states of the match.
    """
    own, other, weights = (table_of(table).alias() for table in (Proposal, Proposal, MatchingWeights))
    parts = array([match[f"part_{one}"] for one in MatchCriterion])
    each = (
        sa.func.unnest(array([sa.literal(one.value) for one in MatchCriterion]), parts)
        .table_valued(sa.column("code", sa.Text), sa.column("contribution", sa.Float), with_ordinality="place")
        .render_derived()
    )
    agreeing = {one: _among(own.c[column], other.c[column], column) for one, column in LISTS.items()} | {
        MatchCriterion.TEXT: array([own.c.language, other.c.language]),
        MatchCriterion.LIKE_CONDITIONS: _capitals(match.like_codes),
        MatchCriterion.EQUITY: _capitals(match.equity_codes),
        MatchCriterion.EXPERIENCE: _capitals(experienced(match, own, other, ask.viewer)),
    }
    need, offer = (weight_of(weights.c, side, each.c.code) for side in ("need", "offer"))
    chosen = sa.select(
        *each.c,
        ((need + offer) / number(2)).label("weight"),
        _chosen(agreeing, each.c.code),
        match.own_id.label("own_id"),
        match.id.label("id"),
        match.own_state.label("own_state"),
        match.their_state.label("their_state"),
    )
    sources = (
        sa.join(each, weights, weights.c.version == match.version)
        .join(own, own.c.id == match.own_id)
        .join(other, other.c.id == match.id)
    )
    return _told(match, chosen.select_from(sources).where(each.c.contribution > 0), _REASONS)


def misses(match: Row, _: Ask) -> sa.Subquery:
    """What does not fit in a match (a row of ``scoring.ranked``), seen from the need.

    Columns: ``code``; ``place``, from 1; ``codes`` that are meant; ``sentence``.
    """
    need, offer = (table_of(Proposal).alias() for _ in range(2))
    each = (
        sa.func.unnest(array([sa.literal(one.value) for one in MatchMissCode]))
        .table_valued(sa.column("code", sa.Text), with_ordinality="place")
        .render_derived()
    )
    languages = _among(need.c.working_languages, offer.c.working_languages, "working_languages")
    unstated = array([sa.case((sa.not_(match[f"known_{one}"]), one.name)) for one in MatchCriterion])
    short = sa.and_(need.c.unit == offer.c.unit, offer.c.quantity < need.c.quantity)
    missing: dict[StrEnum, Expression] = {
        miss: sa.case(
            (sa.func.cardinality(offer.c[column]) > 0, _among(need.c[column], offer.c[column], column, inside=False))
        )
        for miss, column in _NOT_COVERED.items()
    } | {
        MatchMissCode.QUANTITY_SHORT: sa.case((short, array([_plain(offer.c.quantity), _plain(need.c.quantity)]))),
        MatchMissCode.INTERPRETATION_NEEDED: sa.case(
            (
                sa.and_(match.known_working_languages, sa.func.cardinality(languages) == 0),
                sa.func.array_cat(need.c.working_languages, offer.c.working_languages),
            )
        ),
        MatchMissCode.TEXTS_FAR_APART: sa.case(
            (match.agreement < FAR_APART, array([need.c.language, offer.c.language]))
        ),
        MatchMissCode.NOT_STATED: sa.func.array_remove(unstated, sa.null()),
    }
    sources = sa.join(each, need, need.c.id == sa.case((match.asks, match.own_id), else_=match.id)).join(
        offer, offer.c.id == sa.case((match.asks, match.id), else_=match.own_id)
    )
    told = _told(match, sa.select(*each.c, _chosen(missing, each.c.code)).select_from(sources), _MISSES)
    return sa.select(told).where(sa.func.cardinality(told.c.codes) > 0).subquery()


def _told(match: Row, chosen: sa.Select[Any], phrases: Mapping[Any, str]) -> sa.Subquery:
    """The rows with their codes computed once, and the sentence that names these."""
    rows = within(match, chosen.offset(0)).subquery()
    phrase = sa.case(*((rows.c.code == word.value, f"{said}: ") for word, said in phrases.items()))
    sentence = phrase + sa.func.array_to_string(rows.c.codes, ", ") + "."
    return sa.select(rows, sentence.label("sentence")).subquery()


def _chosen(codes: Mapping[Any, Expression], code: Expression) -> Expression:
    """The codes that belong to a row's word."""
    found = sa.case(*((code == word.value, sa.cast(listed, CODES)) for word, listed in codes.items()))
    return found.label("codes")


def _among(first: Expression, second: Expression, column: str, *, inside: bool = True) -> Expression:
    """The codes of ``first`` that ``second`` has, or has not; in capitals where they are words of an enum."""
    if column == "working_languages":
        first, second = spoken(first), spoken(second)
    code = sa.func.unnest(first).column_valued()
    met = code == sa.any_(second) if inside else code != sa.all_(second)
    listed = sa.func.array(sa.select(code).where(met).scalar_subquery(), type_=CODES)
    return _capitals(listed) if column in _WORDS else listed


def _capitals(codes: Expression) -> Expression:
    return sa.cast(sa.func.upper(sa.cast(codes, sa.Text)), CODES)


def _plain(quantity: Expression) -> Expression:
    return sa.cast(sa.func.trim_scale(quantity), sa.Text)
