"""Many who ask at once are answered by one question to the database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


class Batch(Generic[Key, Found]):
    """Looks things up by ``load``, which is given all keys that were asked for while its last call ran.

    At most one call runs at a time, and it begins after the asking: nobody gets an answer older than the question.
    """

    def __init__(self, load: Callable[[list[Key]], Awaitable[Mapping[Key, Found]]]) -> None:
        self._load = load
        self._waiting: dict[Key, asyncio.Future[Found | None]] = {}
        self._running: asyncio.Task[None] | None = None

    async def get(self, key: Key) -> Found | None:
        """What there is of ``key``; None if there is nothing. Raises what ``load`` raises."""
        if key not in self._waiting:
            self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await asyncio.shield(self._waiting[key])  # who gives up waiting leaves the others their answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, {}
                answers = await asyncio.gather(self._load(list(waiting)), return_exceptions=True)
                for key, future in waiting.items():
                    _settle(future, answers[0], key)
        finally:
            self._running = None


def _settle(future: "asyncio.Future[Found | None]", answer: Mapping[Key, Found] | BaseException, key: Key) -> None:
    if isinstance(answer, BaseException):
        future.set_exception(answer)
        future.exception()  # those who asked may all have gone
    else:
        future.set_result(answer.get(key))
