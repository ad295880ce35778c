"""What waits for someone: by who they are, by the nearest deadline, and gone once it is done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.ids import write_id
from services.core.read.shape import table_of
from services.core.table import today
from services.labs.terms import LabStatus
from services.membership.tables import StandingProposal
from services.membership.terms import Standing
from services.practices import commands as practices
from services.practices.tables import Practice
from services.practices.terms import PracticeStatus
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus
from tests.builders import a_practice, actor, delegation_id, id_of
from tests.conftest import Ask, OneAtATime
from tests.services.labs.world import a_lab, a_milestone, party_of
from tests.services.proposals.world import a_proposal, an_expression, in_days
from tests.services.translations.world import a_published, do, step, suggest

ASK = """query ($where: MatterWhere, $first: Int!, $after: String) { viewer {
  matterCounts { kind count }
  matters(where: $where, first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage } nodes { kind about deadline } } } }"""
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NAMES = {
    "asked": "expression_of_interest",
    "received": "expression_of_interest",
    "returned": "practice",
    "in review": "practice",
    "stale": "practice",
    "expiring": "proposal",
    "standing": "standing_proposal",
    "standing of CHN": "standing_proposal",
}


@pytest.fixture
async def world(db: OneAtATime) -> None:
    """One matter of each kind about ZMB, and beside each something alike that waits for nobody there."""
    async with db.write(SYSTEM) as session:
        theirs = await a_proposal(session, by="FRA")
        mine = await a_proposal(session, id=id_of("expiring"), expires_on=in_days(14))
        live: dict[str, Any] = {"status": ExpressionStatus.IN_TALKS}
        for name, proposal, by, turn, days in (
            ("asked", theirs, "ZMB", Party.SENDER, 5),
            ("received", mine, "SEN", Party.RECEIVER, 2),
            ("their turn", mine, "EGY", Party.SENDER, 1),
            ("others'", theirs, "SEN", Party.RECEIVER, 1),
        ):
            await an_expression(
                session, proposal, id=id_of(name), by=by, turn=turn, turn_deadline=in_days(days), **live
            )
        for code, days in (("ZMB", 15), ("FRA", 3)):
            await a_proposal(session, by=code, expires_on=in_days(days))
        await a_proposal(session, status=ProposalStatus.DRAFT, expires_on=in_days(3))
        await a_practice(session, id=id_of("returned"), return_reason="More evidence.", updated_at=AT)
        await a_practice(session, title="A draft that was never returned")
        await a_practice(session, id=id_of("in review"), status=PracticeStatus.IN_REVIEW, updated_at=AT)
        for name, by, age in (("stale", "ZMB", 365), ("fresh", "ZMB", 364), ("stale too", "FRA", 800)):
            await a_practice(session, id=id_of(name), by=by, title=name, status=PracticeStatus.PUBLISHED)
            confirmed = sa.update(table_of(Practice)).where(table_of(Practice).c.id == id_of(name))
            await session.execute(confirmed.values(last_confirmed_on=today() - timedelta(days=age)))
        for name, code in (("standing", "ZMB"), ("standing of CHN", "CHN")):
            standing, about = Standing.MEMBER, delegation_id(code)
            session.add(
                StandingProposal(id=id_of(name), delegation_id=about, standing=standing, reference="x", created_at=AT)
            )


WAITS = {
    "ZMB focal point": ["received", "asked", "expiring", "stale", "returned"],
    "ZMB contributor": ["returned"],
    "ZMB viewer": [],
    "secretariat": ["in review"],
    "CHN focal point": ["standing"],
    "CHN contributor": [],
    "suspended focal point": [],
}
"""Who -> what waits for them, the nearest deadline first, then what has none, the longest first."""


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("who", WAITS)
async def test_what_waits_for_someone_by_the_nearest_deadline(graphql: Ask, who: str) -> None:
    found = (await graphql(who, ASK, first=100))["data"]["viewer"]
    by_id = {write_id(kind, id_of(name)): name for name, kind in NAMES.items()}
    listed = [by_id[one["about"]] for one in found["matters"]["nodes"]]
    dated = [one for one in listed if one in {"received", "asked", "expiring"}]
    assert dated == WAITS[who][: len(dated)]
    assert sorted(listed) == sorted(WAITS[who])
    assert found["matters"]["totalCount"] == len(WAITS[who]) == sum(one["count"] for one in found["matterCounts"])


@pytest.mark.usefixtures("world")
async def test_the_golden_matters(graphql: Ask) -> None:
    query = "{ viewer { matters { nodes { kind about deadline since } } matterCounts { kind count } } }"
    found = (await graphql("ZMB focal point", query))["data"]["viewer"]
    *_, stale = (one for one in found["matters"]["nodes"] if one["kind"] == "PRACTICE_STALE")
    returned = next(one for one in found["matters"]["nodes"] if one["kind"] == "PRACTICE_RETURNED")
    expiring = next(one for one in found["matters"]["nodes"] if one["kind"] == "PROPOSAL_EXPIRING")
    assert stale == {
        "kind": "PRACTICE_STALE",
        "about": write_id("practice", id_of("stale")),
        "deadline": None,
        "since": f"{today()}T00:00:00+00:00",
    }
    assert (returned["about"], returned["since"]) == (write_id("practice", id_of("returned")), AT.isoformat())
    assert (expiring["deadline"], expiring["since"]) == (in_days(14).isoformat(), f"{today()}T00:00:00+00:00")
    assert found["matterCounts"] == [
        {"kind": "EXPRESSION_OF_INTEREST_TURN", "count": 2},
        {"kind": "PRACTICE_RETURNED", "count": 1},
        {"kind": "PRACTICE_STALE", "count": 1},
        {"kind": "PROPOSAL_EXPIRING", "count": 1},
    ]


@pytest.mark.usefixtures("world")
async def test_pages_of_matters_go_on_where_they_ended(graphql: Ask) -> None:
    everything = (await graphql("ZMB focal point", ASK, first=100))["data"]["viewer"]["matters"]["nodes"]
    found: list[Any] = []
    after = None
    for _ in range(len(everything)):
        page = (await graphql("ZMB focal point", ASK, first=1, after=after))["data"]["viewer"]["matters"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
    assert found == everything
    assert page["pageInfo"]["hasNextPage"] is False
    kind = {"where": {"kind": "PRACTICE_STALE"}}
    [only] = (await graphql("ZMB focal point", ASK, first=5, **kind))["data"]["viewer"]["matters"]["nodes"]
    assert only["about"] == write_id("practice", id_of("stale"))


@pytest.mark.usefixtures("world")
async def test_what_is_done_waits_no_more(db: OneAtATime, graphql: Ask) -> None:
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        await practices.confirm_practice(session, who, id_of("stale"))
        await practices.submit_practice(session, who, id_of("returned"))
    found = (await graphql("ZMB focal point", ASK, first=100))["data"]["viewer"]
    assert {one["kind"] for one in found["matterCounts"]} == {"EXPRESSION_OF_INTEREST_TURN", "PROPOSAL_EXPIRING"}
    waits = (await graphql("secretariat", ASK, first=100))["data"]["viewer"]["matterCounts"]
    assert waits == [{"kind": "PRACTICE_IN_REVIEW", "count": 2}]


async def test_labs_and_translations_wait_for_the_focal_points_whose_turn_it_is(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        planned = await a_lab(session, status=LabStatus.PLANNED)
        part = await party_of(session, planned, "ZMB")
        late = await a_milestone(session, await a_lab(session, founder="SEN"), due=-3)
        await a_milestone(session, await a_lab(session, founder="EGY", partner="SEN"), due=-3)
        await a_milestone(session, await a_lab(session, founder="CHN"), due=0)
        await a_milestone(session, await a_lab(session, founder="EGY", status=LabStatus.SUSPENDED), due=-3)
    suggested = await suggest(db, "FRA contributor", await a_published(db), "Enseigner")
    await do(db, "ZMB focal point", step("decline", await suggest(db, "SEN contributor", await a_published(db), "Non")))
    found = (await graphql("ZMB focal point", ASK, first=100))["data"]["viewer"]["matters"]["nodes"]
    late_day = in_days(-3).isoformat()
    assert found == [
        {"kind": "LAB_MILESTONE_OVERDUE", "about": write_id("lab_milestone", late.id), "deadline": late_day},
        {"kind": "LAB_PARTY_TO_CONFIRM", "about": write_id("lab_party", part.id), "deadline": None},
        {"kind": "TRANSLATION_TO_ACCEPT", "about": write_id("translation_suggestion", suggested), "deadline": None},
    ]
    for who in ("ZMB contributor", "FRA focal point", "secretariat"):
        assert (await graphql(who, ASK, first=100))["data"]["viewer"]["matters"]["nodes"] == []
