"""What states have done before counts in the next match: with its reason, for those who see it, and never too much."""

import random
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.ids import write_id
from services.core.read.shape import table_of
from services.core.table import today
from services.matching.cooperation_tables import Cooperation
from services.matching.rules import MOST_SHOWN
from tests.builders import actor
from tests.services.matching.test_visibility import Disguised
from tests.services.matching.world import (
    ORGANISATION,
    WHOLE,
    a_cooperation,
    a_crowd,
    a_proposal,
    matches,
    more_delegations,
    some_experience,
)

SHARED: dict[str, Any] = {"capacity_areas": ["skills_training"], "sectors": ["11130"]}


async def remove(db: Database, *cooperations: UUID) -> None:
    table = table_of(Cooperation)
    async with db.write(SYSTEM) as session:
        gone = await session.execute(sa.delete(table).where(table.c.id.in_(cooperations)).returning(table.c.id))
        assert len(gone.all()) == len(cooperations)


def experience(match: dict[str, Any]) -> dict[str, Any]:
    """The reason, or nothing."""
    return next((one for one in match["reasons"] if one["code"] == "EXPERIENCE"), {})


@pytest.mark.parametrize("states", [("CHN",), ("FRA", "CHN"), ("SEN",), ("FRA", "SEN")], ids="-".join)
async def test_a_finished_cooperation_of_either_state_raises_the_score_and_removing_it_lowers_it_again(
    db: Database, states: tuple[str, ...]
) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
    before = (await matches(db, need))[offer]
    assert experience(before) == {}
    async with db.write(SYSTEM) as session:
        done = await a_cooperation(session, *states, **SHARED)
    after = (await matches(db, need))[offer]
    reason = experience(after)
    assert after["score"] > before["score"]
    assert reason["codes"] == ["SKILLS_TRAINING", "11130"]
    assert reason["sentence"] == "One of the states, or both, finished cooperations before in: SKILLS_TRAINING, 11130."
    assert [one["id"] for one in reason["cooperations"]] == [write_id("cooperation", done)]
    assert reason["contribution"] == pytest.approx(after["score"] - sum_of_others(after))
    await remove(db, done)
    assert (await matches(db, need))[offer] == before


def sum_of_others(match: dict[str, Any]) -> float:
    return sum(float(one["contribution"]) for one in match["reasons"] if one["code"] != "EXPERIENCE")


@pytest.mark.parametrize(
    ("states", "about"),
    [
        (("FRA", "EGY"), SHARED),
        (("CHN",), {"capacity_areas": ["financing"], "sectors": ["74020"]}),
        (("CHN",), {}),
    ],
    ids=["other states", "other codes", "no codes"],
)
async def test_what_others_did_or_what_was_about_something_else_changes_nothing(
    db: Database, states: tuple[str, ...], about: dict[str, Any]
) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **{**WHOLE, "capacity_areas": ["skills_training", "financing"]})
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
    before = (await matches(db, need))[offer]
    async with db.write(SYSTEM) as session:
        await a_cooperation(session, *states, **about)
    assert (await matches(db, need))[offer] == before


async def test_a_side_that_is_no_state_has_no_experience(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        need = await a_proposal(session, "need", ORGANISATION, **WHOLE)
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
    before = (await matches(db, need))[offer]
    async with db.write(SYSTEM) as session:
        await a_cooperation(session, "CHN", **SHARED)
    assert (await matches(db, need))[offer] == before


async def test_the_first_cooperation_counts_as_much_as_all_others_together(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
    scores, made = [(await matches(db, need))[offer]["score"]], []
    for _ in range(12):
        async with db.write(SYSTEM) as session:
            made.append(await a_cooperation(session, "CHN", capacity_areas=["skills_training"]))
        scores.append((await matches(db, need))[offer]["score"])
    gains = [after - before for before, after in pairwise(scores)]
    assert min(gains) > 0
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > sum(gains[1:])
    await remove(db, made.pop())
    assert (await matches(db, need))[offer]["score"] == scores[-2]


async def test_a_reason_shows_the_last_finished_each_once(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
        made = [
            await a_cooperation(session, *states, ended_on=today() - timedelta(days), **SHARED)
            for days, states in enumerate([("CHN", "SEN"), ("SEN",), ("CHN",)] * 3)
        ]
    shown = experience((await matches(db, need))[offer])["cooperations"]
    assert [one["id"] for one in shown] == [write_id("cooperation", one) for one in made[:MOST_SHOWN]]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("public", {"public"}),
        ("suspended viewer", {"public"}),
        ("SEN viewer", {"public", "members"}),
        ("secretariat", {"public", "members"}),
    ],
)
async def test_only_experience_that_the_reader_may_see_counts_and_is_named(
    db: Database, who: str, seen: set[str]
) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
        made = {one: await a_cooperation(session, "CHN", visibility=one, **SHARED) for one in ("public", "members")}
    match = (await matches(db, need, actor(who)))[offer]
    wanted = {write_id("cooperation", made[audience]) for audience in seen}
    assert {one["id"] for one in experience(match)["cooperations"]} == wanted
    await remove(db, *(made[audience] for audience in made.keys() - seen))
    assert (await matches(db, need, actor(who)))[offer] == match


async def test_row_security_alone_hides_experience_too(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
        await a_cooperation(session, "CHN", visibility="members", **SHARED)
    disguised = Disguised(SYSTEM.role, reads_members=True, acts=True)
    assert experience((await matches(db, need))[offer])
    assert not experience((await matches(db, need, disguised))[offer])


async def test_removing_any_cooperation_never_raises_the_score_of_random_pairs(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        made = await some_experience(session, 80, seed=13)
        crowd = await a_crowd(session, 60, seed=17)
    chance, lowered = random.Random(19), 0
    telling = [own for own in crowd[:30] if any(map(experience, (await matches(db, own)).values()))]
    for own in telling[:8]:
        some = [made.pop(chance.randrange(len(made))) for _ in range(8)]
        before = await matches(db, own)
        await remove(db, *some)
        after = await matches(db, own)
        assert after.keys() == before.keys()
        assert [key for key in before if after[key]["score"] > before[key]["score"]] == []
        lowered += sum(after[key]["score"] < before[key]["score"] for key in before)
    assert lowered
