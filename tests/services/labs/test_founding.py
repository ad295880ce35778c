"""Founding a lab: once, from what is agreed, with a modality that nobody types."""

from functools import partial
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Audience
from services.core.db import Database
from services.core.errors import Invalid, NotFound
from services.core.ids import write_id
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import Text, original_text
from services.labs.errors import LabExists, TextNeeded, WrongDates, WrongParties
from services.labs.founding import found_lab, revise_lab
from services.labs.queries import Named
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import LabModalityReason, LabPartyRole, LabPartyStatus, LabStatus
from services.membership.organisation_commands import end_sponsorship, sponsor_organisation
from services.membership.terms import OrganisationKind
from services.proposals.terms import ExpressionStatus, Modality
from services.taxonomy.queries import UnknownCode
from services.taxonomy.terms import CapacityArea
from tests.builders import actor, delegation_id
from tests.services.labs.world import JOB, a_lab, act_on, an_agreed, code_of, content, party_of, refused
from tests.services.proposals.world import a_proposal, an_expression, kept

R = LabPartyRole
S = LabPartyStatus


def named(code: str, role: R = R.PARTNER, organisation: str = "") -> Named:
    return Named(delegation_id(code), role, organisation)


async def founded(db: Database, by: str = "FRA", of: str = "ZMB", *parties: Named, **fields: Any) -> Lab:
    """A lab founded by the focal point of ``by`` from what it agreed with ``of``."""
    async with db.write(SYSTEM) as session:
        expression = await an_agreed(session, by, of, **fields.pop("proposal", {}))
    who = actor(f"{by} focal point")
    async with db.write(who) as session:
        key = await found_lab(session, who, expression.id, content(**fields), parties)
    found: Lab = await kept(db, Lab, key)
    return found


async def test_a_lab_begins_planned_with_what_the_proposal_says_and_the_founder_confirmed(db: Database) -> None:
    about = {"capacity_areas": [CapacityArea.DATA_RESOURCES], "sectors": ["11130"], "sdg_targets": ["4.4"]}
    lab = await founded(db, proposal=about)
    assert (lab.status, lab.visibility, lab.founder_id) == (LabStatus.PLANNED, Audience.MEMBERS, delegation_id("FRA"))
    assert (lab.capacity_areas, lab.sectors, lab.sdg_targets) == tuple(about.values())
    assert (lab.modality, lab.modality_on, lab.modality_reason) == (Modality.NORTH_SOUTH, today(), None)
    assert set(lab.parties) == {delegation_id("FRA"), delegation_id("ZMB")}
    assert lab.states == ["FRA", "ZMB"]
    assert {"002", "150"} <= set(lab.regions)
    async with db.read(SYSTEM) as session:
        assert await original_text(session, LabText, col(LabText.lab_id), lab.id) == Text(
            "en", "Soil maps for everyone"
        )
        said = {code: (await party_of(session, lab, code)).status for code in ("FRA", "ZMB")}
        [event] = [orjson.loads(one) for one in (await session.execute(sa.text(JOB))).scalars()]
    assert said == {"FRA": S.CONFIRMED, "ZMB": S.INVITED}
    assert (event["event"], event["about"], event["by"]) == ("lab.founded", str(lab.id), str(delegation_id("FRA")))
    assert event["facts"] == {"title": "Soil maps for everyone"}


async def test_what_the_founder_writes_takes_the_place_of_what_the_proposal_says(db: Database) -> None:
    about = {"capacity_areas": [CapacityArea.DATA_RESOURCES], "sectors": ["11130"], "sdg_targets": ["4.4"]}
    lab = await founded(db, proposal=about, capacity_areas=(), sectors=("22040", "22040"), sdg_targets=("9.c",))
    assert (lab.capacity_areas, lab.sectors, lab.sdg_targets) == ([], ["22040"], ["9.c"])


@pytest.mark.parametrize(
    ("by", "of", "parties", "modality", "reason"),
    [
        ("ZMB", "SEN", [], Modality.SOUTH_SOUTH, None),
        ("FRA", "SEN", [], Modality.NORTH_SOUTH, None),
        (
            "SEN",
            "ZMB",
            [named("FRA", R.FACILITATING), named("SEN", R.PIVOTAL), named("ZMB", R.BENEFICIARY)],
            Modality.TRIANGULAR,
            None,
        ),
        (
            "SEN",
            "ZMB",
            [named("VAT", R.FACILITATING, "A foundation"), named("SEN", R.PIVOTAL), named("ZMB", R.BENEFICIARY)],
            Modality.TRIANGULAR,
            None,
        ),
        ("SEN", "ZMB", [named("FRA", R.FACILITATING)], Modality.NORTH_SOUTH, None),
        ("SEN", "ZMB", [named("FRA", organisation="A university")], Modality.SOUTH_SOUTH, None),
        ("FRA", "VAT", [], Modality.OTHER, LabModalityReason.ALL_DEVELOPED),
    ],
)
async def test_the_modality_is_derived_on_the_founding_day(
    db: Database, by: str, of: str, parties: list[Named], modality: Modality, reason: LabModalityReason | None
) -> None:
    lab = await founded(db, by, of, *parties)
    assert (lab.modality, lab.modality_reason, lab.modality_on) == (modality, reason, today())


async def test_a_second_founding_is_a_conflict_that_names_the_lab(db: Database) -> None:
    lab = await founded(db)
    again = partial(found_lab, expression_id=lab.expression_id, content=content())
    for who in ("FRA focal point", "ZMB focal point"):
        sentence = await refused(db, actor(who), again, LabExists, ("expressionOfInterest",))
        assert write_id("lab", lab.id) in sentence


