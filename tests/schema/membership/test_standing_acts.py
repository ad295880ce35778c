"""The acts on a standing over GraphQL, from an application to a withdrawal, and who sees what on the way."""

from typing import Any

import pytest

from services.core.ids import write_id
from services.core.table import today
from services.taxonomy.queries import UnknownCode
from tests.builders import delegation_id
from tests.conftest import Ask
from tests.services.membership.world import NOTE, in_days


def mutation(name: str, kind: str) -> str:
    """A mutation of one delegation."""
    done = "delegation { id standing standingSince } errors { __typename code message path }"
    return f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {done} }} }}"


OPEN = mutation("delegationOpen", "DelegationOpenInput")
PROPOSE = """
mutation ($input: DelegationStandingProposeInput!) { delegationStandingPropose(input: $input) {
  delegation { id standing openProposal { id standing status until reference viewerCanDecide proposedBy { name } } }
  errors { __typename code message path }
} }"""
DECIDE = mutation("delegationStandingDecide", "DelegationStandingDecideInput")
WITHDRAW = mutation("delegationWithdraw", "DelegationReferenceInput")
AGAIN = mutation("delegationApplyAgain", "DelegationReferenceInput")
PROPOSALS = """
query ($where: StandingProposalWhere) { standingProposals(where: $where) {
  totalCount
  nodes { id standing status reason closedAt decidedBy { name { text } } delegation { name { text } }
    viewerCanDecide viewerCannotDecideReasons }
} }"""
ONE = """
query ($id: ID!) { delegation(id: $id) { standing openProposal { id } viewerCanProposeStanding viewerCanWithdraw
  viewerCanRecordApplication viewerCannotWithdrawReasons } }"""
ZAMBIA, CHINA = (write_id("delegation", delegation_id(code)) for code in ("ZMB", "CHN"))


async def act(graphql: Ask, who: str, asked: str, **given: Any) -> dict[str, Any]:
    """The payload of one mutation."""
    answer = await graphql(who, asked, input=given)
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    assert (payload["delegation"] is None) == bool(payload["errors"])
    found: dict[str, Any] = payload
    return found


async def propose(graphql: Ask, delegation: str, standing: str, **given: Any) -> str:
    """Let the secretariat propose; return the proposal's id."""
    payload = await act(graphql, "secretariat", PROPOSE, id=delegation, standing=standing, reference=NOTE, **given)
    assert payload["errors"] == []
    return str(payload["delegation"]["openProposal"]["id"])


async def test_a_state_applies_is_admitted_leads_leaves_and_comes_back(graphql: Ask) -> None:
    opened = await act(graphql, "secretariat", OPEN, standing="APPLICANT", reference=NOTE, state="btn")
    bhutan, since = opened["delegation"]["id"], str(today())
    assert opened["delegation"] == {"id": bhutan, "standing": "APPLICANT", "standingSince": since}
    for who, knows in (("public", False), ("ZMB focal point", False), ("CHN focal point", True), ("secretariat", True)):
        assert ((await graphql(who, ONE, id=bhutan))["data"]["delegation"] is not None) == knows

    proposal = await propose(graphql, bhutan, "MEMBER")
    assert (await graphql("CHN focal point", ONE, id=bhutan))["data"]["delegation"]["openProposal"] == {"id": proposal}
    accepted = await act(graphql, "CHN focal point", DECIDE, id=proposal, accept=True)
    assert accepted["delegation"] == {"id": bhutan, "standing": "MEMBER", "standingSince": since}
    seen = (await graphql("public", ONE, id=bhutan))["data"]["delegation"]
    assert (seen["standing"], seen["openProposal"]) == ("MEMBER", None)

    proposal = await propose(graphql, bhutan, "CO_CHAIR", until=str(in_days(365)))
    assert (await act(graphql, "CHN focal point", DECIDE, id=proposal, accept=True))["errors"] == []
    proposal = await propose(graphql, bhutan, "MEMBER")
    assert (await act(graphql, "CHN focal point", DECIDE, id=proposal, accept=True))["errors"] == []
    proposal = await propose(graphql, bhutan, "WITHDRAWN")
    left = await act(graphql, "CHN focal point", DECIDE, id=proposal, accept=True, reason="As the state asked.")
    assert left["delegation"]["standing"] == "WITHDRAWN"
    again = await act(graphql, "secretariat", AGAIN, id=bhutan, reference=NOTE)
    assert again["delegation"]["standing"] == "APPLICANT"
    assert (await graphql("public", ONE, id=bhutan))["data"]["delegation"] is not None, (
        "its past acts keep their author"
    )


