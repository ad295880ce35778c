"""How far the least served group can be raised, and why a floor cannot be met; exact, though groups overlap.

Needs in the same groups are of one kind. Which numbers of each kind can be served together is decided by largest flows:
a flow that falls short names, by its least cut, kinds of which no more than so many can be served. Over these few
limits a small integer program looks for numbers that meet the floors; its next proposal is tested in the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.rounds.errors import FloorsUnreachable
from services.rounds.flow import most_served
from services.rounds.frozen import Frozen, Indices
from services.rounds.rules import THOUSAND
from services.rounds.terms import NeedGroup

Least = Mapping[NeedGroup, int]
"""How many needs of each group are to be served."""


@dataclass(frozen=True, slots=True)
class Reached:
    """``least`` of each group can be served, as ``pairs`` do; ``level`` is the share of the least served one.

    ``agreed``: both integer solvers say that no higher level is possible; None where none was looked for.
    """

    least: Least
    pairs: Indices
    level: Fraction | None = None
    agreed: bool | None = None


@dataclass(slots=True)
class Reach:
    """Which numbers of needs can be served together; it learns limits as it is asked."""

    frozen: Frozen
    groups: Sequence[NeedGroup]
    inside: NDArray[np.bool_] = field(init=False)
    """For each kind of need, which of the groups it is in."""
    kind: Indices = field(init=False)
    """Of each need; -1 where it is in none of the groups."""
    sizes: Indices = field(init=False)
    limits: list[tuple[NDArray[np.bool_], int]] = field(default_factory=list)
    """Of these kinds together no more than so many can be served."""

    def __post_init__(self) -> None:
        table = np.array([self.frozen.members(group) for group in self.groups], dtype=bool).T
        self.inside, places = np.unique(table, axis=0, return_inverse=True)
        kinds = np.asarray(places, dtype=np.int64).ravel()
        self.sizes = np.bincount(kinds, minlength=len(self.inside))
        in_any = np.asarray(self.inside.any(axis=1))
        self.kind = np.where(in_any[kinds], kinds, -1)

    def size(self, group: NeedGroup) -> int:
        """How many needs are in a group."""
        return int(self.sizes[self._of(group)].sum())

    def serve(self, least: Least) -> Indices | None:
        """Pairs that serve at least so many needs of each group; None where none do."""
        while True:
            numbers = self.propose(least)
            if numbers is None:
                return None
            pairs, near = most_served(self.frozen, self.kind, numbers)
            if len(pairs) == numbers.sum():
                return pairs
            self.limits.append((near, len(pairs) - int(numbers[~near].sum())))

    def most(self, group: NeedGroup) -> int:
        """How many needs of a group can be served when nobody else is."""
        pairs, _ = most_served(self.frozen, self.kind, np.where(self._of(group), self.sizes, 0))
        return len(pairs)

    def propose(self, least: Least) -> Indices | None:
        """The fewest needs of each kind that meet ``least`` within the limits known, by CP-SAT; None if there are none."""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        number = [model.new_int_var(0, int(size), "") for size in self.sizes]
        for group, asked in least.items():
            model.add(sum(_chosen(number, self._of(group))) >= asked)
        for kinds, most in self.limits:
            model.add(sum(_chosen(number, kinds)) <= most)
        model.minimize(sum(number))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        if solver.solve(model) != cp_model.OPTIMAL:
            return None
        return np.array([solver.value(one) for one in number], dtype=np.int64)

    def refuted(self, least: Least) -> bool:
        """Whether HiGHS, too, finds no numbers that meet ``least`` within the limits known."""
        import highspy

        program = silent_program()
        number = [program.addIntegral(lb=0, ub=float(size)) for size in self.sizes]
        for group, asked in least.items():
            program.addConstr(program.qsum(_chosen(number, self._of(group))) >= asked)
        for kinds, most in self.limits:
            program.addConstr(program.qsum(_chosen(number, kinds)) <= most)
        program.minimize(program.qsum(number))
        return bool(program.getModelStatus() == highspy.HighsModelStatus.kInfeasible)

    def _of(self, group: NeedGroup) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = self.inside[:, self.groups.index(group)]
        return inside


def reach_floors(frozen: Frozen) -> Reached:
    """Meet all floors, and where the round wants it raise the least served of its groups as far as it goes.

    Raises:
        FloorsUnreachable: no allocation meets the floors.
    """
    groups = [group for group in NeedGroup if group in frozen.terms.floors and frozen.members(group).any()]
    if not groups:
        return Reached({}, np.zeros(0, dtype=np.int64))
    reach = Reach(frozen, groups)
    floors = {group: frozen.least(group) for group in groups}
    pairs = reach.serve(floors)
    if pairs is None:
        raise FloorsUnreachable(_why(reach, floors), path=("floors",))
    return _raised(reach, floors, pairs) if frozen.terms.least_served_first else Reached(floors, pairs)


def _raised(reach: Reach, floors: Least, pairs: Indices) -> Reached:
    """Search the highest level, a fraction that some group's share can be, at which all floors can be met."""
    sizes = {group: reach.size(group) for group in reach.groups}
    levels = sorted({Fraction(served, size) for size in set(sizes.values()) for served in range(size + 1)})

    def at(level: Fraction) -> dict[NeedGroup, int]:
        return {
            group: max(floors[group], -(-size * level.numerator // level.denominator)) for group, size in sizes.items()
        }

    low, high = 0, len(levels)  # the level at ``low`` is reached, the one at ``high`` is not
    while high - low > 1:
        middle = (low + high) // 2
        found = reach.serve(at(levels[middle]))
        if found is None:
            high = middle
        else:
            low, pairs = middle, found
    agreed = high == len(levels) or reach.refuted(at(levels[high]))
    return Reached(at(levels[low]), pairs, levels[low], agreed)


def silent_program() -> Any:
    """HiGHS without a program yet, in one thread, saying nothing."""
    import highspy

    program: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("log_to_console", False), ("threads", 1)):
        program.setOptionValue(option, value)
    return program


def _chosen(number: Sequence[Any], which: NDArray[np.bool_]) -> list[Any]:
    return [number[place] for place in np.flatnonzero(which).tolist()]


def _why(reach: Reach, floors: Least) -> str:
    """Which group cannot be served as its floor asks, and why; else which floors exclude one another."""
    for group, asked in floors.items():
        most = reach.most(group)
        if most < asked:
            return _why_not(reach.frozen, group, asked, most)
    together = dict(floors)
    for group in floors:
        rest = {one: asked for one, asked in together.items() if one is not group}
        if reach.serve(rest) is None:
            together = rest
    names = " and ".join(group.name for group in together)
    return (
        f"The floors of {names} cannot be met together: each can be met alone, but the offers that fit their needs have "
        f"too few places for {' and '.join(str(asked) for asked in together.values())} needs at once."
    )


def _why_not(frozen: Frozen, group: NeedGroup, asked: int, most: int) -> str:
    members = frozen.members(group)
    fitting = np.unique(frozen.offer[members[frozen.need]])
    without = int(members.sum()) - len(np.unique(frozen.need[members[frozen.need]]))
    places = int(frozen.places[fitting].sum())
    reasons = [f"{without} of them fit no offer of the round"] if without else []
    if most < members.sum() - without:
        unlimited = Reach(frozen.with_terms(replace(frozen.terms, max_load=None)), [group]).most(group)
        reasons.append(
            f"the offers that fit them have {places} places"
            if unlimited == most
            else f"the states whose offers fit them give at most {frozen.terms.max_load} places each"
        )
    return (
        f"The floor of {group.name} cannot be met: {frozen.terms.floors[group] / THOUSAND:g} of its {int(members.sum())} "
        f"needs are {asked}, and at most {most} can be served: {', and '.join(reasons)}."
    )
