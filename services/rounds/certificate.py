"""What a round is certified by: a pure function of the frozen input and the allocation, so that anyone recomputes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.rounds.floors import Least, Reach
from services.rounds.flow import best_by_flow
from services.rounds.frozen import MILLION, Frozen, Indices
from services.rounds.greedy import greedy
from services.rounds.rules import THOUSAND
from services.rounds.solving import Solved, value_of
from services.rounds.terms import NeedGroup, UnservedReason

MOST_LISTED = 100
"""How many blocking pairs a certificate lists, the most valuable; it counts all."""


@dataclass(frozen=True, slots=True)
class Held:
    """An allocation as seen by needs and offers."""

    frozen: Frozen
    pairs: Indices

    @property
    def value(self) -> Indices:
        """What each need has, in millionths; 0 without anything."""
        had = np.zeros(len(self.frozen.needs), dtype=np.int64)
        had[self.frozen.need[self.pairs]] = self.frozen.value[self.pairs]
        return had

    @property
    def left(self) -> Indices:
        """How many places each offer has left."""
        given = np.bincount(self.frozen.offer[self.pairs], minlength=len(self.frozen.offers))
        left: Indices = self.frozen.places - given
        return left

    @property
    def load(self) -> Indices:
        """How many places each state gives."""
        return np.bincount(self.frozen.state[self.frozen.offer[self.pairs]], minlength=len(self.frozen.states))

    @property
    def may_give(self) -> NDArray[np.bool_]:
        """Which offers have a place left that their state may still bear."""
        most = self.frozen.terms.max_load
        bears = np.ones(len(self.frozen.states), dtype=bool) if most is None else self.load < most
        free: NDArray[np.bool_] = (self.left > 0) & bears[self.frozen.state]
        return free


def certify(frozen: Frozen, solved: Solved) -> dict[str, Any]:
    """The certificate of an allocation; numbers in millionths and thousandths stay whole."""
    held, value = Held(frozen, solved.pairs), value_of(frozen, solved.pairs)
    free = value_of(frozen, best_by_flow(frozen)) if solved.least else value
    groups = [_group(frozen, held, group, solved) for group in NeedGroup if frozen.members(group).any()]
    named = [one for one in groups if one["floor"] is not None] or groups
    blocking, envious = _blocking(held), _envy(held)
    unserved = _unserved(held)
    return {
        "needs": len(frozen.needs),
        "offers": len(frozen.offers),
        "pairs": len(frozen.value),
        "places": int(frozen.places.sum()),
        "served": len(solved.pairs),
        "value": value,
        "bound": solved.bound,
        "proven": _proven(solved, value),
        "proofs": [
            {"solver": one.solver, "value": one.value, "bound": one.bound, "proven": one.proven}
            for one in solved.proofs
        ],
        "unconstrained": free,
        "price": _ratio(free - value, free),
        "greedy": _greedy(frozen, solved.least),
        "greedy_at_floors": _greedy(frozen, {group: frozen.least(group) for group in solved.least}),
        "groups": groups,
        "least_share": min(one["share"] for one in named),
        "least_share_proven": solved.level_agreed,
        "gini": gini(held.load),
        "unserved": len(unserved),
        "unserved_listed": unserved,
        "envious": envious,
        "blocking": len(blocking),
        "blocking_listed": _listed(held, blocking),
    }


def gini(load: Sequence[int] | Indices) -> float:
    """How unequally a load is borne: 0 where all bear the same, towards 1 where one bears everything."""
    ordered = np.sort(np.asarray(load, dtype=np.int64))
    total, number = int(ordered.sum()), len(ordered)
    if total == 0:
        return 0.0
    ranked = int((ordered * np.arange(1, number + 1)).sum())
    return round((2 * ranked - (number + 1) * total) / (number * total), 6)


def _greedy(frozen: Frozen, least: Least) -> int | None:
    pairs = greedy(frozen, least)
    return None if pairs is None else value_of(frozen, pairs)


def _proven(solved: Solved, value: int) -> bool:
    """Whether two solvers agree that nothing is better."""
    agreed = all(proof.proven and proof.value == value for proof in solved.proofs)
    return agreed and len(solved.proofs) > 1 and solved.level_agreed is not False


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _group(frozen: Frozen, held: Held, group: NeedGroup, solved: Solved) -> dict[str, Any]:
    """How a group is served, and how much of it could be if nobody else were."""
    members = frozen.members(group)
    served, size = int((held.value[members] > 0).sum()), int(members.sum())
    floor = frozen.terms.floors.get(group)
    return {
        "group": group.value,
        "needs": size,
        "served": served,
        "share": _ratio(served, size),
        "floor": None if floor is None else floor / THOUSAND,
        "least": solved.least.get(group),
        "possible": Reach(frozen, [group]).most(group),
    }


def _unserved(held: Held) -> list[dict[str, Any]]:
    """The needs that have nothing, in the order of the input, and why."""
    frozen = held.frozen
    fits = np.bincount(frozen.need, minlength=len(frozen.needs)) > 0
    has_places = np.zeros(len(frozen.needs), dtype=bool)
    has_places[frozen.need[held.left[frozen.offer] > 0]] = True
    reasons = np.where(fits, np.where(has_places, 2, 1), 0)
    words = (UnservedReason.NO_OFFER, UnservedReason.PLACES_TAKEN, UnservedReason.LOAD_REACHED)
    return [
        {"need": frozen.needs[place].id, "reason": words[reasons[place]].value}
        for place in np.flatnonzero(held.value == 0).tolist()
    ]


def _envy(held: Held) -> int:
    """How many needs would rather have what another has: an offer that gives to others and is worth more to them."""
    frozen = held.frozen
    gives = held.left < frozen.places
    better = gives[frozen.offer] & (frozen.value > held.value[frozen.need])
    return len(np.unique(frozen.need[better]))


def _blocking(held: Held) -> Indices:
    """The pairs that both sides would rather have: more to the need than what it has, and to the offer than its least."""
    frozen = held.frozen
    least = np.full(len(frozen.offers), MILLION + 1, dtype=np.int64)
    np.minimum.at(least, frozen.offer[held.pairs], frozen.value[held.pairs])
    least[held.may_give] = 0
    return np.flatnonzero((frozen.value > held.value[frozen.need]) & (frozen.value > least[frozen.offer]))


def _listed(held: Held, blocking: Indices) -> list[dict[str, Any]]:
    frozen = held.frozen
    worst = blocking[np.lexsort((frozen.offer[blocking], frozen.need[blocking], -frozen.value[blocking]))][:MOST_LISTED]
    return [
        {
            "need": frozen.needs[frozen.need[pair]].id,
            "offer": frozen.offers[frozen.offer[pair]].id,
            "value": int(frozen.value[pair]),
            "has": int(held.value[frozen.need[pair]]),
        }
        for pair in worst.tolist()
    ]
