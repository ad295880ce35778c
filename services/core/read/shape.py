"""Shapes: where each field of the contract comes from, said once, in SQLAlchemy Core.

A Shape belongs to one GraphQL object type. Visibility is part of it, so no path to a row can forget it.
The engine knows nothing of any slice; slices know nothing of how a Shape becomes SQL.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import SQLModel

from services.core.actor import Viewer

Expression = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]


class Plain(sa.Text):
    """Text in which nothing needs escaping in JSON."""


class Columns:
    """One alias of a table, or a subquery, as slices see it: ``row.title`` is its column ``title``."""

    __slots__ = ("_source",)

    def __init__(self, source: sa.FromClause) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        try:
            return self._source.c[name]
        except KeyError:
            raise AttributeError(f"{self._source} has no column {name}") from None

    def __getitem__(self, name: str) -> Any:
        return self._source.c[name]


Row = Any
"""``Columns``, or anything else whose attributes are columns: an ORM class or alias of the same table."""


def within(row: Row, statement: sa.Select[Any]) -> sa.Select[Any]:
    """Return ``statement`` as one that may use ``row``'s columns without adding its table again.

    SQLAlchemy correlates only one level deep and never inside FROM by itself.
    """
    return statement.correlate(row._source) if isinstance(row, Columns) else statement  # noqa: SLF001 - its own module


@dataclass(frozen=True, slots=True)
class Ask:
    """What a field may know of its request: who asks, and with which arguments.

    ``arg`` gives None where an argument is absent or null, a real bool or enum, and otherwise an expression; of an
    input the same by its keys.
    """

    viewer: Viewer
    arg: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Value:
    """A field whose value is one SQL expression over the row; its JSON form follows from its SQL type."""

    expression: Callable[[Row, Ask], Expression]
    null: bool = False
    convert: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """An object made of the same row, such as money: no table of its own.

    ``present`` says when it is there; without it the object always is. Its fields see the arguments that the part
    was asked with.
    """

    name: str
    fields: Mapping[str, "FieldOf"]
    present: Callable[[Row, Ask], Condition] | None = None
    convert: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filter:
    """One key of a ``where`` or one argument of a field.

    ``condition`` says which rows remain; ``joins`` instead replaces the rows by a source with more columns (a score).
    ``convert`` turns the request's value into what the statement binds, raising ``Invalid`` in plain words; with
    ``types`` it gives one value for each type. ``slow`` conversions run outside the event loop. Where what remains
    depends on who asks, ``asks``, and ``condition`` takes the ``Ask`` behind the row. ``ids`` is for conditions that
    reach no index under row security: given how many at most (None: all) and the values, it selects the column ``id``
    of the rows that fulfil it, whoever may see them, by an index.
    """

    condition: Callable[..., Condition] | None = None
    convert: Callable[[Any], Any] | None = None
    types: Sequence[sa.types.TypeEngine[Any]] = ()
    slow: bool = False
    joins: Callable[..., sa.FromClause] | None = None
    asks: bool = False
    ids: Callable[..., sa.Select[Any]] | None = None

    def holds(self, row: Row, ask: "Ask", values: Sequence[Any]) -> Condition:
        """SQL of whether ``row`` fulfils it."""
        assert self.condition is not None, "it has no condition"
        return self.condition(row, ask, *values) if self.asks else self.condition(row, *values)


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways by which the rows of a table are visible, alone narrow enough to be read by an index.

    ``unless`` names filters and those of their values (enums, booleans) with which no row is visible this way.
    """

    condition: Condition
    unless: Mapping[str, Collection[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """One order of a list: its stable name and its keys, all NOT NULL, the last one unique.

    ``needs`` names a ``where`` key without which the order has no meaning.
    """

    name: str
    keys: Callable[[Row, Ask], Sequence[tuple[Expression, bool]]]
    """Pairs of expression and ``descending``."""
    kinds: Sequence[sa.types.TypeEngine[Any]]
    """The SQL types of the keys: what a cursor's values are read as."""
    needs: str | None = None


Source = Callable[[Row, Ask], sa.FromClause]
"""Makes the rows of a nested field out of the parent row; ``row`` is None at the root."""


@dataclass(frozen=True, slots=True)
class One:
    """Another object, or null. Nullable unless everyone may see the target and the key is NOT NULL."""

    shape: Callable[[], "Shape"]
    on: Callable[[Row, Row], Condition] | None = None
    by: Mapping[str, Filter] = field(default_factory=dict)
    order: Callable[[Row, Ask], Sequence[Expression]] | None = None
    over: Source | None = None
    null: bool = True
    convert: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Many:
    """A short list whose length the domain bounds (tags, reasons), in a fixed order."""

    shape: Callable[[], "Shape"]
    order: Callable[[Row, Ask], Sequence[Expression]]
    on: Callable[[Row, Row], Condition] | None = None
    over: Source | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A list with pages: ``first`` 1 to 100, ``after`` a cursor, ``where`` and ``order`` of its own."""

    shape: Callable[[], "Shape"]
    orders: Mapping[Any, Order]
    default: Callable[[Collection[str]], Any]
    """Which order holds when none is asked for, by the names of the filters in use."""
    where: Mapping[str, Filter] = field(default_factory=dict)
    on: Callable[[Row, Row], Condition] | None = None
    over: Source | None = None
    convert: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    edge: Mapping[str, "FieldOf"] = field(default_factory=dict)
    """What an edge has beside cursor and node."""
    sought: "Sought | None" = None
    """What may find the rows of a page before the statement, for a list whose every row is computed."""
    ways: Callable[[Viewer, Row], Sequence[Way]] | None = None
    """For a list over hundreds of thousands of rows: ``visible`` of its Shape in parts. Then a page's ids are chosen
    first, way by way in the list's order, each by an index of its own (see ``read.choosing``)."""


@dataclass(frozen=True, slots=True)
class Sought:
    """How rows that an index found in the process, by its ``name``, become the rows of a connection.

    ``over`` makes them as ``Connection.over`` does, and is given one array for each of ``kinds``, which the index found.
    It may find more rows than a page has, never too few; the statement filters, sorts and cuts them all the same.
    """

    name: str
    over: Callable[[Row, Ask, Sequence[Expression]], sa.FromClause]
    kinds: Sequence[sa.types.TypeEngine[Any]]


FieldOf = Value | Part | One | Many | Connection


@dataclass(frozen=True)
class Shape:
    """Where each field of the GraphQL type ``name`` comes from.

    ``visible`` is asked for every alias of ``table``; None says that everyone may see every row.
    A field given as a bare column is a ``Value`` with the column's own nullability.
    """

    name: str
    table: type[SQLModel] | None
    visible: Callable[[Viewer, Row], Condition] | None
    fields: dict[str, FieldOf]

    @staticmethod
    def of(
        name: str,
        table: type[SQLModel] | None,
        visible: Callable[[Viewer, Row], Condition] | None,
        fields: Mapping[str, Any],
    ) -> "Shape":
        """Return a Shape; bare columns among ``fields`` become Values."""
        return Shape(name, table, visible, {key: _field(value) for key, value in fields.items()})

    def source(self) -> sa.FromClause:
        """A fresh alias of the table."""
        if self.table is None:
            raise TypeError(f"{self.name} has no table: its field must say what it is made over.")
        return table_of(self.table).alias()

    def conditions(
        self, viewer: Viewer, on: Callable[[Row, Row], Condition] | None, parent: Row | None, row: Row
    ) -> list[Condition]:
        """What holds for every row reached from ``parent``: that it belongs there, and that the viewer may see it."""
        conditions = [] if on is None else [on(parent, row)]
        return conditions if self.visible is None else [*conditions, self.visible(viewer, row)]


def table_of(model: type[SQLModel]) -> sa.Table:
    """The Core table behind a SQLModel class."""
    table: sa.Table = sa.inspect(model).local_table
    return table


def extend(shape: Shape, fields: Mapping[str, Any]) -> None:
    """Add a higher slice's fields to a lower slice's Shape; ``registry`` loads the modules that do.

    Raises:
        ValueError: the Shape has such a field already.
    """
    for key, value in fields.items():
        if key in shape.fields:
            raise ValueError(f"{shape.name}.{key} is there already")
        shape.fields[key] = _field(value)


def global_id(kind: str, key: str = "id") -> Value:
    """The global id of the row: type name and UUID in hex."""
    prefix = f"{kind}_"
    return Value(lambda row, _: sa.type_coerce(sa.literal(prefix, sa.Text).concat(_hex(row[key])), Plain()))


def _hex(key: Expression) -> Expression:
    return sa.func.encode(sa.func.uuid_send(key), "hex", type_=sa.Text())


def _field(value: Any) -> FieldOf:
    if isinstance(value, InstrumentedAttribute):
        column = value.property.columns[0]
        return Value(lambda row, _, name=column.key: row[name], null=bool(column.nullable))  # type: ignore[misc]
    return value  # type: ignore[no-any-return]
