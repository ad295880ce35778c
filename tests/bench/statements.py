"""Statements that were written by hand, and connections that have prepared them.

In a file, ``:name`` is a parameter and ``{me}`` sets the identity. ``{leaf}`` writes a leaf of the record, and
``{ranked}`` is the score of matches, which is one and the same SQL for everybody
(docs/decisions/0005-matching-first-form.md).
"""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor, Role, Viewer
from services.core.canonical import canonical
from services.core.read.plan import _DIALECT, IDENTITY
from services.core.read.shape import Ask, Columns, table_of, within
from services.core.table import now, uuid7
from services.identity.holding import Client
from services.matching.scoring import ranked
from services.proposals.tables import Proposal

Values = Mapping[str, Any]
ME = ", ".join(f"set_config('{setting}', :{name}::text, true)" for name, setting in IDENTITY.items())
LEAF = """INSERT INTO record_leaf (
        id, at, person_id, delegation_id, role, act, object_kind, object_id, salt, content_hash)
    SELECT :leaf::uuid, :leaf_at::timestamptz, :leaf_person::uuid, :leaf_delegation::uuid, :leaf_role::text,
        :leaf_act::text, :leaf_kind::text, :leaf_object::uuid, :leaf_salt::bytea, :leaf_hash::bytea"""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its SQL and what ``$1``, ``$2``, … of it stand for."""

    name: str
    sql: str
    names: tuple[str, ...]

    @staticmethod
    def of(path: Path) -> "Statement":
        """Read a file."""
        text = path.read_text().replace("{me}", f"me AS MATERIALIZED (SELECT {ME})").replace("{leaf}", LEAF)
        if "{ranked}" in text:
            text = text.replace("{ranked}", _ranked())
        names: list[str] = []

        def placed(found: re.Match[str]) -> str:
            if found[1] not in names:
                names.append(found[1])
            return f"${names.index(found[1]) + 1}"

        return Statement(path.stem, re.sub(r"(?<![:\w]):([a-z_]+)\b", placed, text), tuple(names))

    def placed(self, actor: Actor, values: Values) -> list[Any]:
        """The parameters in their order, as ``actor``."""
        found = {**actor.values(), **actor.identity(), "viewer_acts": actor.acts, **values}
        return [found[name] for name in self.names]


def statements(folder: str) -> dict[str, Statement]:
    """The statements of a folder by name."""
    return {path.stem: Statement.of(path) for path in sorted((Path(__file__).parent / folder).glob("*.sql"))}


class Hand:
    """A connection of asyncpg that prepares a statement when it is first wanted."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._prepared: dict[str, Any] = {}

    async def value(self, statement: Statement, values: Sequence[Any]) -> Any:
        """The first column of the first row."""
        return await (await self._ready(statement)).fetchval(*values)

    async def row(self, statement: Statement, values: Sequence[Any]) -> Any:
        """The first row, None where there is none."""
        return await (await self._ready(statement)).fetchrow(*values)

    async def _ready(self, statement: Statement) -> Any:
        found = self._prepared.get(statement.name)
        if found is None:
            found = self._prepared[statement.name] = await self.connection.prepare(statement.sql)
        return found


Hands = Callable[[], AbstractAsyncContextManager[Hand]]
"""Gives a connection for as long as it is needed."""
Write = Callable[[Hands, Actor, Values, Client], Awaitable[str]]
"""Does what writes as who asks, with the values of its variables; returns the JSON of the answer."""


def leaf(actor: Actor, act: str, kind: str, key: UUID, *, asked: Any = None, **content: Any) -> Values:
    """What ``{leaf}`` takes."""
    salt = secrets.token_bytes(16)
    kept = canonical({"asked": asked, "content": content})
    return {
        "leaf": uuid7(),
        "leaf_at": now(),
        "leaf_person": actor.person_id,
        "leaf_delegation": actor.delegation_id,
        "leaf_role": actor.role.value,
        "leaf_act": act,
        "leaf_kind": kind,
        "leaf_object": key,
        "leaf_salt": salt,
        "leaf_hash": hashlib.sha256(salt + kept).digest(),
    }


def _ranked() -> str:
    """The statement of the score, for the proposal ``:id`` and a focal point who reads what members read."""
    own = table_of(Proposal).alias("own")
    row = Columns(own)
    viewer = Viewer(Actor(role=Role.FOCAL_POINT, reads_members=True, acts=True))
    score = within(row, sa.select(ranked(row, Ask(viewer, lambda _: None)))).lateral()
    whole = sa.select(*score.c).join_from(own, score, sa.true()).where(own.c.id == sa.bindparam("id", type_=sa.Uuid()))
    compiled = whole.compile(dialect=_DIALECT)
    names: Any = getattr(compiled, "positiontup", ())
    return re.sub(r"\$(\d+)", lambda found: f":{names[int(found[1]) - 1]}", str(compiled))
