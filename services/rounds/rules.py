"""The life of a round, what it takes in, and how a declined place is handed on: values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.rounds.errors import RoundStatusWrong, WrongRound
from services.rounds.terms import NeedGroup, RoundStatus
from services.taxonomy.terms import CapacityArea

R = RoundStatus
STEPS: Mapping[R, frozenset[R]] = {
    R.DRAFT: frozenset({R.COMPUTED, R.DISCARDED}),
    R.COMPUTED: frozenset({R.COMPUTED, R.CONFIRMED, R.DISCARDED}),
    R.CONFIRMED: frozenset(),
    R.DISCARDED: frozenset(),
}
TITLE_LIMIT, NOTE_LIMIT, REASON_LIMIT = 200, 2_000, 2_000
"""Characters of a title, a note, and a reason; the tables hold the same limits."""
MOST_NAMED = 1_000
"""How many needs, and how many offers, a round may name one by one."""
MOST_CANDIDATES = 1_000
CANDIDATES = 200
"""How many offers of each need are taken in, the best, unless the round says otherwise."""
THOUSAND = 1_000
"""Floors are whole thousandths."""
MOST_LOAD = 1_000_000
MOST_LIVE = 3
"""How many computations of a round may be under way."""


@dataclass(frozen=True, slots=True)
class RoundTerms:
    """What a round asks of an allocation.

    ``floors`` in thousandths of a group's needs; a floor of 0 only watches the group. ``max_load``: how many places
    one state may give at most. ``least_served_first``: raise the least served of the groups named as far as it
    goes, before any value counts.
    """

    floors: Mapping[NeedGroup, int] = field(default_factory=dict)
    max_load: int | None = None
    least_served_first: bool = True

    def checked(self) -> "RoundTerms":
        """Return the terms if a round can have them.

        Raises:
            WrongRound: a floor or the load is out of range.
        """
        for group, floor in self.floors.items():
            if not 0 <= floor <= THOUSAND:
                raise WrongRound(
                    f"The floor of {group.name} is {floor / THOUSAND:g}; it is from 0 to 1.", path=("floors",)
                )
        if self.max_load is not None and not 1 <= self.max_load <= MOST_LOAD:
            raise WrongRound(f"A state gives 1 to {MOST_LOAD:,} places at most, or without limit.", path=("maxLoad",))
        return self

    def as_json(self) -> dict[str, Any]:
        """The form in which they are kept and frozen."""
        return {
            "floors": {group.value: self.floors[group] for group in NeedGroup if group in self.floors},
            "max_load": self.max_load,
            "least_served_first": self.least_served_first,
        }

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> "RoundTerms":
        """Read what ``as_json`` wrote."""
        floors = {NeedGroup(group): floor for group, floor in kept["floors"].items()}
        return RoundTerms(floors, kept["max_load"], kept["least_served_first"])


@dataclass(frozen=True, slots=True)
class Selection:
    """Which needs and offers a round takes in: all that are open to members, narrowed by what is given.

    ``needs`` and ``offers`` are ids of proposals in hex. ``capacity_areas`` and ``sectors``: those that name any of them.
    ``candidates``: of each need so many offers, the best.
    """

    needs: Sequence[str] = ()
    offers: Sequence[str] = ()
    capacity_areas: Sequence[CapacityArea] = ()
    sectors: Sequence[str] = ()
    candidates: int = CANDIDATES

    def checked(self) -> "Selection":
        """Return it if a round can have it.

        Raises:
            WrongRound: it names too many, or takes in none.
        """
        for name, listed in (("needs", self.needs), ("offers", self.offers)):
            if len(listed) > MOST_NAMED:
                raise WrongRound(f"Name up to {MOST_NAMED:,} {name}; these are {len(listed):,}.", path=(name,))
        if not 1 <= self.candidates <= MOST_CANDIDATES:
            raise WrongRound(f"Of each need 1 to {MOST_CANDIDATES:,} offers are taken in.", path=("candidates",))
        return self

    def as_json(self) -> dict[str, Any]:
        """The form in which a round keeps it."""
        return {
            "needs": list(self.needs),
            "offers": list(self.offers),
            "capacity_areas": [area.value for area in self.capacity_areas],
            "sectors": list(self.sectors),
            "candidates": self.candidates,
        }

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> "Selection":
        """Read what ``as_json`` wrote."""
        return Selection(**{**kept, "capacity_areas": [CapacityArea(area) for area in kept["capacity_areas"]]})


def step(current: R, wanted: R) -> R:
    """Return ``wanted`` if the life of a round allows it from ``current``.

    Raises:
        RoundStatusWrong: it has no such step.
    """
    if wanted not in STEPS[current]:
        raise RoundStatusWrong(f"A round that is {current.name} does not become {wanted.name}.")
    return wanted


def sources(wanted: R) -> list[R]:
    """The statuses from which the life of a round leads to ``wanted``."""
    return [status for status, following in STEPS.items() if wanted in following]
