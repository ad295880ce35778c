"""The index of a process: whole in its files or not there, and never behind what it has heard."""

import asyncio
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import orjson
import pytest

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.listening import Listener
from services.matching.index import files
from services.matching.index.building import build, changed_since, needed
from services.matching.index.living import LivingIndex
from services.matching.terms import MatchAnswerKind
from tests.builders import actor
from tests.services.matching.answer_examples import an_answer
from tests.services.matching.world import (
    EVERYTHING,
    WHOLE,
    a_crowd,
    a_proposal,
    change,
    more_delegations,
    plan_of,
)

PAGE = (("nodes", *EVERYTHING), ("pageInfo", "hasNextPage", "endCursor"))
WHO = actor("SEN viewer")


@dataclass
class Heard:
    """A listener to which the test tells what changed."""

    hearing: list[Any] = field(default_factory=list)
    well: bool = True

    def on_row_change(self, kind: str, changed: Any) -> None:
        assert kind == "proposal"
        self.hearing.append(changed)

    async def current(self) -> bool:
        return self.well

    def tell(self, key: UUID | None) -> None:
        for changed in self.hearing:
            changed(None if key is None else str(key))


def an_index(db: Database, heard: Heard, folder: Path) -> LivingIndex:
    return LivingIndex(db, cast("Listener", heard), folder)


async def both(db: Database, index: LivingIndex, own: UUID, first: int = 4, **given: Any) -> list[Any]:
    """One page as the statement answers it by itself, and with what the index finds; None where it finds nothing."""
    given = {"first": first, **given}
    plan = plan_of(PAGE, tuple(given), (), WHO)
    assert plan.search is not None
    variables: dict[tuple[str, ...], Any] = {
        ("id",): f"proposal_{own.hex}",
        **{(name,): value for name, value in given.items()},
    }
    alone = await db.document(plan, WHO, variables)
    found = await index.find(WHO, plan.search.asked(variables))
    if found is None:
        return [orjson.loads(alone), None]
    told = await db.document(plan.search.plan, WHO, plan.search.found(variables, found))
    return [orjson.loads(alone), orjson.loads(told)]


async def loaded(index: LivingIndex, db: Database, own: UUID) -> None:
    """Ask until the index answers."""
    for _ in range(200):
        index._looked = -1.0
        if (await both(db, index, own))[1] is not None:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never answered")


async def a_world(db: Database) -> list[UUID]:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        return await a_crowd(session, 80, seed=31)


async def test_page_after_page_is_the_same_by_the_index_and_without(db: Database, tmp_path: Path) -> None:
    crowd, pages = await a_world(db), 0
    assert await build(db, tmp_path) is not None
    index = an_index(db, Heard(), tmp_path)
    await loaded(index, db, crowd[0])
    for own in crowd[:8]:
        after: dict[str, Any] = {}
        for _ in range(4):
            alone, told = await both(db, index, own, **after)
            assert told == alone
            pages += len(alone["matches"]["nodes"]) > 0
            if not alone["matches"]["pageInfo"]["hasNextPage"]:
                break
            after = {"after": alone["matches"]["pageInfo"]["endCursor"]}
    assert pages > 12


async def test_what_is_heard_to_have_changed_is_in_the_next_answer(db: Database, tmp_path: Path) -> None:
    await a_world(db)
    async with db.write(SYSTEM) as session:
        own = await a_proposal(session, "joint", "DEU", **WHOLE, words="word1 word2")
    await build(db, tmp_path)
    heard = Heard()
    index = an_index(db, heard, tmp_path)
    await loaded(index, db, own)
    for turn in range(12):
        best = (await both(db, index, own))[0]["matches"]["nodes"][0]["proposal"]["id"]
        async with db.write(SYSTEM) as session:
            if turn % 3 == 0:
                other = await a_proposal(session, "joint", "FRA", **WHOLE, words="word0 word1")
            else:
                other = UUID(best.removeprefix("proposal_"))
                await change(session, other, **({"status": "closed"} if turn % 3 == 1 else {"sectors": ["11130"]}))
        heard.tell(other)
        alone, told = await both(db, index, own)
        assert told == alone, turn


