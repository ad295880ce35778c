"""What a flow alone decides: the best allocation without floors, and how many needs can be served at all.

Offers belong to states, so places and loads are one tree, and whole numbers come by themselves.
"""

import numpy as np
from numpy.typing import NDArray

from services.rounds.frozen import Frozen, Indices


def best_by_flow(frozen: Frozen, bonus: Indices | None = None) -> Indices:
    """The pairs of the most valuable allocation without floors, by a min-cost flow (cost scaling, whole numbers).

    ``bonus`` is added to the value of each need's pairs.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    needs, offers, states = len(frozen.needs), len(frozen.offers), len(frozen.states)
    sink = needs + offers + states
    value = frozen.value if bonus is None else frozen.value + bonus[frozen.need]
    flow, each = SimpleMinCostFlow(), np.arange(needs)
    none = np.zeros(needs, dtype=np.int64)
    pairs = flow.add_arcs_with_capacity_and_unit_cost(
        frozen.need, needs + frozen.offer, np.ones(len(value), dtype=np.int64), -value
    )
    flow.add_arcs_with_capacity_and_unit_cost(each, np.full(needs, sink), none + 1, none)
    tails, heads, room = _downstream(frozen, needs)
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, room, np.zeros(len(room), dtype=np.int64))
    flow.set_nodes_supplies(np.append(each, sink), np.append(none + 1, -needs))
    status = flow.solve()
    assert status == flow.OPTIMAL, f"a flow that leaves every need unserved is always possible: {status}"
    return np.flatnonzero(flow.flows(pairs)) if len(value) else none[:0]


def best_by_matching(frozen: Frozen) -> Indices:
    """The same by a sparse assignment (Jonker and Volgenant), each offer as many columns as it has places.

    Only where no load binds.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: F401 - its C code is loaded with the package
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    needs = len(frozen.needs)
    wanted = np.bincount(frozen.offer, minlength=len(frozen.offers))
    copies = np.minimum(frozen.places, wanted)
    first = np.concatenate(([0], np.cumsum(copies)))
    times = copies[frozen.offer]
    pair = np.repeat(np.arange(len(frozen.value)), times)
    copy = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
    rows = np.concatenate((frozen.need[pair], np.arange(needs)))
    columns = np.concatenate((first[frozen.offer[pair]] + copy, first[-1] + np.arange(needs)))
    # a cost of 0 would be no entry, so all lie above it; the last columns leave a need unserved
    ceiling = int(frozen.value.max()) + 1 if len(frozen.value) else 1
    costs = np.concatenate((ceiling - frozen.value[pair], np.full(needs, ceiling))).astype(float)
    graph = csr_matrix((costs, (rows, columns)), shape=(needs, int(first[-1]) + needs))
    row, column = min_weight_full_bipartite_matching(graph)
    served = column < first[-1]
    chosen = row[served] * len(frozen.offers) + np.searchsorted(first, column[served], side="right") - 1
    return np.flatnonzero(np.isin(frozen.need * len(frozen.offers) + frozen.offer, chosen))


def most_served(frozen: Frozen, kinds: Indices, room: Indices) -> tuple[Indices, NDArray[np.bool_]]:
    """Serve as many needs as can be, of each kind at most its ``room``; ``kinds`` is the kind of each need, or -1.

    Return the pairs, and which kinds lie on the near side of a least cut: all needs of these kinds together cannot
    be served better, however few of the others are.
    """
    from ortools.graph.python.max_flow import SimpleMaxFlow

    needs, offers, states = len(frozen.needs), len(frozen.offers), len(frozen.states)
    first_kind = needs + offers + states + 1
    sink, source = first_kind - 1, first_kind + len(room)
    flow, taking_part = SimpleMaxFlow(), np.flatnonzero(kinds >= 0)
    counted = frozen_pairs = np.flatnonzero(kinds[frozen.need] >= 0)
    pairs = flow.add_arcs_with_capacity(
        frozen.need[counted], needs + frozen.offer[counted], np.ones(len(frozen_pairs), dtype=np.int64)
    )
    flow.add_arcs_with_capacity(first_kind + kinds[taking_part], taking_part, np.ones(len(taking_part), dtype=np.int64))
    flow.add_arcs_with_capacity(np.full(len(room), source), first_kind + np.arange(len(room)), room)
    flow.add_arcs_with_capacity(*_downstream(frozen, needs))
    status = flow.solve(source, sink)
    assert status == flow.OPTIMAL, f"a largest flow always exists: {status}"
    near = np.zeros(source + 1, dtype=bool)
    near[np.array(flow.get_source_side_min_cut(), dtype=np.int64)] = True
    chosen = counted[np.flatnonzero(flow.flows(pairs))] if len(counted) else counted
    return chosen, near[first_kind : first_kind + len(room)]


def _downstream(frozen: Frozen, needs: int) -> tuple[Indices, Indices, Indices]:
    """The arcs from offers to their states, and from states to the sink: tails, heads, room."""
    offers, states = len(frozen.offers), len(frozen.states)
    first_state = needs + offers
    given = np.bincount(frozen.state, weights=frozen.places, minlength=states).astype(np.int64)
    load = given if frozen.terms.max_load is None else np.minimum(given, frozen.terms.max_load)
    tails = np.concatenate((needs + np.arange(offers), first_state + np.arange(states)))
    heads = np.concatenate((first_state + frozen.state, np.full(states, first_state + states)))
    return tails, heads, np.concatenate((frozen.places, load))
