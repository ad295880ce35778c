"""A GraphQL field as asked for -> the read engine's Selection, by graphql-core's own collecting and coercion."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLOutputType, GraphQLSchema, get_named_type
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values
from graphql.language import FragmentDefinitionNode, OperationDefinitionNode

from services.core.read.selection import Param, Path, Selection


@dataclass(frozen=True, slots=True)
class Opened:
    """Variables split in two: what shapes the SQL stays, every other leaf becomes a ``Param``."""

    values: dict[str, Any]
    leaves: dict[Path, Any]
    key: tuple[object, ...]
    """Equal for requests that one plan serves."""


def open_values(coerced: dict[str, Any]) -> Opened:
    """Return the variables with their leaves opened; null, booleans, enums and the keys of inputs stay real."""
    leaves: dict[Path, Any] = {}
    key: list[object] = []
    values = {name: _open(value, (name,), leaves, key) for name, value in sorted(coerced.items())}
    return Opened(values, leaves, tuple(key))


def _open(value: Any, path: Path, leaves: dict[Path, Any], key: list[object]) -> Any:
    match value:
        case None | bool() | Enum():
            key.append((path, value))
            return value
        case dict():
            key.append((path, tuple(sorted(value))))
            return {name: _open(inner, (*path, name), leaves, key) for name, inner in sorted(value.items())}
        case _:
            key.append(path)
            leaves[path] = value
            return Param(path)


class Selector:
    """Turns fields of one operation into Selections."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        values: dict[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = {name: FragmentDetails(definition) for name, definition in fragments.items()}
        self._operation = operation
        self._values = VariableValues({}, values)

    def field(self, definition: GraphQLField, details: list[FieldDetails], on: str) -> Selection:
        """One field with all that is asked below it."""
        node = details[0].node
        name = node.name.value
        arguments = get_argument_values(definition, node, self._values)
        key = node.alias.value if node.alias else name
        return Selection(name, key, on, arguments, tuple(self.below(definition.type, details)))

    def below(self, kind: GraphQLOutputType, details: list[FieldDetails]) -> Iterator[Selection]:
        """The sub-fields that are asked of an object type; none for a leaf."""
        named = get_named_type(kind)
        if not isinstance(named, GraphQLObjectType):
            return
        found = collect_subfields(self._schema, self._fragments, self._values, self._operation, named, details)
        for key, group in found.grouped_field_set.items():
            name = group[0].node.name.value
            if name == "__typename":
                yield Selection(name, key, named.name)
            else:
                yield self.field(named.fields[name], group, named.name)
