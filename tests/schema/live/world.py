"""What the live tests share: people with tokens, an exchange that goes on, and clients of both transports."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import orjson
import sqlalchemy as sa
from websockets.asyncio.client import ClientConnection, connect

from services.core.actor import SYSTEM
from services.core.db import Database, Writer
from services.core.ids import write_id
from services.core.keys import KeyFile
from services.core.read.shape import table_of
from services.core.tokens import Signer
from services.membership.tables import Delegation
from services.membership.terms import Standing
from services.proposals import expression_commands as commands
from services.proposals.exchange import Words
from services.proposals.terms import ExpressionStatus, Party
from tests.builders import actor, delegation_id
from tests.conftest import Urls
from tests.services.identity.world import a_session
from tests.services.proposals.world import a_proposal, an_expression

Made = TypeVar("Made")
PUBLIC_URL = "http://gof.test"
CHANGED = "subscription ($id: ID!) { expressionOfInterestChanged(id: $id) { id thread { nodes { text } } } }"


@dataclass(frozen=True)
class Place:
    """A database whose transactions are kept, as its people use it."""

    db: Database
    data_dir: Path
    urls: Urls

    async def write(self, build: Callable[[Writer], Awaitable[Made]]) -> Made:
        """Do something as the platform."""
        async with self.db.write(SYSTEM) as session:
            return await build(session)

    async def token(self, who: str, lifetime: timedelta = timedelta(minutes=10)) -> str:
        """An access token of a new session of someone."""
        begun = await self.write(lambda session: a_session(session, who))
        keys = KeyFile(self.data_dir / "keys" / "signing.pem")
        signer = Signer(keys, PUBLIC_URL, PUBLIC_URL)
        return f"Bearer {signer.sign(begun.person_id, begun.id, lifetime)}"

    async def talks(self) -> UUID:
        """An expression of interest of FRA in a proposal of ZMB, in talks, ZMB on turn."""

        async def build(session: Writer) -> UUID:
            proposal = await a_proposal(session)
            status, turn = ExpressionStatus.IN_TALKS, Party.RECEIVER
            return (await an_expression(session, proposal, status=status, turn=turn)).id

        return await self.write(build)

    async def ask(self, key: UUID, text: str) -> None:
        """ZMB asks FRA something, when it is its turn."""
        await self._step(commands.ask_sender, "ZMB focal point", key, text)

    async def reply(self, key: UUID, text: str) -> None:
        """FRA replies, when it is its turn."""
        await self._step(commands.reply_to_receiver, "FRA focal point", key, text)

    async def _step(self, step: Callable[..., Awaitable[UUID]], who: str, key: UUID, text: str) -> None:
        async with self.db.write(actor(who)) as session:
            await step(session, actor(who), key, Words(text))

    async def restand(self, code: str, standing: Standing) -> None:
        """Give a delegation another standing."""
        row = table_of(Delegation)
        change = sa.update(row).where(row.c.id == delegation_id(code)).values(standing=standing)
        await self.write(lambda session: session.execute(change))


def variables(key: UUID) -> dict[str, str]:
    """The variables of ``CHANGED``."""
    return {"id": write_id("expression_of_interest", key)}


def said(answer: dict[str, Any]) -> list[str]:
    """The words of a thread in an answer to ``CHANGED``."""
    return [one["text"] for one in answer["data"]["expressionOfInterestChanged"]["thread"]["nodes"]]


async def eventually(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.01)


class Client:
    """One socket of a client."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, kind: str, **parts: Any) -> None:
        await self.connection.send(orjson.dumps({"type": kind, **parts}).decode())

    async def receive(self, seconds: float = 20) -> dict[str, Any]:
        """The next message."""
        found: dict[str, Any] = orjson.loads(await asyncio.wait_for(self.connection.recv(), seconds))
        return found

    async def subscribe(self, key: UUID, number: str = "1") -> list[str]:
        """Follow an expression of interest; returns what was said so far."""
        await self.send("subscribe", id=number, payload={"query": CHANGED, "variables": variables(key)})
        return said(await self.next(number))

    async def next(self, number: str = "1") -> dict[str, Any]:
        """The payload of the next result of one operation."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", number), message
        payload: dict[str, Any] = message["payload"]
        return payload

    async def closed(self, seconds: float = 20) -> tuple[int | None, str | None]:
        """Wait until the server closes; code and reason."""
        await asyncio.wait_for(self.connection.wait_closed(), seconds)
        return self.connection.close_code, self.connection.close_reason


@asynccontextmanager
async def opened(host: str, **headers: str) -> AsyncIterator[Client]:
    """A socket that has said nothing yet."""
    protocols: Any = ["graphql-transport-ws"]
    async with connect(
        f"ws://{host}/graphql", subprotocols=protocols, additional_headers=headers, open_timeout=60
    ) as connection:
        yield Client(connection)


@asynccontextmanager
async def socket(host: str, token: str) -> AsyncIterator[Client]:
    """A socket of someone, acknowledged."""
    async with opened(host) as client:
        await client.send("connection_init", payload={"authorization": token})
        assert await client.receive() == {"type": "connection_ack"}
        yield client


Event = tuple[str, Any]


class Events:
    """The events of one stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.lines = response.aiter_lines()

    async def next(self, seconds: float = 20) -> Event:
        """The next event with its data, comments passed over; ``("", None)`` where the stream ends."""
        async with asyncio.timeout(seconds):
            kind, data = "", None
            async for line in self.lines:
                name, _, value = line.partition(": ")
                match name:
                    case "event":
                        kind = value
                    case "data":
                        data = orjson.loads(value)
                    case "" if kind:
                        return kind, data
            return "", None


@asynccontextmanager
async def followed(host: str, token: str, key: UUID, method: str = "POST") -> AsyncIterator[Events]:
    """A stream of someone who follows an expression of interest."""
    async with followed_query(host, token, {"query": CHANGED, "variables": variables(key)}, method) as events:
        yield events


@asynccontextmanager
async def followed_query(host: str, token: str, asked: dict[str, Any], method: str = "POST") -> AsyncIterator[Events]:
    """A stream of someone who follows what a request asks for."""
    headers = {"accept": "text/event-stream", "authorization": token}
    given: dict[str, Any] = {"json": asked}
    if method == "GET":
        given = {"params": {**asked, "variables": orjson.dumps(asked["variables"]).decode()}}
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream(method, f"http://{host}/graphql", headers=headers, **given) as response,
    ):
        yield Events(response)
