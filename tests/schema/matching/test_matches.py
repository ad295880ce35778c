"""Matches and weights over GraphQL."""

from typing import Any

import pytest

from services.core.actor import SYSTEM
from services.core.ids import write_id
from tests.conftest import Ask, OneAtATime
from tests.services.matching.world import WHOLE, a_proposal

MATCHES = """
query Matches($id: ID!, $where: MatchWhere, $first: Int! = 20) {
  proposal(id: $id) {
    matches(first: $first, where: $where) {
      totalCount
      nodes {
        score band modality modalityReason weightsVersion
        proposal { externalId delegation { state { code } } }
        reasons { code contribution weight codes sentence }
        misses { code codes sentence }
      }
    }
  }
}
"""
WEIGHTS = """{
  matchingWeights(where: {inForce: true}) {
    nodes { id version inForce floor strong good need { criterion weight } offer { weight } author { name } }
  }
}"""
PROPOSE = """
mutation Propose($input: MatchingWeightsProposeInput!) {
  matchingWeightsPropose(input: $input) {
    weights { id version inForce viewerCanConfirm note need { criterion weight } author { name } confirmedBy { name } }
    errors { __typename code message path }
  }
}
"""
CONFIRM = """
mutation Confirm($id: ID!) {
  matchingWeightsConfirm(input: {id: $id}) {
    weights { version inForce viewerCanConfirm }
    errors { __typename code message path }
  }
}
"""
INPUT: dict[str, Any] = {
    "need": [{"criterion": "SECTORS", "weight": 1}],
    "offer": [{"criterion": "SECTORS", "weight": 0.5}, {"criterion": "TEXT", "weight": 0.5}],
    "floor": 0.5,
    "strong": 0.6,
    "good": 0.3,
    "note": "Sectors first.",
}


@pytest.fixture
async def need(db: OneAtATime) -> str:
    """A need by Senegal, with a whole offer by China and one by Egypt of which less fits."""
    async with db.write(SYSTEM) as session:
        made = await a_proposal(session, "need", "SEN", external_id="N", **WHOLE)
        await a_proposal(session, "offer", "CHN", external_id="fits", **WHOLE)
        less = {"capacity_areas": ["financing"], "sectors": ["74020"], "forms": ["funding"]}
        await a_proposal(session, "offer", "EGY", external_id="fits less", **{**WHOLE, **less})
    return write_id("proposal", made)


async def test_a_need_is_told_its_partners_with_reasons_in_one_statement(
    db: OneAtATime, graphql: Ask, need: str
) -> None:
    db.documents.clear()
    found = (await graphql("public", MATCHES, id=need))["data"]["proposal"]["matches"]
    assert len(db.documents) == 1
    assert found["totalCount"] == 2
    best, other = found["nodes"]
    assert best["proposal"] == {"externalId": "fits", "delegation": {"state": {"code": "CHN"}}}
    assert other["proposal"]["externalId"] == "fits less"
    assert best["score"] > other["score"]
    assert sum(one["contribution"] for one in best["reasons"]) == pytest.approx(best["score"], abs=1e-9)
    assert {"FORMS_NOT_COVERED", "SECTORS_NOT_COVERED"} <= {one["code"] for one in other["misses"]}


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"band": "POSSIBLE"}, ["fits", "fits less"]),
        ({"band": "GOOD"}, ["fits"]),
        ({"capacityAreas": ["FINANCING", "RESEARCH_LAB"]}, ["fits less"]),
        ({"region": "142"}, ["fits"]),
        ({"minimumScore": 0}, ["fits", "fits less"]),
        ({"minimumScore": 1}, []),
    ],
)
async def test_matches_are_filtered(graphql: Ask, need: str, where: dict[str, Any], kept: list[str]) -> None:
    found = (await graphql("public", MATCHES, id=need, where=where))["data"]["proposal"]["matches"]
    assert [one["proposal"]["externalId"] for one in found["nodes"]] == kept
    assert found["totalCount"] == len(kept)


@pytest.mark.parametrize("first", [0, 101])
async def test_a_page_has_its_limits(graphql: Ask, need: str, first: int) -> None:
    answer = await graphql("public", MATCHES, id=need, first=first)
    assert "a page has 1 to 100 items" in answer["errors"][0]["message"]


async def test_everyone_reads_the_weights_in_force(graphql: Ask) -> None:
    [found] = (await graphql("public", WEIGHTS))["data"]["matchingWeights"]["nodes"]
    assert (found["version"], found["inForce"], found["author"]) == (2, True, None)
    for side in ("need", "offer"):
        assert sum(one["weight"] for one in found[side]) == pytest.approx(1)
    assert [one["criterion"] for one in found["need"]][:2] == ["CAPACITY_AREAS", "SECTORS"]


async def test_the_secretariat_proposes_weights_and_a_co_chair_confirms_them(graphql: Ask, need: str) -> None:
    made = (await graphql("secretariat", PROPOSE, input=INPUT))["data"]["matchingWeightsPropose"]
    assert made["errors"] == []
    weights = made["weights"]
    assert (weights["version"], weights["inForce"], weights["viewerCanConfirm"]) == (3, False, False)
    assert {one["criterion"]: one["weight"] for one in weights["need"]}["SECTORS"] == 1
    assert (weights["author"], weights["confirmedBy"]) == ({"name": "secretariat"}, None)
    refused = (await graphql("ZMB focal point", CONFIRM, id=weights["id"]))["data"]["matchingWeightsConfirm"]
    assert refused["weights"] is None
    assert [one["__typename"] for one in refused["errors"]] == ["NotPermittedError"]
    done = (await graphql("CHN focal point", CONFIRM, id=weights["id"]))["data"]["matchingWeightsConfirm"]
    assert done == {"weights": {"version": 3, "inForce": True, "viewerCanConfirm": False}, "errors": []}
    found = (await graphql("public", MATCHES, id=need))["data"]["proposal"]["matches"]["nodes"]
    assert [(one["weightsVersion"], len(one["reasons"])) for one in found] == [(3, 1)]


@pytest.mark.parametrize(
    ("who", "changes", "code", "path"),
    [
        ("CHN focal point", {}, "NOT_PERMITTED", []),
        ("secretariat", {"need": []}, "WRONG_WEIGHTS", ["need"]),
        ("secretariat", {"need": INPUT["need"] * 2}, "WRONG_WEIGHTS", ["need"]),
        ("secretariat", {"floor": 7}, "WRONG_WEIGHTS", ["floor"]),
        ("secretariat", {"note": "n" * 2001}, "INVALID", ["note"]),
    ],
)
async def test_a_proposal_of_weights_that_is_refused_says_why(
    graphql: Ask, who: str, changes: dict[str, Any], code: str, path: list[str]
) -> None:
    answer = (await graphql(who, PROPOSE, input={**INPUT, **changes}))["data"]["matchingWeightsPropose"]
    assert answer["weights"] is None
    assert [(one["code"], one["path"]) for one in answer["errors"]] == [(code, path)]
