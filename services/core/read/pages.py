"""The rows of one connection: its filters, its order, one keyset page of it, its count."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.core.read import jsontext
from services.core.read.arguments import Arguments, order_of
from services.core.read.choosing import Choice, Ways
from services.core.read.jsontext import Text, raw
from services.core.read.selection import Selection
from services.core.read.shape import Ask, Columns, Condition, Connection, Expression, Filter, Row, within


class Listing:
    """One connection as asked for. Its arguments are judged at once, also where no row asks for them."""

    def __init__(
        self, arguments: Arguments, field: Connection, chosen: Selection, ask: Ask, parent: Row | None
    ) -> None:
        self.arguments, self.field, self.chosen, self.ask, self.parent = arguments, field, chosen, ask, parent
        self.shape = field.shape()
        self.where = {
            name: value
            for name, value in (chosen.arguments.get("where") or {}).items()
            if value is not None and name in field.where
        }
        self.order = order_of(field, chosen)
        self.first = arguments.first(chosen.arguments.get("first"))
        self.filtered = arguments.fingerprint(self.where)
        self.after = arguments.after(chosen.arguments.get("after"), self.order, self.filtered)
        self.met: list[tuple[Filter, list[Any]]] = [
            (field.where[name], arguments.values(field.where[name], value, ("where", name)))
            for name, value in self.where.items()
        ]
        """The filters in use, each with the values it takes."""

    def rows(self, *, by_ids: bool = False) -> tuple[sa.FromClause, Columns, list[Condition]]:
        """A fresh alias of the rows before any page: source, columns, and what must hold (see ``filters``)."""
        source = self.field.over(self.parent, self.ask) if self.field.over else self.shape.source()
        for one, values in self.met:
            source = one.joins(source, *values) if one.joins else source
        row = Columns(source)
        conditions = self.shape.conditions(self.ask.viewer, self.field.on, self.parent, row)
        return source, row, [*conditions, *self.filters(row, by_ids=by_ids)]

    def filters(self, row: Columns, *, by_ids: bool) -> list[Condition]:
        """What the filters want of a row; with ``by_ids`` that it is one of those they find, where they find ids."""
        return [
            row.id.in_(one.ids(None, *values)) if by_ids and one.ids else one.holds(row, self.ask, values)
            for one, values in self.met
            if one.condition
        ]

    def total(self) -> Text:
        """How many there are in all."""
        source, _, conditions = self.rows(by_ids=True)
        count = sa.select(sa.func.count()).select_from(source).where(*conditions)
        return sa.cast(within(self.parent, count).scalar_subquery(), sa.Text)

    @cached_property
    def page(self) -> sa.Subquery:
        """The rows of the page with their places from 1, and one row more if there is a next page."""
        if self.field.ways is not None and self.parent is None and not any(one.joins for one, _ in self.met):
            return self._chosen(self.field.ways)
        source, row, conditions = self.rows()
        keys = list(self.order.keys(row, self.ask))
        if self.after is not None:
            conditions.append(self.after(keys))
        sorted_by = [key.desc() if descending else key.asc() for key, descending in keys]
        found = (
            sa.select(
                *source.c,
                *(key.label(f"gof_key_{position}") for position, (key, _) in enumerate(keys)),
                sa.func.row_number().over(order_by=sorted_by).label("gof_place"),
            )
            .select_from(source)
            .where(*conditions)
            .order_by(*sorted_by)
            .limit(self.first + 1)
        )
        return within(self.parent, found).subquery()

    def _chosen(self, ways: Ways) -> sa.Subquery:
        """The same of a big list: the ids first, then their rows."""
        choice = Choice(self.shape, ways, self.where, self.met, self.order, self.after, self.first + 1, self.ask)
        ids, source = choice.ids(), self.shape.source()
        keys = [key for key in ids.c if key.key.startswith("gof_key_")]
        sorted_by = choice.sorted(keys)
        place = sa.func.row_number().over(order_by=sorted_by).label("gof_place")
        rows = sa.select(*source.c, *keys, place).join_from(ids, source, source.c.id == ids.c.id)
        return rows.order_by(*sorted_by).subquery()

    @cached_property
    def row(self) -> Columns:
        """The columns of a row of the page."""
        return Columns(self.page)

    @cached_property
    def cursor(self) -> Text:
        """The cursor of a row of the page."""
        return self._cursor(self._keys)

    def items(self, item: Text) -> Text:
        """An array of ``item`` over the rows shown."""
        ordered = aggregate_order_by(raw(","), self.page.c.gof_place)
        return jsontext.array(sa.func.string_agg(item, ordered, type_=sa.Text()).filter(self._shown))

    def info(self, chosen: Selection) -> Text:
        """The pageInfo object."""
        more = self.chosen.arguments.get("after") is not None
        forms: dict[str, Callable[[], Text]] = {
            "__typename": lambda: raw('"PageInfo"'),
            "hasNextPage": lambda: sa.cast(self._found > self.first, sa.Text),
            "hasPreviousPage": lambda: raw("true" if more else "false"),
            "startCursor": lambda: self._cursor_at(sa.literal_column("1")),
            "endCursor": lambda: self._cursor_at(sa.func.least(self._found, self.first)),
        }
        return jsontext.obj([(one.key, forms[one.name]()) for one in chosen.fields])

    def closed(self, text: Text) -> Text:
        """``text`` over the page, or as it is where nothing of it needs a page; always exactly one row."""
        if "page" not in self.__dict__:
            return text
        whole = sa.select(text).select_from(self.page).having(sa.true())
        return within(self.parent, whole).scalar_subquery()

    @property
    def _shown(self) -> Condition:
        return self.page.c.gof_place <= self.first

    @property
    def _found(self) -> Expression:
        """How many rows the page has, with the one more if there is a next page."""
        return sa.func.count(self.page.c.gof_place)

    @property
    def _keys(self) -> list[Expression]:
        return [column for column in self.page.c if column.key.startswith("gof_key_")]

    def _cursor(self, keys: Sequence[Expression]) -> Text:
        """What ``page.write_cursor`` writes of these keys."""
        listed = [part for key in keys for part in (raw(","), jsontext.value(key, null=False))]
        text = jsontext.join([raw(f'["{self.order.name}","'), self.filtered, raw('"'), *listed, raw("]")])
        encoded = sa.func.encode(sa.func.convert_to(text, "UTF8"), "base64")
        return sa.func.translate(encoded, "+/=\n", "-_", type_=sa.Text())

    def _cursor_at(self, place: Expression) -> Text:
        """The cursor of one row, made from its keys alone: the texts of all would cost more than the rest of the page."""
        keys: list[Expression] = []
        for key in self._keys:
            listed = sa.func.array_agg(aggregate_order_by(key, self.page.c.gof_place), type_=sa.ARRAY(key.type))
            keys.append(sa.type_coerce(listed.filter(self._shown), sa.ARRAY(key.type))[place])
        return jsontext.or_null(jsontext.quoted(self._cursor(keys)))
