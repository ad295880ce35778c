"""Member states and delegations over GraphQL: by region, classification and standing, as of any day."""

from typing import Any

import pytest

from services.core.actor import SYSTEM
from services.core.ids import write_id
from tests.builders import SINCE, delegation_id
from tests.conftest import Ask, OneAtATime
from tests.services.membership.world import build_standing_examples

STATES = "query ($where: StateWhere) { memberStates(first: 100, where: $where) { totalCount nodes { code } } }"
DELEGATIONS = """
query ($where: StateWhere) { delegations(first: 100, where: $where) { totalCount nodes { name { text } } } }
"""
ZAMBIA = write_id("delegation", delegation_id("ZMB"))


async def codes(graphql: Ask, who: str = "public", **where: Any) -> set[str]:
    found = (await graphql(who, STATES, where=where))["data"]["memberStates"]
    assert found["totalCount"] == len(found["nodes"])
    return {state["code"] for state in found["nodes"]}


async def names(graphql: Ask, who: str, **where: Any) -> list[str]:
    found = (await graphql(who, DELEGATIONS, where=where))["data"]["delegations"]
    assert found["totalCount"] == len(found["nodes"])
    return [delegation["name"]["text"] for delegation in found["nodes"]]


async def test_there_are_193_member_states(graphql: Ask) -> None:
    assert await graphql("public", "{ memberStates { totalCount } }") == {"data": {"memberStates": {"totalCount": 193}}}


async def test_a_state_graduates_from_the_least_developed_on_its_day(graphql: Ask) -> None:
    before = await codes(graphql, classification={"scheme": "LDC", "asOf": "2024-12-12"})
    after = await codes(graphql, classification={"scheme": "LDC", "asOf": "2024-12-14"})
    assert before - after == {"STP"}
    assert after - before == set()
    on_the_day = await codes(graphql, classification={"scheme": "LDC", "asOf": "2024-12-13"})
    assert on_the_day == after


async def test_everything_in_a_filter_must_hold(graphql: Ask) -> None:
    africa = await codes(graphql, region="002")
    landlocked = await codes(graphql, classification={"scheme": "LLDC"})
    members = await codes(graphql, standing={"anyOf": ["MEMBER"]})
    assert (len(africa), "ZMB" in landlocked) == (54, True)
    assert members == {"ZMB", "FRA", "SEN", "EGY"}
    wanted: dict[str, Any] = {
        "region": "002",
        "classification": {"scheme": "LLDC"},
        "standing": {"anyOf": ["MEMBER", "CO_CHAIR"]},
    }
    assert await codes(graphql, **wanted) == africa & landlocked & members == {"ZMB"}
    assert await names(graphql, "public", **wanted) == ["Zambia"]


@pytest.mark.parametrize(
    ("as_of", "members", "suspended"),
    [
        (str(SINCE.replace(year=2024)), [], []),
        ("2024-12-31", [], []),
        ("2025-01-01", ["Egypt", "France", "Senegal", "Zambia"], ["Test organisation (suspended)"]),
        ("2025-05-31", ["Egypt", "France", "Zambia"], ["Test organisation (suspended)"]),
        ("2025-06-01", ["Egypt", "Zambia"], ["France", "Test organisation (suspended)"]),
        ("2025-07-01", ["Egypt", "France", "Zambia"], ["Test organisation (suspended)"]),
        ("2025-10-01", ["Egypt", "France", "Senegal", "Zambia"], ["Test organisation (suspended)"]),
        ("2026-01-01", ["Egypt", "France", "Senegal", "Zambia"], []),
        ("2200-01-01", ["Egypt", "France", "Senegal", "Zambia"], []),
    ],
)
async def test_the_roster_is_told_as_of_any_day(
    db: OneAtATime, graphql: Ask, as_of: str, members: list[str], suspended: list[str]
) -> None:
    async with db.write(SYSTEM) as session:
        await build_standing_examples(session)
    assert await names(graphql, "public", standing={"anyOf": ["MEMBER"], "asOf": as_of}) == members
    assert await names(graphql, "public", standing={"anyOf": ["SUSPENDED"], "asOf": as_of}) == suspended
    france = await codes(graphql, standing={"anyOf": ["MEMBER", "OBSERVER"], "asOf": as_of})
    assert ("FRA" in france) == ("France" in members)


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("public", []),
        ("ZMB focal point", []),
        ("CHN viewer", []),
        ("CHN focal point", ["Test organisation (applicant)"]),
        ("secretariat", ["Test organisation (applicant)"]),
        ("applicant viewer", ["Test organisation (applicant)"]),
    ],
)
async def test_applications_are_found_by_those_who_may_know_of_them(graphql: Ask, who: str, found: list[str]) -> None:
    assert await names(graphql, who, standing={"anyOf": ["APPLICANT", "INVITED"]}) == found
    assert await names(graphql, who, standing={"anyOf": ["APPLICANT"], "asOf": "2025-06-01"}) == found
    assert await names(graphql, who, standing={"anyOf": []}) == []


