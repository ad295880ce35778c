"""Lists of proposals and expressions of interest: filters, orders, pages, each in one statement."""

from typing import Any

import pytest

from services.core.actor import SYSTEM, Audience
from services.core.ids import write_id
from services.proposals.terms import CooperationForm, ExpressionStatus, Party, ProposalStatus, Side
from services.taxonomy.terms import CapacityArea
from tests.builders import delegation_id
from tests.conftest import Ask, OneAtATime
from tests.services.proposals.world import a_proposal, an_expression, in_days

LIST = """query ($where: ProposalWhere, $order: ProposalOrder, $first: Int! = 20, $after: String) {
  proposals(where: $where, order: $order, first: $first, after: $after) {
    totalCount nodes { title { text } } pageInfo { hasNextPage endCursor } } }"""


async def titles(graphql: Ask, who: str = "FRA focal point", **variables: Any) -> list[str]:
    found = (await graphql(who, LIST, **variables))["data"]["proposals"]
    assert found["totalCount"] == len(found["nodes"]) or "first" in variables
    return [node["title"]["text"] for node in found["nodes"]]


@pytest.fixture
async def board(db: OneAtATime) -> None:
    """Four proposals of three delegations; the last made is listed first."""
    async with db.write(SYSTEM) as session:
        await a_proposal(
            session,
            title="Compute time",
            sectors=["22040"],
            forms=[CooperationForm.EQUIPMENT_COMPUTE],
            expires_on=in_days(5),
        )
        await a_proposal(
            session,
            by="EGY",
            title="تدريب الممرضات",
            language="ar",
            capacity_areas=[CapacityArea.SKILLS_TRAINING],
            sdg_targets=["3.c"],
        )
        await a_proposal(
            session,
            by="FRA",
            title="Former des infirmières",
            language="fr",
            side=Side.NEED,
            capacity_areas=[CapacityArea.SKILLS_TRAINING],
            working_languages=["fr", "en"],
            expires_on=in_days(60),
        )
        await a_proposal(session, by="FRA", title="Brouillon", language="fr", status=ProposalStatus.DRAFT)


ALL = ["Brouillon", "Former des infirmières", "تدريب الممرضات", "Compute time"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, ALL),
        ({"status": "OPEN"}, ALL[1:]),
        ({"mine": True}, ALL[:2]),
        ({"mine": False}, ALL[2:]),
        ({"side": "NEED"}, ALL[1:2]),
        ({"capacityAreas": ["SKILLS_TRAINING", "FINANCING"]}, ALL[1:3]),
        ({"sectors": ["22040", "11130"]}, ALL[3:]),
        ({"sdgTargets": ["3.c"]}, ALL[2:3]),
        ({"forms": ["EQUIPMENT_COMPUTE"]}, ALL[3:]),
        ({"workingLanguages": ["FR"]}, ALL[1:2]),
        ({"workingLanguages": ["ar", "en"]}, ALL[1:2]),
        ({"region": "002"}, ALL[2:]),
        ({"region": "150"}, ALL[:2]),
        ({"delegation": write_id("delegation", delegation_id("EGY"))}, ALL[2:3]),
        ({"expiresBefore": str(in_days(5))}, ALL[3:]),
        ({"expiresAfter": str(in_days(30))}, ALL[1:3]),
        ({"expiresAfter": str(in_days(31)), "side": "NEED", "mine": True}, ALL[1:2]),
        ({"status": "OPEN", "sectors": []}, []),
    ],
)
async def test_a_filter_keeps_what_fits(graphql: Ask, board: None, where: dict[str, Any], expected: list[str]) -> None:
    assert await titles(graphql, where=where) == expected


async def test_the_soonest_to_expire_comes_first_when_asked(graphql: Ask, board: None) -> None:
    assert await titles(graphql, order="EXPIRING") == [ALL[3], ALL[2], ALL[1], ALL[0]]


async def test_mine_is_nothing_for_who_has_no_delegation(graphql: Ask, board: None) -> None:
    for who in ("public", "secretariat"):
        assert await titles(graphql, who, where={"mine": True}) == []
    assert await titles(graphql, "secretariat", where={"mine": False}) == ALL[1:]


