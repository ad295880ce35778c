"""Labs over GraphQL: founded in three modalities, worked in, concluded; each at its door, with its buttons."""

from datetime import timedelta
from typing import Any

import pytest

from services.core.actor import SYSTEM, Audience
from services.core.ids import write_id
from services.core.table import today
from services.labs.terms import LabPartyStatus, LabStatus
from services.taxonomy.terms import CapacityArea
from tests.builders import delegation_id
from tests.conftest import Ask, OneAtATime
from tests.schema.labs.world import CONCLUDE, FOUND, do, founding
from tests.services.labs.world import a_lab, a_milestone, an_agreed

EXPRESSION = """query ($id: ID!) { expressionOfInterest(id: $id) {
  viewerCanFoundLab viewerCannotFoundLabReasons lab { id status } } }"""


@pytest.mark.parametrize(
    ("by", "of", "parties", "modality"),
    [
        ("SEN", "ZMB", [], "SOUTH_SOUTH"),
        ("FRA", "ZMB", [], "NORTH_SOUTH"),
        ("SEN", "ZMB", [("SEN", "PIVOTAL"), ("ZMB", "BENEFICIARY"), ("FRA", "FACILITATING")], "TRIANGULAR"),
    ],
)
async def test_from_the_founding_to_the_lessons(
    db: OneAtATime, graphql: Ask, by: str, of: str, parties: list[tuple[str, str]], modality: str
) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_agreed(session, by, of, capacity_areas=[CapacityArea.DATA_RESOURCES])
    key = write_id("expression_of_interest", expression.id)
    founder = f"{by} focal point"
    asked = {"id": key}
    before = (await graphql(founder, EXPRESSION, **asked))["data"]["expressionOfInterest"]
    assert before == {"viewerCanFoundLab": True, "viewerCannotFoundLabReasons": [], "lab": None}
    roles = [{"delegation": write_id("delegation", delegation_id(code)), "role": role} for code, role in parties]
    done = (await graphql(founder, FOUND, input=founding(key, parties=roles)))["data"]["labFound"]
    assert done["errors"] == []
    lab = done["lab"]
    assert (lab["status"], lab["modality"], lab["modalityReason"]) == ("PLANNED", modality, None)
    assert lab["parties"][0]["delegation"]["state"]["code"] == by, "the founder first"
    after = (await graphql(founder, EXPRESSION, **asked))["data"]["expressionOfInterest"]
    assert after == {
        "viewerCanFoundLab": False,
        "viewerCannotFoundLabReasons": ["LAB_EXISTS"],
        "lab": {"id": lab["id"], "status": "PLANNED"},
    }
    for party in lab["parties"][1:]:
        who = f"{party['delegation']['state']['code']} focal point"
        confirmed = await do(graphql, who, "labPartyConfirm", "party { status confirmedOn }", id=party["id"])
        assert confirmed == {"status": "CONFIRMED", "confirmedOn": today().isoformat()}
    assert (await do(graphql, founder, "labActivate", "lab { status }", id=lab["id"])) == {"status": "ACTIVE"}
    await work(graphql, founder, f"{of} focal point", lab)
    conclusion = {"id": lab["id"], "language": "fr", "lessons": "Mesurer deux fois."}
    ended = (await graphql(f"{of} focal point", CONCLUDE, input=conclusion))["data"]["labConclude"]
    assert ended["errors"] == []
    assert ended["lab"] == {
        "status": "CONCLUDED",
        "lessons": "Mesurer deux fois.",
        "lessonsLanguage": "fr",
        "practice": {
            "status": "DRAFT",
            "title": {"text": "Soil maps"},
            "description": {"text": "Mesurer deux fois."},
            "delegation": {"state": {"code": of}},
        },
    }
    theirs = "query ($id: ID!) { lab(id: $id) { lessons practice { status } } }"
    shown = (await graphql(founder, theirs, id=lab["id"]))["data"]["lab"]
    assert shown == {"lessons": "Mesurer deux fois.", "practice": None}, "a draft is its own delegation's"


async def work(graphql: Ask, founder: str, partner: str, lab: Any) -> None:
    """Milestones are missed and reached, money is delivered, progress told of."""
    common = {"lab": lab["id"], "language": "en"}
    due = (today() - timedelta(days=1)).isoformat()
    made = [
        await do(graphql, founder, "labMilestoneAdd", "milestone { id isOverdue }", title=title, dueOn=due, **common)
        for title in ("First map", "Second map")
    ]
    assert [one["isOverdue"] for one in made] == [True, True]
    refused = (await graphql(partner, CONCLUDE, input={"id": lab["id"], "language": "en", "lessons": "None."}))["data"]
    assert [one["code"] for one in refused["labConclude"]["errors"]] == ["LAB_MILESTONES_PLANNED"]
    status = "milestone { status isOverdue reachedOn evidence reason }"
    missed = await do(graphql, partner, "labMilestoneMiss", status, id=made[0]["id"], reason="Rains.")
    assert missed == {"status": "MISSED", "isOverdue": False, "reachedOn": None, "evidence": "", "reason": "Rains."}
    reached = await do(graphql, founder, "labMilestoneReach", status, id=made[1]["id"], evidence="The map.")
    assert (reached["status"], reached["reachedOn"]) == ("REACHED", today().isoformat())
    money = {"money": {"amountMinor": "9223372036854775807", "currency": "XOF"}}
    pledged = await do(
        graphql, founder, "labContributionPledge", "contribution { id money { amountMinor currency } inKind { unit } }",
        party=lab["parties"][0]["id"], given=money,
    )  # fmt: skip
    assert (pledged["money"], pledged["inKind"]) == (money["money"], None)
    for act, now in (("labContributionCommit", "COMMITTED"), ("labContributionDeliver", "DELIVERED")):
        assert await do(graphql, founder, act, "contribution { status }", id=pledged["id"]) == {"status": now}
    told = await do(graphql, partner, "labUpdatePost", "update { text milestone { title } }", text="Done.", milestone=made[1]["id"], **common)  # fmt: skip
    assert told == {"text": "Done.", "milestone": {"title": "Second map"}}
    given = {"kind": "DATA_SET", "title": "Samples", "url": "https://data.example/1"}
    output = await do(graphql, founder, "labOutputDeliver", "output { kind url lab { id } }", **given, **common)
    assert output == {"kind": "DATA_SET", "url": "https://data.example/1", "lab": {"id": lab["id"]}}


