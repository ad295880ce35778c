"""A finished statement: SQL text whose only column is the answer's JSON, and how its parameters are found."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg

from services.core.actor import Actor
from services.core.read.selection import Variables

Compute = Callable[[Variables], Any]
IDENTITY = {f"gof_{name}": f"gof.{name}" for name in ("role", "person", "delegation", "audience", "co_chair")}
"""Parameter name -> the setting that row security reads."""
IDENTIFY = sa.select(
    *(sa.func.set_config(setting, sa.bindparam(name, type_=sa.Text), sa.true()) for name, setting in IDENTITY.items())
)
"""Sets them until the transaction ends. Composed once, for that takes longer than to run so small a statement."""


class _Compiler(PGCompiler_asyncpg):
    """Prints what is constant into the SQL, so that the planner sees it, and leaves the rest as ``$n``."""

    def visit_bindparam(self, bindparam: sa.BindParameter[Any], *args: Any, **kwargs: Any) -> str:
        if bindparam.unique and not kwargs.get("literal_binds"):
            kwargs["literal_binds"] = True
        return super().visit_bindparam(bindparam, *args, **kwargs)  # type: ignore[no-any-return, no-untyped-call]


class _Dialect(PGDialect_asyncpg):
    statement_compiler = _Compiler
    supports_statement_cache = True


_DIALECT = _Dialect()  # type: ignore[no-untyped-call]
_ALIASES = re.compile(r"(?:\bFROM|\bJOIN|,)\s+\w+ AS (\w+)")


@dataclass(frozen=True, slots=True)
class Nth:
    """A value that is one of several that were computed together, under the name ``whole``, earlier."""

    whole: str
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What an index is asked for: the best ``first`` of the object ``id``, behind the keys of ``after``.

    ``where`` has the values of the filters in use, by their names.
    """

    id: Any
    first: int
    after: Sequence[Any]
    where: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Search:
    """The other way to answer a plan's question: with what the index ``name`` finds, by the statement of ``plan``.

    What is asked of it is found under these names of ``plan``'s parameters; what is no name is the value itself.
    """

    name: str
    plan: "Plan"
    id: str
    first: str
    after: Sequence[str]
    where: Mapping[str, Sequence[Any]]

    def asked(self, variables: Variables) -> Asked:
        """Return what the index is asked for.

        Raises:
            Invalid: an argument is wrong.
        """
        given = self.plan.given({**variables, **FOUND_LATER})
        where = {
            name: [given[one.key] if isinstance(one, sa.BindParameter) else one for one in values]
            for name, values in self.where.items()
        }
        return Asked(given[self.id], given[self.first], [given[one] for one in self.after], where)

    def found(self, variables: Variables, arrays: Sequence[Any]) -> Variables:
        """``variables`` with what the index has found."""
        return {**variables, **{(SOUGHT, str(place)): each for place, each in enumerate(arrays)}}


SOUGHT = "sought"
"""Under which name variables have what an index found."""
FOUND_LATER: Variables = {(SOUGHT, str(place)): None for place in range(4)}
"""In its place while it is not found yet."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement for one kind of question; it holds no value of any one request."""

    sql: str
    names: tuple[str, ...]
    """What ``$1``, ``$2``, … stand for."""
    computed: Mapping[str, Compute | Nth]
    """In this order."""
    processors: Mapping[str, Callable[[Any], Any]]
    slow: bool
    """Some value takes milliseconds of computing: not in the event loop."""
    administrative: frozenset[str] = frozenset()
    """The Shapes by which the role of the secretariat could show more than members see; then the read is recorded."""
    search: Search | None = None
    """The other way, where an index may find the rows."""

    @property
    def weight(self) -> int:
        """About how many bytes it holds."""
        return 2_000 + len(self.sql) + 500 * (len(self.names) + len(self.computed))

    def values(self, actor: Actor, variables: Variables) -> list[Any]:
        """Return the parameters in order for one request.

        Raises:
            Invalid: an argument is wrong; also one that no row would have asked for.
        """
        found = self.given(variables) | actor.values() | actor.identity()
        return [self._bound(name, found[name]) for name in self.names]

    def given(self, variables: Variables) -> dict[str, Any]:
        """Return what the request gives, by the names of the parameters."""
        found: dict[str, Any] = {}
        for name, one in self.computed.items():
            found[name] = found[one.whole][one.position] if isinstance(one, Nth) else one(variables)
        return found

    def _bound(self, name: str, value: Any) -> Any:
        process = self.processors.get(name)
        return process(value) if process and value is not None else value


def finish(body: sa.ColumnElement[str], computed: Mapping[str, Compute | Nth], *, slow: bool) -> Plan:
    """Return the plan that sets the identity and answers ``body`` in one statement; it fails closed.

    Raises:
        AssertionError: some alias stands twice in a FROM: a select was not correlated and would give wrong rows.
    """
    named = [
        sa.func.set_config(setting, sa.bindparam(name, type_=sa.Text()), sa.true())
        for name, setting in IDENTITY.items()
    ]
    me = sa.select(*(one.label(f"s{position}") for position, one in enumerate(named))).cte("me")
    compiled = sa.select(sa.cast(body, sa.Text).label("document")).select_from(me).compile(dialect=_DIALECT)
    assert isinstance(compiled, _Compiler)
    sql = str(compiled)
    aliases = _ALIASES.findall(sql)
    twice = {alias for alias in aliases if aliases.count(alias) > 1}
    assert not twice, f"declared twice: {twice}"
    processors = {name: process for name, process in compiled._bind_processors.items() if callable(process)}  # noqa: SLF001 - as the dialect itself does before it executes
    return Plan(sql, tuple(compiled.positiontup or ()), dict(computed), processors, slow)


def constant(value: Any) -> Compute:
    """A parameter that is the same in every request of the plan."""
    return partial(_same, value)


def _same(value: Any, _: Variables) -> Any:
    return value
