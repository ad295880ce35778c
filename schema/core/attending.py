"""Work is done while its client waits for it, and no longer than a deadline.

A server only learns that a client is gone when it asks whether there is more to receive. Nearly every answer is there
before that is worth a task; so it is asked after a tenth of a second.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from starlette.types import Receive

from services.core.errors import OutcomeUnknown, Unavailable

DEADLINE = 30.0
"""Seconds in which a request must have been read, and as many to answer it; a subscription has none."""
IMPORT_DEADLINE = 300.0
"""Seconds in which one that brings a file must have been read: lines are slow where it matters most."""
UNATTENDED = 0.1
"""Seconds before it is asked whether the client is still there."""


class HungUp(Exception):
    """The client is gone: there is nobody to answer."""


class Late(Exception):
    """The time is over."""


class DeadlinePassed(Unavailable):
    """The answer took too long and was given up."""

    code = "DEADLINE_PASSED"


def passed(kind: str | None) -> DeadlinePassed | OutcomeUnknown:
    """What to tell of an operation of this kind that was given up."""
    if kind == "mutation":
        sentence = (
            f"This was given up after {DEADLINE:.0f} seconds, and may or may not be done. Ask again with the same key."
        )
        return OutcomeUnknown(sentence)
    return DeadlinePassed(f"The answer took longer than {DEADLINE:.0f} seconds. Ask for less at once.")


@asynccontextmanager
async def in_time(seconds: float | None = None) -> AsyncIterator[None]:
    """Give up what is done in the block after a time, for routes whose requests are read in no time.

    Raises:
        DeadlinePassed: it took longer than ``seconds``, where none are given than ``DEADLINE``.
    """
    limit = DEADLINE if seconds is None else seconds
    try:
        async with asyncio.timeout(limit):
            yield
    except TimeoutError as late:
        raise DeadlinePassed(f"This took longer than {limit:.0f} seconds, and was given up.") from late


class Attending:
    """The block is left by ``HungUp`` when its client is gone, and by ``Late`` when ``seconds`` have passed.

    The request must have been read before: what is received meanwhile is lost.
    """

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._reason: Exception | None = None
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        """Begin."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None, "a coroutine runs in a task"
        self._task, self._cancelling = task, task.cancelling()
        self._timer = loop.call_later(UNATTENDED, self._begin)
        return self

    def _begin(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        try:
            async with asyncio.timeout(max(self._seconds - UNATTENDED, 0)):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
            self._reason = HungUp()
        except TimeoutError:
            self._reason = Late()
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; where the work was ended from here, say why."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._reason is None:
            return
        if self._task.uncancel() <= self._cancelling and kind is not None and issubclass(kind, asyncio.CancelledError):
            raise self._reason from error
