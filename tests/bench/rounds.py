"""Rounds: every rival has its turn in each, one after another, so that what else the machine does strikes all alike."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

import orjson

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
        await self._compare(operation, rivals, asked)
        figures = {rival.name: Figures() for rival in rivals}
        for rival in rivals:
            await Load(rival.port, asked[rival.name], self.clients, self.seconds).run()  # plans and caches are warm
        for number in range(self.rounds):
            for place in range(len(rivals)):
                rival = rivals[(number + place) % len(rivals)]
                await self._turn(rival, asked[rival.name], figures[rival.name])
        return figures

    async def _turn(self, rival: Rival, requests: Sequence[bytes], figures: Figures) -> None:
        load = Load(rival.port, requests, self.clients, self.seconds)
        app, backends = cpu_seconds(rival.process.pid), await self._backends()
        figures.seconds += await load.run()
        spent = {pid: seconds - backends.get(pid, 0.0) for pid, seconds in (await self._backends()).items()}
        figures.app.append(1000 * (cpu_seconds(rival.process.pid) - app) / len(load.latencies))
        figures.postgres.append(1000 * sum(spent.values()) / len(load.latencies))
        figures.latencies += [1000 * one for one in load.latencies]
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
                answers[rival.name] = orjson.loads(await client.ask(asked[rival.name][place]))
                assert client.transport is not None
                client.transport.close()
            first, *others = answers
            for other in others:
                if answers[other] != answers[first]:
                    raise WrongAnswer(
                        f"{first} and {other} answer {operation.name} differently: {operation.asked[place]}"
                    )


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used, in seconds, all its threads together.

    By the process's own clock, to the nanosecond (Linux: clock_getcpuclockid(3) makes its number like this); what
    /proc tells goes by hundredths of a second.
    """
    return time.clock_gettime(~pid << 3 | 2)
