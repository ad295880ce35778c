"""The SDL and the Shapes say the same, the SDL says it in words, and enums are spelled in one way."""

from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, signature
from typing import Any
from unittest import mock

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_introspection_type,
    is_leaf_type,
    is_specified_scalar_type,
)

from schema.core.node import NODES
from schema.root import SCHEMA, Query
from services.core.read.shape import Connection, FieldOf, Many, One, Part, Shape, Value
from services.taxonomy.shapes import LICENCE, REGION
from tests.schema.core.documents import FROM_NO_SHAPE

SDL = SCHEMA._schema
OWN_TYPES: dict[str, GraphQLNamedType] = {
    name: kind
    for name, kind in SDL.type_map.items()
    if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
}
PAGE = {"edges", "nodes", "pageInfo", "totalCount"}
EDGE = {"cursor", "node"}


async def roots() -> dict[str, One | Connection]:
    """What each root field of an object type reads; those of an interface read what other roots do."""
    declared = SDL.query_type.fields if SDL.query_type else {}
    found = {}
    for field in Query.__strawberry_definition__.fields:  # type: ignore[attr-defined]
        name = SCHEMA.config.name_converter.get_graphql_name(field)
        if isinstance(get_named_type(declared[name].type), GraphQLObjectType) and name not in FROM_NO_SHAPE:
            found[name] = await _read_by(field.base_resolver.wrapped_func)
    return found


async def _read_by(resolver: Callable[..., Any]) -> One | Connection:
    """Call a resolver with ``answer`` listening: which Shape it asks for."""
    read: list[One | Connection] = []

    async def listen(_info: object, root: One | Connection, **_given: object) -> None:
        read.append(root)

    required = [None for one in signature(resolver).parameters.values() if one.default is Parameter.empty]
    with mock.patch(f"{resolver.__module__}.answer", listen):
        await resolver(*required)
    [root] = read
    return root


class Comparison:
    """Walks Shapes and the SDL side by side; ``problems`` says where they differ, ``seen`` which types were met."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.seen: set[str] = set()
        self._walked: dict[int, Mapping[str, FieldOf]] = {}

    def field(self, where: str, answer: FieldOf, declared: GraphQLField) -> None:
        """Compare one field."""
        match answer:
            case Value():
                self._type(where, declared, "!" if not answer.null else "", None)
                if not is_leaf_type(get_named_type(declared.type)):
                    self.problems.append(f"{where} is a value, but its type has fields")
            case Part():
                self._type(where, declared, "" if answer.present else "!", answer.name)
                self.object(answer.name, answer.fields)
            case One():
                self._type(where, declared, "" if answer.null else "!", answer.shape().name)
                self._arguments(where, declared, set(answer.by), exact=False)
                self.object(answer.shape().name, answer.shape().fields)
            case Many():
                self._type(where, declared, "[]!", answer.shape().name)
                self.object(answer.shape().name, answer.shape().fields)
            case Connection():
                self._connection(where, answer, declared)

    def object(self, name: str, fields: Mapping[str, FieldOf]) -> None:
        """Compare the fields of one Shape or Part with those of the type of its name."""
        kind = OWN_TYPES.get(name)
        if id(fields) in self._walked or not isinstance(kind, GraphQLObjectType):
            return
        self._walked[id(fields)] = fields
        self._same(name, set(fields), set(kind.fields))
        for key in fields.keys() & kind.fields.keys():
            self.field(f"{name}.{key}", fields[key], kind.fields[key])
        self.seen.add(name)

    def _connection(self, where: str, answer: Connection, declared: GraphQLField) -> None:
        shape = answer.shape()
        page = get_named_type(declared.type)
        self._type(where, declared, "!", page.name)
        assert isinstance(page, GraphQLObjectType), where
        self._same(page.name, PAGE, set(page.fields))
        edge = get_named_type(page.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType), where
        self._type(f"{page.name}.edges", page.fields["edges"], "[]!", edge.name)
        self._type(f"{page.name}.nodes", page.fields["nodes"], "[]!", shape.name)
        self._type(f"{edge.name}.node", edge.fields["node"], "!", shape.name)
        self._same(edge.name, EDGE | set(answer.edge), set(edge.fields))
        for key in answer.edge.keys() & edge.fields.keys():
            self.field(f"{edge.name}.{key}", answer.edge[key], edge.fields[key])
        self._arguments(where, declared, {"first", "after", "order", *(["where"] if answer.where else [])})
        self._input(f"{where}(where:)", declared, "where", set(answer.where))
        self._input(f"{where}(order:)", declared, "order", {order.name for order in answer.orders})
        self.seen |= {page.name, edge.name}
        self.object(shape.name, shape.fields)

    def _arguments(self, where: str, declared: GraphQLField, wanted: set[str], *, exact: bool = True) -> None:
        found = set(declared.args)
        self._same(f"{where}(…)", wanted, found if exact else found & wanted)

    def _input(self, where: str, declared: GraphQLField, argument: str, wanted: set[str]) -> None:
        if argument not in declared.args:
            return
        kind = get_named_type(declared.args[argument].type)
        assert isinstance(kind, GraphQLInputObjectType | GraphQLEnumType), where
        self._same(where, wanted, set(kind.fields if isinstance(kind, GraphQLInputObjectType) else kind.values))

    def _type(self, where: str, declared: GraphQLField, wraps: str, name: str | None) -> None:
        """``wraps`` is what stands around the type's name: "", "!" or "[]!"; items of lists are never null."""
        bare = name or str(get_named_type(declared.type))
        many = wraps == "[]!" or (name is None and "[" in str(declared.type))
        wanted = (f"[{bare}!]" if many else bare) + ("!" if "!" in wraps else "")
        if str(declared.type) != wanted:
            self.problems.append(f"{where} is {declared.type} in the SDL and {wanted} by its Shape")

    def _same(self, where: str, by_shape: set[str], in_sdl: set[str]) -> None:
        if by_shape - in_sdl:
            self.problems.append(f"{where} lacks in the SDL: {', '.join(sorted(by_shape - in_sdl))}")
        if in_sdl - by_shape:
            self.problems.append(f"{where} lacks in the Shape: {', '.join(sorted(in_sdl - by_shape))}")


