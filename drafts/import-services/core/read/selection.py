"""What is asked for, in words that know no GraphQL: a tree of fields with arguments, its values left open."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str, ...]
Variables = Mapping[Path, Any]
"""The request's own values, by the path at which a ``Param`` asks for them."""


@dataclass(frozen=True, slots=True)
class Param:
    """A value that differs from request to request and does not shape the SQL."""

    path: Path


@dataclass(frozen=True, slots=True)
class Selection:
    """One field as asked for.

    ``key`` is its name in the answer (an alias or the name), ``on`` the type it stands on. ``arguments`` holds
    real values where they shape the SQL (null, booleans, enums, which keys an input has) and ``Param``s for
    every other value of a variable.
    """

    name: str
    key: str
    on: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple["Selection", ...] = ()

    def named(self, name: str) -> Iterator["Selection"]:
        """The sub-fields called ``name``, whatever their aliases."""
        return (one for one in self.fields if one.name == name)


def resolve(value: object, variables: Variables) -> Any:
    """Return ``value`` with every ``Param`` in it replaced by the request's value."""
    match value:
        case Param(path):
            return variables[path]
        case Mapping():
            return {key: resolve(inner, variables) for key, inner in value.items()}
        case list() | tuple():
            return [resolve(inner, variables) for inner in value]
        case _:
            return value