async def test_a_search_finds_by_meaning_across_languages(graphql: Ask, board: None) -> None:
    found = await titles(graphql, where={"search": "training nurses", "status": "OPEN"})
    assert set(found[:2]) == {"Former des infirmières", "تدريب الممرضات"}
    assert (await titles(graphql, where={"search": "infirmières"}))[0] == "Former des infirmières"
    without = await graphql("public", LIST, order="RELEVANCE")
    assert [error["message"] for error in without["errors"]] == ["This order needs where.search."]


@pytest.mark.parametrize("order", ["NEWEST", "EXPIRING"])
async def test_pages_follow_one_another_without_gap_or_repetition(graphql: Ask, board: None, order: str) -> None:
    whole, found, after = await titles(graphql, order=order), [], None
    for _ in range(len(whole)):
        page = (await graphql("FRA focal point", LIST, order=order, first=1, after=after))["data"]["proposals"]
        assert page["totalCount"] == len(whole)
        found += [node["title"]["text"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert found == whole
    assert page["pageInfo"]["hasNextPage"] is False


async def test_characters_that_are_no_text_are_refused_in_filters(graphql: Ask, board: None) -> None:
    for where in ({"sectors": ["1\x00"]}, {"region": "\x00"}, {"search": "a\x00b"}):
        answer = await graphql("public", LIST, where=where)
        assert "no text" in answer["errors"][0]["message"], where


async def test_each_list_and_object_is_one_statement(graphql: Ask, db: OneAtATime, board: None) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, by="FRA", visibility=Audience.PUBLIC)
        for code in ("ZMB", "SEN"):
            await an_expression(session, proposal, by=code)
    query = """query ($id: ID!) {
      proposals(first: 10) { totalCount nodes { id title { text } delegation { name { text } state { code } }
        viewerCanExpressInterest expressionsOfInterest(first: 5) { totalCount nodes {
          message sender { name { text } } turns { text } viewerCanAgree } } } }
      proposal(id: $id) { expressionsOfInterest { nodes { sender { state { code } } } } }
      expressionsOfInterest(where: {direction: RECEIVED}) { nodes { proposal { title { text } } } }
    }"""
    db.documents.clear()
    answer = await graphql("FRA focal point", query, id=write_id("proposal", proposal.id))
    assert len(db.documents) == 3
    data = answer["data"]
    senders = [one["sender"]["state"]["code"] for one in data["proposal"]["expressionsOfInterest"]["nodes"]]
    assert senders == ["SEN", "ZMB"]
    counts = [node["expressionsOfInterest"]["totalCount"] for node in data["proposals"]["nodes"]]
    assert sorted(counts) == [0, 0, 0, 0, 2]
    assert len(data["expressionsOfInterest"]["nodes"]) == 2


INTERESTS = """query ($where: ExpressionOfInterestWhere, $order: ExpressionOrder! = NEWEST) {
  expressionsOfInterest(where: $where, order: $order) { totalCount nodes { message } } }"""


async def test_expressions_of_interest_by_direction_turn_and_deadline(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        theirs, ours = await a_proposal(session, by="SEN"), await a_proposal(session, by="FRA")
        draft = await an_expression(session, theirs, by="FRA", status=ExpressionStatus.DRAFT)
        other = await a_proposal(session, by="EGY")
        asked = await an_expression(session, other, by="FRA", turn=Party.SENDER, turn_deadline=in_days(3))
        received = await an_expression(session, ours, by="ZMB", turn_deadline=in_days(2))
        waiting = await an_expression(session, ours, by="CHN", turn=Party.SENDER)
        for one, words in ((draft, "draft"), (asked, "asked"), (received, "received"), (waiting, "waiting")):
            one.message = words
        key = write_id("proposal", ours.id)

    async def messages(order: str = "NEWEST", **where: Any) -> list[str]:
        found = (await graphql("FRA viewer", INTERESTS, where=where, order=order))["data"]["expressionsOfInterest"]
        assert found["totalCount"] == len(found["nodes"])
        return [node["message"] for node in found["nodes"]]

    assert await messages() == ["waiting", "received", "asked", "draft"]
    assert await messages("DEADLINE") == ["received", "asked", "waiting", "draft"]
    assert await messages(direction="SENT") == ["asked", "draft"]
    assert await messages(direction="RECEIVED") == ["waiting", "received"]
    assert await messages(awaitingMe=True) == ["received", "asked"]
    assert await messages(awaitingMe=False) == ["waiting", "draft"]
    assert await messages(status="DRAFT") == ["draft"]
    assert await messages(proposal=key, awaitingMe=True) == ["received"]
