"""The score of many pairs at once, in numpy: what ``scoring`` and ``pairs`` say in SQL, to the same bit.

Each operation is one of double precision, and they stand in the same order as there; so no rounding differs, and pairs
come in the same order also where their scores are next to each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from services.matching.index.part import SIDES, Array, Part
from services.matching.index.question import Question
from services.matching.index.rows import LISTS
from services.matching.rules import DOUBT, ENOUGH
from services.matching.terms import MatchCriterion
from services.proposals.terms import Side


@dataclass(frozen=True, slots=True)
class Points:
    """What each criterion but the text gives to both sides of pairs, and the most that a side could reach."""

    need: Mapping[MatchCriterion, Array]
    offer: Mapping[MatchCriterion, Array]
    need_reach: Array
    offer_reach: Array
    need_weight: float
    offer_weight: float

    def scores(self, agreement: Array, rows: Array | slice = slice(None)) -> Array:
        """The scores of the pairs in ``rows`` whose texts agree so; 0 where a side finds nothing."""
        need = _summed(self.need, self.need_weight * agreement, rows) / self.need_reach[rows]
        offer = _summed(self.offer, self.offer_weight * agreement, rows) / self.offer_reach[rows]
        with np.errstate(invalid="ignore", divide="ignore"):
            found = 2.0 * need * offer / (need + offer)
        return np.where((need > 0) & (offer > 0), found, 0.0)


def _summed(points: Mapping[MatchCriterion, Array], text: Array, rows: Array | slice) -> Array:
    terms = (text if one is MatchCriterion.TEXT else points[one][rows] for one in MatchCriterion)
    return reduce(add, terms)


def points_of(question: Question, part: Part, rows: Array, partners: "Partners", comparable: Array) -> Points:
    """The points of the pairs of the own side with the proposals in ``rows``."""
    delegation, asks = part.delegation[rows], _asks(question, part, rows)
    need: dict[MatchCriterion, Array] = {}
    offer: dict[MatchCriterion, Array] = {}
    known: dict[MatchCriterion, Array] = {MatchCriterion.TEXT: comparable}
    for one in LISTS:
        criterion = MatchCriterion(one)
        need[criterion], offer[criterion], known[criterion] = _listed(question, part, rows, one, asks)
    own, their = partners.own_likeness[delegation], partners.their_likeness[delegation]
    both = partners.is_state[delegation] & (question.groups is not None)
    need[MatchCriterion.LIKE_CONDITIONS] = np.where(both, np.where(asks, own, their), 0.0)
    offer[MatchCriterion.LIKE_CONDITIONS] = np.where(both, np.where(asks, their, own), 0.0)
    own, their = _experience(question, part, rows, partners)
    need[MatchCriterion.EXPERIENCE] = np.where(both, np.where(asks, their, own), 0.0)
    offer[MatchCriterion.EXPERIENCE] = np.where(both, np.where(asks, own, their), 0.0)
    known[MatchCriterion.LIKE_CONDITIONS] = known[MatchCriterion.EXPERIENCE] = both
    receiving = np.where(asks, np.nan if question.groups is None else question.groups, partners.groups[delegation])
    known[MatchCriterion.EQUITY] = ~np.isnan(receiving)
    equity = np.where(known[MatchCriterion.EQUITY], receiving / (receiving + DOUBT), 0.0)
    need[MatchCriterion.EQUITY] = offer[MatchCriterion.EQUITY] = equity
    return Points(
        {one: question.need[one] * value for one, value in need.items()},
        {one: question.offer[one] * value for one, value in offer.items()},
        _reach(question.need, known, question.floor),
        _reach(question.offer, known, question.floor),
        question.need[MatchCriterion.TEXT],
        question.offer[MatchCriterion.TEXT],
    )


def _reach(weights: Mapping[str, float], known: Mapping[MatchCriterion, Array], floor: float) -> Array:
    return reduce(add, (weights[one] * np.where(known[one], 1.0, 1.0 - floor) for one in MatchCriterion))


def _asks(question: Question, part: Part, rows: Array) -> Array:
    """Whether the own side stands in the need's place."""
    side = part.side[rows]
    offers, joint = side == SIDES.index(Side.OFFER), side == SIDES.index(Side.JOINT)
    if question.side == Side.NEED:
        return np.ones(len(rows), dtype=bool)
    if question.side == Side.OFFER:
        return np.asarray(offers)
    return np.asarray(offers | (joint & part.later(rows, question.id)))


def _listed(question: Question, part: Part, rows: Array, name: str, asks: Array) -> tuple[Array, Array, Array]:
    """How much both sides find of what they ask for in one list, and whether both state it."""
    codes = question.lists[name]
    their = part.size(name)[rows].astype(np.float64)
    own = float(len(codes))
    common = np.minimum(np.minimum(part.common(name, codes, rows), own), their)
    need = _agreed(common, np.where(asks, own, their), question.floor)
    offer = _agreed(common, np.minimum(own, their), question.floor)
    return need, offer, (their > 0) & (own > 0)


def _agreed(common: Array, size: Array, floor: float) -> Array:
    return np.where(common > 0, floor + (1.0 - floor) * (common / (size + DOUBT)), 0.0)


def _experience(question: Question, part: Part, rows: Array, partners: "Partners") -> tuple[Array, Array]:
    """How much the experience of the own state says, and that of the partner's, in what both proposals name."""
    own, their = np.zeros(len(rows)), np.zeros(len(rows))
    delegation = part.delegation[rows]
    for name in ("capacity_areas", "sectors"):
        for code in dict.fromkeys(question.lists[name]):
            done, mine = partners.experience.get(code), question.experience.get(code, 0.0)
            if done is not None or mine:
                named = part.has(name, code, rows)
                own += named * mine
                their += 0.0 if done is None else named * done[delegation]
    return own / (own + ENOUGH), their / (their + ENOUGH)


class Partners:
    """The delegations of a question by their numbers in a part, as arrays; who is not among them takes no part."""

    def __init__(self, question: Question, part: Part) -> None:
        known = {one.id: one for one in question.partners}
        found = [known.get(one) for one in part.names["delegation"]]
        self.listed = found
        self.admitted = np.array([one is not None and one.admitted for one in found], dtype=bool)
        self.modality = ["" if one is None else one.modality for one in found]
        self.is_state = np.array([one is not None and one.groups is not None for one in found], dtype=bool)
        self.groups = np.array([np.nan if one is None or one.groups is None else one.groups for one in found])
        self.own_likeness = np.array([(one and one.own_likeness) or 0.0 for one in found])
        self.their_likeness = np.array([(one and one.their_likeness) or 0.0 for one in found])
        codes = {code for one in question.partners for code in one.experience}
        self.experience = {
            code: np.array([0.0 if one is None else one.experience.get(code, 0.0) for one in found]) for code in codes
        }
