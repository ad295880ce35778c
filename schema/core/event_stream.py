"""GraphQL over server-sent events: one operation, one response of events.

The "distinct connections mode" of the GraphQL over Server-Sent Events protocol (github.com/enisdenjo/graphql-sse,
PROTOCOL.md): each result is an event ``next``, the end an event ``complete``. A stream that ends without ``complete``
was cut off, and the client asks again.
"""

import asyncio
from contextlib import aclosing
from typing import Any, Never

import orjson
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from schema.core.answering import cause, document
from schema.core.media import EVENTS
from services.core.listening import Stopping

HEARTBEAT = 15.0
"""Seconds between two comments, so that no proxy takes the connection for dead."""
PATIENCE = 30.0
"""Seconds in which a client must take what it is sent."""


class _HungUp(Exception):
    """The client is gone, or takes nothing any more."""


class EventStream(Response):
    """Sends the ``results`` of an operation as they come, and ends with them or when the client hangs up."""

    def __init__(self, results: Any, request_id: str, *, terse: bool = False) -> None:
        super().__init__(media_type=EVENTS, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._results = results
        self._request_id = request_id
        self._terse = terse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async with aclosing(self._results), asyncio.TaskGroup() as tasks:
                beside = [tasks.create_task(_hung_up(receive)), tasks.create_task(_heartbeat(send))]
                await self._send_all(send)
                for task in beside:
                    task.cancel()
            await _sent(send, b"", more=False)
        except* _HungUp:
            pass

    async def _send_all(self, send: Send) -> None:
        async for result in self._results:
            if result.errors and isinstance(cause(result.errors[0]), Stopping):
                return
            await _sent(
                send, b"event: next\ndata: %s\n\n" % orjson.dumps(document(result, self._request_id, terse=self._terse))
            )
        await _sent(send, b"event: complete\ndata:\n\n")


async def _hung_up(receive: Receive) -> Never:
    message: Message = {}
    while message.get("type") != "http.disconnect":
        message = await receive()
    raise _HungUp


async def _heartbeat(send: Send) -> Never:
    while True:
        await asyncio.sleep(HEARTBEAT)
        await _sent(send, b":\n\n")


async def _sent(send: Send, body: bytes, *, more: bool = True) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await send({"type": "http.response.body", "body": body, "more_body": more})
    except (TimeoutError, OSError) as error:
        raise _HungUp from error
