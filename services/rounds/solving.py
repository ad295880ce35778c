"""The way from a frozen round to its best allocation, proven by two solvers."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from services.rounds.errors import WrongAllocation
from services.rounds.floors import Least, Reached, reach_floors
from services.rounds.flow import best_by_flow, best_by_matching
from services.rounds.frozen import Frozen, Indices
from services.rounds.integer import FIRST_GAP, Prices, Rows, by_cp_sat, by_highs, relaxed, remaining
from services.rounds.terms import ComputationStage

MOST_EXACT = 400_000
"""Pairs of a round with floors up to which the integer program is solved to the end; above it stands what was
reached after ``SECONDS``, with the bound and the gap."""
SECONDS = 600.0
MOST_MATCHED = 20_000
"""Needs up to which a flow is checked by a second solver, which takes minutes above."""
Say = Callable[[ComputationStage], None]


@dataclass(frozen=True, slots=True)
class Proof:
    """What one solver says: the value it found, in millionths, the bound it gives, and whether it proved it best."""

    solver: str
    value: int
    bound: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Solved:
    """The best allocation found. ``least`` are the floors in force: the round's, or raised to the level reached."""

    pairs: Indices
    least: Least
    level: Fraction | None
    level_agreed: bool | None
    bound: int
    proofs: tuple[Proof, ...]


def solve(frozen: Frozen, say: Say = lambda _: None, *, witness: bool = True) -> Solved:
    """Allocate a round: first its floors, then the least served group, then value; the same again by a second solver.

    Raises:
        WrongRound, RoundTooLarge: it is none, or too much.
        FloorsUnreachable: no allocation meets its floors.
    """
    frozen.checked()
    say(ComputationStage.FLOORS)
    reached = reach_floors(frozen)
    say(ComputationStage.SOLVING)
    return (
        _by_integers(frozen, reached, say, witness=witness) if reached.least else _by_flow(frozen, say, witness=witness)
    )


def value_of(frozen: Frozen, pairs: Indices) -> int:
    """The value of an allocation, in millionths."""
    return int(frozen.value[pairs].sum())


def check_allocation(frozen: Frozen, pairs: Indices, least: Least) -> None:
    """Make sure that an allocation breaks no constraint of its round.

    Raises:
        WrongAllocation: it does; the sentence says which.
    """
    need, offer = frozen.need[pairs], frozen.offer[pairs]
    if len(np.unique(need)) < len(need):
        raise WrongAllocation("A need is served twice.")
    if (np.bincount(offer, minlength=len(frozen.offers)) > frozen.places).any():
        raise WrongAllocation("An offer gives more places than it has.")
    load = np.bincount(frozen.state[offer], minlength=len(frozen.states))
    if frozen.terms.max_load is not None and load.max(initial=0) > frozen.terms.max_load:
        raise WrongAllocation("A state bears more than the round lets one bear.")
    for group, asked in least.items():
        if frozen.members(group)[need].sum() < asked:
            raise WrongAllocation(f"Fewer needs of {group.name} are served than its floor asks for.")


def _by_flow(frozen: Frozen, say: Say, *, witness: bool) -> Solved:
    pairs = best_by_flow(frozen)
    value = value_of(frozen, pairs)
    proofs = [Proof("SimpleMinCostFlow", value, value, proven=True)]
    if witness and len(frozen.needs) <= MOST_MATCHED:
        say(ComputationStage.CHECKING)
        proofs.append(_second_of_flow(frozen, pairs))
    check_allocation(frozen, pairs, {})
    return Solved(pairs, {}, None, None, min(proof.bound for proof in proofs), tuple(proofs))


def _second_of_flow(frozen: Frozen, pairs: Indices) -> Proof:
    """A second solver's word on a flow: a sparse assignment where no load binds, else HiGHS."""
    given = np.bincount(frozen.state, weights=frozen.places)
    binds = frozen.terms.max_load is not None and given.max() > frozen.terms.max_load
    if not binds:
        value = value_of(frozen, best_by_matching(frozen))
        return Proof("min_weight_full_bipartite_matching", value, value, proven=True)
    prices = relaxed(Rows(frozen, {}), pairs)
    value = value_of(frozen, pairs)
    return Proof("HiGHS", value, prices.bound, proven=prices.bound == value)


def _by_integers(frozen: Frozen, reached: Reached, say: Say, *, witness: bool) -> Solved:
    rows = Rows(frozen, reached.least)
    prices = relaxed(rows, reached.pairs)
    seconds = SECONDS if len(frozen.value) > MOST_EXACT else 10 * SECONDS
    best, first = _within(rows, prices, reached.pairs, seconds)
    proofs = [first]
    if witness and len(frozen.value) <= MOST_EXACT:
        say(ComputationStage.CHECKING)
        among = remaining(prices, prices.bound - value_of(frozen, best))  # all that could be as good, or better
        found, bound, proven = by_cp_sat(rows, among, best, seconds)
        value = 0 if found is None else value_of(frozen, found)
        proofs.append(Proof("CP-SAT", value, min(max(bound, value), prices.bound), proven=proven))
        if found is not None and value > value_of(frozen, best):
            best = found
    check_allocation(frozen, best, reached.least)
    bound = min(proof.bound for proof in proofs)
    return Solved(best, reached.least, reached.level, reached.agreed, bound, tuple(proofs))


def _within(rows: Rows, prices: Prices, start: Indices, seconds: float) -> tuple[Indices, Proof]:
    """Look for the best allocation among ever more pairs, until those left out are in none that is better."""
    frozen, gap, everything = rows.frozen, FIRST_GAP, len(rows.frozen.value)
    best, value = start, value_of(frozen, start)
    while True:
        among = remaining(prices, gap)
        found, bound, proven = by_highs(rows, among, seconds)
        if found is not None and value_of(frozen, found) > value:
            best, value = found, value_of(frozen, found)
        short = prices.bound - value
        # of what was left out, nothing comes within ``gap`` of the bound
        whole = short <= gap or len(among) == everything
        if whole or not proven:
            bound = max(bound, value) if whole and found is not None else prices.bound
            return (
                best,
                Proof("HiGHS", value, value if whole and proven else min(prices.bound, bound), whole and proven),
            )
        gap = short if found is not None else min(8 * gap, short)
