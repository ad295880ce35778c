"""Shape + Selection + Viewer -> ONE SQL statement whose only column is the finished JSON."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.core.actor import Viewer
from services.core.read import jsontext
from services.core.read.administrative import administrative
from services.core.read.arguments import Arguments
from services.core.read.jsontext import Text, raw
from services.core.read.pages import Listing
from services.core.read.plan import SOUGHT, Plan, Search, finish
from services.core.read.selection import Path, Selection, Variables
from services.core.read.shape import (
    Ask,
    Columns,
    Connection,
    FieldOf,
    Filter,
    Many,
    One,
    Part,
    Row,
    Shape,
    Value,
    within,
)


def compile_read(root: One | Connection, chosen: Selection, viewer: Viewer) -> Plan:
    """Return the plan that answers ``chosen`` of ``root`` for every viewer of this viewer's key.

    Raises:
        Invalid: an argument that shapes the SQL is wrong.
    """
    arguments = Arguments()
    body = _Reading(viewer, arguments).field(root, chosen, None)
    plan = finish(body, arguments.computed, slow=arguments.slow)
    plan = replace(plan, administrative=administrative(root, chosen, viewer))
    sought = _sought(root, chosen)
    return plan if sought is None else replace(plan, search=_search(root, chosen, viewer, sought))


def _sought(root: One | Connection, chosen: Selection) -> Selection | None:
    """The one list of one object that an index may find; whoever asks how many there are in all must count them."""
    if not isinstance(root, One) or "id" not in chosen.arguments or "id" not in root.by:
        return None
    fields = {one.name: root.shape().fields.get(one.name) for one in chosen.fields}
    lists = {name: field.sought for name, field in fields.items() if isinstance(field, Connection)}
    found = [one for one in chosen.fields if lists.get(one.name) is not None]
    return found[0] if len(found) == 1 and not any(found[0].named("totalCount")) else None


def _search(root: One | Connection, chosen: Selection, viewer: Viewer, sought: Selection) -> Search:
    reading = _Searching(viewer, Arguments(), sought)
    body = reading.field(root, chosen, None)
    plan = finish(body, reading.arguments.computed, slow=reading.arguments.slow)
    plan = replace(plan, administrative=administrative(root, chosen, viewer))
    field, listing = reading.found
    assert field.sought is not None, "such a list is sought"
    return Search(
        field.sought.name,
        plan,
        reading.id,
        listing.first.key,
        [one.key for one in listing.after.places] if listing.after is not None else (),
        {name: values for name, (_, values) in zip(listing.where, listing.met, strict=True)},
    )


class _Reading:
    """One walk over a Selection; every method returns an SQL expression of JSON text."""

    def __init__(self, viewer: Viewer, arguments: Arguments) -> None:
        self.viewer = viewer
        self.arguments = arguments

    def field(self, field: FieldOf, chosen: Selection, row: Row | None) -> Text:
        match field:
            case Value():
                return jsontext.value(field.expression(row, self.ask(chosen, field.convert)), null=field.null)
            case Part():
                return self.part(field, chosen, row)
            case One():
                return self.one(field, chosen, row)
            case Many():
                return self.many(field, chosen, row)
            case Connection():
                return self.connection(field, chosen, row)

    def object(self, name: str, fields: Mapping[str, FieldOf], chosen: Selection, row: Row) -> Text:
        return jsontext.obj([(one.key, self.named(name, fields, one, row)) for one in chosen.fields])

    def named(self, name: str, fields: Mapping[str, FieldOf], one: Selection, row: Row) -> Text:
        return raw(f'"{name}"') if one.name == "__typename" else self.field(fields[one.name], one, row)

    def ask(self, chosen: Selection, convert: Mapping[str, Callable[[Any], Any]]) -> Ask:
        return Ask(self.viewer, lambda name: self.arguments.given(chosen.arguments.get(name), convert, (name,)))

    def part(self, field: Part, chosen: Selection, row: Row, outer: Ask | None = None) -> Text:
        ask = outer or self.ask(chosen, field.convert)
        pairs = [(one.key, self.of_part(field, one, row, ask)) for one in chosen.fields]
        text = jsontext.obj(pairs)
        if field.present is None:
            return text
        return sa.case((field.present(row, ask), text), else_=raw("null"))

    def of_part(self, field: Part, one: Selection, row: Row, ask: Ask) -> Text:
        if one.name == "__typename":
            return raw(f'"{field.name}"')
        match field.fields[one.name]:
            case Value() as inner:
                return jsontext.value(inner.expression(row, ask), null=inner.null)
            case Part() as inner:
                return self.part(inner, one, row, ask)
            case inner:
                return self.field(inner, one, row)

    def one(self, field: One, chosen: Selection, parent: Row | None) -> Text:
        shape, ask = field.shape(), self.ask(chosen, field.convert)
        source = field.over(parent, ask) if field.over else shape.source()
        row = Columns(source)
        conditions = shape.conditions(self.viewer, field.on, parent, row)
        for name, one in field.by.items():
            if one.condition is not None:
                conditions.append(one.condition(row, *self.by(one, chosen.arguments[name], name)))
        found = sa.select(self.object(shape.name, shape.fields, chosen, row)).select_from(source).where(*conditions)
        if field.order is not None:
            found = found.order_by(*field.order(row, ask)).limit(1)
        return jsontext.or_null(within(parent, found).scalar_subquery())

    def by(self, one: Filter, value: Any, name: str) -> list[Any]:
        return self.arguments.values(one, value, (name,))

    def many(self, field: Many, chosen: Selection, parent: Row) -> Text:
        shape, ask = field.shape(), self.ask(chosen, {})
        source = field.over(parent, ask) if field.over else shape.source()
        row = Columns(source)
        item = self.object(shape.name, shape.fields, chosen, row)
        items = sa.func.string_agg(item, aggregate_order_by(raw(","), *field.order(row, ask)), type_=sa.Text())
        conditions = shape.conditions(self.viewer, field.on, parent, row)
        found = sa.select(jsontext.array(items)).select_from(source).where(*conditions)
        return within(parent, found).scalar_subquery()

    def connection(self, field: Connection, chosen: Selection, parent: Row | None) -> Text:
        listing = self.listing(field, chosen, parent)
        shape = listing.shape
        forms: dict[str, Callable[[Selection], Text]] = {
            "__typename": lambda one: raw(f'"{one.on}"'),
            "totalCount": lambda _: listing.total(),
            "nodes": lambda one: listing.items(self.object(shape.name, shape.fields, one, listing.row)),
            "edges": lambda one: listing.items(self.edge(shape, one, listing)),
            "pageInfo": listing.info,
        }
        text = jsontext.obj([(one.key, forms[one.name](one)) for one in chosen.fields])
        return listing.closed(text)

    def listing(self, field: Connection, chosen: Selection, parent: Row | None) -> Listing:
        return Listing(self.arguments, field, chosen, self.ask(chosen, field.convert), parent)

    def edge(self, shape: Shape, chosen: Selection, listing: Listing) -> Text:
        def form(one: Selection) -> Text:
            match one.name:
                case "__typename":
                    return raw(f'"{one.on}"')
                case "cursor":
                    return jsontext.quoted(listing.cursor)
                case "node":
                    return self.object(shape.name, shape.fields, one, listing.row)
                case name:
                    return self.field(listing.field.edge[name], one, listing.row)

        return jsontext.obj([(one.key, form(one)) for one in chosen.fields])


class _Searching(_Reading):
    """The same walk for what an index found: ``found`` is the list ``sought`` with its page, ``id`` whose list it is."""

    found: tuple[Connection, Listing]
    id: str

    def __init__(self, viewer: Viewer, arguments: Arguments, sought: Selection) -> None:
        super().__init__(viewer, arguments)
        self._sought = sought

    def by(self, one: Filter, value: Any, name: str) -> list[Any]:
        values = super().by(one, value, name)
        if name == "id" and "id" not in self.__dict__:  # the root comes first
            self.id = values[0].key
        return values

    def listing(self, field: Connection, chosen: Selection, parent: Row | None) -> Listing:
        if chosen is not self._sought or field.sought is None:
            return super().listing(field, chosen, parent)
        over = field.sought.over
        arrays = [
            self.arguments.bind(partial(_of, (SOUGHT, str(place))), kind)
            for place, kind in enumerate(field.sought.kinds)
        ]
        listing = super().listing(replace(field, over=lambda row, ask: over(row, ask, arrays)), chosen, parent)
        self.found = field, listing
        return listing


def _of(path: Path, variables: Variables) -> Any:
    return variables[path]