async def test_a_delegation_tells_how_it_stood_on_a_day(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        await build_standing_examples(session)
    query = """
    query ($id: ID!) { delegation(id: $id) {
      before: standingOn(day: "2024-12-31") then: standingOn(day: "2025-06-30") now: standingOn(day: "2025-07-01")
      standings { standing validFrom validTo reference }
    } }"""
    answer = await graphql("public", query, id=write_id("delegation", delegation_id("FRA")))
    assert answer["data"]["delegation"] == {
        "before": None,
        "then": "SUSPENDED",
        "now": "MEMBER",
        "standings": [
            {"standing": "MEMBER", "validFrom": "2025-07-01", "validTo": None, "reference": ""},
            {"standing": "SUSPENDED", "validFrom": "2025-06-01", "validTo": "2025-07-01", "reference": ""},
            {"standing": "MEMBER", "validFrom": "2025-01-01", "validTo": "2025-06-01", "reference": ""},
        ],
    }


PEOPLE = "query ($id: ID!) { delegation(id: $id) { people { totalCount nodes { name delegation { id } } } } }"


@pytest.mark.parametrize("who", ["ZMB viewer", "secretariat"])
async def test_a_delegation_shows_its_people_to_themselves_and_the_secretariat(graphql: Ask, who: str) -> None:
    found = (await graphql(who, PEOPLE, id=ZAMBIA))["data"]["delegation"]["people"]
    assert found["totalCount"] == 3
    assert found["nodes"] == [
        {"name": f"ZMB {word}", "delegation": {"id": ZAMBIA}} for word in ("contributor", "focal point", "viewer")
    ]


@pytest.mark.parametrize("who", ["public", "FRA focal point", "CHN focal point", "suspended viewer"])
async def test_others_see_none_of_a_delegations_people(graphql: Ask, who: str) -> None:
    answer = await graphql(who, PEOPLE, id=ZAMBIA)
    assert answer["data"]["delegation"]["people"] == {"totalCount": 0, "nodes": []}


@pytest.mark.parametrize(
    "query",
    [
        "{ memberStates(where: {standing: {anyOf: MEMBER}}) { totalCount nodes { code delegation { standing } } } }",
        "{ delegations { totalCount nodes { standings { standing } openProposal { until } people { totalCount } } } }",
        "{ standingProposals { totalCount nodes { delegation { name { text } } proposedBy { name } viewerCanDecide } } }",
        f'{{ delegation(id: "{ZAMBIA}") {{ standingOn(day: "2025-01-01") viewerCanWithdraw viewerCanRecordApplication }} }}',
        '{ memberState(code: "ZMB") { delegation { people { nodes { name } } } } }',
        '{ standingProposal(id: "standing_proposal_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6") { id } }',
    ],
)
async def test_every_reading_is_one_statement(db: OneAtATime, graphql: Ask, query: str) -> None:
    assert "errors" not in await graphql("secretariat", query)
    assert len(db.documents) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ delegation(id: "practice_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6") { id } }', "WRONG_ID"),
        ('{ standingProposal(id: "nonsense") { id } }', "WRONG_ID"),
        ('{ standingProposals(where: {delegation: "nonsense"}) { totalCount } }', "WRONG_ID"),
        ("{ standingProposals(first: 0) { totalCount } }", "WRONG_PAGE_SIZE"),
    ],
)
async def test_a_wrong_argument_is_an_error_with_a_code(graphql: Ask, query: str, code: str) -> None:
    [error] = (await graphql("public", query))["errors"]
    assert error["extensions"]["code"] == code
