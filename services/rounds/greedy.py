"""The ordinary way that an optimal allocation is compared with: always the most valuable pair that is still possible."""

from collections.abc import Mapping

import numpy as np

from services.rounds.frozen import Frozen, Indices
from services.rounds.terms import NeedGroup


def greedy(frozen: Frozen, least: Mapping[NeedGroup, int]) -> Indices | None:
    """Allocate pair by pair, first to groups that are below ``least``; None where that leaves one below it."""
    order = np.lexsort((frozen.offer, frozen.need, -frozen.value))
    members = {group: frozen.members(group) for group in least}
    left, load = frozen.places.copy(), np.full(len(frozen.states), frozen.terms.max_load or frozen.places.sum())
    served = np.zeros(len(frozen.needs), dtype=bool)
    short = dict(least)
    taken: list[int] = []

    def take(pair: int) -> None:
        need, offer = frozen.need[pair], frozen.offer[pair]
        left[offer] -= 1
        load[frozen.state[offer]] -= 1
        served[need] = True
        taken.append(int(pair))
        for group in short:
            short[group] -= int(members[group][need])

    def possible(pair: int) -> bool:
        need, offer = frozen.need[pair], frozen.offer[pair]
        return not served[need] and left[offer] > 0 and load[frozen.state[offer]] > 0

    for floors_first in (True, False):
        for pair in order.tolist():
            wanted = not floors_first or any(
                number > 0 and members[one][frozen.need[pair]] for one, number in short.items()
            )
            if wanted and possible(pair):
                take(pair)
    return None if any(number > 0 for number in short.values()) else np.sort(np.array(taken, dtype=np.int64))
