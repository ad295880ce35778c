"""The most valuable allocation under floors of groups that overlap: an exact integer program, solved twice.

The linear relaxation (HiGHS, columns as they are needed) gives prices. By weak duality any prices bound the value, in
whole numbers; a pair whose price lies further below than the bound lies above a known allocation is in no better one.
What remains is small, and is solved by HiGHS as a mixed-integer program and by CP-SAT, each to proven optimality.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.rounds.floors import silent_program
from services.rounds.frozen import Frozen, Indices
from services.rounds.terms import NeedGroup

FINE = 1_000
"""Prices are whole numbers of thousandths of a millionth."""
FIRST_COLUMNS, MORE_COLUMNS = 10, 5
"""How many pairs of each need the linear program begins with, and takes up at once."""
FIRST_GAP = 2_000
"""How far below the bound the best allocation is looked for at first, in millionths."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The constraints of a round: for each pair its rows, and the limits of each row."""

    frozen: Frozen
    least: Mapping[NeedGroup, int]

    @property
    def limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The least and the most of each row: needs, offers, states, groups."""
        frozen, groups = self.frozen, len(self.least)
        load = frozen.terms.max_load or int(frozen.places.sum())
        upper = np.concatenate((np.ones(len(frozen.needs)), frozen.places, np.full(len(frozen.states), load)))
        infinite = np.full(groups, np.inf)
        lower = np.concatenate((np.zeros(len(upper)), np.array(list(self.least.values()), dtype=float)))
        return lower, np.concatenate((upper.astype(float), infinite))

    @property
    def members(self) -> NDArray[np.bool_]:
        """For each group, which needs are in it."""
        listed = [self.frozen.members(group) for group in self.least]
        return np.array(listed, dtype=bool).reshape(len(listed), len(self.frozen.needs))

    def columns(self, pairs: Indices) -> tuple[Indices, Indices]:
        """Where each pair's rows begin, and the rows (compressed columns)."""
        frozen, members = self.frozen, self.members
        needs, offers = len(frozen.needs), len(frozen.offers)
        need, offer = frozen.need[pairs], frozen.offer[pairs]
        first_group = needs + offers + len(frozen.states)
        rows = [need, needs + offer, needs + offers + frozen.state[offer]]
        rows += [np.where(inside[need], first_group + place, -1) for place, inside in enumerate(members)]
        table = np.array(rows).T
        used = table >= 0
        return np.concatenate(([0], np.cumsum(used.sum(axis=1))))[:-1].astype(np.int64), table[used]


@dataclass(frozen=True, slots=True)
class Prices:
    """What a linear relaxation says: the bound on any value, and for each pair how far below it lies."""

    bound: int
    slack: Indices
    """In thousandths of a millionth: a better allocation with this pair is at least so much below the bound."""


def relaxed(rows: Rows, start: Indices) -> Prices:
    """Solve the linear relaxation, beginning with the best pairs of each need and ``start``, which meets the floors."""
    frozen = rows.frozen
    lower, upper = rows.limits
    inside = _best_of_each_need(frozen, frozen.value, FIRST_COLUMNS, np.ones(len(frozen.value), dtype=bool))
    inside[start] = True
    program = silent_program()
    nothing: NDArray[Any] = np.zeros(0)
    program.addRows(len(lower), lower, upper, 0, nothing.astype(np.int32), nothing.astype(np.int32), nothing)
    new = np.flatnonzero(inside)
    while True:
        starts, indices = rows.columns(new)
        program.addCols(
            len(new),
            -frozen.value[new].astype(float),
            np.zeros(len(new)),
            np.ones(len(new)),
            len(indices),
            starts.astype(np.int32),
            indices.astype(np.int32),
            np.ones(len(indices)),
        )
        program.run()
        prices = priced(rows, np.array(program.getSolution().row_dual))
        better = (prices.slack < -1) & ~inside  # what rounding leaves is bounded all the same
        if not better.any():
            return prices
        added = _best_of_each_need(frozen, -prices.slack, MORE_COLUMNS, better)
        inside |= added
        new = np.flatnonzero(added)


