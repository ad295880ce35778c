"""Answers written by hand for the Shapes of people's things, so that neither reading is its own witness."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.core.actor import SYSTEM
from services.core.ids import write_id
from services.core.texts import Text, add_translation
from services.practices.tables import Endorsement, PracticeText
from services.practices.terms import PracticeStatus
from services.proposals.terms import CooperationForm, ExpressionStatus, Modality, Party, Side, TurnKind
from services.proposals.thread_tables import ThreadMessage
from services.taxonomy.terms import CapacityArea
from tests.builders import a_practice, delegation_id, id_of
from tests.conftest import Ask, OneAtATime
from tests.services.proposals.world import a_proposal, an_expression

EXACT = datetime(2026, 1, 2, 3, 4, 5, 678_900, UTC)
WHOLE = datetime(2026, 1, 2, 3, 4, 5, 0, UTC)
TITLE = 'Записи "поля" \\ \u2028 🧪'
PRACTICE, PROPOSAL, EXPRESSION = (id_of(f"golden {what}") for what in ("practice", "proposal", "expression"))


@pytest.fixture
async def examples(db: OneAtATime) -> None:
    """One practice, one proposal and one expression of interest with everything fixed."""
    times: dict[str, Any] = {"created_at": WHOLE, "updated_at": EXACT, "listed_at": EXACT}
    async with db.write(SYSTEM) as session:
        await a_practice(
            session,
            id=PRACTICE,
            title=TITLE,
            language="ru",
            status=PracticeStatus.PUBLISHED,
            capacity_areas=[CapacityArea.DATA_RESOURCES, CapacityArea.RISK_SAFETY],
            sectors=["11130"],
            sdg_targets=["4.4", "9.c"],
            licence="CC-BY-4.0",
            external_id="P-1",
            version=1,
            **times,
        )
        await add_translation(session, PracticeText, {"practice_id": PRACTICE}, Text("fr", "Relevés de terrain"))
        session.add(Endorsement(practice_id=PRACTICE, delegation_id=delegation_id("FRA"), created_at=WHOLE))
        proposal = await a_proposal(
            session,
            id=PROPOSAL,
            by="EGY",
            side=Side.OFFER,
            title="Courses",
            forms=[CooperationForm.TRAINING],
            modalities_accepted=[Modality.SOUTH_SOUTH],
            quantity=Decimal("12.500"),
            unit="months",
            places=3,
            regions_accepted=["002"],
            working_languages=["fr", "ar"],
            opens_on=date(2026, 1, 1),
            expires_on=date(2027, 12, 31),
            **times,
        )
        await an_expression(
            session, proposal, id=EXPRESSION, by="ZMB", status=ExpressionStatus.SENT, turn_deadline=date(2026, 2, 1)
        )
        session.add(
            ThreadMessage(
                expression_id=EXPRESSION,
                kind=TurnKind.SENT,
                by=Party.SENDER,
                language="en",
                text="We would like to join.",
                sender_id=delegation_id("ZMB"),
                receiver_id=delegation_id("EGY"),
                created_at=WHOLE,
            )
        )


@pytest.mark.usefixtures("examples")
async def test_a_practice(graphql: Ask) -> None:
    query = """query ($id: ID!) { practice(id: $id) {
      __typename id revision externalId status visibility originalLanguage languages licence version freshness isDemo
      title { language text isOriginal original { language text } } fr: title(language: "fr") { language text isOriginal }
      summary { text } capacityAreas sectors sdgTargets createdAt updatedAt publishedAt lastConfirmedOn
      delegation { state { code } name(language: "zh") { text } } viewerCanEndorse viewerCannotEndorseReasons
      endorsements { totalCount nodes { createdAt delegation { state { code } } } pageInfo { hasNextPage } } } }"""
    answer = await graphql("ZMB viewer", query, id=write_id("practice", PRACTICE))
    title = {"language": "ru", "text": TITLE, "isOriginal": True, "original": {"language": "ru", "text": TITLE}}
    expected: dict[str, Any] = {
        "__typename": "Practice",
        "id": f"practice_{PRACTICE.hex}",
        "revision": 1,
        "externalId": "P-1",
        "status": "PUBLISHED",
        "visibility": "PUBLIC",
        "originalLanguage": "ru",
        "languages": ["ru", "fr"],
        "licence": "CC-BY-4.0",
        "version": 1,
        "freshness": "GREEN",
        "isDemo": False,
        "title": title,
        "fr": {"language": "fr", "text": "Relevés de terrain", "isOriginal": False},
        "summary": {"text": ""},
        "capacityAreas": ["DATA_RESOURCES", "RISK_SAFETY"],
        "sectors": ["11130"],
        "sdgTargets": ["4.4", "9.c"],
        "createdAt": "2026-01-02T03:04:05+00:00",
        "updatedAt": "2026-01-02T03:04:05.678900+00:00",
        "publishedAt": "2026-01-02T03:04:05.678900+00:00",
        "lastConfirmedOn": "2026-01-02",
        "delegation": {"state": {"code": "ZMB"}, "name": {"text": "赞比亚"}},
        "viewerCanEndorse": False,
        "viewerCannotEndorseReasons": ["NOT_PERMITTED"],
        "endorsements": {
            "totalCount": 1,
            "nodes": [{"createdAt": "2026-01-02T03:04:05+00:00", "delegation": {"state": {"code": "FRA"}}}],
            "pageInfo": {"hasNextPage": False},
        },
    }
    assert answer == {"data": {"practice": expected}}


@pytest.mark.usefixtures("examples")
async def test_a_proposal_and_an_expression_of_interest(graphql: Ask) -> None:
    query = """query ($proposal: ID!, $expression: ID!) {
      proposal(id: $proposal) { side status visibility quantity unit places placesLeft forms modalitiesAccepted
        regionsAccepted workingLanguages opensOn expiresOn updatedAt delegation { state { code } } }
      node(id: $expression) { __typename id ... on ExpressionOfInterest { status turn turnDeadline viewerIsOnTurn message
        sender { state { code } } receiver { state { code } } turns { kind by text at } } } }"""
    ids = {"proposal": write_id("proposal", PROPOSAL), "expression": write_id("expression_of_interest", EXPRESSION)}
    proposal = {
        "side": "OFFER",
        "status": "OPEN",
        "visibility": "MEMBERS",
        "quantity": "12.5",
        "unit": "months",
        "places": 3,
        "placesLeft": 3,
        "forms": ["TRAINING"],
        "modalitiesAccepted": ["SOUTH_SOUTH"],
        "regionsAccepted": ["002"],
        "workingLanguages": ["fr", "ar"],
        "opensOn": "2026-01-01",
        "expiresOn": "2027-12-31",
        "updatedAt": "2026-01-02T03:04:05.678900+00:00",
        "delegation": {"state": {"code": "EGY"}},
    }
    turn = {"kind": "SENT", "by": "SENDER", "text": "We would like to join.", "at": "2026-01-02T03:04:05+00:00"}
    expression = {
        "__typename": "ExpressionOfInterest",
        "id": f"expression_of_interest_{EXPRESSION.hex}",
        "status": "SENT",
        "turn": "RECEIVER",
        "turnDeadline": "2026-02-01",
        "viewerIsOnTurn": True,
        "message": "We would like to join.",
        "sender": {"state": {"code": "ZMB"}},
        "receiver": {"state": {"code": "EGY"}},
        "turns": [turn],
    }
    answer = await graphql("EGY focal point", query, **ids)
    assert answer == {"data": {"proposal": proposal, "node": expression}}
    for who in ("FRA focal point", "secretariat"):
        assert await graphql(who, query, **ids) == {"data": {"proposal": proposal, "node": None}}
    assert await graphql("public", query, **ids) == {"data": {"proposal": None, "node": None}}


async def test_the_viewer_and_a_delegation(graphql: Ask) -> None:
    query = """{ viewer { acts readsMembers isCoChair viewerCanInvite sessions { totalCount }
      person { name email role languages delegation { standing standingSince state { code m49 unMemberSince
        officialLanguages regions { code } } standings { standing validFrom validTo } } } } }"""
    state = {
        "code": "ZMB",
        "m49": "894",
        "unMemberSince": 1964,
        "officialLanguages": ["en"],
        "regions": [{"code": "002"}, {"code": "202"}, {"code": "014"}],
    }
    standings = [{"standing": "MEMBER", "validFrom": "2025-01-01", "validTo": None}]
    delegation = {"standing": "MEMBER", "standingSince": "2025-01-01", "state": state, "standings": standings}
    person = {
        "name": "ZMB focal point",
        "email": "zmb.focal.point@test.example",
        "role": "FOCAL_POINT",
        "languages": ["en"],
        "delegation": delegation,
    }
    viewer = {
        "acts": True,
        "readsMembers": True,
        "isCoChair": False,
        "viewerCanInvite": True,
        "sessions": {"totalCount": 0},
    }
    assert await graphql("ZMB focal point", query) == {"data": {"viewer": {**viewer, "person": person}}}
