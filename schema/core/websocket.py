"""GraphQL over a WebSocket: many operations over one connection, in the name of one person.

After the GraphQL over WebSocket protocol (github.com/enisdenjo/graphql-ws, PROTOCOL.md), subprotocol
``graphql-transport-ws``. The browser cannot set headers, so the token may come with ``connection_init``. When the token
ends, the socket is closed with 4403, whereupon clients of the protocol connect again with a new one.
"""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing, suppress
from math import inf
from typing import Any, Never
from urllib.parse import urlsplit

import orjson
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry import Schema
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from schema.core.answering import cause, document, problem, results
from schema.core.asking import Asked, Refused, checked, loaded
from schema.core.context import LOOK, Context, MakeContext, RightsChanged, until_next_look
from schema.core.documents import Documents, UnknownDocument
from schema.core.limits import weigh
from schema.core.rate import RateLimited, Rates, caller
from schema.core.sizes import MESSAGE_LIMIT
from services.core.errors import NotSignedIn, Unavailable
from services.core.listening import Stopping

PROTOCOL = "graphql-transport-ws"
GREETING = 10.0
"""Seconds in which a client must say who it is."""
MOST_OPERATIONS = 20
"""Operations that may run at once over one socket."""
LONGEST_ID = 200
"""Characters of an operation's id."""