def priced(rows: Rows, dual: NDArray[np.float64]) -> Prices:
    """The bound that the duals of a minimising program give, exactly, in whole numbers; any duals bound it."""
    frozen = rows.frozen
    lower, upper = rows.limits
    groups = len(rows.least)
    capacities = len(upper) - groups
    price = np.maximum(np.rint(-dual[:capacities] * FINE), 0).astype(np.int64)
    reward = np.maximum(np.rint(dual[capacities:] * FINE), 0).astype(np.int64)
    needs, offers = len(frozen.needs), len(frozen.offers)
    bonus = reward @ rows.members if groups else np.zeros(needs, dtype=np.int64)
    worth = (bonus - price[:needs])[frozen.need]
    to_offer = price[needs : needs + offers] + price[needs + offers :][frozen.state]
    gain = frozen.value * FINE + worth - to_offer[frozen.offer]
    total = int(price @ upper[:capacities].astype(np.int64)) - int(reward @ lower[capacities:].astype(np.int64))
    return Prices((total + int(np.maximum(gain, 0).sum())) // FINE, -gain)


def remaining(prices: Prices, gap: int) -> Indices:
    """The pairs of which an allocation that lies at most ``gap`` below the bound may be made."""
    return np.flatnonzero(prices.slack <= (gap + 1) * FINE)


def by_highs(rows: Rows, pairs: Indices, seconds: float) -> tuple[Indices | None, int, bool]:
    """Solve over ``pairs`` as a mixed-integer program: the pairs taken, a bound on their value, and whether it is proven."""
    import highspy

    lower, upper = rows.limits
    if not len(pairs):
        return (None if (lower > 0).any() else pairs), 0, True
    starts, indices = rows.columns(pairs)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(pairs), len(lower)
    model.col_cost_ = -rows.frozen.value[pairs].astype(float)
    model.col_lower_, model.col_upper_ = np.zeros(len(pairs)), np.ones(len(pairs))
    model.row_lower_, model.row_upper_ = lower, upper
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(pairs)
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.start_ = np.append(starts, len(indices)).astype(np.int32)
    matrix.index_, matrix.value_ = indices.astype(np.int32), np.ones(len(indices))
    program = silent_program()
    for option, value in (("time_limit", seconds), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.99)):
        program.setOptionValue(option, value)
    program.passModel(model)
    program.run()
    status, info = program.getModelStatus(), program.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, 0, status == highspy.HighsModelStatus.kInfeasible
    taken = pairs[np.rint(np.array(program.getSolution().col_value)) > 0]
    return taken, int(np.floor(-info.mip_dual_bound + 0.01)), status == highspy.HighsModelStatus.kOptimal


def by_cp_sat(rows: Rows, pairs: Indices, hint: Indices, seconds: float) -> tuple[Indices | None, int, bool]:
    """The same by CP-SAT, in whole numbers throughout; ``hint`` is an allocation to begin with."""
    from ortools.sat.python import cp_model

    lower, upper = rows.limits
    starts, indices = rows.columns(pairs)
    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _ in range(len(pairs))]
    within: list[list[Any]] = [[] for _ in lower]
    ends = np.append(starts, len(indices))[1:]
    for variable, begin, end in zip(take, starts.tolist(), ends.tolist(), strict=True):
        for row in indices[begin:end].tolist():
            within[row].append(variable)
    for least, most, listed in zip(lower.tolist(), upper.tolist(), within, strict=True):
        if listed and most < len(listed):
            model.add_at_most_one(listed) if most == 1 else model.add(sum(listed) <= int(most))
        if least > 0:
            model.add(sum(listed) >= int(least))
    model.maximize(cp_model.LinearExpr.weighted_sum(take, rows.frozen.value[pairs].tolist()))
    for variable, hinted in zip(take, np.isin(pairs, hint).tolist(), strict=True):
        model.add_hint(variable, hinted)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2  # it is nearly a linear program: without this it takes minutes
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None, 0, status == cp_model.INFEASIBLE
    taken = pairs[np.array(solver.values(take), dtype=bool)] if take else pairs
    return taken, int(solver.best_objective_bound), status == cp_model.OPTIMAL


def _best_of_each_need(frozen: Frozen, worth: Indices, most: int, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the pairs ``among`` are the ``most`` worthy of their need."""
    pairs = np.flatnonzero(among)
    order = pairs[np.lexsort((-worth[pairs], frozen.need[pairs]))]
    need = frozen.need[order]
    begin = np.searchsorted(need, need, side="left")
    chosen = np.zeros(len(among), dtype=bool)
    chosen[order[np.arange(len(order)) - begin < most]] = True
    return chosen
