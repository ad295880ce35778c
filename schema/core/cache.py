"""Answers to public reads, kept in this process until what they were read from may have changed."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from services.core.listening import Listener
from services.core.public_changes import MIGRATED

LIFE = 60
"""Seconds that an answer may be shown after it was read, by us and by all caches behind us together."""
ENTRY_BYTES = 1_000
"""About what an entry takes beside its body."""
LARGEST_SHARE = 8
"""No answer takes more than this part of the room."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a public read as it is sent; ``etag`` (RFC 9110, strong) is of just this body in this media type."""

    body: bytes
    media: str
    status: int
    keeps: bool
    """It has no errors, so others may have it too."""
    read: float
    """When reading it began, in seconds of the loop's clock."""
    tables: frozenset[str] | None
    """What it was read from; None can be anything."""
    etag: str = ""

    @staticmethod
    def of(
        body: bytes, media: str, status: int, read: float, *, keeps: bool, tables: frozenset[str] | None = None
    ) -> "Answer":
        """Return the answer with its entity tag."""
        tag = sha256(media.encode() + b"\n" + body).hexdigest()[:32]
        return Answer(body, media, status, keeps, read, tables, f'"{tag}"')

    @property
    def content_type(self) -> bytes:
        """The media type as a header says it."""
        return f"{self.media}; charset=utf-8".encode()

    @property
    def fresh_for(self) -> int:
        """Whole seconds that it may still be shown, 0 to ``LIFE``."""
        return max(0, LIFE - int(asyncio.get_running_loop().time() - self.read))


class AnswerCache:
    """Answers by their question, ``limit`` bytes at most, those used longest ago dropped first.

    Whoever asks the same at the same time waits for one reading, which ends when the last of them has gone. What was read from a table is dropped when that changes;
    nothing is shown, kept or shared while it is not sure that a change would be heard within a second. What depends on
    the day is a minute late at most (``LIFE``).
    """

    def __init__(self, limit: int, listener: Listener | None) -> None:
        self.limit = limit
        self.bytes = 0
        self.hits = self.misses = 0
        self._listener = listener
        self._kept: OrderedDict[bytes, Answer] = OrderedDict()
        self._reading: dict[bytes, asyncio.Task[Answer]] = {}
        self._waiting: Counter[asyncio.Task[Answer]] = Counter()
        if listener is not None:
            listener.on_public_change(self.forget)

    def __len__(self) -> int:
        return len(self._kept)

    def forget(self, table: str | None) -> None:
        """Drop what was read from a table, or everything; what is being read now goes to nobody who asks later."""
        everything = table is None or table == MIGRATED
        for question, answer in list(self._kept.items()):
            if everything or answer.tables is None or table in answer.tables:
                self.bytes -= _size(self._kept.pop(question))
        self._reading = {}

    async def answer(self, question: bytes, read: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the answer to ``question``, the one kept or what ``read`` gives.

        Raises:
            Unavailable: what ``read`` raises.
        """
        if self._listener is None or not await self._listener.current():
            self.misses += 1
            return await read()
        kept = self._kept.get(question)
        if kept is not None and kept.fresh_for > 0:
            self.hits += 1
            self._kept.move_to_end(question)
            return kept
        reading = self._reading.get(question)
        if reading is None:
            self.misses += 1
            reading = asyncio.create_task(self._read(question, read, self._reading))
            self._reading[question] = reading
        else:
            self.hits += 1
        self._waiting[reading] += 1
        try:
            return await asyncio.shield(reading)
        finally:
            self._waiting[reading] -= 1
            if not self._waiting[reading]:
                del self._waiting[reading]
                self._stop(question, reading)

    def _stop(self, question: bytes, reading: asyncio.Task[Answer]) -> None:
        """End a reading that nobody waits for any more."""
        if not reading.done():
            reading.cancel()
            if self._reading.get(question) is reading:
                del self._reading[question]

    async def _read(
        self,
        question: bytes,
        read: Callable[[], Awaitable[Answer]],
        together: dict[bytes, asyncio.Task[Answer]],
    ) -> Answer:
        try:
            answer = await read()
        finally:
            together.pop(question, None)
        if together is self._reading and answer.keeps:  # else something changed meanwhile
            self._keep(question, answer)
        return answer

    def _keep(self, question: bytes, answer: Answer) -> None:
        size = _size(answer)
        if size > self.limit // LARGEST_SHARE:
            return
        before = self._kept.pop(question, None)
        self.bytes += size - (_size(before) if before is not None else 0)
        self._kept[question] = answer
        while self.bytes > self.limit:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= _size(oldest)


def _size(answer: Answer) -> int:
    return len(answer.body) + ENTRY_BYTES