class Closing(Exception):
    """The socket is closed, with the protocol's code and a reason for people."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class SocketEndpoint:
    """The sockets of one schema; browsers may open them from pages of the same host or of ``public_url``."""

    def __init__(
        self, schema: Schema, make_context: MakeContext, documents: Documents, rates: Rates, public_url: str = ""
    ) -> None:
        self._schema = schema
        self._make_context = make_context
        self._documents = documents
        self._rates = rates
        self._home = urlsplit(public_url).netloc

    async def __call__(self, websocket: WebSocket) -> None:
        """Serve one socket until it ends."""
        origin = websocket.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc not in {self._home, websocket.headers.get("host")} - {""}:
            await websocket.close(1008, "Pages of other addresses may not connect.")
            return
        if PROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(4406, "Subprotocol not acceptable")
            return
        await websocket.accept(PROTOCOL)
        await Socket(self._schema, self._make_context, self._documents, self._rates, websocket).run()


class Socket:
    """One open socket and the operations that run over it."""

    def __init__(
        self, schema: Schema, make_context: MakeContext, documents: Documents, rates: Rates, websocket: WebSocket
    ) -> None:
        self._schema = schema
        self._make_context = make_context
        self._documents = documents
        self._rates = rates
        self._websocket = websocket
        self._address = caller(websocket)
        self._presented: HTTPConnection | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Serve until the client leaves or the socket must be closed."""
        closing: Closing | None = None
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(self._watch(await self._greet()))
                while True:
                    await self._handle(await self._received())
        except* Closing as group:
            [closing, *_] = _leaves(group)
        except* WebSocketDisconnect:
            pass
        if closing is not None:
            with suppress(WebSocketDisconnect):  # the client may be gone meanwhile
                await self._websocket.close(closing.code, closing.reason.encode()[:120].decode(errors="ignore"))

    async def _greet(self) -> Context:
        """Wait for ``connection_init`` and learn who is there."""
        try:
            async with asyncio.timeout(GREETING):
                message = await self._received()
                while message["type"] in {"ping", "pong"}:
                    await self._handle(message)
                    message = await self._received()
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None
        if message["type"] != "connection_init":
            raise Closing(4401, "Unauthorized: connection_init comes first")
        self._presented = presented(self._websocket, message.get("payload"))
        try:
            context = await self._context()
        except Unavailable as error:
            raise Closing(1013, error.message) from error
        await self._send(type="connection_ack")
        return context

    async def _handle(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "ping":
                await self._send(type="pong", **({"payload": message["payload"]} if "payload" in message else {}))
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(_id(message), message.get("payload"))
            case "complete":
                operation = self._operations.pop(_id(message), None)
                if operation is not None:
                    operation.cancel()
            case "connection_init":
                raise Closing(4429, "Too many initialisation requests")
            case other:
                raise Closing(4400, f"There is no message of type {other!r:.40}")

    async def _subscribe(self, key: str, payload: object) -> None:
        if key in self._operations:
            raise Closing(4409, f"Subscriber for {key} already exists")
        try:
            asked = checked(self._documents.filled(payload))
        except UnknownDocument as unknown:
            await self._send(type="error", id=key, payload=[problem(unknown.message, unknown.code)])
            return
        except Refused as refused:
            raise Closing(4400, refused.message) from refused
        if len(self._operations) >= MOST_OPERATIONS:
            sentence = f"{MOST_OPERATIONS} operations run over this socket: end one before the next."
            await self._send(type="error", id=key, payload=[problem(sentence, "TOO_MANY_OPERATIONS")])
            return
        self._operations[key] = self._tasks.create_task(self._operate(key, asked))

    async def _operate(self, key: str, asked: Asked) -> None:
        """Run one operation to its end and say how it ended."""
        try:
            context = await self._context()
            self._documents.require(asked.query, context.actor)
            paid = 1 + self._rates.new(self._address, asked.query)  # the message itself took the first point
            nodes = weigh(self._schema._schema, asked).nodes  # noqa: SLF001 - Strawberry's core schema
            context.left = self._rates.charge(self._address, context.actor.person_id, nodes, paid)
            errors = await self._results(key, asked, context)
        except Refused as refused:
            errors = [problem(refused.message, refused.code)]
        except (RateLimited, Unavailable) as error:
            errors = [problem(error.message, error.code)]
        del self._operations[key]  # the id is free before the client knows that it is
        await (self._send(type="error", id=key, payload=errors) if errors else self._send(type="complete", id=key))

    async def _results(self, key: str, asked: Asked, context: Context) -> list[dict[str, Any]]:
        """Send the results as they come; return the errors that end it, none where it came to its own end."""
        async with aclosing(results(self._schema, asked, context)) as found:
            async for result in found:
                _require_going_on(result)
                answer = document(result, context.request_id)
                if isinstance(result, PreExecutionError) or "data" not in answer:
                    return answer["errors"]  # type: ignore[no-any-return]
                await self._send(type="next", id=key, payload=answer)
        return []

    async def _context(self) -> Context:
        """Return a new context of the person whose socket it is.

        Raises:
            Closing: there is no person, or none any more.
            Unavailable: the database cannot be asked.
        """
        assert self._presented is not None, "connection_init comes first"
        try:
            context = await self._make_context(self._presented)
            context.require_actor()
            return context  # noqa: TRY300 - what it stands for is checked first
        except NotSignedIn as error:
            raise Closing(4403, error.message) from error

    async def _watch(self, context: Context) -> Never:
        """Close the socket when its token ends, though nothing runs over it."""
        seconds = inf
        while True:
            await asyncio.sleep(until_next_look(seconds))
            try:
                with suppress(Unavailable, RightsChanged):  # with other rights it goes on; what runs over it ends
                    seconds = await context.look_again(LOOK / 2)
            except NotSignedIn as error:
                raise Closing(4403, error.message) from error

    async def _received(self) -> dict[str, Any]:
        """Return the next message.

        Raises:
            Closing: it is none of the protocol.
            WebSocketDisconnect: the client left.
        """
        frame = await self._websocket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code") or 1005)
        try:
            self._rates.admit(self._address)  # also what is no operation, such as a flood of pings
        except RateLimited as error:
            raise Closing(1013, error.message) from error
        text = frame.get("text")
        if text is None:
            raise Closing(4400, "Messages are text.")
        if len(content := text.encode("utf-8", "surrogatepass")) > MESSAGE_LIMIT:
            raise Closing(1009, f"A message may have {MESSAGE_LIMIT // 1024} KB.")
        try:
            message = loaded(content, "the message")
        except Refused as refused:
            raise Closing(4400, refused.message) from refused
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Closing(4400, "A message is a JSON object with a `type`.")
        return message

    async def _send(self, **message: Any) -> None:
        await self._websocket.send_text(orjson.dumps(message).decode())


def presented(connection: HTTPConnection, payload: object) -> HTTPConnection:
    """Return the connection as if the token that came with ``connection_init`` stood among its headers.

    Raises:
        Closing: the payload is no object, or its token no text.
    """
    if payload is None:
        payload = {}
    if not isinstance(payload, Mapping):
        raise Closing(4400, "The payload of connection_init is an object.")
    token = payload.get("authorization", payload.get("Authorization"))
    if token is None:
        return HTTPConnection(connection.scope)
    if not isinstance(token, str) or not token.isascii():
        raise Closing(4403, 'Send the token as {"authorization": "Bearer …"}.')
    headers = [(name, value) for name, value in connection.scope["headers"] if name != b"authorization"]
    scope = {**connection.scope, "headers": [*headers, (b"authorization", token.encode())]}
    return HTTPConnection(scope)


def _require_going_on(result: ExecutionResult) -> None:
    """Close the socket where the operation ended for a reason that ends all of them."""
    match cause(result.errors[0]) if result.errors else None:
        case NotSignedIn() as error:
            raise Closing(4403, error.message)
        case Stopping() as error:
            raise Closing(1012, error.message)


def _id(message: Mapping[str, Any]) -> str:
    key = message.get("id")
    if not isinstance(key, str) or not 1 <= len(key) <= LONGEST_ID:
        raise Closing(4400, f"`id` is a text of 1 to {LONGEST_ID} characters.")
    return key


def _leaves(group: BaseExceptionGroup[Closing]) -> list[Closing]:
    """The exceptions of a group and of the groups in it."""
    return [
        leaf for one in group.exceptions for leaf in (_leaves(one) if isinstance(one, BaseExceptionGroup) else [one])
    ]
