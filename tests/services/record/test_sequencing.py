"""The sequencer: every committed leaf gets one place, whoever writes meanwhile and whatever kills it."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.core.audit import record
from services.core.table import uuid7
from services.record import sequencing
from services.record.sequencing import BATCH, sequence
from tests.builders import actor
from tests.services.record.test_merkle import naive_path, naive_proof, naive_root
from tests.services.record.world import Kept

ROOT = Path(__file__).parents[3]
ALWAYS = """
import asyncio, sys
import services.registry
from services.core.db import Database
from services.record.sequencing import sequence

async def main():
    db = Database(sys.argv[1])
    print("ready", flush=True)
    while True:
        await sequence(db)

asyncio.run(main())
"""


async def test_what_is_not_kept_has_no_leaf_and_what_is_waits_for_its_place(kept: Kept) -> None:
    async def fail() -> None:
        async with kept.db.write(actor("secretariat")) as session:
            await record(session, actor("secretariat"), "practice.published", "practice", uuid7())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await kept.act(3)
    assert await kept.owner.fetchval("SELECT count(*) FROM record_pending") == 3
    assert await sequence(kept.db) == 3
    assert await kept.require_whole() == 3


async def test_a_leaf_that_is_kept_late_comes_after_those_that_were_begun_later(kept: Kept) -> None:
    one = actor("ZMB focal point")
    async with kept.db.write(one) as slow:
        first = uuid7()
        await record(slow, one, "proposal.opened", "proposal", first)
        [second] = await kept.act(1)
        assert await sequence(kept.db) == 1, "the slow one holds up nobody"
    assert await sequence(kept.db) == 1, "and is not forgotten"
    placed = await kept.owner.fetch(
        "SELECT object_id FROM record_leaf JOIN record_node ON leaf_id = record_leaf.id ORDER BY place"
    )
    assert [row[0] for row in placed] == [second, first]
    assert await kept.require_whole() == 2


async def test_one_batch_is_one_transaction_and_the_next_goes_on_where_it_ended(kept: Kept) -> None:
    async with kept.db.write(actor("secretariat")) as session:
        for _ in range(BATCH + 37):
            await record(session, actor("secretariat"), "practice.published", "practice", uuid7())
    begun = time.perf_counter()
    assert await sequence(kept.db) == BATCH
    assert time.perf_counter() - begun < 10, "a second, and some for a busy machine"
    assert len({row[0] for row in await kept.owner.fetch("SELECT xmin FROM record_node")}) == 1
    assert await sequence(kept.db) == 37
    assert await sequence(kept.db) == 0
    assert await kept.require_whole() == BATCH + 37


async def test_twenty_writers_and_two_sequencers_at_once_leave_every_leaf_one_place(kept: Kept) -> None:
    writing = True

    async def always() -> None:
        while writing:
            await sequence(kept.db)
            await asyncio.sleep(0)

    sequencers = [asyncio.create_task(always()) for _ in range(2)]
    await asyncio.gather(*(kept.act(10) for _ in range(20)))
    writing = False
    await asyncio.gather(*sequencers)
    await kept.sequence()
    assert await kept.require_whole() == 200


async def test_writers_do_not_wait_for_a_sequencer_that_stands_still(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kept.act(5)
    entered, leave = asyncio.Event(), asyncio.Event()
    append = sequencing._append

    async def slowly(*given: object) -> None:
        await append(*given)  # type: ignore[arg-type]
        entered.set()
        await leave.wait()

    monkeypatch.setattr(sequencing, "_append", slowly)
    standing = asyncio.create_task(sequence(kept.db))
    await entered.wait()
    async with asyncio.timeout(20):
        await kept.act(20)
        assert await sequence(kept.db) == 0, "one at a time, and the other does not wait either"
    leave.set()
    assert await standing == 5
    monkeypatch.undo()
    await kept.sequence()
    assert await kept.require_whole() == 25


async def test_a_sequencer_that_is_killed_again_and_again_loses_and_doubles_nothing(kept: Kept) -> None:
    async def write() -> None:
        for _ in range(4):
            await kept.act(15)

    writing = asyncio.create_task(write())
    for pause in (0.05, 0.2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ALWAYS, kept.urls.app, cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        await process.stdout.readline()
        await asyncio.sleep(pause)
        process.kill()
        await process.wait()
    await writing
    for _ in range(100):
        await kept.sequence()
        if not await kept.owner.fetchval("SELECT count(*) FROM record_pending"):
            break
        await asyncio.sleep(0.1)  # until PostgreSQL knows that the killed one is gone
    assert await kept.require_whole() == 60


async def test_the_database_answers_roots_and_proofs_as_the_definition_does(kept: Kept) -> None:
    await kept.fill(291)  # more than 16 * 16 + 2 * 16, and no multiple of anything
    hashes = await kept.hashes()
    sizes = [*range(1, 36), 63, 64, 65, 127, 128, 255, 256, 257, 272, 273, 290, 291]
    for size in sizes:
        assert await kept.owner.fetchval("SELECT record_range(0, $1)", size) == naive_root(hashes[:size])
        paths = await kept.owner.fetch(
            "SELECT place, record_inclusion(place, $1) FROM generate_series(0, $1::bigint - 1, $2) place",
            size,
            1 + size // 9,
        )
        assert [row[1] for row in paths] == [naive_path(row[0], hashes[:size]) for row in paths]
        proofs = await kept.owner.fetch(
            "SELECT first, record_consistency(first, $1) FROM generate_series(1, $1::bigint, $2) first",
            size,
            1 + size // 9,
        )
        assert [row[1] for row in proofs] == [naive_proof(row[0], hashes[:size]) for row in proofs]


@pytest.mark.parametrize(
    "asked",
    ["record_inclusion(-1, 5)", "record_inclusion(5, 5)", "record_inclusion(0, 6)", "record_inclusion(0, 0)",
     "record_consistency(0, 5)", "record_consistency(3, 2)", "record_consistency(3, 6)"],
)  # fmt: skip
async def test_what_cannot_be_proved_is_answered_with_nothing(kept: Kept, asked: str) -> None:
    await kept.fill(5)
    assert await kept.owner.fetchval(f"SELECT {asked}") is None