async def test_who_may_found_a_lab(db: Database) -> None:
    expected = {
        "public": "NOT_FOUND",
        "secretariat": "NOT_FOUND",
        "SEN focal point": "NOT_FOUND",
        "CHN focal point": "NOT_FOUND",
        "FRA viewer": "NOT_PERMITTED",
        "FRA contributor": "NOT_PERMITTED",
        "ZMB contributor": "NOT_PERMITTED",
        "FRA focal point": None,
        "ZMB focal point": None,
    }
    found = {}
    for who in expected:
        async with db.write(SYSTEM) as session:
            expression = await an_agreed(session)
        found[who] = await code_of(db, actor(who), partial(found_lab, expression_id=expression.id, content=content()))
    assert found == expected


@pytest.mark.parametrize("status", [one for one in ExpressionStatus if one is not ExpressionStatus.AGREED])
async def test_a_lab_is_founded_only_from_what_is_agreed(db: Database, status: ExpressionStatus) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_expression(session, await a_proposal(session), status=status)
    act = partial(found_lab, expression_id=expression.id, content=content())
    assert await code_of(db, actor("FRA focal point"), act) == "EXPRESSION_OF_INTEREST_WRONG_STATUS"


@pytest.mark.parametrize(
    ("parties", "sentence"),
    [
        ([named("suspended")], "does not take part"),
        ([named("applicant")], "does not take part"),
        ([named("nowhere")], "does not take part"),
        ([named("SEN"), named("SEN", R.PIVOTAL)], "named twice"),
        ([named("SEN", organisation="Lab"), named("SEN", organisation=" lab ")], "named twice"),
        ([named("SEN", organisation=f"Institute {number}") for number in range(49)], "up to 50"),
    ],
)
async def test_parties_that_cannot_be_are_refused(db: Database, parties: list[Named], sentence: str) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_agreed(session)
    act = partial(found_lab, expression_id=expression.id, content=content(), parties=tuple(parties))
    assert sentence in await refused(db, actor("FRA focal point"), act, WrongParties, ("parties",))


@pytest.mark.parametrize(
    ("fields", "error", "path"),
    [
        ({"title": " "}, Invalid, ("title",)),
        ({"language": "xx-nonsense"}, Invalid, ("language",)),
        ({"terms_of_reference": " \n"}, TextNeeded, ("termsOfReference",)),
        ({"terms_of_reference": "x" * 20_001}, TextNeeded, ("termsOfReference",)),
        ({"terms_of_reference": "a\x00b"}, Invalid, ("termsOfReference",)),
        ({"starts_on": today(), "ends_on": today().replace(year=2020)}, WrongDates, ("endsOn",)),
        ({"sectors": ("99999",)}, UnknownCode, ("sectors",)),
        ({"sdg_targets": ("99.9",)}, UnknownCode, ("sdgTargets",)),
    ],
)
async def test_what_cannot_be_written_is_refused(
    db: Database, fields: dict[str, Any], error: type[Invalid], path: tuple[str, ...]
) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_agreed(session)
    act = partial(found_lab, expression_id=expression.id, content=content(**fields))
    await refused(db, actor("FRA focal point"), act, error, path)


async def test_revised_terms_are_put_to_the_other_parties_again(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=LabStatus.PLANNED, partner_status=S.CONFIRMED)
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        await revise_lab(session, who, lab.id, 1, {"terms_of_reference": "We share half.", "language": "fr"})
    async with db.read(SYSTEM) as session:
        said = {code: (await party_of(session, lab, code)).status for code in ("FRA", "ZMB")}
        text = await original_text(session, LabText, col(LabText.lab_id), lab.id)
    assert said == {"FRA": S.INVITED, "ZMB": S.CONFIRMED}
    assert text == Text("fr", "Soil maps for everyone")
    changed = await kept(db, Lab, lab.id)
    assert (changed.revision, changed.language, changed.terms_of_reference) == (2, "fr", "We share half.")
    assert await code_of(db, who, act_on("revise", lab.id)) == "STALE_REVISION"


async def test_an_organisation_that_is_sponsored_no_more_founds_nothing_new(db: Database) -> None:
    senegal = actor("SEN focal point")
    async with db.write(senegal) as session:
        ucad = await sponsor_organisation(session, senegal, "UCAD", OrganisationKind.UNIVERSITY)
    await founded(db, "FRA", "ZMB", named("SEN", organisation="UCAD"))
    async with db.write(senegal) as session:
        await end_sponsorship(session, senegal, ucad)
    with pytest.raises(WrongParties, match="“UCAD” is sponsored no more"):
        await founded(db, "FRA", "ZMB", named("SEN", organisation="UCAD"))
    await founded(db, "FRA", "ZMB", named("FRA", organisation="UCAD"))


async def test_an_organisation_is_confirmed_by_who_sponsors_it(db: Database) -> None:
    lab = await founded(db, "FRA", "ZMB", named("FRA", organisation="INRIA"), named("SEN", organisation="UCAD"))
    async with db.read(SYSTEM) as session:
        table = table_of(LabParty)
        rows = await session.execute(sa.select(table.c.organisation, table.c.status, table.c.id))
        said = {organisation: (status, key) for organisation, status, key in rows if organisation}
    assert (said["INRIA"][0], said["UCAD"][0]) == (S.CONFIRMED, S.INVITED)
    assert delegation_id("SEN") in lab.parties
    assert lab.states == ["FRA", "ZMB"], "the sponsor speaks, but is no party itself"
    await refused(db, actor("EGY focal point"), act_on("confirm", said["UCAD"][1]), NotFound, ("id",))
    who = actor("SEN focal point")
    async with db.write(who) as session:
        await act_on("confirm", said["UCAD"][1])(session, who)
