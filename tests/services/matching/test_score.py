"""The score: it equals the oracle's, its reasons sum to it, and taking a cause away lowers it."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.core.table import today
from services.matching.terms import MatchCriterion
from services.taxonomy.tables import StateClassification
from services.taxonomy.terms import ClassificationScheme
from tests.services.matching.oracle import LISTS, read_oracle
from tests.services.matching.world import (
    WHOLE,
    a_crowd,
    a_proposal,
    change,
    matches,
    more_delegations,
    moved,
    page,
    some_code,
    some_experience,
)

SMALL = 1e-9
CROWD = 240


@pytest.fixture
async def crowd(db: Database) -> list[UUID]:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        await some_experience(session, 80, seed=3)
        return await a_crowd(session, CROWD, seed=7)


async def test_every_score_is_the_oracles_and_the_sum_of_its_reasons(db: Database, crowd: list[UUID]) -> None:
    async with db.read(SYSTEM) as session:
        oracle = await read_oracle(session)
    sides, stateless = set(), 0
    for own in crowd[:40]:
        mine = oracle.sides[own]
        expected = {
            other.id: parts
            for other in oracle.sides.values()
            if oracle.may_match(mine, other) and sum((parts := oracle.parts(mine, other)).values()) > 0
        }
        found = await matches(db, own)
        total = await page(db, own, ("totalCount",))
        assert total["totalCount"] == len(expected)
        ranking = sorted(expected, key=lambda one: (-sum(expected[one].values()), -one.int))
        assert [round(one["score"], 9) for one in found.values()] == [
            round(sum(expected[other].values()), 9) for other in ranking[:100]
        ]
        for other, match in found.items():
            assert abs(sum(one["contribution"] for one in match["reasons"]) - match["score"]) < SMALL
            for reason in match["reasons"]:
                assert abs(reason["contribution"] - expected[other][reason["code"].lower()]) < SMALL
            assert {one["code"].lower() for one in match["reasons"]} == {
                name for name, part in expected[other].items() if part > 0
            }
            assert match["modality"].lower() == oracle.modality(mine, oracle.sides[other])
        sides.add(mine.side)
        stateless += mine.state is None
    assert sides == {"need", "offer", "joint"}
    assert stateless


async def test_a_pair_has_one_score_from_whichever_side_it_is_read(db: Database, crowd: list[UUID]) -> None:
    compared = 0
    for own in crowd[:12]:
        for other, match in list((await matches(db, own)).items())[:5]:
            back = (await matches(db, other)).get(own)
            if back is not None:  # else beyond the first hundred
                assert abs(back["score"] - match["score"]) < SMALL
                compared += 1
    assert compared > 20


async def test_the_same_question_has_the_same_bytes_for_an_answer(db: Database, crowd: list[UUID]) -> None:
    assert await matches(db, crowd[0]) == await matches(db, crowd[0])


async def test_pages_follow_one_another_without_gap_or_repetition(db: Database, crowd: list[UUID]) -> None:
    own = crowd[0]
    whole = [(one, match["score"]) for one, match in (await matches(db, own)).items()]
    assert [score for _, score in whole] == sorted((score for _, score in whole), reverse=True)
    pages: list[str] = []
    after = None
    while len(pages) < len(whole):
        fields = (("nodes", ("proposal", "id")), ("pageInfo", "endCursor", "hasNextPage"))
        found = await page(db, own, fields, first=17, after=after)
        pages += [one["proposal"]["id"] for one in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert pages[: len(whole)] == [f"proposal_{one.hex}" for one, _ in whole]


async def score_of(db: Database, own: UUID, other: UUID) -> float:
    found = (await matches(db, own)).get(other)
    return 0.0 if found is None else float(found["score"])


@pytest.mark.parametrize("column", LISTS)
@pytest.mark.parametrize("lists", [{}, {"capacity_areas": ["skills_training"], "sectors": ["11130"]}])
async def test_taking_anything_common_out_of_either_side_lowers_the_score(
    db: Database, column: str, lists: dict[str, Any]
) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        pair = {
            "need": await a_proposal(session, "need", "SEN", **WHOLE),
            "offer": await a_proposal(session, "offer", "CHN", **{**WHOLE, **lists}),
        }
    kept = {"need": WHOLE[column], "offer": lists.get(column, WHOLE[column])}
    before = await score_of(db, pair["need"], pair["offer"])
    assert before > 0.3
    for side, codes in kept.items():
        for code in set(codes) & set(kept["offer"]):
            async with db.write(SYSTEM) as session:
                await change(session, pair[side], **{column: [one for one in codes if one != code]})
            assert await score_of(db, pair["need"], pair["offer"]) < before
            async with db.write(SYSTEM) as session:
                await change(session, pair[side], **{column: codes})


async def test_taking_something_common_out_never_raises_the_score_of_random_pairs(
    db: Database, crowd: list[UUID]
) -> None:
    async with db.read(SYSTEM) as session:
        oracle = await read_oracle(session)
    chance = random.Random(3)
    tried = 0
    while tried < 40:
        own, column = chance.choice(crowd), chance.choice(LISTS)
        found = await matches(db, own)
        shared = [
            (other, code)
            for other in found
            for code in oracle.sides[own].row[column]
            if code in oracle.sides[other].row[column]
        ]
        if not shared:
            continue
        other, code = chance.choice(shared)
        changed = chance.choice([own, other])
        codes = list(oracle.sides[changed].row[column])
        left = [one for one in codes if one.split("-")[0] != code.split("-")[0]]
        async with db.write(SYSTEM) as session:
            await change(session, changed, **{column: left})
        after = (await matches(db, own, where={"minimumScore": found[other]["score"]})).get(other)
        assert after is None, (column, code, found[other]["score"], after and after["score"])
        async with db.write(SYSTEM) as session:
            await change(session, changed, **{column: codes})
        tried += 1


async def test_a_text_that_comes_nearer_raises_the_score(db: Database) -> None:
    chance = random.Random(5)
    origin = some_code(chance)
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", code=origin)
        offers = [
            await a_proposal(session, "offer", "CHN", code=moved(origin, share, chance))
            for share in (0.1, 0.25, 0.4, 0.55, 0.7)
        ]
    found = await matches(db, need)
    assert list(found) == offers
    scores = [one["score"] for one in found.values()]
    assert sorted(set(scores), reverse=True) == scores


@pytest.mark.parametrize("scheme", [ClassificationScheme.LDC, ClassificationScheme.LLDC])
async def test_leaving_a_group_lowers_the_score_from_that_day_on(db: Database, scheme: ClassificationScheme) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        need = await a_proposal(session, "need", "ZMB", **WHOLE)
        offer = await a_proposal(session, "offer", "NPL", **WHOLE)
    before = (await matches(db, need))[offer]
    assert scheme.name in {code for one in before["reasons"] if one["code"] == "EQUITY" for code in one["codes"]}
    table = table_of(StateClassification)
    row = sa.and_(table.c.iso3 == "ZMB", table.c.scheme == scheme)
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(table).where(row).values(valid_to=today() + timedelta(1)))
    assert (await matches(db, need))[offer]["score"] == before["score"]
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(table).where(row).values(valid_to=today()))
    after = (await matches(db, need))[offer]
    assert after["score"] < before["score"]
    assert scheme.name not in {code for one in after["reasons"] for code in one["codes"]}


async def test_agreement_is_better_than_silence_and_silence_better_than_another_thing(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        others = [
            await a_proposal(session, "offer", "CHN", **{**WHOLE, "sectors": sectors})
            for sectors in (["11130", "22040"], ["11130", "74020"], [], ["74020"])
        ]
    assert list(await matches(db, need)) == others


async def test_nothing_common_is_no_match(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        need = await a_proposal(session, "need", "DEU", capacity_areas=["financing"])
        await a_proposal(session, "offer", "BOL", capacity_areas=["research_lab"])
    assert await matches(db, need) == {}


def test_every_criterion_is_compared_by_the_oracle() -> None:
    assert {*LISTS, "text", "like_conditions", "equity", "experience"} == set(MatchCriterion)
