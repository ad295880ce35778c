"""Who comes next when a place is declined: a pure function of the frozen round and what has been answered."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from services.rounds.certificate import Held
from services.rounds.frozen import Frozen, Indices
from services.rounds.terms import NeedGroup

Pair = tuple[str, str]
"""Need and offer, in hex."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is allocated, and which pairs were declined; needs and offers that are ``gone`` take no part any more."""

    live: Sequence[Pair]
    declined: Set[Pair]
    gone: Set[str] = frozenset()


def next_pairs(frozen: Frozen, now: Standing) -> list[Pair]:
    """The pairs that come next, one after another: groups below their floor first, then the most valuable.

    A pair that was declined does not come back; what the others have stays as it is.
    """
    names = [
        (frozen.needs[need].id, frozen.offers[offer].id)
        for need, offer in zip(frozen.need.tolist(), frozen.offer.tolist(), strict=True)
    ]
    held = set(now.live)
    taken: Indices = np.array([place for place, pair in enumerate(names) if pair in held], dtype=np.int64)
    open_to = np.array(
        [pair not in now.declined and pair[0] not in now.gone and pair[1] not in now.gone for pair in names], dtype=bool
    )
    found: list[Pair] = []
    while True:
        state = Held(frozen, taken)
        possible = np.flatnonzero(open_to & (state.value[frozen.need] == 0) & state.may_give[frozen.offer])
        if not len(possible):
            return found
        below = _below(frozen, state)[frozen.need[possible]]
        best = possible[np.lexsort((possible, -frozen.value[possible], ~below))[0]]
        found.append(names[best])
        taken = np.append(taken, best)


def _below(frozen: Frozen, state: Held) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which needs are in a group of which fewer are served than its floor asks for."""
    below = np.zeros(len(frozen.needs), dtype=bool)
    for group in frozen.terms.floors:
        members = frozen.members(NeedGroup(group))
        if (state.value[members] > 0).sum() < frozen.least(group):
            below |= members
    return below
