"""Random GraphQL documents over the whole schema: aliases, fragments, directives, variables, nasty values."""

import random
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from schema.core.asking import Asked, Refused
from schema.core.limits import weigh

FROM_NO_SHAPE = {"rateLimit"}
"""Root fields that the database knows nothing of."""
STRINGS = ["002", "11130", "4.4", "en", "Zambia", "", "\"'\\\u2028\U0001f9ea", "人工智能", "0", "ZMB", "x" * 60]
LANGUAGES = ["en", "fr", "ar", "zh", "pt-BR", "xx-nonsense", "ru"]


@dataclass
class Document:
    """One query with its variables."""

    query: str
    variables: dict[str, Any]

    def within_limits(self, schema: GraphQLSchema) -> bool:
        """Whether it is answered, as far as limits go."""
        try:
            weigh(schema, Asked(self.query, self.variables, None))
        except Refused:
            return False
        return True


@dataclass
class Writer:
    """Writes documents; ``ids`` and ``cursors`` are pools of real ones, ``words`` what may be searched."""

    schema: GraphQLSchema
    chance: random.Random
    ids: list[str]
    cursors: list[str]
    words: list[str] = field(default_factory=lambda: ["teachers", "教师培训", "données locales"])

    def document(self, root: str) -> Document:
        """A query of one root field."""
        self.declared: list[str] = []
        self.variables: dict[str, Any] = {}
        self.fragments: list[str] = []
        query = self.schema.query_type
        assert query is not None
        body = self.one(root, query.fields[root], 0)
        head = f"query Q({', '.join(self.declared)})" if self.declared else "query Q"
        return Document(f"{head} {{ {body} }} {' '.join(self.fragments)}", self.variables)

    def one(self, name: str, definition: GraphQLField, depth: int) -> str:
        """One field with arguments, maybe under an alias or a directive."""
        alias = f"a{self.chance.randrange(10**9)}: " if self.chance.random() < 0.3 else ""
        given = [text for key, arg in definition.args.items() if (text := self.argument(key, arg)) is not None]
        arguments = f"({', '.join(given)})" if given else ""
        directive = self.directive() if depth else ""
        kind = get_named_type(definition.type)
        below = "" if is_leaf_type(kind) else f" {{ {self.below(kind, depth + 1)} }}"
        # an alias keeps two uses of a field with different arguments apart
        alias = alias or (f"b{self.chance.randrange(10**9)}: " if arguments else "")
        return f"{alias}{name}{arguments}{directive}{below}"

    def below(self, kind: Any, depth: int) -> str:
        """Some fields of an object type, sometimes in a fragment."""
        if isinstance(kind, GraphQLInterfaceType):
            kinds = sorted(self.schema.get_possible_types(kind), key=lambda one: one.name)
            kinds = self.chance.sample(
                kinds, min(len(kinds), 12)
            )  # with all of them nearly every document has a mistake
            return "__typename id " + " ".join(f"... on {one.name} {{ {self.below(one, depth)} }}" for one in kinds)
        assert isinstance(kind, GraphQLObjectType)
        names = [
            name
            for name, definition in kind.fields.items()
            if depth < 5 or is_leaf_type(get_named_type(definition.type))
        ]
        chosen = self.chance.sample(names, min(len(names), self.chance.randint(1, 6)))
        text = " ".join(self.one(name, kind.fields[name], depth) for name in chosen)
        if not chosen or self.chance.random() < 0.2:
            text += " __typename"
        if self.chance.random() < 0.15:
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {kind.name} {{ {text} }}")
            return f"...{name} __typename"
        if self.chance.random() < 0.1:
            return f"... on {kind.name} {{ {text} }} __typename"
        return text

    def directive(self) -> str:
        """Sometimes @include or @skip; never so that nothing is left: __typename is not under one."""
        if self.chance.random() > 0.1:
            return ""
        if self.chance.random() < 0.5:
            return f" @include(if: {self.variable('Boolean!', self.chance.random() < 0.7)})"
        return " @skip(if: false)"

    def argument(self, name: str, definition: GraphQLArgument) -> str | None:
        """An argument as literal or variable; None leaves it out."""
        required = isinstance(definition.type, GraphQLNonNull) and definition.default is None
        if not required and self.chance.random() < 0.45:
            return None
        value = self.value(name, definition.type)
        if value is None and isinstance(definition.type, GraphQLNonNull):
            return None
        if self.chance.random() < 0.6:
            return f"{name}: {self.variable(str(definition.type), value)}"
        return f"{name}: {self.literal(definition.type, value)}"

    def variable(self, kind: str, value: Any) -> str:
        """A new variable of this type and value."""
        name = f"v{len(self.variables)}"
        self.declared.append(f"${name}: {kind}")
        self.variables[name] = value
        return f"${name}"

    def value(self, name: str, kind: GraphQLInputType) -> Any:
        """A JSON value that the type takes, sometimes null."""
        if isinstance(kind, GraphQLNonNull):
            return self.value(name, kind.of_type) if not isinstance(kind.of_type, GraphQLNonNull) else None
        if name == "after":
            return self.chance.choice([*self.cursors[-20:], "nonsense"]) if self.chance.random() < 0.5 else None
        if isinstance(kind, GraphQLList):
            return [self.leaf(name, get_named_type(kind)) for _ in range(self.chance.randint(0, 3))]
        if isinstance(kind, GraphQLInputObjectType):
            return {
                key: value
                for key, one in kind.fields.items()
                if isinstance(one.type, GraphQLNonNull) or self.chance.random() < 0.3
                for value in [self.value(key, one.type)]
                if value is not None or self.chance.random() < 0.3
            }
        return self.leaf(name, kind)

    def leaf(self, name: str, kind: Any) -> Any:
        """A value of a scalar or an enum."""
        if isinstance(kind, GraphQLEnumType):
            return self.chance.choice(list(kind.values))
        match kind.name:
            case "Int":
                return self.chance.randint(1, 4) if self.chance.random() < 0.95 else self.chance.choice([0, 101, -1])
            case "BigInt":
                return str(self.chance.randint(0, 9)) if self.chance.random() < 0.95 else "-1"
            case "ID":
                return self.chance.choice([*self.ids, "practice_nonsense"])
            case "Boolean":
                return self.chance.random() < 0.5
            case "Float":
                return round(self.chance.random(), 3)
            case "LanguageTag":
                return self.chance.choice(LANGUAGES[:5] + LANGUAGES[6:])
            case "CountryCode":
                return self.chance.choice(["ZMB", "FRA", "QQQ"])
            case "Date":
                return self.chance.choice(["2024-12-12", "2026-01-01", "1999-12-31"])
            case _:
                return self.chance.choice(self.words if name == "search" else STRINGS)

    def literal(self, kind: GraphQLInputType, value: Any) -> str:
        """A value written into the document."""
        if isinstance(kind, GraphQLNonNull):
            return self.literal(kind.of_type, value)
        match value:
            case None:
                return "null"
            case bool():
                return "true" if value else "false"
            case list():
                inner = kind.of_type if isinstance(kind, GraphQLList) else kind
                return f"[{', '.join(self.literal(inner, one) for one in value)}]"
            case dict():
                assert isinstance(kind, GraphQLInputObjectType)
                return f"{{{', '.join(f'{key}: {self.literal(kind.fields[key].type, one)}' for key, one in value.items())}}}"
            case str() if isinstance(get_named_type(kind), GraphQLEnumType):
                return value
            case str():
                return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            case _:
                return str(value)
