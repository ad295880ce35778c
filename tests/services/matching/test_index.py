"""The index finds what the one statement finds: the same proposals, with the same scores to the last bit, in order."""

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM, Actor
from services.core.db import Database
from services.core.ids import write_id
from services.matching.index.part import Part, part_of
from services.matching.index.question import read_question
from services.matching.index.rows import rows_after
from services.matching.index.search import search
from services.matching.index.wanted import Wanted
from tests.builders import actor, delegation_id
from tests.services.matching.world import (
    VOCABULARY,
    WHOLE,
    a_crowd,
    a_proposal,
    change,
    more_delegations,
    page,
    some_experience,
)

LISTED = (("nodes", "score", ("proposal", "id")), ("pageInfo", "endCursor"))
FIRST = UUID(int=0)


async def parts_of(db: Database, size: int = 37) -> list[Part]:
    """All that is open and others may see, in small parts."""
    parts, after = [], FIRST
    async with db.read(SYSTEM) as session:
        while rows := await rows_after(session, after, size):
            parts.append(part_of(rows))
            after = rows[-1].id
    return parts


async def told(db: Database, own: UUID, who: Actor, first: int, **where: Any) -> list[tuple[UUID, float]]:
    """The same list by the one statement."""
    found = await page(db, own, LISTED, who, first=first, where=where)
    return [(UUID(one["proposal"]["id"].removeprefix("proposal_")), one["score"]) for one in found["nodes"]]


async def found(db: Database, parts: Sequence[Part], own: UUID, who: Actor, wanted: Wanted) -> list[tuple[UUID, float]]:
    question = await read_question(db, who, own)
    return [] if question is None else [(one.id, one.score) for one in search(parts, question, wanted)]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_it_finds_what_the_statement_finds(db: Database, seed: int) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        crowd = await a_crowd(session, 120, seed=seed)
        await some_experience(session, 30, seed=seed)
        for number, one in enumerate(crowd):
            if number % 7 == 3:
                await change(session, one, visibility="members")
    parts, compared = await parts_of(db), 0
    assert sum(map(len, parts)) >= 120
    for own in [one for number, one in enumerate(crowd) if number % 7 != 3][:12]:
        for who in (actor("public"), actor("SEN viewer")):
            for most in (5, 100):
                right = await told(db, own, who, most)
                assert await found(db, parts, own, who, Wanted(most, who.reads_members)) == right
                compared += len(right)
    assert compared > 300


async def test_it_filters_inside(db: Database) -> None:
    chance = random.Random(4)
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        await a_crowd(session, 90, seed=11)
        own = await a_proposal(session, "joint", "DEU", **WHOLE)
    parts, who, seen = await parts_of(db), actor("SEN viewer"), 0
    everything = await told(db, own, who, 100)
    for _ in range(10):
        least, after = chance.choice(everything)[1], chance.choice(everything)
        area, state = chance.choice(VOCABULARY["capacity_areas"]), chance.choice(["ZMB", "FRA", "TUV"])
        delegation = delegation_id(state)
        for where, wanted in (
            ({"minimumScore": least}, Wanted(7, True, least=least)),
            ({"region": "002"}, Wanted(7, True, region="002")),
            ({"delegation": write_id("delegation", delegation)}, Wanted(7, True, delegation=delegation)),
        ):
            right = await told(db, own, who, 7, **where)
            assert await found(db, parts, own, who, wanted) == right
            seen += len(right)
        place = everything.index(after)
        behind = Wanted(7, True, after=(after[1], after[0]))
        assert await found(db, parts, own, who, behind) == everything[place + 1 : place + 8]
        named = await found(db, parts, own, who, Wanted(100, True, areas=[area]))
        assert set(named) <= set(everything)
    assert seen > 60


async def test_what_a_delegation_may_not_see_changes_nothing_for_it(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        crowd = await a_crowd(session, 60, seed=21)
    who, own = actor("SEN viewer"), crowd[0]
    before = await found(db, await parts_of(db), own, who, Wanted(20, True))
    assert before
    async with db.write(SYSTEM) as session:
        for status, visibility in (("draft", "members"), ("open", "delegation"), ("withdrawn", "public")):
            hidden = {**WHOLE, "words": "word0 word1 word5", "status": status, "visibility": visibility}
            await a_proposal(session, "offer", "FRA", **hidden)
            await a_proposal(session, "need", "FRA", **hidden)
    assert await found(db, await parts_of(db), own, who, Wanted(20, True)) == before
