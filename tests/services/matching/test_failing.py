"""Why not: every broken constraint is named, and doing what is told makes the pair a match."""

import random
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor
from services.core.db import Database
from services.core.read.compile import compile_read
from services.core.read.plan import Plan
from services.core.read.selection import Param, Selection
from services.core.read.shape import table_of
from services.core.table import today
from services.matching.failing_shapes import WHY_NOT_OF
from services.matching.terms import Constraint
from services.proposals.tables import Proposal
from tests.builders import actor
from tests.services.matching.test_constraints import BROKEN, KEPT, Case
from tests.services.matching.world import WHOLE, a_crowd, a_proposal, asked, change, matches, more_delegations

ASKED = (
    ("first", "id"),
    ("second", "id"),
    ("match", "score", ("reasons", "code", "contribution")),
    ("broken", "code", "sentence"),
    ("changes", ("proposal", "id"), "field", "values", "sentence"),
    "isPossible",
)
IMPOSSIBLE = {Constraint.OTHER_DELEGATION, Constraint.TAKES_PART}


@cache
def plan_of(who: Actor) -> Plan:
    given = {"need": Param(("need",)), "offer": Param(("offer",))}
    return compile_read(WHY_NOT_OF, Selection("whyNot", "whyNot", "Query", given, tuple(asked(*ASKED))), who.viewer)


async def why_not(db: Database, need: UUID, offer: UUID, who: Actor = SYSTEM) -> Any:
    values: dict[tuple[str, ...], Any] = {("need",): f"proposal_{need.hex}", ("offer",): f"proposal_{offer.hex}"}
    return orjson.loads(await db.document(plan_of(who), who, values))


async def do_what_is_told(db: Database, changes: list[dict[str, Any]]) -> None:
    """Make the changes as they are told, each of one column."""
    async with db.write(SYSTEM) as session:
        for one in changes:
            key, column = UUID(one["proposal"]["id"].removeprefix("proposal_")), one["field"].lower()
            value: Any = [word.lower() for word in one["values"]]
            if column in {"expires_on", "opens_on", "period_from"}:
                value = date.fromisoformat(value[0])
            elif column in {"places", "interpretation_offered"}:
                value = orjson.loads(value[0])
            elif column in {"status", "side"}:
                value = value[0]
            columns = {column: value} | ({"status": "open"} if column == "expires_on" else {})
            await change(session, key, **columns)


async def a_case(db: Database, case: Case) -> tuple[UUID, UUID]:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        offer = await a_proposal(session, "offer", "CHN", **WHOLE)
        await change(session, need, **case.need)
        await change(session, offer, **case.offer)
        return need, offer


@pytest.mark.parametrize("case", BROKEN, ids=str)
async def test_what_is_broken_is_named_and_doing_what_is_told_makes_a_match(db: Database, case: Case) -> None:
    need, offer = await a_case(db, case)
    found = await why_not(db, need, offer)
    assert found["match"] is None
    named = {one["code"] for one in found["broken"]}
    assert case.constraint.name in named
    assert all(one["sentence"].endswith(".") for one in (*found["broken"], *found["changes"]))
    ended = {case.need.get("status"), case.offer.get("status")} & {"closed", "withdrawn"}
    assert found["isPossible"] == (case.constraint not in IMPOSSIBLE and not ended)
    if found["isPossible"]:
        assert len(found["changes"]) == len(named), "one change for each broken constraint, and none in vain"
        await do_what_is_told(db, found["changes"])
        again = await why_not(db, need, offer)
        assert (again["broken"], again["changes"]) == ([], [])
        assert again["match"]["score"] > 0
        assert offer in await matches(db, need)


@pytest.mark.parametrize("case", KEPT, ids=str)
async def test_what_is_kept_is_a_match_with_the_score_it_has_in_the_list(db: Database, case: Case) -> None:
    need, offer = await a_case(db, case)
    found = await why_not(db, need, offer)
    assert (found["broken"], found["changes"], found["isPossible"]) == ([], [], True)
    listed = (await matches(db, need))[offer]
    assert found["match"]["score"] == listed["score"]
    assert found["match"]["reasons"] == [
        {"code": one["code"], "contribution": one["contribution"]} for one in listed["reasons"]
    ]


async def spoil(db: Database, proposals: list[UUID], chance: random.Random) -> None:
    """Break one thing or another of each proposal, as chance has it."""
    async with db.write(SYSTEM) as session:
        for one in proposals:
            columns: dict[str, Any] = {}
            if chance.random() < 0.3:
                columns |= {"places": 1, "agreed": 1}
            if chance.random() < 0.3:
                first = today() + timedelta(chance.randrange(60))
                columns |= {"period_from": first, "period_to": first + timedelta(5)}
            if chance.random() < 0.2:
                columns |= {"expires_on": today() - timedelta(2)} | chance.choice([{}, {"status": "expired"}])
            elif chance.random() < 0.2:
                columns |= {"opens_on": today() + timedelta(3)}
            if chance.random() < 0.3:
                columns |= {key: [] for key in ("capacity_areas", "sectors", "sdg_targets", "forms")}
            if columns:
                await change(session, one, **columns)


async def test_of_any_two_proposals_doing_what_is_told_makes_a_match(db: Database) -> None:
    chance = random.Random(31)
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        crowd = await a_crowd(session, 40, seed=31)
    await spoil(db, crowd, chance)
    table = table_of(Proposal)
    async with db.read(SYSTEM) as session:
        rows = await session.execute(sa.select(table))
        before = {row.id: row._asdict() for row in rows}
    mended = impossible = 0
    for _ in range(120):
        first, second = chance.sample(crowd, 2)
        found = await why_not(db, first, second)
        assert (found["match"] is None) == (second not in await matches(db, first))
        if not found["isPossible"]:
            impossible += 1
            continue
        await do_what_is_told(db, found["changes"])
        again = await why_not(db, first, second)
        assert again["match"] is not None, (found, again)
        mended += bool(found["changes"])
        async with db.write(SYSTEM) as session:
            for one in (first, second):
                await change(session, one, **{key: value for key, value in before[one].items() if key != "id"})
    assert mended > 60
    assert impossible


@pytest.mark.security
@pytest.mark.parametrize(("who", "seen"), [("ZMB viewer", True), ("public", False), ("FRA viewer", True)])
async def test_who_may_not_see_both_is_told_nothing(db: Database, who: str, seen: bool) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "ZMB", visibility="members", **WHOLE)
        offer = await a_proposal(session, "offer", "FRA", **WHOLE)
        hidden = await a_proposal(session, "offer", "EGY", visibility="delegation", **WHOLE)
    assert (await why_not(db, need, offer, actor(who)) is not None) == seen
    assert await why_not(db, need, hidden, actor(who)) is None
    assert await why_not(db, hidden, offer, actor(who)) is None


async def test_the_first_is_one_s_own(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "ZMB", **WHOLE)
        offer = await a_proposal(session, "offer", "FRA", status="draft", **WHOLE)
    found = await why_not(db, need, offer, actor("FRA viewer"))
    assert (found["first"]["id"], found["second"]["id"]) == (f"proposal_{offer.hex}", f"proposal_{need.hex}")
    assert found["match"] is not None, "a draft of one's own has matches"
    assert await why_not(db, need, offer, actor("ZMB viewer")) is None
