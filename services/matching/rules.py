"""What makes a score (weights, agreement, what a cosine says), and what a finished cooperation is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from services.core.actor import Audience
from services.matching.errors import WrongCooperation, WrongWeights
from services.matching.terms import MatchCriterion

DOUBT = 0.5
"""Half an agreement that is missing from every list: two things in common say more than one.

``common / (size + DOUBT)`` falls whenever something common is taken out of either list, also where one list lies
within the other, so that deleting a reason's cause always lowers the score.
"""
HALF = 0.05
"""Share of words in common that says half of what all of them say: a few rare words in common are much already."""
ALIKE = ((0.0, 0.0), (0.3, 0.2), (0.6, 0.44), (1.1, 0.5), (2.0, 1.0))
"""Meaning and words of two texts of one language, added -> how near they are, as cosines tell it across languages.

So that what is usual among strangers of one language (1.0 for the nearest of 70) does not come before the same text in
another (0.5 and more), and who answers a need in its language (0.6 to 1.1) comes before nearly all strangers of others.
"""
ANCHORS = ((0.0, 0.0), (0.3, 0.1), (0.75, 0.9), (1.0, 1.0))
"""Nearness of two texts -> how much they agree, linear in between.

Measured with the bundled model: any two texts have 0.13, two proposals on unrelated themes 0.31 (median; 0.46 for the
95th percentile), two on one theme in other words 0.59, the same text in two languages 0.75 and more. It never
saturates, so that the nearer of two near texts stays ahead.
"""
FAR_APART = 0.2
"""Below this agreement two texts are said to be far apart: nine in ten unrelated proposals are, and few related."""
ENOUGH = 1.0
"""``count / (count + ENOUGH)``: of experience, the first piece counts as much as all others together.

So whoever has done much is never far ahead of who has done something, and the same few providers do not win everything.
"""
MOST_SHOWN = 5
"""How many cooperations a reason shows, the last finished first."""
SUM_TOLERANCE = 1e-9
NOTE_LIMIT = 2_000
"""The longest note on weights, in characters; the table holds the same limit."""
REASON_LIMIT = 2_000
"""The longest reason to decline a match, in characters; the table holds the same limit."""
MOST_SEARCHES = 100
"""How many standing searches a delegation may have."""
FIRST_YEAR = 1900
"""Before it no cooperation is believed to have begun."""
MOST_STATES = 250
"""How many partner states a cooperation may have; there are fewer."""


def nearness(meaning: float, words: float | None) -> float:
    """How near two texts are, 1 for the same text: their meaning, and within one language their words, too.

    ``meaning`` estimates a cosine, ``words`` is the share of words in common, in [0, 1]; None where the texts share no
    language, so that across languages the meaning alone decides, and no word that cannot be there counts as missing.
    """
    if words is None:
        return meaning
    said = meaning + words * (1 + HALF) / (words + HALF)
    for (start, low), (end, high) in pairwise(ALIKE):
        if said <= end:
            return low + (said - start) * ((high - low) / (end - start))
    return ALIKE[-1][1]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the Group sets: how much each criterion counts for either side, and where the bands begin.

    ``need`` is what a need asks of a partner, ``offer`` what an offer asks of one: each in [0, 1], each set sums to
    1, and what is left out counts 0. ``floor`` in [0, 1] is what any agreement is worth of a full one; what one side
    does not state keeps ``1 - floor`` of its weight, and the rest goes to the other criteria.
    ``strong`` and ``good`` are the least scores of these bands.
    """

    need: Mapping[MatchCriterion, float]
    offer: Mapping[MatchCriterion, float]
    floor: float
    strong: float
    good: float

    def checked(self) -> "Weights":
        """Return the weights if every match can be scored by them.

        Raises:
            WrongWeights: a weight out of range, a side that does not sum to 1, or bands out of order.
        """
        for name, side in (("need", self.need), ("offer", self.offer)):
            for criterion, weight in side.items():
                if not 0 <= weight <= 1:  # so written that NaN is out of range too
                    raise WrongWeights(f"The weight of {criterion.name} is {weight}; it is from 0 to 1.", path=(name,))
            total = math.fsum(side.values())
            if abs(total - 1) > SUM_TOLERANCE:
                raise WrongWeights(f"The weights of the {name} sum to {total:.6g}; they must sum to 1.", path=(name,))
        if not 0 <= self.floor <= 1:
            raise WrongWeights(f"The floor is {self.floor}; it is from 0 to 1.", path=("floor",))
        if not 0 < self.good < self.strong <= 1:
            raise WrongWeights(
                f"The band GOOD begins at {self.good} and STRONG at {self.strong}; GOOD begins above 0 and below "
                "STRONG, and STRONG not above 1.",
                path=("good",),
            )
        return self

    def as_json(self) -> dict[str, Any]:
        """The form in which ``matching_weights`` keeps them."""
        return {
            "need": {criterion.value: self.need.get(criterion, 0.0) for criterion in MatchCriterion},
            "offer": {criterion.value: self.offer.get(criterion, 0.0) for criterion in MatchCriterion},
            "floor": self.floor,
            "strong": self.strong,
            "good": self.good,
        }


def check_cooperation(
    host: str, partners: Sequence[str], started_on: date, ended_on: date, visibility: Audience, today: date
) -> None:
    """Make sure that a cooperation is one that has ended, is of different states, and may be shown.

    Raises:
        WrongCooperation: the path names what is wrong, as imports and GraphQL call it.
    """
    if host in partners:
        raise WrongCooperation(f"{host} is the host state; name it once.", path=("partnerStates",))
    if len(partners) > MOST_STATES:
        raise WrongCooperation(f"Up to {MOST_STATES} partner states are possible.", path=("partnerStates",))
    if started_on.year < FIRST_YEAR:
        raise WrongCooperation(f"A cooperation begins in {FIRST_YEAR} or later.", path=("from",))
    if ended_on < started_on:
        raise WrongCooperation("A cooperation does not end before it begins.", path=("to",))
    if ended_on > today:
        raise WrongCooperation("This day is to come; only a cooperation that has ended is experience.", path=("to",))
    if visibility is Audience.DELEGATION:
        raise WrongCooperation("Experience is shown to MEMBERS or to the PUBLIC.", path=("visibility",))
