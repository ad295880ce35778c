"""The limit: hand-written SQL through raw asyncpg on a bare ASGI application, and nothing between them.

What cannot be left out is there, as with us: the token's check, the identity and row security beneath, the judging of
arguments, prepared statements on connections that are held. A folder has a file for each operation. In these, ``:name``
is a parameter, ``{me}`` sets the identity, and ``{ranked}`` is the score of matches, which is one and the same SQL for
everybody (docs/decisions/0005-matching-first-form.md).
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa

from schema.core.context import bearer, with_primary
from services.core.actor import PUBLIC, Actor, Role, Viewer
from services.core.db import Database
from services.core.ids import typed_id
from services.core.page import check_first, fingerprint, read_cursor
from services.core.read.plan import _DIALECT, IDENTITY
from services.core.read.shape import Ask, Columns, table_of, within
from services.core.texts import search_parts
from services.identity.queries import Actors
from services.matching.scoring import ranked
from services.proposals.tables import Proposal

SIZE = 10
"""Connections, as many as a process of ours has."""
SETTINGS = {
    "application_name": "gof bench",
    "default_transaction_read_only": "on",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "statement_timeout": "15000",
}
ME = ", ".join(f"set_config('{setting}', :{name}::text, true)" for name, setting in IDENTITY.items())
MOMENTS, DAYS = (sa.DateTime(timezone=True), sa.Uuid()), (sa.Date(), sa.Uuid())
PUBLISHED, ACTIVE = fingerprint({"status": "published"}), fingerprint({"status": "active"})
Values = Mapping[str, Any]


def _practices(asked: Values) -> Values:
    at, key = read_cursor(asked["after"], "practices.newest", PUBLISHED, MOMENTS)
    return {"first": check_first(asked["first"]), "after_at": at, "after_id": key, "filtered": PUBLISHED}


def _labs(asked: Values) -> Values:
    on, key = read_cursor(asked["after"], "labs.due", ACTIVE, DAYS)
    return {"first": check_first(asked["first"]), "after_on": on, "after_id": key, "filtered": ACTIVE}


def _search(asked: Values) -> Values:
    configurations, words, sketch = search_parts(asked["text"])
    filtered = fingerprint({"search": asked["text"], "status": "published"})
    return {"configurations": configurations, "words": words, "sketch": sketch, "filtered": filtered}


def _proposal(asked: Values) -> Values:
    return {"id": typed_id(asked["id"], "proposal"), "filtered": fingerprint({})}


JUDGED: Mapping[str, Callable[[Values], Values]] = {
    "practices": _practices,
    "proposal": _proposal,
    "labs": _labs,
    "search": _search,
    "matches": _proposal,
}
SLOW = {"search"}
"""What takes milliseconds of computing is done in a thread."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One operation: its SQL and what ``$1``, ``$2``, … of it stand for."""

    name: str
    sql: str
    names: tuple[str, ...]

    @staticmethod
    def of(path: Path) -> "Statement":
        """Read a file of an operation."""
        text = path.read_text().replace("{me}", f"me AS MATERIALIZED (SELECT {ME})")
        if "{ranked}" in text:
            text = text.replace("{ranked}", _ranked())
        names: list[str] = []

        def placed(found: re.Match[str]) -> str:
            if found[1] not in names:
                names.append(found[1])
            return f"${names.index(found[1]) + 1}"

        return Statement(path.stem, re.sub(r"(?<![:\w]):([a-z_]+)\b", placed, text), tuple(names))

    async def values(self, actor: Actor, asked: Values) -> list[Any]:
        """The parameters of one request."""
        judge = JUDGED[self.name]
        judged = await asyncio.to_thread(judge, asked) if self.name in SLOW else judge(asked)
        found = {**actor.values(), **actor.identity(), "viewer_acts": actor.acts, **judged}
        return [found[name] for name in self.names]


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


@dataclass
class Bare:
    """The ASGI application: POST /<operation> with its variables as JSON."""

    url: str
    actors: Actors
    database: Database
    statements: Mapping[str, Statement]
    free: list[Any] = field(default_factory=list)
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SIZE))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or open and close with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"authorization")
        actor = PUBLIC if given is None else await self.actors.of(str(bearer(given.decode())))
        body = (await receive())["body"]
        text = await self._answer(self.statements[scope["path"][1:]], actor, orjson.loads(body))
        answer = b'{"data":%b}' % text.encode()
        sent = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": sent})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, statement: Statement, actor: Actor, asked: Values) -> str:
        values = await statement.values(_reading(actor), asked)
        async with self.turn:
            prepared = self.free.pop() if self.free else await self._connected()
            try:
                return str(await prepared[statement.name].fetchval(*values))
            finally:
                self.free.append(prepared)

    async def _connected(self) -> dict[str, Any]:
        """A new connection, as its prepared statements by operation."""
        connection = await asyncpg.connect(self.url, server_settings=SETTINGS, ssl=False)
        return {name: await connection.prepare(one.sql) for name, one in self.statements.items()}

    async def _live(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.database.open()
            else:
                await self.database.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def _reading(actor: Actor) -> Actor:
    """The actor with its languages as ours takes them."""
    return replace(actor, languages=with_primary(actor.languages))


def statements(folder: str) -> dict[str, Statement]:
    """The operations of a folder by name."""
    return {path.stem: Statement.of(path) for path in sorted((Path(__file__).parent / folder).glob("*.sql"))}
