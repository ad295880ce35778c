"""A connection that breaks while something is kept: nobody is told that it is done, nor that it is not, and asking again
with the same key tells."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import col

from schema.core.context import Context
from schema.root import SCHEMA
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.ids import write_id
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import Side
from tests.builders import actor
from tests.schema.live.world import Place
from tests.services.proposals.world import a_proposal

SEND = """mutation ($input: ExpressionOfInterestSendInput!) {
    act: expressionOfInterestSend(input: $input) { expressionOfInterest { id } errors { __typename message code } }
}"""


class Wire:
    """The way to PostgreSQL; it can be cut before or behind the next COMMIT, or before a word."""

    def __init__(self) -> None:
        self.word, self.forward = b"", False

    def cut(self, word: bytes, *, forward: bool) -> None:
        """Cut at the next message with ``word``; with ``forward`` the server still gets it."""
        self.word, self.forward = word, forward

    async def serve(self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        back, out = await asyncio.open_connection(host, port)
        answering = asyncio.create_task(self._pass_on(back, writer))
        while message := await reader.read(2**16):
            cut = bool(self.word) and self.word in message
            if cut:
                self.word = b""
                answering.cancel()
                await asyncio.wait([answering])
            if self.forward or not cut:
                out.write(message)
            if cut:
                if self.forward:
                    await back.read(2**16)
                writer.transport.abort()
                break
        out.close()

    async def _pass_on(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while message := await back.read(2**16):
            writer.write(message)
        writer.close()


@asynccontextmanager
async def through(wire: Wire, url: str) -> AsyncIterator[Database]:
    """A database behind ``wire``."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    host, port = parts.hostname, parts.port
    server = await asyncio.start_server(lambda one, other: wire.serve(host, port, one, other), "127.0.0.1", 0)
    place = parts.netloc.rpartition("@")[0] + f"@127.0.0.1:{server.sockets[0].getsockname()[1]}"
    db = Database(urlunsplit(parts._replace(netloc=place)))
    await db.open()
    try:
        yield db
    finally:
        await db.close()
        server.close()


@pytest.mark.parametrize("arrives", [True, False])
async def test_the_same_key_tells_the_outcome(place: Place, *, arrives: bool) -> None:
    need = await place.write(lambda session: a_proposal(session, side=Side.NEED))
    given = {"proposal": write_id("proposal", need.id), "language": "en", "message": "We can help."}
    given |= {"idempotencyKey": f"broken {arrives}"}
    wire = Wire()
    async with through(wire, place.urls.app) as db:
        wire.cut(b"COMMIT", forward=arrives)
        answer = await ask(db, given)
        assert answer["expressionOfInterest"] is None
        assert [one["__typename"] for one in answer["errors"]] == ["OutcomeUnknownError"]
        assert "with the same key" in answer["errors"][0]["message"]
        assert await counted(place, need.id) == int(arrives)
        again = await ask(db, given)
        assert again["errors"] == []
        assert await ask(db, given) == again
        assert await counted(place, need.id) == 1


async def test_what_breaks_before_is_said_to_be_undone(place: Place) -> None:
    need = await place.write(lambda session: a_proposal(session, side=Side.NEED))
    given = {"proposal": write_id("proposal", need.id), "language": "en", "message": "We can help."}
    wire = Wire()
    async with through(wire, place.urls.app) as db:
        wire.cut(b"thread_message", forward=False)
        result = await SCHEMA.execute(SEND, {"input": given}, Context(db, actor("FRA focal point")))
        said = orjson.dumps([error.message for error in result.errors or ()] or result.data).decode()
        assert "nothing was done" in said
        assert await counted(place, need.id) == 0


async def ask(db: Database, given: dict[str, Any]) -> Any:
    """Send the expression of interest as FRA."""
    result = await SCHEMA.execute(SEND, {"input": given}, Context(db, actor("FRA focal point")))
    assert result.errors is None
    return orjson.loads(orjson.dumps(result.data))["act"]


async def counted(place: Place, proposal: UUID) -> int:
    """How many expressions of interest there are in a proposal."""
    found = sa.select(sa.func.count()).where(col(ExpressionOfInterest.proposal_id) == proposal)
    async with place.db.read(SYSTEM) as session:
        return int(await session.scalar(found) or 0)
