"""The limit: hand-written SQL through raw asyncpg on a bare ASGI application, and nothing between them.

What cannot be left out is there, as with us: the token's check, the identity and row security beneath, the judging of
arguments, prepared statements on connections that are held. A folder has a file for each operation (``statements``).
What writes takes several statements: ``expressing`` and ``signing``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa

from schema.core.context import bearer, with_primary
from services.core.actor import PUBLIC, Actor
from services.core.db import Database
from services.core.ids import typed_id
from services.core.page import check_first, fingerprint, read_cursor
from services.core.texts import search_parts
from services.identity.holding import Client
from services.identity.queries import Actors
from tests.bench.statements import Hand, Statement, Values, Write

SIZE = 10
"""Connections, as many as a process of ours has."""
SETTINGS = {
    "application_name": "gof bench",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "statement_timeout": "15000",
}
MOMENTS, DAYS = (sa.DateTime(timezone=True), sa.Uuid()), (sa.Date(), sa.Uuid())
PUBLISHED, ACTIVE = fingerprint({"status": "published"}), fingerprint({"status": "active"})


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


async def values(statement: Statement, actor: Actor, asked: Values) -> list[Any]:
    """The parameters of one request."""
    judge = JUDGED[statement.name]
    judged = await asyncio.to_thread(judge, asked) if statement.name in SLOW else judge(asked)
    return statement.placed(actor, judged)


@dataclass
class Bare:
    """The ASGI application: POST /<operation> with its variables as JSON."""

    url: str
    actors: Actors
    database: Database
    statements: Mapping[str, Statement]
    writes: Mapping[str, Write]
    free: list[Hand] = field(default_factory=list)
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SIZE))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, or open and close with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"authorization")
        actor = PUBLIC if given is None else await self.actors.of(str(bearer(given.decode())))
        name, asked = scope["path"][1:], orjson.loads((await receive())["body"])
        if name in self.writes:
            client = Client(headers.get(b"user-agent", b"").decode(), scope["client"][0])
            text = await self.writes[name](self.hand, _reading(actor), asked, client)
        else:
            text = await self._answer(self.statements[name], _reading(actor), asked)
        answer = b'{"data":%b}' % text.encode()
        sent = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": sent})
        await send({"type": "http.response.body", "body": answer})

    @asynccontextmanager
    async def hand(self) -> AsyncIterator[Hand]:
        """A connection, for as long as it is needed."""
        async with self.turn:
            one = (
                self.free.pop()
                if self.free
                else Hand(await asyncpg.connect(self.url, server_settings=SETTINGS, ssl=False))
            )
            try:
                yield one
            finally:
                self.free.append(one)

    async def _answer(self, statement: Statement, actor: Actor, asked: Values) -> str:
        placed = await values(statement, actor, asked)
        async with self.hand() as hand:
            return str(await hand.value(statement, placed))

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
