"""How everyone learns that what the public reads may have changed: each writing statement says so, at commit.

Every table but the private ones has a trigger that NOTIFies its name, once for a transaction, whoever writes it and
however: a command, a job, another trigger, a migration, an operator in psql. It says what to read again, never what is
new. On the other side ``Sources`` knows from which of these tables a statement reads.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache, partial

import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import PUBLIC, Actor
from services.core.db import Database, Reader
from services.core.protection import PROTECTED
from services.core.read.plan import Plan
from services.core.read.selection import Variables

MIGRATED = "alembic_version"
"""Its change says that anything may have changed, functions too."""
_FUNCTIONS = """
SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
"""
_WORD = re.compile(r"\w+")
_DYNAMIC = "execute"
"""A function with this word may read anything."""
_REMEMBERED = 1_000
"""Statements that are not looked through again."""


def telling(tables: Iterable[str]) -> frozenset[str]:
    """Those of ``tables`` whose changes must be told: all of which the public may see a row."""
    return frozenset(one for one in tables if one not in PROTECTED or not PROTECTED[one].private)


def tell_of(table: str) -> str:
    """The SQL with which a migration lets a table tell of its changes."""
    return (
        f"CREATE TRIGGER {table}_tells AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public_changed()"
    )


class NotedDatabase(Database):
    """A database for one public read, which notes the statements that it was read with."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.statements: set[str] = set()
        self.freely = False
        """Something was read that was not noted: it may have come from anywhere."""

    async def document(self, plan: Plan, actor: Actor, variables: Variables) -> str:
        """As the database does."""
        self.statements.add(plan.sql)
        return await self._db.document(plan, actor, variables)

    @asynccontextmanager
    async def read(self, actor: Actor) -> AsyncIterator[Reader]:
        """As the database does."""
        self.freely = True
        async with self._db.read(actor) as session:
            yield session


class Sources:
    """From which tables statements read: those they name, and those that the functions they name do."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tables_read: Callable[[str], frozenset[str] | None] | None = None

    def forget(self, table: str | None) -> None:
        """Functions may be others after a migration, or when it is not known what happened."""
        if table is None or table == MIGRATED:
            self._tables_read = None

    async def of(self, noted: NotedDatabase) -> frozenset[str] | None:
        """Return the tables that were read from; None where it can be any.

        Raises:
            Unavailable: the database cannot be reached.
        """
        if self._tables_read is None:
            self._tables_read = lru_cache(_REMEMBERED)(partial(tables_read, functions=await self._functions()))
        found: set[str] = set()
        for sql in noted.statements:
            tables = self._tables_read(sql)
            if tables is None:
                return None
            found |= tables
        return None if noted.freely else frozenset(found)

    async def _functions(self) -> Mapping[str, frozenset[str]]:
        async with self._db.read(PUBLIC) as session:
            rows = await session.execute(sa.text(_FUNCTIONS))
            return {name: _words(text) - {name} for name, text in rows}


def tables_read(sql: str, functions: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    """Return the tables that a statement may read from, by the words in it and in the functions it names; None is any."""
    words, seen = set(_words(sql)), set[str]()
    while named := (words & functions.keys()) - seen:
        seen |= named
        inner = frozenset[str]().union(*(functions[one] for one in named))
        if _DYNAMIC in inner:
            return None
        words |= inner
    return telling(SQLModel.metadata.tables) & words


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))