async def test_a_proposal_is_seen_by_those_concerned_and_decided_with_a_reason(graphql: Ask) -> None:
    proposal = await propose(graphql, ZAMBIA, "SUSPENDED")
    expected = {
        "secretariat": 1,
        "CHN focal point": 1,
        "ZMB viewer": 1,
        "CHN viewer": 0,
        "FRA focal point": 0,
        "public": 0,
    }
    for who, count in expected.items():
        found = (await graphql(who, PROPOSALS))["data"]["standingProposals"]
        assert found["totalCount"] == len(found["nodes"]) == count
        assert [one["viewerCanDecide"] for one in found["nodes"]] == [who == "CHN focal point"] * count
    without = await act(graphql, "CHN focal point", DECIDE, id=proposal, accept=False)
    assert [(one["__typename"], one["code"], one["path"]) for one in without["errors"]] == [
        ("InvalidError", "REASON_NEEDED", ["reason"])
    ]
    rejected = await act(graphql, "CHN focal point", DECIDE, id=proposal, accept=False, reason="Not now.")
    assert rejected["delegation"] == {"id": ZAMBIA, "standing": "MEMBER", "standingSince": "2025-01-01"}
    where = {"status": "REJECTED", "delegation": ZAMBIA}
    [one] = (await graphql("ZMB focal point", PROPOSALS, where=where))["data"]["standingProposals"]["nodes"]
    assert one.pop("closedAt").startswith(str(today()))
    assert one == {
        "id": proposal,
        "standing": "SUSPENDED",
        "status": "REJECTED",
        "reason": "Not now.",
        "decidedBy": {"name": {"text": "China"}},
        "delegation": {"name": {"text": "Zambia"}},
        "viewerCanDecide": False,
        "viewerCannotDecideReasons": ["NOT_PERMITTED", "STANDING_PROPOSAL_DECIDED"],
    }


async def test_a_delegation_withdraws_by_itself_and_nobody_for_it(graphql: Ask) -> None:
    for who, code in (
        ("FRA focal point", "NOT_PERMITTED"),
        ("ZMB viewer", "NOT_PERMITTED"),
        ("secretariat", "NOT_PERMITTED"),
    ):
        refused = await act(graphql, who, WITHDRAW, id=ZAMBIA, reference=NOTE)
        assert [(one["__typename"], one["code"]) for one in refused["errors"]] == [("NotPermittedError", code)]
    left = await act(graphql, "ZMB focal point", WITHDRAW, id=ZAMBIA, reference=NOTE)
    assert left["delegation"] == {"id": ZAMBIA, "standing": "WITHDRAWN", "standingSince": str(today())}


@pytest.mark.parametrize(
    ("who", "delegation", "expected"),
    [
        ("ZMB focal point", ZAMBIA, (False, True, False, [])),
        ("ZMB viewer", ZAMBIA, (False, False, False, ["NOT_PERMITTED"])),
        ("CHN focal point", CHINA, (False, False, False, ["DELEGATION_WRONG_STANDING"])),
        ("secretariat", ZAMBIA, (True, False, False, ["NOT_PERMITTED"])),
        ("public", ZAMBIA, (False, False, False, ["NOT_PERMITTED"])),
    ],
)
async def test_a_delegation_says_what_may_be_done_about_it(
    graphql: Ask, who: str, delegation: str, expected: tuple[bool, bool, bool, list[str]]
) -> None:
    found = (await graphql(who, ONE, id=delegation))["data"]["delegation"]
    assert expected == (
        found["viewerCanProposeStanding"],
        found["viewerCanWithdraw"],
        found["viewerCanRecordApplication"],
        found["viewerCannotWithdrawReasons"],
    )


