"""The clients: each holds one connection, asks, waits for the whole answer, and asks again."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter

from httptools import HttpResponseParser


class WrongAnswer(Exception):
    """An answer was no answer: the figures would be worth nothing."""


class Client(asyncio.Protocol):
    """One HTTP/1.1 connection that is kept."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._body = bytearray()
        self._answered: asyncio.Future[bytes] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Of asyncio."""
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        """Of asyncio."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error or ConnectionResetError("the server hung up"))

    def on_body(self, body: bytes) -> None:
        """Of the parser."""
        self._body += body

    def on_message_complete(self) -> None:
        """Of the parser."""
        assert self._answered is not None
        body, status = bytes(self._body), self._parser.get_status_code()
        self._body.clear()
        if status == 200 and body.startswith(b'{"data":'):
            self._answered.set_result(body)
        else:
            self._answered.set_exception(WrongAnswer(f"{status} {body[:500].decode()}"))

    async def ask(self, request: bytes) -> bytes:
        """Return the body of the answer.

        Raises:
            WrongAnswer: the status is not 200, or the body is no answer of GraphQL without errors.
        """
        assert self.transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answered


async def connected(port: int) -> Client:
    """A client of the server at ``port``."""
    _, client = await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", port)
    return client


@dataclass
class Load:
    """``clients`` that ask ``requests`` in turn, at least one each, until ``seconds`` are over; or each only ``once``."""

    port: int
    requests: Sequence[bytes]
    clients: int
    seconds: float
    once: bool = False
    latencies: list[float] = field(default_factory=list)
    """Seconds from the question to the last byte of the answer."""

    async def run(self) -> float:
        """Return the seconds until the last answer was there."""
        upcoming = iter(self.requests) if self.once else cycle(self.requests)
        clients = [await connected(self.port) for _ in range(self.clients)]
        begun = perf_counter()
        await asyncio.gather(*(self._ask(client, upcoming, begun + self.seconds) for client in clients))
        ended = perf_counter()
        for client in clients:
            assert client.transport is not None
            client.transport.close()
        return ended - begun

    async def _ask(self, client: Client, upcoming: Iterator[bytes], end: float) -> None:
        asked = perf_counter()
        for request in upcoming:
            await client.ask(request)
            answered = perf_counter()
            self.latencies.append(answered - asked)
            if answered >= end:
                return
            asked = answered
