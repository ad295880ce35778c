"""Both sides of a match through GraphQL: what is said, whose turn it is and by when, and what waits for whom."""

from typing import Any
from uuid import UUID

from services.core.actor import SYSTEM
from services.core.ids import write_id
from services.core.table import today
from services.matching import jobs
from services.proposals.rules import turn_deadline
from tests.conftest import Ask, OneAtATime
from tests.services.matching.world import WHOLE, a_proposal
from tests.services.notices.world import tell_all
from tests.services.rounds.world import confirmed

SAY = """mutation ($input: %s!) { %s(input: $input) {
  answer { id answer reason deadline holds turnOf { state { code } } viewerCanUndo } errors { code message path } } }"""
MATTERS = "{ viewer { matters { nodes { kind about deadline } } } }"
UNDO = "mutation ($id: ID!) { matchAnswerUndo(input: {id: $id}) { deletedId errors { code } } }"
START = """mutation ($input: StandingSearchStartInput!) { standingSearchStart(input: $input) {
  standingSearch { id band known proposal { id } } errors { code message } } }"""
FOUND = """query ($id: ID!, $aside: Boolean) { proposal(id: $id) { standingSearch { known } matches(where: {setAside: $aside}) {
  nodes { proposal { id } answer { answer } otherAnswer { answer } } } } }"""
WHY = """query ($need: ID!, $offer: ID!) { whyNot(need: $need, offer: $offer) {
  first { id } match { score } broken { code } changes { field values proposal { id } } isPossible } }"""


async def a_pair(db: OneAtATime) -> tuple[str, str]:
    async with db.write(SYSTEM) as session:
        made = [await a_proposal(session, side, by, **WHOLE) for side, by in (("need", "ZMB"), ("offer", "FRA"))]
    return write_id("proposal", made[0]), write_id("proposal", made[1])


async def say(graphql: Ask, who: str, act: str, proposal: str, other: str, **more: str) -> Any:
    kind = "MatchDeclineInput" if act == "matchDecline" else "MatchInput"
    given = {"proposal": proposal, "other": other, **more}
    answer = await graphql(who, SAY % (kind, act), input=given)
    return answer["data"][act]


async def waits(graphql: Ask, who: str) -> list[dict[str, Any]]:
    return list((await graphql(who, MATTERS))["data"]["viewer"]["matters"]["nodes"])


async def test_an_accepted_match_waits_for_the_other_side_and_is_gone_once_answered(
    db: OneAtATime, graphql: Ask
) -> None:
    need, offer = await a_pair(db)
    done = await say(graphql, "ZMB focal point", "matchAccept", need, offer)
    deadline = str(turn_deadline(today()))
    assert done["errors"] == []
    said = done["answer"]
    assert said == {
        "id": said["id"],
        "answer": "ACCEPTED",
        "reason": "",
        "deadline": deadline,
        "holds": True,
        "turnOf": {"state": {"code": "FRA"}},
        "viewerCanUndo": True,
    }
    assert await waits(graphql, "FRA focal point") == [
        {"kind": "MATCH_TO_ANSWER", "about": said["id"], "deadline": deadline}
    ]
    for who in ("FRA contributor", "ZMB focal point", "EGY focal point"):
        assert await waits(graphql, who) == []
    declined = await say(graphql, "FRA focal point", "matchDecline", offer, need, reason="We have one.")
    assert declined["answer"]["turnOf"] is None
    assert await waits(graphql, "FRA focal point") == []
    for aside, seen in ((None, []), (True, [{"answer": "ACCEPTED"}])):
        found = await graphql("ZMB viewer", FOUND, id=need, aside=aside)
        assert [one["answer"] for one in found["data"]["proposal"]["matches"]["nodes"]] == seen
    await graphql("FRA focal point", UNDO, id=declined["answer"]["id"])
    assert [one["kind"] for one in await waits(graphql, "FRA focal point")] == ["MATCH_TO_ANSWER"]


async def test_what_cannot_be_said_is_told_in_a_sentence(db: OneAtATime, graphql: Ask) -> None:
    need, offer = await a_pair(db)
    for act, who, given, code, path in (
        ("matchDecline", "ZMB focal point", {"reason": " "}, "WRONG_MATCH_ANSWER", ["reason"]),
        ("matchAccept", "ZMB contributor", {}, "NOT_PERMITTED", ["proposal"]),
    ):
        [error] = (await say(graphql, who, act, need, offer, **given))["errors"]
        assert (error["code"], error["path"]) == (code, path)
    [error] = (await say(graphql, "ZMB focal point", "matchSave", need, write_id("practice", UUID(int=1))))["errors"]
    assert (error["code"], error["path"]) == ("WRONG_ID", ["other"])


async def test_a_place_allocated_waits_for_both_sides(db: OneAtATime, graphql: Ask) -> None:
    await confirmed(db)
    for who in ("ZMB focal point", "FRA focal point"):
        assert "ALLOCATION_TO_ANSWER" in {one["kind"] for one in await waits(graphql, who)}
    assert await waits(graphql, "ZMB contributor") == []


async def test_a_standing_search_tells_in_one_notice(db: OneAtATime, graphql: Ask) -> None:
    need, _ = await a_pair(db)
    done = await graphql("ZMB contributor", START, input={"proposal": need, "band": "POSSIBLE"})
    assert done["data"]["standingSearchStart"]["errors"] == []
    assert done["data"]["standingSearchStart"]["standingSearch"]["known"] == 1
    async with db.write(SYSTEM) as session:
        for _ in range(2):
            await a_proposal(session, "offer", "EGY", **WHOLE)
    await jobs.search(db)
    await tell_all(db)
    told = await graphql("ZMB contributor", "{ viewer { notices { nodes { event about title { text } } } } }")
    assert told["data"]["viewer"]["notices"]["nodes"] == [
        {"event": "SEARCH_FOUND", "about": need, "title": {"text": "New matches of “A need”: 2"}}
    ]
    found = await graphql("ZMB viewer", FOUND, id=need)
    assert found["data"]["proposal"]["standingSearch"] == {"known": 3}
    assert (await graphql("FRA viewer", FOUND, id=need))["data"]["proposal"]["standingSearch"] is None


async def test_why_two_are_no_match(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        need = write_id("proposal", await a_proposal(session, "need", "ZMB", **WHOLE))
        late = WHOLE | {"working_languages": ["zh"], "regions_accepted": ["019"]}
        offer = write_id("proposal", await a_proposal(session, "offer", "FRA", **late))
    found = (await graphql("ZMB viewer", WHY, need=need, offer=offer))["data"]["whyNot"]
    assert found["match"] is None
    assert [one["code"] for one in found["broken"]] == ["COMMON_LANGUAGE", "PARTNER_REGIONS"]
    assert found["changes"] == [
        {"field": "INTERPRETATION_OFFERED", "values": ["true"], "proposal": {"id": need}},
        {"field": "REGIONS_ACCEPTED", "values": ["019", "014"], "proposal": {"id": offer}},
    ]
    assert found["isPossible"]