async def test_a_second_founding_is_a_conflict_that_names_the_lab_and_the_same_key_is_done_once(
    db: OneAtATime, graphql: Ask
) -> None:
    async with db.write(SYSTEM) as session:
        key = write_id("expression_of_interest", (await an_agreed(session)).id)
    asked = founding(key, idempotencyKey="once")
    done = [(await graphql("FRA focal point", FOUND, input=asked))["data"]["labFound"]["lab"]["id"] for _ in range(2)]
    assert done[0] == done[1]
    [error] = (await graphql("ZMB focal point", FOUND, input=founding(key)))["data"]["labFound"]["errors"]
    assert (error["__typename"], error["code"], error["path"]) == (
        "ConflictError",
        "LAB_EXISTS",
        ["expressionOfInterest"],
    )
    assert done[0] in error["message"]


async def test_buttons_are_for_who_may_press_them(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, visibility=Audience.PUBLIC)
        await a_milestone(session, lab, due=-1)
    acts = ("Revise", "Activate", "Suspend", "Resume", "Conclude", "AddMilestone", "PostUpdate", "DeliverOutput")
    fields = " ".join(f"viewerCan{act} viewerCannot{act}Reasons" for act in acts)
    query = f"""query ($id: ID!) {{ lab(id: $id) {{ viewerIsParty {fields}
      milestones {{ nodes {{ viewerCanReach viewerCanMiss viewerCanDrop viewerCanRevise }} }}
      parties {{ viewerCanConfirm viewerCanPledgeContribution delegation {{ state {{ code }} }} }} }} }}"""
    expected = {
        "FRA focal point": {"Suspend", "AddMilestone", "PostUpdate", "DeliverOutput"},
        "ZMB contributor": {"PostUpdate"},
        "ZMB viewer": set(),
        "EGY focal point": set(),
        "secretariat": set(),
        "public": set(),
    }
    for who, can in expected.items():
        found = (await graphql(who, query, id=write_id("lab", lab.id)))["data"]["lab"]
        assert {act for act in acts if found[f"viewerCan{act}"]} == can, who
        assert all((act in can) == (found[f"viewerCannot{act}Reasons"] == []) for act in acts), who
        assert found["viewerIsParty"] == (who[:3] in {"FRA", "ZMB"})
        [milestone] = found["milestones"]["nodes"]
        assert set(milestone.values()) == {who == "FRA focal point"}
        for party in found["parties"]:
            own = who == "FRA focal point" and party["delegation"]["state"]["code"] == "FRA"
            assert (party["viewerCanConfirm"], party["viewerCanPledgeContribution"]) == (False, own)
    found = (await graphql("FRA focal point", query, id=write_id("lab", lab.id)))["data"]["lab"]
    assert found["viewerCannotConcludeReasons"] == ["LAB_MILESTONES_PLANNED"]
    assert found["viewerCannotReviseReasons"] == ["LAB_WRONG_STATUS"]


async def test_a_planned_lab_is_revised_by_its_revision_and_null_is_not_left_out(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(
            session,
            status=LabStatus.PLANNED,
            partner_status=LabPartyStatus.CONFIRMED,
            starts_on=today(),
            ends_on=today(),
        )
    revise = """mutation ($id: ID!, $input: LabReviseInput!) { labRevise(id: $id, input: $input) {
      lab { revision startsOn endsOn title { text } parties { status } } errors { code } } }"""
    given = {"id": write_id("lab", lab.id), "input": {"revision": 1, "endsOn": None, "title": "Maps"}}
    done = (await graphql("FRA focal point", revise, **given))["data"]["labRevise"]
    assert done == {
        "lab": {
            "revision": 2,
            "startsOn": today().isoformat(),
            "endsOn": None,
            "title": {"text": "Maps"},
            "parties": [{"status": "CONFIRMED"}, {"status": "INVITED"}],
        },
        "errors": [],
    }
    again = (await graphql("FRA focal point", revise, **given))["data"]["labRevise"]
    assert again == {"lab": None, "errors": [{"code": "STALE_REVISION"}]}