async def compared() -> Comparison:
    """All Shapes that a root field leads to, compared with the SDL."""
    comparison = Comparison()
    assert SDL.query_type is not None
    for name, root in (await roots()).items():
        comparison.field(f"Query.{name}", root, SDL.query_type.fields[name])
    return comparison


async def test_every_field_of_every_shape_stands_in_the_sdl_with_equal_nullability() -> None:
    assert (await compared()).problems == []


async def test_every_object_type_that_can_be_read_has_a_shape() -> None:
    by_python = {"Query", "Mutation", "Subscription", "PageInfo", "RateLimit"}
    payloads = {
        get_named_type(field.type).name for field in (SDL.mutation_type.fields if SDL.mutation_type else {}).values()
    }
    errors = {kind.name for kind in SDL.get_possible_types(_interface("UserError"))}
    objects = {name for name, kind in OWN_TYPES.items() if isinstance(kind, GraphQLObjectType)}
    assert objects - (await compared()).seen - by_python - payloads - errors == set()


def test_everything_with_an_id_is_found_by_it() -> None:
    assert {name for name, _ in NODES.values()} == {kind.name for kind in SDL.get_possible_types(_interface("Node"))}
    assert [name for name, one in NODES.values() if one.shape().name != name] == []


@pytest.mark.parametrize(
    ("shape", "fields", "problem"),
    [
        (REGION, {"capital": REGION.fields["code"]}, "Region lacks in the SDL: capital"),
        (REGION, {"parent": None}, "Region lacks in the Shape: parent"),
        (
            REGION,
            {"code": Value(lambda row, _: row.code, null=True)},
            "Region.code is String! in the SDL and String by",
        ),
        (REGION, {"level": REGION.fields["source"]}, "Region.level is RegionLevel! in the SDL and ReferenceSource! by"),
        (REGION, {"source": One(lambda: LICENCE, null=False)}, "Region.source is ReferenceSource! in the SDL and Lic"),
        (REGION, {"name": Part("LocalizedText", {}, present=lambda _row, _ask: True)}, "Region.name is LocalizedText!"),  # type: ignore[arg-type, return-value]
        (
            LICENCE,
            {"suggestedFor": Value(lambda row, _: row.code, null=True)},
            "Licence.suggestedFor is [LicenceUse!]!",
        ),
        (LICENCE, {"name": LICENCE.fields["code"]}, "Licence.name is a value, but its type has fields"),
    ],
)
def test_the_comparison_names_what_differs(shape: Shape, fields: dict[str, Any], problem: str) -> None:
    comparison = Comparison()
    changed = {key: field for key, field in {**shape.fields, **fields}.items() if field is not None}
    comparison.object(shape.name, changed)
    assert [found for found in comparison.problems if found.startswith(problem)], comparison.problems


def test_everything_in_the_sdl_has_a_description() -> None:
    described = dict(_described())
    assert len(described) > 500
    assert [name for name, words in described.items() if not (words or "").strip()] == []


def _described() -> Iterator[tuple[str, str | None]]:
    for name, kind in OWN_TYPES.items():
        yield name, kind.description
        match kind:
            case GraphQLObjectType() | GraphQLInterfaceType():
                for key, field in kind.fields.items():
                    yield f"{name}.{key}", field.description
                    yield from ((f"{name}.{key}({arg}:)", one.description) for arg, one in field.args.items())
            case GraphQLInputObjectType():
                yield from ((f"{name}.{key}", field.description) for key, field in kind.fields.items())
            case GraphQLEnumType():
                yield from ((f"{name}.{key}", value.description) for key, value in kind.values.items())


def test_every_enum_is_spelled_as_its_words_in_capitals() -> None:
    """The read engine writes an enum's value in capitals, so that must be its name in the SDL."""
    words = [(name, key, one.value) for name, kind in _enums() for key, one in kind.values.items()]
    assert words
    assert [f"{name}.{key} is “{value}”" for name, key, value in words if key != value.upper()] == []


def _enums() -> Iterator[tuple[str, GraphQLEnumType]]:
    return ((name, kind) for name, kind in OWN_TYPES.items() if isinstance(kind, GraphQLEnumType))


def _interface(name: str) -> GraphQLInterfaceType:
    kind = OWN_TYPES[name]
    assert isinstance(kind, GraphQLInterfaceType)
    return kind
