"""`python -m tests.bench.allocation`: allocation rounds beside the bare solvers on the same graph, in CPU seconds."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from schema.saying import say
from services.rounds.certificate import certify
from services.rounds.frozen import Frozen, FrozenNeed, FrozenOffer
from services.rounds.rules import RoundTerms
from services.rounds.solving import solve, value_of
from services.rounds.terms import NeedGroup

G = NeedGroup
SHARES = {G.LDC: 0.23, G.LLDC: 0.17, G.SIDS: 0.2, G.RECEIVED_NOTHING: 0.3}
"""About how many of 193 states are in each group; drawn independently, so that they overlap."""


def drawn(needs: int, offers: int, each: int, places: int, seed: int, **terms: Any) -> Frozen:
    """A random round: ``each`` pairs a need, scores from 0.2 to 1, needs and offers of 193 states."""
    chance = np.random.default_rng(seed)
    of_state = [frozenset(group for group in SHARES if chance.random() < SHARES[group]) for _ in range(193)]
    need = np.repeat(np.arange(needs), each)
    shift = chance.permutation(offers)[:each]  # each need fits the same pattern of offers, begun elsewhere
    offer = np.sort((chance.integers(offers, size=(needs, 1)) + shift) % offers, axis=1).ravel()
    return Frozen(
        tuple(FrozenNeed(f"{one:032x}", of_state[int(chance.integers(193))]) for one in range(needs)),
        tuple(FrozenOffer(f"{one:032x}", f"S{one % 193:03}", places) for one in range(offers)),
        need,
        offer,
        chance.integers(200_000, 1_000_001, size=len(need)),
        RoundTerms(**terms),
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of ``work`` and what it gives."""
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found


def bare_flow(frozen: Frozen) -> int:
    """The same graph by the solver alone: no loads, no checks, its answer unread but for the cost."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    needs, offers = len(frozen.needs), len(frozen.offers)
    flow, ones = SimpleMinCostFlow(), np.ones(needs, dtype=np.int64)
    sink = needs + offers
    flow.add_arcs_with_capacity_and_unit_cost(
        frozen.need, needs + frozen.offer, np.ones(len(frozen.need), dtype=np.int64), -frozen.value
    )
    flow.add_arcs_with_capacity_and_unit_cost(np.arange(needs), np.full(needs, sink), ones, ones * 0)
    flow.add_arcs_with_capacity_and_unit_cost(
        needs + np.arange(offers), np.full(offers, sink), frozen.places, np.zeros(offers, dtype=np.int64)
    )
    flow.set_nodes_supplies(np.append(np.arange(needs), sink), np.append(ones, -needs))
    assert flow.solve() == flow.OPTIMAL
    return -int(flow.optimal_cost())


def bare_matching(frozen: Frozen) -> int:
    """The same by SciPy alone; one place an offer."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    needs, offers = len(frozen.needs), len(frozen.offers)
    rows = np.concatenate((frozen.need, np.arange(needs)))
    columns = np.concatenate((frozen.offer, offers + np.arange(needs)))
    costs = np.concatenate((1_000_001 - frozen.value, np.full(needs, 1_000_001))).astype(float)
    row, column = min_weight_full_bipartite_matching(csr_matrix((costs, (rows, columns))))
    return needs * 1_000_001 - round(float(csr_matrix((costs, (rows, columns)))[row, column].sum()))


def flows() -> None:
    """Rounds without floors."""
    for needs, each in ((10_000, 50), (100_000, 10)):
        frozen = drawn(needs, needs, each, 1, 1)
        one, value = timed(lambda frozen=frozen: bare_flow(frozen))  # type: ignore[misc]
        other, second = timed(lambda frozen=frozen: bare_matching(frozen))  # type: ignore[misc]
        assert value == second
        ours, solved = timed(lambda frozen=frozen: solve(frozen, witness=False))  # type: ignore[misc]
        assert value_of(frozen, solved.pairs) == value
        both, solved = timed(lambda frozen=frozen: solve(frozen))  # type: ignore[misc]
        assert all(proof.value == value and proof.proven for proof in solved.proofs)
        say(
            f"{needs:,} needs, {each} pairs each: bare flow {one:.2f} s, bare SciPy {other:.2f} s; a round {ours:.2f} s "
            f"({ours / min(one, other):.2f}x the faster), with its second solver {both:.2f} s"
        )


def floors(pairs: str) -> None:
    """2,000 needs and 193 states with floors of groups that overlap; run as a process of its own for its memory."""
    each = int(pairs)
    terms = {"floors": dict.fromkeys(SHARES, 750), "max_load": 9}
    frozen = drawn(2_000, 193, each, 10, 2, **terms)
    begun = time.monotonic()
    cpu, solved = timed(lambda: solve(frozen))
    wall = time.monotonic() - begun
    certifying, certificate = timed(lambda: certify(frozen, solved))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(
        f"2,000 needs, 193 states, {each} pairs each: {cpu:.1f} s CPU ({wall:.1f} s), certificate {certifying:.1f} s, "
        f"{memory} MB at most; proven {certificate['proven']} by {', '.join(one.solver for one in solved.proofs)}; "
        f"least served {certificate['least_share']}, value {certificate['value'] / 1e6:.3f}, greedy "
        f"{certificate['greedy'] and certificate['greedy'] / 1e6}, price {certificate['price']}"
    )


def scarce() -> None:
    """60 needs, 50 places: the least served group and greedy under the same floors and loads."""
    for seed in range(5):
        frozen = drawn(60, 10, 6, 5, seed, floors=dict.fromkeys((*SHARES, G.ALL), 750), max_load=12)
        solved = solve(frozen)
        certificate = certify(frozen, solved)
        told = {
            name: certificate[name]
            for name in ("least_share", "unserved", "value", "greedy", "greedy_at_floors", "price", "proven")
        }
        say(f"scarce round {seed}: {json.dumps(told)}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        floors(sys.argv[1])
    else:
        scarce()
        flows()
        for each in ("50", "193"):
            subprocess.run([sys.executable, "-m", "tests.bench.allocation", each], check=True)
