"""The naive second reading of a Shape: typed columns, one SELECT for each level of each row, ordinary serialisers.

Slow on purpose and clever nowhere. Tests compare it with what ``compile`` answers for the same question, so that the
text of the one statement has a witness that shares neither its JSON, nor its pages, nor its correlation.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core import page
from services.core.actor import Actor
from services.core.db import Reader
from services.core.errors import DomainError
from services.core.read.arguments import everywhere, order_of
from services.core.read.selection import Selection, Variables, resolve
from services.core.read.shape import (
    Ask,
    Columns,
    Connection,
    FieldOf,
    Filter,
    Many,
    One,
    Order,
    Part,
    Row,
    Shape,
    Value,
)


class Known:
    """A row that was loaded: its attributes are its values, as SQL literals of their columns' types."""

    def __init__(self, source: sa.FromClause, values: Sequence[Any]) -> None:
        self._values = {
            column.key: sa.literal(value, column.type) for column, value in zip(source.c, values, strict=True)
        }

    def __getattr__(self, name: str) -> Any:
        return self._values[name]

    def __getitem__(self, name: str) -> Any:
        return self._values[name]


class Interpreter:
    """Answers one question as one actor over one session."""

    def __init__(self, session: Reader, actor: Actor, variables: Variables) -> None:
        self.session = session
        self.viewer = actor.viewer
        self.variables = variables

    async def _execute(self, statement: sa.Select[Any]) -> sa.Result[Any]:
        # without SQLAlchemy's cache: its keys do not tell two enums apart, and literals here are enums
        found: sa.Result[Any] = await self.session.execute(statement, execution_options={"compiled_cache": None})
        return found

    async def answer(self, field: FieldOf, chosen: Selection, row: Row | None = None) -> Any:
        """The plain Python document (dicts, lists, strings, numbers) of one field.

        Raises:
            Invalid: an argument is wrong.
        """
        match field:
            case Value():
                return await self._value(field, row, self._ask(chosen, field.convert))
            case Part():
                return await self._part(field, chosen, row, self._ask(chosen, field.convert))
            case One():
                return await self._one(field, chosen, row)
            case Many():
                return await self._many(field, chosen, row)
            case Connection():
                return await self._connection(field, chosen, row)

    def _ask(self, chosen: Selection, convert: Mapping[str, Callable[[Any], Any]]) -> Ask:
        def known(value: Any, path: tuple[str, ...]) -> Any:
            if value is None or isinstance(value, bool | Enum):
                return value
            if isinstance(value, dict):
                return {key: known(inner, (*path, key)) for key, inner in value.items()}
            return sa.literal(_judged(value, convert.get(".".join(path)), path))

        return Ask(self.viewer, lambda name: known(resolve(chosen.arguments.get(name), self.variables), (name,)))

    async def _value(self, field: Value, row: Row, ask: Ask) -> Any:
        expression = field.expression(row, ask)
        found = plain((await self._execute(sa.select(expression))).scalar_one())
        # beyond 2^53 a number is not exact in JSON
        return str(found) if isinstance(expression.type, sa.BigInteger) and found is not None else found

    async def _part(self, field: Part, chosen: Selection, row: Row, ask: Ask) -> Any:
        if field.present is not None and not (await self._execute(sa.select(field.present(row, ask)))).scalar():
            return None
        found = {}
        for one in chosen.fields:
            match field.fields.get(one.name):
                case None:
                    found[one.key] = field.name
                case Value() as inner:
                    found[one.key] = await self._value(inner, row, ask)
                case Part() as inner:
                    found[one.key] = await self._part(inner, one, row, ask)
                case inner:
                    found[one.key] = await self.answer(inner, one, row)
        return found

    async def _object(self, shape: Shape, chosen: Selection, row: Row) -> dict[str, Any]:
        found = {}
        for one in chosen.fields:
            typename = one.name == "__typename"
            found[one.key] = shape.name if typename else await self.answer(shape.fields[one.name], one, row)
        return found

    async def _rows(self, field: One | Many, chosen: Selection, parent: Row | None) -> list[Known]:
        shape, ask = field.shape(), self._ask(chosen, field.convert if isinstance(field, One) else {})
        source = field.over(parent, ask) if field.over else shape.source()
        row = Columns(source)
        conditions = shape.conditions(self.viewer, field.on, parent, row)
        for name, one in (field.by if isinstance(field, One) else {}).items():
            if one.condition is not None:
                conditions.append(one.condition(row, *self._given(one, chosen.arguments[name], (name,))))
        statement = sa.select(*source.c).select_from(source).where(*conditions)
        if field.order is not None:
            statement = statement.order_by(*field.order(row, ask))
        return [Known(source, values) for values in await self._execute(statement)]

    async def _one(self, field: One, chosen: Selection, parent: Row | None) -> Any:
        rows = await self._rows(field, chosen, parent)
        return await self._object(field.shape(), chosen, rows[0]) if rows else None

    async def _many(self, field: Many, chosen: Selection, parent: Row) -> Any:
        return [await self._object(field.shape(), chosen, row) for row in await self._rows(field, chosen, parent)]

    def _given(self, one: Filter, value: Any, path: tuple[str, ...]) -> list[Any]:
        real = resolve(value, self.variables)
        if isinstance(real, bool | Enum) and one.convert is None:
            return [real]
        judged = _judged(real, one.convert, path)
        if len(one.types) > 1:
            return [sa.literal(part, kind) for part, kind in zip(judged, one.types, strict=True)]
        return [sa.literal(judged, one.types[0]) if one.types else sa.literal(judged)]

    def _paging(self, field: Connection, chosen: Selection) -> tuple[dict[str, Any], Order, int, str, list[Any] | None]:
        """The filters given, the order, the page size, the filter's fingerprint and the keys to start behind."""
        given = chosen.arguments.get("where") or {}
        where = {name: value for name, value in given.items() if value is not None and name in field.where}
        order = order_of(field, chosen)
        first = page.check_first(resolve(chosen.arguments.get("first"), self.variables))
        filtered = page.fingerprint(resolve(where, self.variables))
        after = resolve(chosen.arguments.get("after"), self.variables)
        behind = None if after is None else page.read_cursor(after, order.name, filtered, order.kinds)
        return where, order, first, filtered, behind

    def judge(self, field: FieldOf, chosen: Selection) -> None:
        """Judge the arguments of ``field`` and of lists below it also where no row asks for them, outermost first.

        Orders shape the statement, so they are judged before any value.

        Raises:
            Invalid: an argument is wrong.
        """
        for one, asked in everywhere(field, chosen):
            if isinstance(one, Connection):
                order_of(one, asked)
        for one, asked in everywhere(field, chosen):
            if isinstance(one, One):
                for name in (given for given in asked.arguments if given not in one.by):
                    self._ask(asked, one.convert).arg(name)
                for name, key in one.by.items():
                    self._given(key, asked.arguments[name], (name,))
            if isinstance(one, Connection):
                for name, value in self._paging(one, asked)[0].items():
                    self._given(one.where[name], value, ("where", name))

    async def _connection(self, field: Connection, chosen: Selection, parent: Row | None) -> Any:
        shape, ask = field.shape(), self._ask(chosen, field.convert)
        where, order, first, filtered, behind = self._paging(field, chosen)
        source = field.over(parent, ask) if field.over else shape.source()
        met = [
            (field.where[name], self._given(field.where[name], value, ("where", name))) for name, value in where.items()
        ]
        for one, values in met:
            source = one.joins(source, *values) if one.joins else source
        row = Columns(source)
        conditions = shape.conditions(self.viewer, field.on, parent, row)
        conditions += [one.holds(row, ask, values) for one, values in met if one.condition]
        keys = list(order.keys(row, ask))
        statement = sa.select(*source.c, *(key for key, _ in keys)).select_from(source).where(*conditions)
        width = len(source.c)
        everything = [(Known(source, found[:width]), list(found[width:])) for found in await self._execute(statement)]
        listed = sorted(everything, key=lambda item: _sortable(item[1], keys))
        if behind is not None:
            listed = [item for item in listed if _sortable(item[1], keys) > _sortable(behind, keys)]
        shown = [(known, page.write_cursor(order.name, filtered, key)) for known, key in listed[:first]]
        more = len(listed) > first
        return await self._page(field, chosen, shown, len(everything), more=more, later=behind is not None)

    async def _page(
        self,
        field: Connection,
        chosen: Selection,
        shown: Sequence[tuple[Known, str]],
        total: int,
        *,
        more: bool,
        later: bool,
    ) -> dict[str, Any]:
        shape = field.shape()
        found: dict[str, Any] = {}
        ends = {
            "__typename": "PageInfo",
            "hasNextPage": more,
            "hasPreviousPage": later,
            "startCursor": shown[0][1] if shown else None,
            "endCursor": shown[-1][1] if shown else None,
        }
        for one in chosen.fields:
            match one.name:
                case "__typename":
                    found[one.key] = one.on
                case "totalCount":
                    found[one.key] = total
                case "nodes":
                    found[one.key] = [await self._object(shape, one, known) for known, _ in shown]
                case "edges":
                    found[one.key] = [await self._edge(field, one, known, cursor) for known, cursor in shown]
                case _:
                    found[one.key] = {inner.key: ends[inner.name] for inner in one.fields}
        return found

    async def _edge(self, field: Connection, chosen: Selection, known: Known, cursor: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in chosen.fields:
            match one.name:
                case "__typename":
                    found[one.key] = one.on
                case "cursor":
                    found[one.key] = cursor
                case "node":
                    found[one.key] = await self._object(field.shape(), one, known)
                case name:
                    found[one.key] = await self.answer(field.edge[name], one, known)
        return found


class _Descending:
    """Turns the order of a key around."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Descending") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and bool(other.value == self.value)

    __hash__ = None  # type: ignore[assignment]


def _sortable(values: Sequence[Any], keys: Sequence[tuple[Any, bool]]) -> tuple[Any, ...]:
    return tuple(_Descending(value) if down else value for value, (_, down) in zip(values, keys, strict=True))


def _judged(value: Any, convert: Callable[[Any], Any] | None, path: tuple[str, ...]) -> Any:
    if convert is None:
        return value
    try:
        return convert(value)
    except DomainError as error:
        error.path = (*path, *error.path)
        raise


def plain(value: Any) -> Any:
    """A Python value as Strawberry prints it in JSON."""
    match value:
        case Enum():
            return value.name
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case list() | tuple():
            return [plain(one) for one in value]
        case _:
            return value
