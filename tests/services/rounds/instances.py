"""Rounds made for tests: tiny ones by chance, and what trying every allocation finds."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any
from uuid import UUID

import numpy as np
from hypothesis import strategies as st

from services.rounds.errors import WrongAllocation
from services.rounds.frozen import Frozen, FrozenNeed, FrozenOffer, Indices
from services.rounds.rules import RoundTerms
from services.rounds.solving import check_allocation, value_of
from services.rounds.terms import NeedGroup

GROUPS: list[NeedGroup] = [group for group in NeedGroup if group is not NeedGroup.ALL]


def a_round(
    needs: list[set[NeedGroup]], offers: list[tuple[str, int]], scores: Mapping[tuple[int, int], int], **terms: Any
) -> Frozen:
    """A round: groups of each need, state and places of each offer, value of each pair in millionths."""
    pairs = sorted(scores)
    return Frozen(
        tuple(FrozenNeed(f"need{place}", frozenset(groups)) for place, groups in enumerate(needs)),
        tuple(FrozenOffer(f"offer{place}", state, places) for place, (state, places) in enumerate(offers)),
        np.array([need for need, _ in pairs], dtype=np.int64),
        np.array([offer for _, offer in pairs], dtype=np.int64),
        np.array([scores[pair] for pair in pairs], dtype=np.int64),
        RoundTerms(**terms),
    )


def named(frozen: Frozen, needs: list[UUID], offers: list[UUID]) -> Frozen:
    """The same round of these proposals."""
    return replace(
        frozen,
        needs=tuple(replace(one, id=key.hex) for one, key in zip(frozen.needs, needs, strict=True)),
        offers=tuple(replace(one, id=key.hex) for one, key in zip(frozen.offers, offers, strict=True)),
    )


@st.composite
def rounds(draw: st.DrawFn, *, floors: bool = True) -> Frozen:
    """Rounds of up to five needs and four offers."""
    needs: list[set[NeedGroup]] = draw(st.lists(st.sets(st.sampled_from(GROUPS), max_size=3), min_size=1, max_size=5))
    offers = draw(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 2)), min_size=1, max_size=4))
    possible = list(product(range(len(needs)), range(len(offers))))
    fitting = draw(st.sets(st.sampled_from(possible), max_size=len(possible)))
    scores = {pair: draw(st.sampled_from([1, 2, 3, 500_000, 700_000, 1_000_000])) for pair in sorted(fitting)}
    named = draw(st.sets(st.sampled_from(list(NeedGroup)), min_size=1, max_size=4)) if floors else set()
    return a_round(
        needs,
        offers,
        scores,
        floors={group: draw(st.sampled_from([0, 250, 333, 500, 750, 1000])) for group in sorted(named)},
        max_load=draw(st.none() | st.integers(1, 3)),
        least_served_first=draw(st.booleans()),
    )


def allocations(frozen: Frozen) -> Iterator[Indices]:
    """Every allocation that keeps places and loads."""
    of_need = [[-1, *np.flatnonzero(frozen.need == need).tolist()] for need in range(len(frozen.needs))]
    for choice in product(*of_need):
        pairs = np.array([pair for pair in choice if pair >= 0], dtype=np.int64)
        try:
            check_allocation(frozen, pairs, {})
        except WrongAllocation:
            continue
        yield pairs


def served(frozen: Frozen, pairs: Indices, group: NeedGroup) -> int:
    """How many needs of a group an allocation serves."""
    return int(frozen.members(group)[frozen.need[pairs]].sum())


def best(frozen: Frozen) -> tuple[Fraction | None, int] | None:
    """The least served share and the value of the best allocation, by trying all; None where the floors exclude all."""
    groups = [group for group in frozen.terms.floors if frozen.members(group).any()]
    fine = [
        pairs
        for pairs in allocations(frozen)
        if all(served(frozen, pairs, group) >= frozen.least(group) for group in groups)
    ]
    if not fine:
        return None
    if not groups or not frozen.terms.least_served_first:
        return None, max(value_of(frozen, pairs) for pairs in fine)

    def level(pairs: Indices) -> Fraction:
        return min(Fraction(served(frozen, pairs, one), int(frozen.members(one).sum())) for one in groups)

    return max((level(pairs), value_of(frozen, pairs)) for pairs in fine)
