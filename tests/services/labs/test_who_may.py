"""Who may act on a lab, its parties, its milestones and its contributions: every act, every kind of person."""

from typing import Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM, Audience
from services.core.db import Database, Writer
from services.labs.tables import Lab
from services.labs.terms import ContributionStatus, LabPartyStatus, LabStatus
from tests.builders import actor
from tests.services.labs.world import (
    a_contribution,
    a_lab,
    a_milestone,
    a_party,
    act_on,
    code_of,
    everything,
    party_of,
)

NO, NONE = "NOT_PERMITTED", "NOT_FOUND"
L = LabStatus
"""The founder is FRA and the partner ZMB; SEN has declined, EGY is no party; the lab is for members."""
MEMBERS = dict.fromkeys(("secretariat", "EGY focal point", "CHN focal point", "VAT focal point"), NO)
OUTSIDE = dict.fromkeys(("public", "suspended focal point", "applicant focal point"), NONE)
STRANGERS = MEMBERS | OUTSIDE
UNKNOWN = dict.fromkeys(STRANGERS, NONE)
"""What is planned is known to its parties alone."""
HELPERS = dict.fromkeys(("FRA viewer", "FRA contributor", "ZMB viewer", "ZMB contributor"), NO)
FOCAL_POINTS = {"FRA focal point": None, "ZMB focal point": None}
PARTIES = HELPERS | FOCAL_POINTS
OWN_OF_ZMB = HELPERS | {"FRA focal point": NO, "ZMB focal point": None}
WRITERS = PARTIES | {"FRA contributor": None, "ZMB contributor": None}


async def _lab(session: Writer, status: L) -> Lab:
    return await a_lab(session, status=status, partner_status=LabPartyStatus.CONFIRMED)


async def _target(session: Writer, kind: str, status: L) -> UUID:
    """The id of what is acted on: the lab, its asked partner, a planned milestone overdue, or a contribution of ZMB."""
    match kind:
        case "lab":
            return (await _lab(session, status)).id
        case "party":
            lab = await a_lab(session, status=status, partner_status=LabPartyStatus.INVITED)
            return (await party_of(session, lab, "ZMB")).id
        case "milestone":
            return (await a_milestone(session, await _lab(session, status), due=-1)).id
        case _:
            given = ContributionStatus(kind)
            return (await a_contribution(session, await _lab(session, status), "ZMB", given)).id


@pytest.mark.parametrize(
    ("name", "kind", "status", "expected"),
    [
        ("revise", "lab", L.PLANNED, UNKNOWN | PARTIES),
        ("activate", "lab", L.PLANNED, UNKNOWN | PARTIES),
        ("suspend", "lab", L.ACTIVE, STRANGERS | PARTIES),
        ("resume", "lab", L.SUSPENDED, STRANGERS | PARTIES),
        ("conclude", "lab", L.ACTIVE, STRANGERS | PARTIES),
        ("confirm", "party", L.PLANNED, UNKNOWN | OWN_OF_ZMB),
        ("decline", "party", L.PLANNED, UNKNOWN | OWN_OF_ZMB),
        ("add milestone", "lab", L.PLANNED, UNKNOWN | PARTIES),
        ("add milestone", "lab", L.ACTIVE, STRANGERS | PARTIES),
        ("revise milestone", "milestone", L.ACTIVE, STRANGERS | PARTIES),
        ("reach", "milestone", L.ACTIVE, STRANGERS | PARTIES),
        ("miss", "milestone", L.ACTIVE, STRANGERS | PARTIES),
        ("drop", "milestone", L.ACTIVE, STRANGERS | PARTIES),
        ("pledge", "party", L.PLANNED, UNKNOWN | OWN_OF_ZMB),
        ("commit", "pledged", L.ACTIVE, STRANGERS | OWN_OF_ZMB),
        ("deliver", "committed", L.ACTIVE, STRANGERS | OWN_OF_ZMB),
        ("withdraw", "pledged", L.ACTIVE, STRANGERS | OWN_OF_ZMB),
        ("withdraw", "committed", L.SUSPENDED, STRANGERS | OWN_OF_ZMB),
        ("post update", "lab", L.ACTIVE, STRANGERS | WRITERS),
        ("deliver output", "lab", L.ACTIVE, STRANGERS | PARTIES),
    ],
)
async def test_who_may(db: Database, name: str, kind: str, status: L, expected: dict[str, str | None]) -> None:
    found: dict[str, str | None] = {}
    key = None
    for who in expected:
        if key is None:  # a refusal changes nothing, so the next one tries the same
            async with db.write(SYSTEM) as session:
                key = await _target(session, kind, status)
        found[who] = await code_of(db, actor(who), act_on(name, key))
        if found[who] is None:
            key = None
    assert found == expected


async def test_a_suspended_party_reads_its_lab_and_does_nothing(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, partner="suspended", visibility=Audience.DELEGATION)
    for name in ("suspend", "post update", "add milestone", "conclude"):
        assert await code_of(db, actor("suspended focal point"), act_on(name, lab.id)) == NO


async def test_who_declined_does_nothing_while_the_lab_is_planned_but_confirm_or_revise(db: Database) -> None:
    expected: dict[str, Any] = {"activate": NO, "add milestone": NO, "revise": None}
    for name, code in expected.items():
        async with db.write(SYSTEM) as session:
            lab = await a_lab(session, status=L.PLANNED, partner_status=LabPartyStatus.CONFIRMED)
            await a_party(session, lab, "SEN", LabPartyStatus.DECLINED)
        assert await code_of(db, actor("SEN focal point"), act_on(name, lab.id)) == code


async def test_everything_is_looked_at_when_something_is_refused(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
    before = await everything(db)
    assert await code_of(db, actor("FRA focal point"), act_on("suspend", lab.id)) is None
    after = await everything(db)
    assert {name for name in before if before[name] != after[name]} == {
        "lab",
        "lab_text",
        "lab_party",
        "record_leaf",
        "events",
    }
