"""The life of a lab: every party answers, it works, rests, works again, and ends with lessons."""

from datetime import timedelta
from functools import partial
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Audience
from services.core.db import Database
from services.core.errors import Invalid, NotFound
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import Text, add_translation
from services.labs.commands import Lessons, conclude_lab, suspend_lab
from services.labs.errors import TextNeeded
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import (
    ContributionStatus,
    LabModalityReason,
    LabPartyRole,
    LabPartyStatus,
    LabStatus,
    MilestoneStatus,
)
from services.labs.work_tables import LabContribution
from services.matching.cooperation_tables import Cooperation, CooperationText
from services.practices.tables import Practice, PracticeText
from services.practices.terms import PracticeStatus
from services.proposals.errors import ReasonNeeded
from services.proposals.terms import Modality
from services.taxonomy.terms import CapacityArea
from tests.builders import actor, delegation_id
from tests.services.labs.world import (
    JOB,
    a_contribution,
    a_lab,
    a_milestone,
    a_party,
    act_on,
    code_of,
    party_of,
    refused,
)
from tests.services.proposals.world import kept

L = LabStatus
S = LabPartyStatus
FRA, ZMB, SEN = (actor(f"{code} focal point") for code in ("FRA", "ZMB", "SEN"))


async def do(db: Database, who: Any, name: str, key: Any) -> None:
    """Do it, and it is done."""
    assert await code_of(db, who, act_on(name, key)) is None


async def announced(db: Database) -> list[str]:
    async with db.read(SYSTEM) as session:
        return [orjson.loads(one)["event"] for one in (await session.execute(sa.text(JOB))).scalars()]


async def test_from_the_first_confirmation_to_the_lessons(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=L.PLANNED)
        party = await party_of(session, lab, "ZMB")
    assert await code_of(db, FRA, act_on("activate", lab.id)) == "LAB_PARTIES_UNCONFIRMED"
    await do(db, ZMB, "confirm", party.id)
    assert (await kept(db, LabParty, party.id)).confirmed_on == today()
    steps = (
        (ZMB, "activate", L.ACTIVE),
        (FRA, "suspend", L.SUSPENDED),
        (ZMB, "resume", L.ACTIVE),
        (FRA, "conclude", L.CONCLUDED),
    )
    for number, (who, name, status) in enumerate(steps, 2):
        await do(db, who, name, lab.id)
        found = await kept(db, Lab, lab.id)
        assert (found.status, found.revision) == (status, number)
    assert found.suspension_reason == "Rains."
    assert found.activated_at == found.listed_at
    assert found.concluded_at >= found.activated_at
    events = ["party_confirmed", "activated", "suspended", "resumed", "concluded"]
    assert await announced(db) == [f"lab.{event}" for event in events]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("revise", {L.PLANNED}),
        ("activate", {L.PLANNED}),
        ("suspend", {L.ACTIVE}),
        ("resume", {L.SUSPENDED}),
        ("conclude", {L.ACTIVE}),
        ("add milestone", {L.PLANNED, L.ACTIVE, L.SUSPENDED}),
        ("post update", {L.ACTIVE, L.SUSPENDED}),
        ("deliver output", {L.ACTIVE}),
    ],
)
async def test_each_act_is_for_some_statuses_only(db: Database, name: str, allowed: set[L]) -> None:
    for status in L:
        async with db.write(SYSTEM) as session:
            lab = await a_lab(session, status=status, partner_status=S.CONFIRMED)
        code = await code_of(db, FRA, act_on(name, lab.id))
        assert code == (None if status in allowed else "LAB_WRONG_STATUS"), (name, status)


@pytest.mark.parametrize("name", ["confirm", "decline"])
async def test_parties_answer_while_the_lab_is_planned(db: Database, name: str) -> None:
    for status in L:
        async with db.write(SYSTEM) as session:
            lab = await a_lab(session, status=status, partner_status=S.INVITED)
            party = await party_of(session, lab, "ZMB")
        code = await code_of(db, ZMB, act_on(name, party.id))
        assert code == (None if status is L.PLANNED else "LAB_WRONG_STATUS")


@pytest.mark.parametrize(
    ("said", "may_confirm", "may_decline"),
    [(S.INVITED, True, True), (S.CONFIRMED, False, False), (S.DECLINED, True, False)],
)
async def test_a_no_may_become_a_yes_and_a_yes_stands(
    db: Database, said: S, may_confirm: bool, may_decline: bool
) -> None:
    for name, may in (("confirm", may_confirm), ("decline", may_decline)):
        async with db.write(SYSTEM) as session:
            lab = await a_lab(session, status=L.PLANNED, partner_status=said)
            party = await party_of(session, lab, "ZMB")
        code = await code_of(db, ZMB, act_on(name, party.id))
        assert code == (None if may else "LAB_PARTY_WRONG_STATUS"), (said, name)


async def test_who_declined_is_no_party_of_what_becomes_active_and_sees_it_no_more(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=L.PLANNED, partner_status=S.CONFIRMED, visibility=Audience.DELEGATION)
        party = await a_party(session, lab, "SEN", S.INVITED, role=LabPartyRole.PIVOTAL)
        pledged = await a_contribution(session, lab, "SEN")
    await do(db, SEN, "decline", party.id)
    assert (await kept(db, LabParty, party.id)).reason == "No budget."
    assert (await kept(db, LabContribution, pledged.id)).status is ContributionStatus.WITHDRAWN
    assert await code_of(db, SEN, act_on("add milestone", lab.id)) == "NOT_PERMITTED"
    assert await code_of(db, SEN, act_on("activate", lab.id)) == "NOT_PERMITTED"
    assert delegation_id("SEN") in (await kept(db, Lab, lab.id)).parties, "it may still change its mind"
    await do(db, FRA, "activate", lab.id)
    found = await kept(db, Lab, lab.id)
    assert set(found.parties) == {delegation_id("FRA"), delegation_id("ZMB")}
    async with db.read(SEN) as session:
        for table in (Lab, LabParty, LabText, LabContribution):
            assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(table))) == 0
    assert await code_of(db, SEN, act_on("confirm", party.id)) == "NOT_FOUND"


