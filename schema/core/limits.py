"""Limits before work: what a document may ask for at most, told by one walk before anything is validated or run.

The walk takes each fragment once and remembers what it found: fragments that double one another 24 times cost no more
than one that is written once. It knows nothing of what is valid; what is not, validation says afterwards.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import isnan

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from schema.core.asking import NESTING, Asked, Refused, parsed
from services.core.page import FIRST_DEFAULT

DEPTH = 10
"""Levels of fields, the root's own being the first; within introspection GraphQL's own rule holds."""
FIELDS = 500
"""Fields of all operations of a document, after fragments are spread."""
ALIASES = 15
"""Aliases of one field in one place."""
NAMES = 40
"""Fields that are to be answered under one name in one place: comparing them takes the square of their number."""
NODES = 10_000
"""Objects that an operation asks for at most: the page sizes, multiplied down the tree and added up."""
LARGEST = 10**9
"""No page size counts for more."""
Sizes = tuple[tuple[str, int], ...]
"""The variables that can say how many are asked for, with what they say."""


@dataclass(slots=True)
class Part:
    """What a set of selections asks for, all that lies below it included."""

    depth: int = 0
    fields: int = 0
    nodes: int = 0
    nesting: int = 0
    """Levels of selections and of fragments within one another."""
    introspects: bool = False
    """Whether the schema itself is asked about."""
    aliases: Counter[str] = field(default_factory=Counter)
    """By field, in this place alone."""
    names: Counter[str] = field(default_factory=Counter)
    """By the name to answer under, in this place alone."""

    def refusal(self, *, whole: bool) -> tuple[str, str] | None:
        """The code and the sentence of a limit that is broken; of a fragment (not ``whole``) those that hold for all."""
        if self.depth > DEPTH:
            return "TOO_DEEP", f"A document may nest {DEPTH} levels of fields; this has {self.depth} or more."
        if self.fields > FIELDS:
            sentence = (
                f"A document may have {FIELDS} fields once fragments are spread; this has {self.fields:,} or more."
            )
            return "TOO_MANY_FIELDS", sentence
        for name, number in self.aliases.items():
            if whole and number > ALIASES:
                sentence = f"One field may have {ALIASES} aliases in one place; `{name:.60}` has {number}."
                return "TOO_MANY_ALIASES", sentence
        for name, number in self.names.items():
            if whole and number > NAMES:
                sentence = f"One name may be asked for {NAMES} times in one place; `{name:.60}` is, {number} times."
                return "TOO_MANY_FIELDS", sentence
        return None


@dataclass(frozen=True, slots=True)
class Weight:
    """What a request asks for at most, or the limit that it breaks."""

    nodes: int = 0
    introspects: bool = False
    refusal: tuple[str, str] | None = None


def weigh(schema: GraphQLSchema, asked: Asked) -> Weight:
    """Return how much a request asks for; nothing where its document does not parse (execution says why).

    Raises:
        Refused: it asks for more than one may.
    """
    counting = _counting(asked.query)
    given = asked.variables or {}
    sizes = tuple((name, _given(given[name]) if name in given else default) for name, default in counting)
    weight = _weigh(schema, asked.query, asked.operation, sizes)
    if weight.refusal is not None:
        code, sentence = weight.refusal
        raise Refused(400, sentence, code=code)
    return weight


@lru_cache(maxsize=256)
def _weigh(schema: GraphQLSchema, query: str, operation: str | None, sizes: Sizes) -> Weight:
    document = parsed(query)
    if document is None:
        return Weight()
    walk, fields, nodes, introspects = _Walk(schema, document, dict(sizes)), 0, 0, False
    try:
        for one in document.definitions:
            if isinstance(one, OperationDefinitionNode):
                part = walk.part(one.selection_set, schema.get_root_type(one.operation), 0)
                _require(part)
                fields += part.fields
                if operation is None or (one.name is not None and one.name.value == operation):
                    nodes, introspects = max(nodes, part.nodes), introspects or part.introspects
            elif isinstance(one, FragmentDefinitionNode):
                _require(walk.fragment(one.name.value, 0))  # validation looks also at what nothing spreads
        _require(Part(fields=fields))
    except _Exceeded as exceeded:
        return Weight(refusal=exceeded.refusal)
    if nodes > NODES:
        many = f"{nodes:,}" if nodes <= LARGEST else "more than a billion"
        sentence = f"A request may ask for {NODES:,} objects, its page sizes multiplied; this asks for {many}."
        return Weight(refusal=("TOO_MANY_NODES", sentence))
    return Weight(nodes, introspects)


def refuse_introspection() -> Refused:
    """What is answered to strangers where the schema itself is shown to people and programs that are known."""
    sentence = "Sign in, or send an API token, to ask about the schema itself."
    return Refused(400, sentence, code="INTROSPECTION_OFF")


class _Exceeded(Exception):
    def __init__(self, refusal: tuple[str, str]) -> None:
        super().__init__(*refusal)
        self.refusal = refusal


def _require(part: Part, *, whole: bool = True) -> None:
    """Stop the walk where ``part`` is too much."""
    refusal = part.refusal(whole=whole)
    if refusal is not None:
        raise _Exceeded(refusal)


class _Walk:
    """One walk over a document, each fragment once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, sizes: Mapping[str, int]) -> None:
        self._schema = schema
        self._sizes = sizes
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._known: dict[str, Part] = {}

    def part(self, selections: SelectionSetNode, parent: GraphQLNamedType | None, level: int) -> Part:
        """What ``selections`` of a ``parent`` ask for, ``level`` levels of selections below the document."""
        found = Part()
        for one in selections.selections:
            if isinstance(one, FieldNode):
                self._add_field(found, one, parent, level)
                continue
            if isinstance(one, FragmentSpreadNode):
                inner = self.fragment(one.name.value, level + 1)
            else:
                assert isinstance(one, InlineFragmentNode), "there are three kinds of selections"
                condition = one.type_condition
                kind = parent if condition is None else self._schema.get_type(condition.name.value)
                inner = self.part(one.selection_set, kind, level + 1)
            found.depth, found.fields = max(found.depth, inner.depth), found.fields + inner.fields
            found.nodes += inner.nodes
            found.introspects = found.introspects or inner.introspects
            found.nesting = max(found.nesting, inner.nesting + 1)
            found.aliases += inner.aliases
            found.names += inner.names
        if level + found.nesting > NESTING:
            raise _Exceeded(("TOO_DEEP", f"Selections and fragments may nest {NESTING} levels deep."))
        _require(found, whole=False)
        return found

    def fragment(self, name: str, level: int) -> Part:
        """What a fragment asks for; nothing where it is not there or goes round in a circle, which is not valid."""
        known = self._known.get(name)
        if known is None:
            definition = self._fragments.get(name)
            if definition is None or level > NESTING:
                return Part(nesting=level)
            self._known[name] = Part()
            kind = self._schema.get_type(definition.type_condition.name.value)
            known = self._known[name] = self.part(definition.selection_set, kind, level)
        return known

    def _add_field(self, found: Part, node: FieldNode, parent: GraphQLNamedType | None, level: int) -> None:
        name = node.name.value
        found.fields += 1
        found.names[node.alias.value if node.alias else name] += 1
        if node.alias is not None:
            found.aliases[name] += 1
        found.depth = max(found.depth, 1)
        if name in {"__schema", "__type"}:
            found.introspects = True
        if node.selection_set is None:
            return
        definition = self._schema.get_field(parent, name) if is_composite_type(parent) else None
        below = self.part(node.selection_set, get_named_type(definition.type) if definition else None, level + 1)
        _require(below)
        found.fields += below.fields
        found.nesting = max(found.nesting, below.nesting + 1)
        if not (parent and parent.name.startswith("__")):
            found.depth = max(found.depth, below.depth + 1)
        size = self._size(node, definition)
        found.nodes += below.nodes if size is None else size * (1 + below.nodes)

    def _size(self, node: FieldNode, definition: GraphQLField | None) -> int | None:
        """How many objects a connection is asked for; None for a field that is none."""
        if definition is None or not {"first", "after"} <= definition.args.keys():
            return None
        for argument in node.arguments or ():
            if argument.name.value == "first":
                return self._number(argument.value)
        return FIRST_DEFAULT

    def _number(self, value: ValueNode) -> int:
        if isinstance(value, VariableNode):
            return self._sizes.get(value.name.value, FIRST_DEFAULT)
        return _literal(value)


def _literal(value: ValueNode) -> int:
    """A page size as written; what is none is refused later and counts as the usual one."""
    if not isinstance(value, IntValueNode):
        return FIRST_DEFAULT
    return min(max(int(value.value), 0), LARGEST) if len(value.value) < 10 else LARGEST


def _given(value: object) -> int:
    """A page size as given by a variable, likewise."""
    if not isinstance(value, int | float) or (isinstance(value, float) and isnan(value)):
        return FIRST_DEFAULT
    return int(min(max(value, 0), LARGEST))


@lru_cache(maxsize=512)
def _counting(query: str) -> Sizes:
    """The variables of type Int with what they say when they are not given."""
    found: dict[str, int] = {}
    document = parsed(query)
    for definition in document.definitions if document is not None else ():
        for one in getattr(definition, "variable_definitions", None) or ():
            if _is_int(one.type):
                default = FIRST_DEFAULT if one.default_value is None else _literal(one.default_value)
                found[one.variable.name.value] = max(default, found.get(one.variable.name.value, 0))
    return tuple(found.items())


def _is_int(kind: TypeNode) -> bool:
    inner = kind.type if isinstance(kind, NonNullTypeNode) else kind
    return isinstance(inner, NamedTypeNode) and inner.name.value == "Int"
