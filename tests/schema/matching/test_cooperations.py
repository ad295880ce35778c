"""Finished cooperations over GraphQL: what is told of them, to whom, how they are found, and how states lead to them."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM
from services.core.ids import write_id
from services.core.texts import Text
from services.matching.cooperation_commands import CooperationContent, record_cooperation
from services.taxonomy.terms import CapacityArea
from tests.builders import actor, id_of
from tests.conftest import Ask, OneAtATime
from tests.services.matching.world import WHOLE, a_cooperation, a_proposal

WHOLE_ANSWER = """
query ($id: ID!) { cooperation(id: $id) {
    id externalId source visibility originalLanguage languages startedOn endedOn capacityAreas sectors isDemo
    title { language text isOriginal } description { text } hostState { code } partnerStates { code name { text } }
} }
"""
LIST = """
query ($where: CooperationWhere, $order: CooperationOrder, $after: String) {
    cooperations(where: $where, order: $order, after: $after, first: 2) {
        totalCount nodes { id } pageInfo { hasNextPage endCursor }
    }
}
"""


async def recorded(db: OneAtATime) -> UUID:
    who = actor("SEN focal point")
    content = CooperationContent(
        lab_id=id_of("a lab"),
        text=Text("fr", "Des données pour les écoles", description="Deux ans."),
        host_state="SEN",
        partner_states=("ZMB", "CHN"),
        started_on=date(2024, 1, 15),
        ended_on=date(2025, 12, 31),
        capacity_areas=(CapacityArea.SKILLS_TRAINING,),
        sectors=("11130",),
    )
    async with db.write(who) as session:
        return await record_cooperation(session, who, content)


async def test_a_cooperation_is_told_whole_in_one_statement(db: OneAtATime, graphql: Ask) -> None:
    made = write_id("cooperation", await recorded(db))
    db.documents.clear()
    answer = await graphql("ZMB viewer", WHOLE_ANSWER, id=made)
    assert answer == {
        "data": {
            "cooperation": {
                "id": made,
                "externalId": None,
                "source": "LAB",
                "visibility": "MEMBERS",
                "originalLanguage": "fr",
                "languages": ["fr"],
                "startedOn": "2024-01-15",
                "endedOn": "2025-12-31",
                "capacityAreas": ["SKILLS_TRAINING"],
                "sectors": ["11130"],
                "isDemo": False,
                "title": {"language": "fr", "text": "Des données pour les écoles", "isOriginal": True},
                "description": {"text": "Deux ans."},
                "hostState": {"code": "SEN"},
                "partnerStates": [
                    {"code": "CHN", "name": {"text": "China"}},
                    {"code": "ZMB", "name": {"text": "Zambia"}},
                ],
            }
        }
    }
    assert len(db.documents) == 1


@pytest.mark.parametrize(
    ("who", "seen"),
    [("public", 1), ("suspended viewer", 1), ("applicant viewer", 1), ("EGY viewer", 2), ("secretariat", 2)],
)
async def test_what_is_for_members_is_not_there_for_others(db: OneAtATime, graphql: Ask, who: str, seen: int) -> None:
    hidden = write_id("cooperation", await recorded(db))
    async with db.write(SYSTEM) as session:
        shown = write_id("cooperation", await a_cooperation(session, "SEN", "CHN"))
    found = (await graphql(who, LIST))["data"]["cooperations"]
    assert found["totalCount"] == seen
    one = (await graphql(who, WHOLE_ANSWER, id=hidden))["data"]["cooperation"]
    assert (one is not None) == (seen == 2)
    assert (await graphql(who, WHOLE_ANSWER, id=shown))["data"]["cooperation"]["id"] == shown
    node = (await graphql(who, "query ($id: ID!) { node(id: $id) { id __typename } }", id=hidden))["data"]["node"]
    assert node == ({"id": hidden, "__typename": "Cooperation"} if seen == 2 else None)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, ["late", "middle", "early"]),
        ({"state": "SEN"}, ["late", "early"]),
        ({"state": "CHN"}, ["late", "middle"]),
        ({"state": "XXX"}, []),
        ({"sector": "11130"}, ["late", "middle"]),
        ({"capacityArea": "FINANCING"}, ["early"]),
        ({"capacityArea": "SKILLS_TRAINING", "state": "CHN", "sector": "11130"}, ["late"]),
        ({"source": "LAB"}, ["early"]),
    ],
)
async def test_filters_keep_what_they_say_the_last_finished_first(
    db: OneAtATime, graphql: Ask, where: dict[str, Any], found: list[str]
) -> None:
    async with db.write(SYSTEM) as session:
        made = {
            "early": await a_cooperation(
                session, "SEN", "ZMB", ended_on=date(2024, 5, 1), capacity_areas=["financing"], sectors=["22040"],
                source="lab", lab_id=id_of("a lab"),
            ),
            "late": await a_cooperation(
                session, "CHN", "SEN", ended_on=date(2025, 5, 1), capacity_areas=["skills_training"], sectors=["11130"]
            ),
            "middle": await a_cooperation(session, "CHN", ended_on=date(2024, 9, 1), sectors=["11130"]),
        }  # fmt: skip
    listed, after = [], None
    while True:
        page = (await graphql("public", LIST, where=where, after=after))["data"]["cooperations"]
        assert page["totalCount"] == len(found)
        listed += [one["id"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert listed == [write_id("cooperation", made[name]) for name in found]


async def test_a_search_finds_by_word_and_across_languages_by_meaning(db: OneAtATime, graphql: Ask) -> None:
    made = write_id("cooperation", await recorded(db))
    for words in ("écoles", "data for schools"):
        found = (await graphql("ZMB viewer", LIST, where={"search": words}))["data"]["cooperations"]
        assert [one["id"] for one in found["nodes"]] == [made]
    refused = await graphql("ZMB viewer", LIST, order="RELEVANCE")
    assert "search" in refused["errors"][0]["message"]


async def test_a_state_leads_to_what_it_took_part_in(db: OneAtATime, graphql: Ask) -> None:
    made = write_id("cooperation", await recorded(db))
    query = """
        query ($state: CountryCode!) { memberState(code: $state) {
            cooperations(where: {sector: "11130"}) { totalCount nodes { id hostState { code } } } } }
    """
    for state, seen in (("CHN", [made]), ("SEN", [made]), ("EGY", [])):
        found = (await graphql("EGY viewer", query, state=state))["data"]["memberState"]
        assert found["cooperations"] == {
            "totalCount": len(seen),
            "nodes": [{"id": each, "hostState": {"code": "SEN"}} for each in seen],
        }


async def test_a_match_names_the_cooperations_that_it_rests_on(db: OneAtATime, graphql: Ask) -> None:
    made = write_id("cooperation", await recorded(db))
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        await a_proposal(session, "offer", "CHN", **WHOLE)
    query = """
        query ($id: ID!) { proposal(id: $id) { matches { nodes { weightsVersion
            reasons { code codes sentence cooperations { id title { text } partnerStates { code } } } } } } }
    """
    [match] = (await graphql("SEN viewer", query, id=write_id("proposal", need)))["data"]["proposal"]["matches"][
        "nodes"
    ]
    [reason] = [one for one in match["reasons"] if one["code"] == "EXPERIENCE"]
    assert reason == {
        "code": "EXPERIENCE",
        "codes": ["SKILLS_TRAINING", "11130"],
        "sentence": "One of the states, or both, finished cooperations before in: SKILLS_TRAINING, 11130.",
        "cooperations": [
            {
                "id": made,
                "title": {"text": "Des données pour les écoles"},
                "partnerStates": [{"code": "CHN"}, {"code": "ZMB"}],
            }
        ],
    }
    [unseen] = (await graphql("public", query, id=write_id("proposal", need)))["data"]["proposal"]["matches"]["nodes"]
    assert "EXPERIENCE" not in [one["code"] for one in unseen["reasons"]]
