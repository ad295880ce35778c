"""A big import beside people who write: how long each of their acts takes, and how much memory the import does.

The suite does it with a few thousand rows (``test_import_at_size.py``); the full size is a run of its own:

    python -m tests.services.exchange.size 200000
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import IO, Any

import sqlalchemy as sa

import services.registry  # noqa: F401 - all tables and policies
from services.core import migration, postgres
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.proposals.commands import draft_proposal, open_proposal, revise_proposal
from services.proposals.tables import Proposal
from services.taxonomy.commands import load_reference
from services.taxonomy.reference import read_reference
from tests.builders import actor, build_world
from tests.services.proposals.world import content

WRITERS = 8
THINK = 0.02
"""Seconds that a writer waits between two acts."""
WARM = 5
"""Seconds until the writers' process has loaded the embedding and its statements are prepared."""
MARK = "bulk "
_IMPORTER = """
import asyncio, json, re, sys
from pathlib import Path
import services.registry
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.importing.files import open_rows
from services.exchange.kinds import EXCHANGES

async def bring(url, path):
    db = Database(url)
    most = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    started = most()
    told = lambda done, total: print(done, total, flush=True)
    report = await EXCHANGES["proposals"].bring(db, SYSTEM, open_rows(path), as_drafts=False, progress=told)
    await db.close()
    print(json.dumps({"added": report.added, "grown_kb": most() - started, "most_kb": most()}), flush=True)

asyncio.run(bring(sys.argv[1], Path(sys.argv[2])))
"""
WORDS = ["teachers", "water", "schools", "clinics", "models", "languages", "data", "energy", "courses", "nurses", "farms", "rivers", "maps", "radio", "roads", "seeds", "soil", "law", "trade", "fishery", "youth", "women", "health", "exams", "forests", "storms", "cities", "ports", "grids"]  # fmt: skip


def write_rows(path: Path, number: int) -> None:
    """A JSONL file of needs and offers of four delegations, each with a translation."""
    random = Random(2026)
    codes = ("ZMB", "FRA", "SEN", "EGY")

    def say(words: int) -> str:
        return " ".join(random.choices(WORDS, k=words))

    with path.open("w", encoding="utf-8") as file:
        for one in range(number):
            row = {
                "externalId": f"{MARK}{one}",
                "delegation": codes[one % len(codes)],
                "side": "NEED" if one % 2 else "OFFER",
                "title": f"{say(6)} {one}",
                "summary": say(25),
                "description": say(60),
                "language": "en",
                "capacityAreas": ["SKILLS_TRAINING"],
                "sectors": ["11130"],
                "places": one % 9 + 1,
                "title.fr": f"{say(6)} {one}",
                "summary.fr": say(25),
            }
            file.write(json.dumps(row) + "\n")


