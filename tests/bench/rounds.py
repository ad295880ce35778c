"""Rounds: every rival has its turn in each, one after another, so that what else the machine does strikes all alike."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from tests.bench.load import Load, WrongAnswer, connected
from tests.bench.operations import Operation
from tests.bench.rivals import Rival

BACKENDS = "SELECT pid FROM pg_stat_activity WHERE usename IS NOT NULL AND pid <> pg_backend_pid()"
COMPARED = 5
"""Answers of each operation that are compared before it is measured."""


@dataclass
class Figures:
    """What one rival's turns at one operation came to; CPU in milliseconds a request, one for each round."""

    app: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    """In milliseconds."""
    seconds: float = 0.0
    megabytes: float = 0.0

    @property
    def cpu(self) -> float:
        """Of application and PostgreSQL together: the median of the rounds."""
        return median(app + postgres for app, postgres in zip(self.app, self.postgres, strict=True))

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, part: int) -> float:
        """The milliseconds within which ``part`` of 100 requests were answered."""
        return quantiles(self.latencies, n=100, method="inclusive")[part - 1]


@dataclass(frozen=True, slots=True)
class Spent:
    """One turn: the latencies, and the seconds that it took by the clock, of the application and of PostgreSQL."""

    latencies: Sequence[float]
    seconds: float
    app: float
    postgres: float


@dataclass(frozen=True, slots=True)
class Stage:
    """What all measuring needs: a connection to PostgreSQL as the owner, who asks, and how long."""

    connection: Any
    token: str
    rounds: int
    seconds: float
    clients: int

    async def measure(self, operation: Operation, rivals: Sequence[Rival]) -> dict[str, Figures]:
        """Return the figures of each rival by its name.

        Raises:
            WrongAnswer: the rivals do not answer alike.
        """
        asked = {rival.name: [rival.request(operation, one, self.token) for one in operation.asked] for rival in rivals}
        if operation.undo is not None:
            await self.connection.execute(operation.undo)  # what a run left that was broken off
        await self._compare(operation, rivals, asked)
        figures = {rival.name: Figures() for rival in rivals}
        for rival in rivals:  # plans and caches are warm afterwards
            await self._load(operation, rival, asked[rival.name])
        for number in range(self.rounds):
            for place in range(len(rivals)):
                rival = rivals[(number + place) % len(rivals)]
                await self._turn(operation, rival, asked[rival.name], figures[rival.name])
        return figures

    async def _load(self, operation: Operation, rival: Rival, requests: Sequence[bytes]) -> Spent:
        """Let the clients ask for one turn, and undo what they did."""
        load = Load(rival.port, requests, self.clients, self.seconds, operation.once)
        app, backends = cpu_seconds(rival.process.pid), await self._backends()
        seconds = await load.run()
        spent = {pid: spent - backends.get(pid, 0.0) for pid, spent in (await self._backends()).items()}
        app = cpu_seconds(rival.process.pid) - app
        await self._undo(operation, rival, len(load.latencies))
        return Spent(load.latencies, seconds, app, sum(spent.values()))

    async def _undo(self, operation: Operation, rival: Rival, times: int) -> None:
        if operation.undo is not None:
            done = await self.connection.fetchval(operation.undo)
            if done != times:
                raise WrongAnswer(f"{rival.name} answered {times} times to {operation.name} and did it {done} times")

    async def _turn(self, operation: Operation, rival: Rival, requests: Sequence[bytes], figures: Figures) -> None:
        spent = await self._load(operation, rival, requests)
        figures.seconds += spent.seconds
        figures.app.append(1000 * spent.app / len(spent.latencies))
        figures.postgres.append(1000 * spent.postgres / len(spent.latencies))
        figures.latencies += [1000 * one for one in spent.latencies]
        figures.megabytes = rival.megabytes

    async def _backends(self) -> dict[int, float]:
        """CPU seconds by process of PostgreSQL; those of rivals that are not asked stand still."""
        found = {}
        for row in await self.connection.fetch(BACKENDS):
            with suppress(OSError):  # it has just ended
                found[row[0]] = cpu_seconds(row[0])
        return found

    async def _compare(
        self, operation: Operation, rivals: Sequence[Rival], asked: Mapping[str, Sequence[bytes]]
    ) -> None:
        for place in range(min(COMPARED, len(operation.asked))):
            answers = {}
            for rival in rivals:
                client = await connected(rival.port)
                answer = rival.answer(operation, await client.ask(asked[rival.name][place]))
                answers[rival.name] = plain(answer, operation.fresh)
                assert client.transport is not None
                client.transport.close()
                await self._undo(operation, rival, 1)
            first, *others = answers
            for other in others:
                if answers[other] != answers[first]:
                    raise WrongAnswer(
                        f"{first} and {other} answer {operation.name} differently: {operation.asked[place]}"
                    )


def plain(answer: Any, fresh: frozenset[str]) -> Any:
    """An answer without what is never the same again: of that only whether it is there."""
    match answer:
        case dict():
            return {key: one is not None if key in fresh else plain(one, fresh) for key, one in answer.items()}
        case list():
            return [plain(one, fresh) for one in answer]
        case _:
            return answer


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used, in seconds, all its threads together.

    By the process's own clock, to the nanosecond (Linux: clock_getcpuclockid(3) makes its number like this); what
    /proc tells goes by hundredths of a second.
    """
    return time.clock_gettime(~pid << 3 | 2)
