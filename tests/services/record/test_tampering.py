"""Whoever changes, removes, reorders, adds, truncates or rewrites is found against a head that was held before."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.core.db import Reader, Writer, make_engine
from services.record import queries
from services.record.notes import Head, read_note
from services.record.publishing import publish
from services.record.sources import DatabaseSource
from services.record.terms import Entry, Page
from services.record.verifying import Finding, Walk, check, narrowest
from tests.conftest import HEAD_KEYS
from tests.services.record.tampering import REWRITES, TAMPERINGS, Tamperer
from tests.services.record.world import Kept

pytestmark = pytest.mark.security

SIZES = (0, 40, 41, 96, 150)
"""When heads were signed; then two more leaves came."""
ROUNDS = 1_000


@dataclass
class Remembered:
    """A copy in memory."""

    right: list[bytes] = field(default_factory=list)
    read: dict[int, bytes] = field(default_factory=dict)

    def stretch(self, first: int, behind: int) -> list[bytes]:
        return self.right[first:behind]

    def keep(self, first: int, hashes: Sequence[bytes]) -> None:
        self.read.update(enumerate(hashes, first))


@dataclass(frozen=True)
class SessionSource:
    """The record as one session sees it, in the middle of its transaction."""

    session: Reader

    async def size(self) -> int:
        return await queries.size_of(self.session)

    async def page(self, first: int, size: int) -> Page:
        return await queries.page(self.session, first, size, look=True)

    async def entries(self, _first: int) -> Sequence[Entry]:
        return ()


async def found(source: SessionSource | DatabaseSource, heads: Collection[Head], copy: Remembered) -> list[Finding]:
    walk = Walk()
    async for _ in check(source, heads, copy, walk):
        pass
    return narrowest(walk.findings)


@dataclass(frozen=True)
class Signed:
    """A record with heads that a member holds, and the copy of who has checked it once."""

    engine: AsyncEngine
    heads: list[Head]
    copy: list[bytes]

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[Writer]:
        """A transaction of the owner that is undone."""
        async with self.engine.connect() as connection:
            session = AsyncSession(connection, expire_on_commit=False)
            yield Writer(Reader(session))
            await session.close()


@pytest.fixture
async def signed(kept: Kept) -> AsyncIterator[Signed]:
    before = 0
    for size in SIZES:
        await kept.fill(size - before)
        assert await publish(kept.db, HEAD_KEYS, every=timedelta())
        before = size
    await kept.fill(2)
    heads = [read_note(one.note, HEAD_KEYS.public()) for one in await DatabaseSource(kept.db).published()]
    copy = Remembered()
    assert await found(DatabaseSource(kept.db), heads, copy) == []
    engine = make_engine(kept.urls.owner, size=2)
    yield Signed(engine, heads, [copy.read[place] for place in range(SIZES[-1])])
    await engine.dispose()


@pytest.mark.slow
async def test_a_thousand_random_tamperings_are_found_each_at_its_place(signed: Signed) -> None:
    chance = random.Random(20261124)
    done: Counter[str] = Counter()
    for _ in range(ROUNDS):
        name = chance.choice([*TAMPERINGS])
        async with signed.undone() as session:
            expected = await TAMPERINGS[name](Tamperer(session, chance, SIZES[-1]))
            findings = await found(SessionSource(session), signed.heads, Remembered(signed.copy))
        where = f"{name} at {expected}: {[*map(str, findings)]}"
        assert {place for place in expected if any(one.first == place for one in findings)} == set(expected), where
        exact = {one.behind - one.first for one in findings if one.first in expected}
        assert name not in {"change_a_leaf", "remove_a_leaf", "swap_two_leaves", "rewrite_a_leaf"} or exact == {1}, (
            where
        )
        done[name] += 1
    assert set(done) == set(TAMPERINGS)


@pytest.mark.parametrize("name", sorted(REWRITES))
async def test_who_only_holds_heads_finds_a_rewrite_and_between_which_heads_it_is(signed: Signed, name: str) -> None:
    chance = random.Random(name)
    for _ in range(6):
        async with signed.undone() as session:
            expected = await REWRITES[name](Tamperer(session, chance, SIZES[-1]))
            findings = await found(SessionSource(session), signed.heads, Remembered())
        where = f"{name} at {expected}: {[*map(str, findings)]}"
        first = findings[0]
        assert first.first <= min(expected) < first.behind, where
        assert min(expected) - first.first <= 55, "no further than the head before it"


async def test_one_held_head_is_enough(signed: Signed) -> None:
    last = max(signed.heads, key=lambda head: head.size)
    async with signed.undone() as session:
        [place] = await REWRITES["rewrite_a_leaf"](Tamperer(session, random.Random(7), SIZES[-1]))
        [finding] = await found(SessionSource(session), [last], Remembered())
    assert finding.first <= place < finding.behind <= SIZES[-1]


async def test_what_was_not_signed_yet_is_not_covered(signed: Signed) -> None:
    async with signed.undone() as session:
        by = Tamperer(session, random.Random(1), SIZES[-1])
        await by.rebuild([*(await by.leaves())[: SIZES[-1]], await by.forge()])
        assert await found(SessionSource(session), signed.heads, Remembered(signed.copy)) == []


async def test_a_whole_record_has_no_finding(signed: Signed) -> None:
    async with signed.undone() as session:
        assert await found(SessionSource(session), signed.heads, Remembered(signed.copy)) == []
        assert await found(SessionSource(session), signed.heads, Remembered()) == []
