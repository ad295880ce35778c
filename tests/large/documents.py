"""Documents that ask for everything the SDL has: every field, every list in every order and under every filter.

They are made from the SDL, so a new field is asked for as soon as it is there; a new filter needs values in
``samples`` first, and says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from services.core.table import snake
from tests.large.samples import Samples

DEPTH = 3
"""How many objects deep the whole of a thing is asked for."""
NESTED = 3
"""The page size of lists inside lists."""
RANKED = {"matches"}
"""Fields that rank everything anew, which takes a second: asked for one object, with one value for each filter."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question. ``kind`` says what to expect: a ``page`` of ids, a ``count``, or the ``whole`` of things."""

    name: str
    kind: str
    query: str


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks for everything there is below the query type of ``schema``."""

    schema: GraphQLSchema
    samples: Samples

    def cases(self, root: str) -> Iterator[Case]:
        """All questions of one root field."""
        query = self.schema.query_type
        assert query is not None
        field = query.fields[root]
        if is_connection(field):
            yield from self._list_cases(root, field, "{ %s }", root, whole=True)
            return
        for place, given in enumerate(self._given(root, field)):
            opened = f"{root}{given}"
            yield Case(f"{opened} whole", "whole", f"{{ {opened} {self.whole(self._objects(field), 0)} }}")
            for kind in self._behind(field, given):
                for name, inner in kind.fields.items():
                    if is_connection(inner) and not (place and name in RANKED):
                        around = f"{{ {opened} {{ ... on {kind.name} {{ %s }} }} }}"
                        yield from self._list_cases(name, inner, around, f"{opened}.{name}", whole=False)

    def _behind(self, field: GraphQLField, given: str) -> Sequence[GraphQLObjectType]:
        """The types that may answer; of an interface the one that the id in ``given`` names."""
        kinds, named = self._objects(field), given.rpartition("_")[0]
        return kinds if len(kinds) == 1 else [kind for kind in kinds if named.endswith(f'"{snake(kind.name)}')]

    def _list_cases(self, name: str, field: GraphQLField, around: str, called: str, *, whole: bool) -> Iterator[Case]:
        orders, filters = self._orders(field), self._filters(field, most=1 if name in RANKED else None)
        if whole:
            text = f"{name}(first: 20) {self.connection(field, 0)}"
            yield Case(f"{called} whole", "whole", around % text)
        for where, searched in [("", False), *filters]:
            yield Case(f"{called} count {where}", "count", around % f"{name}{_joined(where)} {{ totalCount }}")
            for order in orders or [""]:
                if order == "RELEVANCE" and not searched:
                    continue
                given = _joined("first: 20", where, order and f"order: {order}")
                text = f"{name}{given} {{ edges {{ cursor }} pageInfo {{ endCursor hasNextPage }} }}"
                yield Case(f"{called} page {where} {order}", "page", around % text)

    def whole(self, kinds: Sequence[GraphQLObjectType], depth: int) -> str:
        """All fields of an object, ``DEPTH`` objects deep; of an interface, those of each type behind it."""
        if len(kinds) > 1:
            each = " ".join(f"... on {kind.name} {self._object(kind, depth, f'{kind.name}_')}" for kind in kinds)
            return f"{{ __typename {each} }}"
        return self._object(kinds[0], depth)

    def _object(self, kind: GraphQLObjectType, depth: int, prefix: str = "") -> str:
        asked = [(name, self._field(name, field, depth)) for name, field in kind.fields.items()]
        aliased = [f"{prefix}{name}: {text}" if prefix else text for name, text in asked if text]
        return f"{{ __typename {' '.join(aliased)} }}"

    def connection(self, field: GraphQLField, depth: int) -> str:
        """All that a list has."""
        [kind] = self._objects(field)
        edge = get_named_type(kind.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType)
        node = self._objects(edge.fields["node"])
        page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        return f"{{ edges {{ cursor node {self.whole(node, depth + 1)} }} {page} }}"

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        if is_leaf_type(get_named_type(field.type)):
            return name + self._needed(name, field)
        if depth + 1 >= DEPTH:
            return ""
        if name in RANKED and depth:
            return ""
        if is_connection(field):
            return f"{name}(first: {NESTED}) {self.connection(field, depth + 1)}"
        return f"{name}{self._needed(name, field)} {self.whole(self._objects(field), depth + 1)}"

    def _objects(self, field: GraphQLField) -> list[GraphQLObjectType]:
        named = get_named_type(field.type)
        if isinstance(named, GraphQLObjectType):
            return [named]
        return sorted(self.schema.get_possible_types(named), key=lambda kind: kind.name)  # type: ignore[arg-type]

    def _needed(self, name: str, field: GraphQLField) -> str:
        """The arguments that a field cannot do without."""
        return next(iter(self._given(name, field)))

    def _given(self, name: str, field: GraphQLField) -> Iterator[str]:
        """Each way to give the arguments that a field cannot do without."""
        needed = [
            key for key, one in field.args.items() if isinstance(one.type, GraphQLNonNull) and one.default is None
        ]
        if not needed:
            yield ""
            return
        kinds = [str(get_named_type(field.args[key].type)) for key in needed]
        values = [self.samples.argument(snake(name), key, kind) for key, kind in zip(needed, kinds, strict=True)]
        for chosen in product(*values):
            yield f"({', '.join(f'{key}: {value}' for key, value in zip(needed, chosen, strict=True))})"

    def _orders(self, field: GraphQLField) -> list[str]:
        kind = get_named_type(field.args["order"].type) if "order" in field.args else None
        return list(kind.values) if isinstance(kind, GraphQLEnumType) else []

    def _filters(self, field: GraphQLField, most: int | None) -> Iterator[tuple[str, bool]]:
        """Each filter with ``most`` of its samples, alone; then those that people combine; and whether it searches."""
        if "where" not in field.args:
            return
        kind = get_named_type(field.args["where"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        for key, one in kind.fields.items():
            for value in islice(self._values(kind.name, key, one.type), most):
                yield f"where: {{{key}: {value}}}", key == "search"
        for combined in self.samples.combined(kind.name):
            yield f"where: {{{combined}}}", "search" in combined

    def _values(self, where: str, key: str, kind: Any) -> Iterator[str]:
        if isinstance(kind, GraphQLNonNull):
            yield from self._values(where, key, kind.of_type)
        elif isinstance(kind, GraphQLList) and isinstance(get_named_type(kind), GraphQLEnumType):
            for value in self._values(where, key, get_named_type(kind)):
                yield f"[{value}]"
        elif isinstance(kind, GraphQLEnumType):
            yield from kind.values
        elif isinstance(kind, GraphQLInputObjectType):
            needed = {k: one for k, one in kind.fields.items() if isinstance(one.type, GraphQLNonNull)}
            parts = [f"{k}: {next(self._values(where, k, one.type))}" for k, one in needed.items()]
            yield f"{{{', '.join(parts)}}}"
        elif isinstance(kind, GraphQLList):
            yield from self.samples.filter(where, key)
        elif kind.name == "Boolean":
            yield from ("true", "false")
        else:
            yield from self.samples.filter(where, key)


def is_connection(field: GraphQLField) -> bool:
    """Whether a field is a list with pages."""
    named = get_named_type(field.type)
    return isinstance(named, GraphQLObjectType) and "pageInfo" in named.fields


def _joined(*given: str) -> str:
    inner = ", ".join(one for one in given if one)
    return f"({inner})" if inner else ""


def fields_asked(schema: GraphQLSchema, cases: Mapping[str, Sequence[Case]]) -> set[tuple[str, str]]:
    """The fields that the cases ask for, as pairs of type and field."""
    from graphql import TypeInfo, TypeInfoVisitor, Visitor, parse, visit

    asked: set[tuple[str, str]] = set()
    info = TypeInfo(schema)

    class Seen(Visitor):
        def enter_field(self, node: Any, *_: Any) -> None:
            parent = info.get_parent_type()
            if parent is not None and not node.name.value.startswith("__"):
                asked.add((parent.name, node.name.value))

    for each in cases.values():
        for case in each:
            if case.kind == "whole":
                visit(parse(case.query), TypeInfoVisitor(info, Seen()))
    return asked