async def test_what_it_may_have_missed_it_looks_for(db: Database, tmp_path: Path) -> None:
    crowd = await a_world(db)
    await build(db, tmp_path)
    heard = Heard()
    index = an_index(db, heard, tmp_path)
    await loaded(index, db, crowd[0])
    async with db.write(SYSTEM) as session:
        await a_proposal(session, "joint", "FRA", **WHOLE)
        await change(session, crowd[1], status="closed")
    heard.tell(None)
    assert (await both(db, index, crowd[0]))[1] is None
    await loaded(index, db, crowd[0])
    alone, told = await both(db, index, crowd[0])
    assert told == alone
    heard.well = False
    assert (await both(db, index, crowd[0]))[1] is None


async def test_what_is_set_aside_takes_no_place(db: Database, tmp_path: Path) -> None:
    await a_world(db)
    async with db.write(SYSTEM) as session:
        own = await a_proposal(session, "joint", "SEN", **WHOLE)
        others = [await a_proposal(session, "joint", "FRA", **WHOLE) for _ in range(30)]
    await build(db, tmp_path)
    index = an_index(db, Heard(), tmp_path)
    await loaded(index, db, own)
    before, _ = await both(db, index, own)
    async with db.write(SYSTEM) as session:
        for other in others:
            await an_answer(session, own, other, "SEN", "FRA", MatchAnswerKind.DISMISSED)
    alone, told = await both(db, index, own)
    assert told == alone != before


async def test_the_platform_itself_is_answered_by_the_statement(db: Database, tmp_path: Path) -> None:
    crowd = await a_world(db)
    await build(db, tmp_path)
    index = an_index(db, Heard(), tmp_path)
    await loaded(index, db, crowd[0])
    plan = plan_of(PAGE, ("first",), (), SYSTEM)
    assert plan.search is not None
    asked = plan.search.asked({("id",): f"proposal_{crowd[0].hex}", ("first",): 3})
    assert await index.find(SYSTEM, asked) is None


async def test_an_index_of_another_database_or_form_is_not_read(db: Database, tmp_path: Path) -> None:
    await a_world(db)
    assert await needed(db, tmp_path)
    name = await build(db, tmp_path)
    assert name is not None
    assert not await needed(db, tmp_path)
    assert files.load(tmp_path, "another") is None
    head = tmp_path / name / "head.json"
    head.write_bytes(head.read_bytes().replace(b'"form":1', b'"form":0'))
    assert await needed(db, tmp_path)


async def test_one_alone_makes_it(db: Database, tmp_path: Path) -> None:
    await a_world(db)
    with files.making(tmp_path) as first:
        assert first is not None
        assert await build(db, tmp_path) is None
    assert await build(db, tmp_path) is not None


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from services.matching.index import files
from services.matching.index.part import Part
rename = Path.rename
with files.making(Path(sys.argv[1])) as making:
    making.add(Part({"high": np.zeros(3, np.uint64)}, {"model": []}))
    if sys.argv[2] == "writing":
        os.kill(os.getpid(), signal.SIGKILL)
    files.CURRENT and setattr(Path, "replace", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    making.finish("killed", 7)
"""


@pytest.mark.parametrize("when", ["writing", "finishing"])
async def test_who_is_killed_while_making_it_loses_nothing(db: Database, tmp_path: Path, when: str) -> None:
    crowd = await a_world(db)
    name = await build(db, tmp_path)
    command = [sys.executable, "-c", KILLED, str(tmp_path), when]
    killed = await asyncio.to_thread(subprocess.run, command, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert files.current(tmp_path) == name
    index = an_index(db, Heard(), tmp_path)
    await loaded(index, db, crowd[0])
    again = await build(db, tmp_path)
    assert files.current(tmp_path) == again
    assert left_in(tmp_path) == {"current", "lock", again}


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_change_is_known_by_its_transaction(db: Database) -> None:
    crowd = await a_world(db)
    async with db.read(SYSTEM) as session:
        assert await changed_since(session, 0) >= set(crowd)
        assert await changed_since(session, 2**62) == set()