async def test_a_lab_needs_two_delegations_that_have_confirmed(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=L.PLANNED)
        await a_party(session, lab, "FRA", S.CONFIRMED, organisation="INRIA")
        party = await party_of(session, lab, "ZMB")
    await do(db, ZMB, "decline", party.id)
    assert await code_of(db, FRA, act_on("activate", lab.id)) == "LAB_TOO_FEW_PARTIES"
    await do(db, ZMB, "confirm", party.id)
    await do(db, FRA, "activate", lab.id)


async def test_the_modality_follows_those_who_take_part_still_by_the_founding_day(db: Database) -> None:
    past = today() - timedelta(days=40)
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=L.PLANNED, modality_on=past)
        party = await party_of(session, lab, "ZMB")
    for name, modality, reason in (
        ("decline", Modality.OTHER, LabModalityReason.TOO_FEW_STATES),
        ("confirm", Modality.NORTH_SOUTH, None),
    ):
        await do(db, ZMB, name, party.id)
        found = await kept(db, Lab, lab.id)
        assert (found.modality, found.modality_reason, found.modality_on) == (modality, reason, past)
    assert found.states == ["FRA", "ZMB"]


async def test_suspending_needs_a_reason(db: Database) -> None:

    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
    for reason in (" ", "x" * 2_001):
        await refused(db, FRA, partial(suspend_lab, lab_id=lab.id, reason=reason), ReasonNeeded, ("reason",))


async def test_the_lessons_become_a_practice_draft_and_experience_of_the_states_in_the_same_act(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(
            session,
            visibility=Audience.PUBLIC,
            capacity_areas=[CapacityArea.DATA_RESOURCES],
            sectors=["11130"],
            sdg_targets=["4.4"],
        )
        await add_translation(session, LabText, {"lab_id": lab.id}, Text("fr", "Cartes des sols pour tous"))
    lessons = Lessons("fr", "  Mesurer deux fois.  ")
    async with db.write(ZMB) as session:
        await conclude_lab(session, ZMB, lab.id, lessons)
    found = await kept(db, Lab, lab.id)
    assert (found.lessons, found.lessons_language) == ("Mesurer deux fois.", "fr")
    practice = await kept(db, Practice, found.practice_id)
    assert (practice.delegation_id, practice.status) == (delegation_id("ZMB"), PracticeStatus.DRAFT)
    assert (practice.capacity_areas, practice.sectors, practice.sdg_targets) == (
        lab.capacity_areas,
        ["11130"],
        ["4.4"],
    )
    async with db.read(SYSTEM) as session:
        text = (await session.execute(sa.select(PracticeText))).scalar_one()
        assert (text.title, text.description, text.language) == (
            "Cartes des sols pour tous",
            "Mesurer deux fois.",
            "fr",
        )
        cooperation = (await session.execute(sa.select(Cooperation))).scalar_one()
        assert (cooperation.lab_id, cooperation.host_state, cooperation.partner_states) == (lab.id, "FRA", ["ZMB"])
        assert (cooperation.started_on, cooperation.ended_on) == (today(), today())
        assert (cooperation.visibility, cooperation.sectors) == (Audience.PUBLIC, ["11130"])
        told = (await session.execute(sa.select(CooperationText.title))).scalar_one()  # type: ignore[call-overload]
        assert told == "Cartes des sols pour tous"


async def test_a_lab_that_its_parties_keep_to_themselves_leaves_no_experience_that_others_could_read(
    db: Database,
) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, visibility=Audience.DELEGATION)
    await do(db, FRA, "conclude", lab.id)
    async with db.read(SYSTEM) as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(Cooperation))) == 0
        assert (await session.execute(sa.select(Practice))).scalar_one().visibility is Audience.DELEGATION


@pytest.mark.parametrize(
    ("lessons", "error", "path"),
    [
        (Lessons("en", " "), TextNeeded, ("lessons",)),
        (Lessons("en", "x" * 20_001), TextNeeded, ("lessons",)),
        (Lessons("nonsense", "Measure."), Invalid, ("language",)),
        (Lessons("en", "Measure.", "x" * 201), Invalid, ("title",)),
    ],
)
async def test_without_lessons_a_lab_does_not_end(
    db: Database, lessons: Lessons, error: type[Invalid], path: tuple[str, ...]
) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
    await refused(db, FRA, partial(conclude_lab, lab_id=lab.id, lessons=lessons), error, path)


async def test_a_lab_ends_once_its_milestones_have_all_come_to_something(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        await a_milestone(session, lab, MilestoneStatus.MISSED)
        milestone = await a_milestone(session, lab)
    assert await code_of(db, FRA, act_on("conclude", lab.id)) == "LAB_MILESTONES_PLANNED"
    await do(db, FRA, "drop", milestone.id)
    await do(db, FRA, "conclude", lab.id)
    assert await code_of(db, FRA, act_on("revise milestone", milestone.id)) == "LAB_WRONG_STATUS"


async def test_a_stranger_is_told_of_no_lab_that_is_planned(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=L.PLANNED, visibility=Audience.PUBLIC)
    for who in ("public", "secretariat", "SEN focal point"):
        await refused(db, actor(who), act_on("activate", lab.id), NotFound, ("id",))