async def test_asking_twice_with_one_key_is_asking_once(graphql: Ask) -> None:
    given = {"standing": "INVITED", "reference": NOTE, "state": "BTN", "idempotencyKey": "one"}
    first = await act(graphql, "secretariat", OPEN, **given)
    assert await act(graphql, "secretariat", OPEN, **given) == first
    other = await act(graphql, "secretariat", OPEN, **{**given, "state": "NPL"})
    assert [one["code"] for one in other["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    without = await act(graphql, "secretariat", OPEN, **{**given, "idempotencyKey": None})
    assert [(one["__typename"], one["code"], one["path"]) for one in without["errors"]] == [
        ("ConflictError", "DELEGATION_THERE", ["state"])
    ]


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        (OPEN, {"standing": "MEMBER", "state": "BTN"}, ("InvalidError", "STANDING_NOT_POSSIBLE", ["standing"])),
        (OPEN, {"standing": "INVITED", "state": "QQQ"}, ("InvalidError", UnknownCode.code, ["state"])),
        (OPEN, {"standing": "INVITED"}, ("InvalidError", "WRONG_DELEGATION", ["state"])),
        (
            OPEN,
            {"standing": "INVITED", "names": [{"language": "fr", "text": "Alliance"}]},
            ("InvalidError", "WRONG_NAME", ["names"]),
        ),
        (PROPOSE, {"id": ZAMBIA, "standing": "CO_CHAIR"}, ("InvalidError", "WRONG_TERM", ["until"])),
        (PROPOSE, {"id": ZAMBIA, "standing": "DECLINED"}, ("ConflictError", "DELEGATION_WRONG_STANDING", ["standing"])),
        (PROPOSE, {"id": "nonsense", "standing": "SUSPENDED"}, ("InvalidError", "WRONG_ID", ["id"])),
        (
            PROPOSE,
            {"id": "person_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6", "standing": "SUSPENDED"},
            ("InvalidError", "WRONG_ID", ["id"]),
        ),
        (
            PROPOSE,
            {"id": "delegation_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6", "standing": "SUSPENDED"},
            ("NotFoundError", "NOT_FOUND", ["id"]),
        ),
        (AGAIN, {"id": ZAMBIA}, ("ConflictError", "DELEGATION_WRONG_STANDING", ["id"])),
    ],
)
async def test_what_cannot_be_done_is_said_with_a_code_and_the_argument(
    graphql: Ask, asked: str, given: dict[str, Any], expected: tuple[str, str, list[str]]
) -> None:
    [error] = (await act(graphql, "secretariat", asked, reference=NOTE, **given))["errors"]
    assert (error["__typename"], error["code"], error["path"]) == expected
    assert error["message"].endswith(".")


async def test_an_observer_that_is_no_state_has_names_of_its_own(graphql: Ask) -> None:
    names = [{"language": "en", "text": "Digital Alliance"}, {"language": "ar", "text": "التحالف الرقمي"}]
    opened = await act(graphql, "secretariat", OPEN, standing="INVITED", reference=NOTE, names=names)
    query = 'query ($id: ID!) { delegation(id: $id) { kind state { code } name(language: "ar") { language text } } }'
    answer = await graphql("secretariat", query, id=opened["delegation"]["id"])
    assert answer["data"]["delegation"] == {
        "kind": "OBSERVER",
        "state": None,
        "name": {"language": "ar", "text": "التحالف الرقمي"},
    }


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("delegationOpen", 'standing: INVITED, reference: "x", state: "BTN"'),
        ("delegationStandingPropose", f'id: "{ZAMBIA}", standing: SUSPENDED, reference: "x"'),
        ("delegationStandingDecide", f'id: "{ZAMBIA}", accept: true'),
        ("delegationInvitationAnswer", f'id: "{ZAMBIA}", accept: true, reference: "x"'),
        ("delegationWithdraw", f'id: "{ZAMBIA}", reference: "x"'),
        ("delegationApplyAgain", f'id: "{ZAMBIA}", reference: "x"'),
    ],
)
async def test_nobody_acts_without_signing_in(graphql: Ask, name: str, given: str) -> None:
    answer = await graphql("public", f"mutation {{ {name}(input: {{{given}}}) {{ errors {{ code }} }} }}")
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "NOT_SIGNED_IN"
