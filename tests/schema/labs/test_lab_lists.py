"""Lists of labs and their figures, with answers written by hand; each is one statement."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.core.actor import SYSTEM, Audience
from services.core.ids import write_id
from services.core.table import today
from services.labs.tables import Lab
from services.labs.terms import ContributionStatus, LabPartyStatus, LabStatus, MilestoneStatus
from services.proposals.terms import CooperationForm, Modality
from services.taxonomy.terms import CapacityArea
from tests.builders import id_of
from tests.conftest import Ask, OneAtATime
from tests.services.labs.world import a_contribution, a_lab, a_milestone, a_party

GOLDEN = id_of("golden lab")
WHOLE = datetime(2026, 1, 2, 3, 4, 5, 0, UTC)
C = ContributionStatus
LIST = """query ($where: LabWhere, $order: LabOrder) { labs(where: $where, order: $order) { totalCount
  nodes { title { text } } } }"""
DASHBOARD = """query ($where: LabDashboardWhere) { labDashboard(where: $where) { labs overdueMilestones
  byStatus { status labs } byState { state { code } labs } byRegion { region { code level } labs }
  byCapacityArea { capacityArea labs } committed { currency amountMinor contributions } } }"""


@pytest.fixture
async def labs(db: OneAtATime) -> dict[str, Lab]:
    """Four labs: overdue, due later, private, planned."""
    async with db.write(SYSTEM) as session:
        overdue = await a_lab(
            session,
            title="Overdue",
            capacity_areas=[CapacityArea.DATA_RESOURCES, CapacityArea.RISK_SAFETY],
            visibility=Audience.PUBLIC,
        )
        later = await a_lab(
            session, founder="SEN", title="Later", modality=Modality.SOUTH_SOUTH, status=LabStatus.SUSPENDED
        )
        private = await a_lab(session, title="Private", visibility=Audience.DELEGATION, founder="EGY")
        planned = await a_lab(session, title="Planned", founder="EGY", status=LabStatus.PLANNED)
        await a_milestone(session, overdue, due=-1)
        await a_milestone(session, overdue, due=-2)
        await a_milestone(session, overdue, MilestoneStatus.MISSED, due=-9)
        await a_milestone(session, later, due=3)
        for status, amount in ((C.PLEDGED, 1), (C.COMMITTED, 2**62), (C.DELIVERED, 2**62), (C.WITHDRAWN, 1)):
            await a_contribution(session, overdue, "FRA", status, amount_minor=amount)
        kind: dict[str, Any] = {"kind": CooperationForm.EXPERT, "quantity": Decimal(1), "unit": "months"}
        value: dict[str, Any] = {"valued_minor": 5, "currency": "EUR", "valuation_method": "pay scale"}
        await a_contribution(session, overdue, "FRA", C.COMMITTED, **kind, **value)
        await a_contribution(session, private, "EGY", C.COMMITTED, amount_minor=7, currency="XOF")
    return {"overdue": overdue, "later": later, "private": private, "planned": planned}


@pytest.mark.usefixtures("labs")
@pytest.mark.parametrize(
    ("who", "where", "order", "titles"),
    [
        ("FRA viewer", None, None, ["Later", "Overdue"]),
        ("EGY viewer", None, None, ["Planned", "Private", "Later", "Overdue"]),
        ("secretariat", None, None, ["Later", "Overdue"]),
        ("public", None, None, ["Overdue"]),
        ("FRA viewer", None, "DUE", ["Overdue", "Later"]),
        ("EGY viewer", {"mine": True}, None, ["Planned", "Private"]),
        ("EGY viewer", {"mine": False}, None, ["Later", "Overdue"]),
        ("EGY viewer", {"overdue": True}, None, ["Overdue"]),
        ("EGY viewer", {"overdue": False}, None, ["Planned", "Private", "Later"]),
        ("EGY viewer", {"status": "SUSPENDED"}, None, ["Later"]),
        ("EGY viewer", {"modality": "SOUTH_SOUTH"}, None, ["Later"]),
        ("EGY viewer", {"state": "sen"}, None, ["Later"]),
        ("EGY viewer", {"state": "ZMB", "overdue": True}, None, ["Overdue"]),
        ("EGY viewer", {"region": "150"}, None, ["Overdue"]),
        ("EGY viewer", {"region": "015"}, None, ["Planned", "Private"]),
        ("EGY viewer", {"capacityArea": "RISK_SAFETY"}, None, ["Overdue"]),
        ("EGY viewer", {"search": "private"}, None, ["Private"]),
        ("FRA viewer", {"search": "private"}, None, []),
    ],
)
async def test_labs_are_found_by_what_they_are(
    db: OneAtATime, graphql: Ask, who: str, where: Any, order: str | None, titles: list[str]
) -> None:
    db.documents.clear()
    found = (await graphql(who, LIST, where=where, order=order))["data"]["labs"]
    assert len(db.documents) == 1
    shown = [one["title"]["text"] for one in found["nodes"]]
    if where and "search" in where and titles:
        assert shown[:1] == titles, "the one with the word first; others only for their meaning"
        return
    assert (shown, found["totalCount"]) == (titles, len(titles))


@pytest.mark.usefixtures("labs")
async def test_the_figures_of_labs(db: OneAtATime, graphql: Ask) -> None:
    expected = {
        "labs": 2,
        "overdueMilestones": 2,
        "byStatus": [{"status": "ACTIVE", "labs": 1}, {"status": "SUSPENDED", "labs": 1}],
        "byState": [
            {"state": {"code": "FRA"}, "labs": 1},
            {"state": {"code": "SEN"}, "labs": 1},
            {"state": {"code": "ZMB"}, "labs": 2},
        ],
        "byCapacityArea": [{"capacityArea": "DATA_RESOURCES", "labs": 1}, {"capacityArea": "RISK_SAFETY", "labs": 1}],
        "committed": [{"currency": "EUR", "amountMinor": str(2**63), "contributions": 2}],
    }
    db.documents.clear()
    found = (await graphql("CHN viewer", DASHBOARD))["data"]["labDashboard"]
    assert len(db.documents) == 1
    regions = {one["region"]["code"]: one["labs"] for one in found.pop("byRegion")}
    assert found == expected
    assert regions == {"002": 2, "202": 2, "014": 2, "011": 1, "150": 1, "155": 1}


@pytest.mark.usefixtures("labs")
@pytest.mark.parametrize(
    ("who", "where", "number", "overdue", "currencies"),
    [
        ("EGY viewer", None, 4, 2, ["EUR", "XOF"]),
        ("EGY viewer", {"mine": True}, 2, 0, ["XOF"]),
        ("EGY viewer", {"state": "ZMB", "status": "ACTIVE"}, 2, 2, ["EUR", "XOF"]),
        ("EGY viewer", {"region": "150"}, 1, 2, ["EUR"]),
        ("EGY viewer", {"capacityArea": "FINANCING"}, 0, 0, []),
        ("EGY viewer", {"overdue": True}, 1, 2, ["EUR"]),
        ("public", {"modality": "SOUTH_SOUTH"}, 0, 0, []),
        ("public", {}, 1, 2, ["EUR"]),
    ],
)
async def test_the_figures_of_some_labs_count_what_the_reader_may_see(
    graphql: Ask, who: str, where: Any, number: int, overdue: int, currencies: list[str]
) -> None:
    found = (await graphql(who, DASHBOARD, where=where))["data"]["labDashboard"]
    assert (found["labs"], found["overdueMilestones"]) == (number, overdue)
    assert [one["currency"] for one in found["committed"]] == currencies
    assert sum(one["labs"] for one in found["byStatus"]) == number


async def test_a_figure_of_something_that_is_no_text_is_refused(graphql: Ask) -> None:
    [error] = (await graphql("public", DASHBOARD, where={"region": "a\x00b"}))["errors"]
    assert "no text" in error["message"]


async def test_a_lab_with_everything_fixed(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(
            session,
            id=GOLDEN,
            title="Карты \u2028 почв",
            language="ru",
            starts_on=date(2026, 1, 1),
            sectors=["11130"],
            created_at=WHOLE,
            activated_at=WHOLE,
            modality_on=date(2026, 1, 1),
        )
        await a_party(session, lab, "VAT", LabPartyStatus.CONFIRMED, organisation="A foundation")
        await a_milestone(session, lab, due=2)
        kind: dict[str, Any] = {"kind": CooperationForm.EXPERT, "quantity": Decimal("2.500"), "unit": "expert months"}
        value: dict[str, Any] = {"valued_minor": 900_000, "currency": "EUR", "valuation_method": "pay scale"}
        await a_contribution(session, lab, "ZMB", **kind, **value)
    query = """query ($id: ID!) { node(id: $id) { __typename id ... on Lab { revision status visibility originalLanguage
      languages title { text isOriginal } termsOfReference modality modalityOn modalityReason startsOn endsOn sectors
      capacityAreas nextDueOn isOverdue activatedAt createdAt lessons practice { id }
      parties { organisation role status delegation { state { code } } }
      contributions { totalCount nodes { status money { currency } party { delegation { state { code } } }
        inKind { kind quantity unit periodFrom valued { amountMinor currency } valuationMethod } } }
      milestones(where: {overdue: false}) { nodes { title status isOverdue } } updates { totalCount } outputs { totalCount }
      expressionOfInterest { status } } } }"""
    due = (today() + timedelta(days=2)).isoformat()
    party = {"organisation": "", "role": "PARTNER", "status": "CONFIRMED"}
    in_kind = {
        "kind": "EXPERT",
        "quantity": "2.5",
        "unit": "expert months",
        "periodFrom": None,
        "valued": {"amountMinor": "900000", "currency": "EUR"},
        "valuationMethod": "pay scale",
    }
    contribution = {
        "status": "PLEDGED",
        "money": None,
        "party": {"delegation": {"state": {"code": "ZMB"}}},
        "inKind": in_kind,
    }
    expected = {
        "__typename": "Lab",
        "id": write_id("lab", GOLDEN),
        "revision": 1,
        "status": "ACTIVE",
        "visibility": "MEMBERS",
        "originalLanguage": "ru",
        "languages": ["ru"],
        "title": {"text": "Карты \u2028 почв", "isOriginal": True},
        "termsOfReference": "We share what we measure.",
        "modality": "NORTH_SOUTH",
        "modalityOn": "2026-01-01",
        "modalityReason": None,
        "startsOn": "2026-01-01",
        "endsOn": None,
        "sectors": ["11130"],
        "capacityAreas": [],
        "nextDueOn": due,
        "isOverdue": False,
        "activatedAt": "2026-01-02T03:04:05+00:00",
        "createdAt": "2026-01-02T03:04:05+00:00",
        "lessons": "",
        "practice": None,
        "parties": [
            {**party, "delegation": {"state": {"code": "FRA"}}},
            {**party, "delegation": {"state": {"code": "ZMB"}}},
            {**party, "organisation": "A foundation", "delegation": {"state": {"code": "VAT"}}},
        ],
        "contributions": {"totalCount": 1, "nodes": [contribution]},
        "milestones": {"nodes": [{"title": "First map", "status": "PLANNED", "isOverdue": False}]},
        "updates": {"totalCount": 0},
        "outputs": {"totalCount": 0},
        "expressionOfInterest": {"status": "AGREED"},
    }
    asked = {"id": write_id("lab", GOLDEN)}
    assert await graphql("ZMB viewer", query, **asked) == {"data": {"node": expected}}
    stranger = {**expected, "expressionOfInterest": None}
    assert await graphql("SEN viewer", query, **asked) == {"data": {"node": stranger}}
    assert await graphql("public", query, **asked) == {"data": {"node": None}}