@dataclass
class Latencies:
    """How long each act took, in seconds, in the order in which they ended."""

    acts: list[float] = field(default_factory=list)

    def p99(self, since: int = 0) -> float:
        chosen = sorted(self.acts[since:])
        return chosen[min(len(chosen) - 1, len(chosen) * 99 // 100)]


@asynccontextmanager
async def writing(url: str) -> AsyncIterator[Latencies]:
    """Eight people of four delegations who draft, open and revise proposals for as long as the block."""
    db, found, stop = Database(url, size=WRITERS), Latencies(), asyncio.Event()

    async def act(who: str, step: Any, *given: Any) -> Any:
        one = actor(who)
        begun = time.perf_counter()
        async with db.write(one) as session:
            answer = await step(session, one, *given)
        found.acts.append(time.perf_counter() - begun)
        await asyncio.sleep(THINK)
        return answer

    async def write(who: str) -> None:
        while not stop.is_set():
            key = await act(who, draft_proposal, content())
            await act(who, open_proposal, key)
            for number in range(4):
                await act(who, revise_proposal, key, await _revision(db, key), {"places": number + 1})

    codes = ("ZMB", "FRA", "SEN", "EGY")
    tasks = [asyncio.create_task(write(f"{codes[one % len(codes)]} focal point")) for one in range(WRITERS)]
    try:
        yield found
    finally:
        stop.set()
        await asyncio.gather(*tasks)
        await db.close()


async def _revision(db: Database, key: Any) -> int:
    table = table_of(Proposal).c
    async with db.read(SYSTEM) as session:
        return int((await session.execute(sa.select(table.revision).where(table.id == key))).scalar_one())


def importer(url: str, path: Path, out: IO[str]) -> subprocess.Popen[str]:
    """The import in a process of its own; it prints how far it is, and at the end what it did."""
    return subprocess.Popen([sys.executable, "-c", _IMPORTER, url, str(path)], stdout=out, text=True)


def progress(out: Path) -> float:
    """The share of the work that an importer says is done."""
    lines = [line.split() for line in out.read_text().splitlines() if line[:1].isdigit()]
    return int(lines[-1][0]) / int(lines[-1][1]) if lines else 0.0


async def imported(db: Database) -> int:
    """How many things of the file are there."""
    table = table_of(Proposal).c
    async with db.read(SYSTEM) as session:
        wanted = sa.select(sa.func.count()).where(table.external_id.startswith(MARK))
        return int(await session.scalar(wanted) or 0)


@dataclass(frozen=True)
class Measured:
    """What came of it: seconds, kilobytes, and the 99th percentile of an act alone and beside the import."""

    seconds: float
    grown_kb: int
    most_kb: int
    added: int
    alone: float
    beside: float
    worst: float
    acts: int


async def measure(url: str, path: Path, folder: Path, *, alone: float) -> Measured:
    """Let people write for ``alone`` seconds, then beside the import until it is done."""
    out = folder / "out"
    async with writing(url) as latencies:
        await asyncio.sleep(WARM)
        warm = len(latencies.acts)
        await asyncio.sleep(alone)
        lonely = Latencies(latencies.acts[warm:])
        begin, begun = len(latencies.acts), time.perf_counter()
        with out.open("w") as file:
            process = importer(url, path, file)
            await asyncio.to_thread(process.wait)
        seconds, beside = time.perf_counter() - begun, latencies.acts[begin:]
    assert process.returncode == 0
    told = json.loads(out.read_text().splitlines()[-1])
    return Measured(
        seconds,
        told["grown_kb"],
        told["most_kb"],
        told["added"],
        lonely.p99(),
        Latencies(beside).p99(),
        max(beside),
        len(beside),
    )


def killed(url: str, path: Path, folder: Path, at: float) -> None:
    """An import that is killed (SIGKILL) as soon as the share ``at`` of its work is done."""
    out = folder / "killed"
    with out.open("w") as file:
        process = importer(url, path, file)
        while process.poll() is None and progress(out) < at:
            time.sleep(0.02)
        assert process.poll() is None, "it was done before it could be killed"
        process.kill()
        process.wait()


def main(arguments: Sequence[str]) -> None:
    """The full size, on a PostgreSQL of its own that waits for the disk."""
    number = int(arguments[0])
    with tempfile.TemporaryDirectory(dir=arguments[1] if len(arguments) > 1 else None) as name:
        folder = Path(name)
        cluster = postgres.start(folder / "data", say=lambda _: None)
        try:
            migration.upgrade(cluster.owner_url, cluster.app_url)
            asyncio.run(_full(cluster.app_url, folder, number))
        finally:
            cluster.stop()


async def _full(url: str, folder: Path, number: int) -> None:
    path = folder / "rows.jsonl"
    write_rows(path, number)
    db = Database(url)
    async with db.write(SYSTEM) as session:
        await load_reference(session, read_reference())
        await build_world(session)
    for at in (0.25, 0.75):
        await asyncio.to_thread(killed, url, path, folder, at)
        sys.stdout.write(f"killed at {at:.0%}: {await imported(db)} rows are there\n")
    sys.stdout.write(f"{await measure(url, path, folder, alone=20)}\n")
    sys.stdout.write(f"{path.stat().st_size:,} bytes; {await imported(db):,} rows are there\n")
    await db.close()


if __name__ == "__main__":
    main(sys.argv[1:])
