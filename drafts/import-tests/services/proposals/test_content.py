"""What a proposal may say: each wrong field has its own sentence and names itself."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from services.core.actor import SYSTEM, Audience
from services.core.db import Database
from services.core.errors import DomainError, Invalid
from services.core.texts import Text
from services.proposals import commands
from services.proposals.errors import TooMany, WrongAmount, WrongDates
from services.proposals.tables import Proposal
from services.proposals.terms import CooperationForm, Modality, ProposalStatus, Side
from services.taxonomy.queries import UnknownCode
from services.taxonomy.terms import CapacityArea
from tests.builders import actor
from tests.services.proposals.world import a_proposal, content, kept, refused

WRONG: list[tuple[dict[str, Any], type[DomainError], str, str]] = [
    ({"title": " "}, Invalid, "title", "A title is needed"),
    ({"title": "x" * 201}, Invalid, "title", "201 characters; it may have 200"),
    ({"summary": "x" * 1001}, Invalid, "summary", "1,001 characters; it may have 1,000"),
    ({"title": "a\x00b"}, Invalid, "title", "NUL"),
    ({"text": Text("Deutschsprachig", "Kurse")}, Invalid, "language", "not a language"),
    ({"sectors": ("11130", "99999")}, UnknownCode, "sectors", "99999"),
    ({"sectors": ("1\x00",)}, Invalid, "sectors", "NUL"),
    ({"sectors": tuple(str(number) for number in range(101))}, TooMany, "sectors", "101"),
    ({"sdg_targets": ("4.99",)}, UnknownCode, "sdgTargets", "4.99"),
    ({"regions_accepted": ("Africa",)}, UnknownCode, "regionsAccepted", "Africa"),
    ({"licence": "CC-BY-99"}, UnknownCode, "licence", "CC-BY-99"),
    ({"licence": "\ud800"}, Invalid, "licence", "half of a pair"),
    ({"working_languages": ("fr", "klingon!")}, Invalid, "workingLanguages", "klingon"),
    ({"working_languages": ("fr",) * 101}, TooMany, "workingLanguages", "101"),
    ({"unit": "x" * 101}, Invalid, "unit", "101"),
    ({"external_id": "x" * 201}, Invalid, "externalId", "201"),
    ({"external_id": " "}, Invalid, "externalId", "leave it out"),
    ({"places": 0}, WrongAmount, "places", "1 to 100,000"),
    ({"quantity": Decimal(-1)}, WrongAmount, "quantity", "above 0"),
    ({"readiness": 10}, WrongAmount, "readiness", "1 to 9"),
    ({"opens_on": date(2026, 2, 1), "expires_on": date(2026, 2, 1)}, WrongDates, "expiresOn", "2026-02-01"),
    ({"period_from": date(2027, 2, 1), "period_to": date(2027, 1, 31)}, WrongDates, "periodTo", "2027-01-31"),
    ({"expires_on": date.max}, WrongDates, "expiresOn", "9999"),
]


@pytest.mark.parametrize(("fields", "error", "name", "words"), WRONG)
async def test_what_is_wrong_is_named_when_drafting(
    db: Database, fields: dict[str, Any], error: type[DomainError], name: str, words: str
) -> None:
    draft = partial(commands.draft_proposal, content=content(**fields))
    assert words in await refused(db, actor("ZMB focal point"), draft, error, (name,))


@pytest.mark.parametrize(
    ("changes", "error", "name"),
    [
        ({"title": ""}, Invalid, "title"),
        ({"language": "klingon!"}, Invalid, "language"),
        ({"sectors": ["99999"]}, UnknownCode, "sectors"),
        ({"expires_on": date(2020, 1, 1)}, WrongDates, "expiresOn"),
        ({"places": 100_001}, WrongAmount, "places"),
        ({"external_id": ""}, Invalid, "externalId"),
    ],
)
async def test_what_is_wrong_is_named_when_revising(
    db: Database, changes: dict[str, Any], error: type[DomainError], name: str
) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
    revise = partial(commands.revise_proposal, proposal_id=proposal.id, revision=1, changes=changes)
    await refused(db, actor("ZMB focal point"), revise, error, (name,))


async def test_all_that_is_said_is_kept_in_its_normal_form(db: Database) -> None:
    who = actor("ZMB contributor")
    full = content(
        side=Side.NEED,
        text=Text("FR", " Former ", " Court ", " Long "),
        capacity_areas=(CapacityArea.SKILLS_TRAINING, CapacityArea.SKILLS_TRAINING, CapacityArea.RISK_SAFETY),
        sectors=("11130", " 11130 ", "12110"),
        sdg_targets=("4.4", "1.a"),
        forms=(CooperationForm.TRAINING, CooperationForm.EXPERT),
        quantity=Decimal("120.50"),
        unit=" seats ",
        period_from=date(2027, 1, 1),
        period_to=date(2027, 1, 1),
        places=7,
        modalities_accepted=(Modality.SOUTH_SOUTH,),
        regions_accepted=("002", "002"),
        working_languages=("FR", "pt-br", "fr"),
        interpretation_offered=True,
        licence="CC-BY-4.0",
        readiness=5,
        opens_on=date(2026, 1, 1),
        expires_on=date(2027, 1, 1),
        visibility=Audience.PUBLIC,
        external_id=" A-1 ",
    )
    async with db.write(who) as session:
        key = await commands.draft_proposal(session, who, full)
    found: Proposal = await kept(db, Proposal, key)
    assert found.status is ProposalStatus.DRAFT
    assert found.language == "fr"
    assert found.capacity_areas == [CapacityArea.SKILLS_TRAINING, CapacityArea.RISK_SAFETY]
    assert (found.sectors, found.sdg_targets) == (["11130", "12110"], ["4.4", "1.a"])
    assert (found.quantity, found.unit, found.places) == (Decimal("120.5"), "seats", 7)
    assert (found.regions_accepted, found.working_languages) == (["002"], ["fr", "pt-BR"])
    assert (found.external_id, found.visibility, found.interpretation_offered) == ("A-1", Audience.PUBLIC, True)
    before = found.model_dump(exclude={"revision", "updated_at"})
    async with db.write(who) as session:
        await commands.revise_proposal(session, who, key, 1, {})
    assert (await kept(db, Proposal, key)).model_dump(exclude={"revision", "updated_at"}) == before


async def test_a_revision_can_take_back_what_was_said(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(
            session, status=ProposalStatus.DRAFT, quantity=Decimal(5), places=3, external_id="A", sectors=["11130"]
        )
    who = actor("ZMB focal point")
    nothing: dict[str, Any] = {"quantity": None, "places": None, "external_id": None, "sectors": [], "expires_on": None}
    async with db.write(who) as session:
        await commands.revise_proposal(session, who, proposal.id, 1, nothing)
    found = await kept(db, Proposal, proposal.id)
    assert {name: getattr(found, name) for name in nothing} == nothing
