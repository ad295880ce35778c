"""Which rows are on a page of a big list: chosen by indexes, before anything else of them is read.

A condition of several alternatives reaches no index, so the list is read way by way (``shape.Way``): one's own rows by
one index, the shared ones by another, each in the list's order and no further than a page. What comes out is put in
order, and only of those rows the rest is read. A row that is visible in two ways comes out once.

A filter with ``ids`` reaches no index under row security, so its rows are found by the owner. If they are few, they
are fetched by id and sorted; if they are more than ``FEW``, the list read in its order meets enough of them soon. The
statement itself counts them, no further than that, and only one of the two branches runs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.core.actor import Viewer
from services.core.read.arguments import Beyond
from services.core.read.shape import Ask, Columns, Condition, Filter, Order, Shape, Way

FEW = 2_000
"""Up to so many rows of a filter are fetched and sorted."""

Ways = Callable[[Viewer, Columns], Sequence[Way]]
Entry = tuple[sa.CTE | None, Sequence[Condition]]
"""By whose ids the rows are entered (None: in the list's order), and when."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One page to choose: ``most`` rows in ``order``, ``after`` a cursor, that fulfil the filters ``met``."""

    shape: Shape
    ways: Ways
    where: Mapping[str, Any]
    met: Sequence[tuple[Filter, Sequence[Any]]]
    order: Order
    after: Beyond | None
    most: sa.ColumnElement[int]
    ask: Ask

    def ids(self) -> sa.Subquery:
        """The ``id`` of each row and its keys, ``gof_key_0`` and so on, in any order."""
        entries = list(self._entries())
        steps = [self._step(number, entry).subquery() for number in self._open() for entry in entries]
        if not steps:
            return self._step(0, (None, [sa.false()])).subquery()
        if len(steps) == 1:
            return steps[0]
        united = sa.union(*(sa.select(*step.c) for step in steps)).subquery()
        keys = [united.c[f"gof_key_{place}"] for place in range(len(united.c) - 1)]
        return sa.select(*united.c).order_by(*self.sorted(keys)).limit(self.most).subquery()

    def sorted(self, keys: Sequence[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
        """What to sort by, in the order's directions."""
        wanted = self.order.keys(Columns(self.shape.source()), self.ask)
        return [key.desc() if down else key.asc() for key, (_, down) in zip(keys, wanted, strict=True)]

    def _open(self) -> list[int]:
        """The numbers of the ways by which something may be visible."""
        ways = self.ways(self.ask.viewer, Columns(self.shape.source()))
        return [
            number
            for number, way in enumerate(ways)
            if not any(self.where.get(name) in values for name, values in way.unless.items())
        ]

    def _entries(self) -> Iterator[Entry]:
        crowded: list[Condition] = []
        for place, (one, values) in enumerate((one, values) for one, values in self.met if one.ids):
            assert one.ids is not None, "filtered above"
            few = one.ids(FEW + 1, *values).cte(f"few_{place}")
            many = sa.select(sa.func.count() > FEW).select_from(few).scalar_subquery()
            yield few, [*crowded, sa.not_(many)]
            crowded.append(many)
        yield None, crowded

    def _step(self, number: int, entry: Entry) -> sa.Select[Any]:
        """The first rows that are visible in one way and entered in one manner."""
        by, gates = entry
        table = self.shape.source()
        row = Columns(table)
        source = table
        if by is not None:
            few = by.alias()
            source = sa.join(few, table, few.c.id == table.c.id)
        keys = [key for key, _ in self.order.keys(row, self.ask)]
        conditions = [*gates, self.ways(self.ask.viewer, row)[number].condition]
        conditions += [one.holds(row, self.ask, values) for one, values in self.met if one.condition]
        if self.after is not None:
            conditions.append(self.after(self.order.keys(row, self.ask)))
        chosen = sa.select(table.c.id, *(key.label(f"gof_key_{place}") for place, key in enumerate(keys)))
        return chosen.select_from(source).where(*conditions).order_by(*self.sorted(keys)).limit(self.most)
