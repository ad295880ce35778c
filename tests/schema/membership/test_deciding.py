"""Invitations answered and proposals decided by two co-chairs over GraphQL."""

import pytest

from services.core.ids import write_id
from services.membership.terms import Standing
from tests import builders
from tests.builders import delegation_id
from tests.conftest import Ask, OneAtATime
from tests.schema.membership.test_standing_acts import DECIDE, ZAMBIA, act, mutation, propose
from tests.services.membership.world import NOTE, stand

ANSWER = mutation("delegationInvitationAnswer", "DelegationInvitationAnswerInput")
APPLICANT = write_id("delegation", delegation_id("applicant"))
PROPOSAL = """
query ($id: ID!) { standingProposal(id: $id) {
  status voices { delegation { name { text } } accepts reason } awaited { name { text } } viewerCanDecide
} }"""


@pytest.fixture
async def france(db: OneAtATime, monkeypatch: pytest.MonkeyPatch) -> str:
    """France as a second co-chair beside China: the name of its focal point."""
    monkeypatch.setitem(builders.DELEGATIONS, "FRA", Standing.CO_CHAIR)
    await stand(db, "FRA", Standing.CO_CHAIR)
    return "FRA focal point"


@pytest.mark.usefixtures("db")
async def test_both_co_chairs_are_awaited_and_the_second_voice_decides(graphql: Ask, france: str) -> None:
    proposal = await propose(graphql, ZAMBIA, "SUSPENDED")
    seen = (await graphql("ZMB viewer", PROPOSAL, id=proposal))["data"]["standingProposal"]
    assert [one["name"]["text"] for one in seen["awaited"]] == ["China", "France"]
    first = await act(graphql, france, DECIDE, id=proposal, accept=True, reason="As asked.", idempotencyKey="one")
    assert first["delegation"]["standing"] == "MEMBER"
    assert (
        await act(graphql, france, DECIDE, id=proposal, accept=True, reason="As asked.", idempotencyKey="one") == first
    )
    [again] = (await act(graphql, france, DECIDE, id=proposal, accept=True))["errors"]
    assert (again["code"], again["path"]) == ("STANDING_VOICE_GIVEN", ["id"])
    for who, can in ((france, False), ("CHN focal point", True), ("secretariat", False)):
        seen = (await graphql(who, PROPOSAL, id=proposal))["data"]["standingProposal"]
        assert [one["name"]["text"] for one in seen["awaited"]] == ["China"]
        assert seen["voices"] == [{"delegation": {"name": {"text": "France"}}, "accepts": True, "reason": "As asked."}]
        assert (seen["status"], seen["viewerCanDecide"]) == ("OPEN", can)
    second = await act(graphql, "CHN focal point", DECIDE, id=proposal, accept=True)
    assert second["delegation"]["standing"] == "SUSPENDED"
    seen = (await graphql(france, PROPOSAL, id=proposal))["data"]["standingProposal"]
    assert (seen["status"], seen["awaited"], len(seen["voices"])) == ("ACCEPTED", [], 2)


@pytest.mark.parametrize(("accept", "standing"), [(True, "APPLICANT"), (False, "DECLINED")])
async def test_an_invited_state_answers_by_its_focal_point(
    db: OneAtATime,
    graphql: Ask,
    accept: bool,
    standing: str,
) -> None:
    await stand(db, "applicant", Standing.INVITED)
    can = "query ($id: ID!) { delegation(id: $id) { viewerCanAnswerInvitation } }"
    for who, may in (("applicant focal point", True), ("applicant viewer", False), ("secretariat", False)):
        answer = await graphql(who, can, id=APPLICANT)
        assert answer["data"]["delegation"] == {"viewerCanAnswerInvitation": may}
    answered = await act(graphql, "applicant focal point", ANSWER, id=APPLICANT, accept=accept, reference=NOTE)
    assert answered["delegation"]["standing"] == standing
    [error] = (await act(graphql, "applicant focal point", ANSWER, id=APPLICANT, accept=accept, reference=NOTE))[
        "errors"
    ]
    assert error["code"] == "DELEGATION_WRONG_STANDING"
