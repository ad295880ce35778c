"""What happens in a joint lab is told to the people of its parties, and what is suggested to whom it concerns."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Writer
from services.core.table import now
from services.labs.milestone_commands import tell_overdue
from services.labs.tables import Lab
from services.labs.terms import LabPartyStatus, LabStatus
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.services.labs.world import a_lab, a_milestone, a_party, act_on, party_of
from tests.services.notices.world import (
    announcements,
    change_person,
    languages_of,
    mails,
    set_languages,
    tell_all,
    told,
)
from tests.services.translations.world import a_published, do, step, suggest

ZMB = {"ZMB focal point", "ZMB contributor"}
FRA = {"FRA focal point", "FRA contributor"}

ACTS: dict[str, tuple[str, LabStatus, str, str]] = {
    "lab_revised": ("revise", LabStatus.PLANNED, "FRA focal point", "The plan of"),
    "lab_party_confirmed": ("confirm", LabStatus.PLANNED, "ZMB focal point", "Zambia has confirmed its part in"),
    "lab_party_declined": ("decline", LabStatus.PLANNED, "ZMB focal point", "Zambia has declined its part in"),
    "lab_activated": ("activate", LabStatus.PLANNED, "FRA focal point", "has started"),
    "lab_suspended": ("suspend", LabStatus.ACTIVE, "FRA focal point", "is suspended"),
    "lab_resumed": ("resume", LabStatus.SUSPENDED, "FRA focal point", "goes on"),
    "lab_concluded": ("conclude", LabStatus.ACTIVE, "FRA focal point", "is concluded"),
    "lab_milestone_reached": ("reach", LabStatus.ACTIVE, "FRA focal point", ": First map"),
    "lab_milestone_missed": ("miss", LabStatus.ACTIVE, "FRA focal point", ": First map"),
    "lab_milestone_dropped": ("drop", LabStatus.ACTIVE, "FRA focal point", ": First map"),
    "lab_updated": ("post update", LabStatus.ACTIVE, "FRA contributor", "told by France"),
    "lab_output_delivered": ("deliver output", LabStatus.ACTIVE, "FRA focal point", "has delivered: A course"),
}


async def key_for(session: Writer, act: str, lab: Lab) -> UUID:
    """What the act is on: the lab, ZMB's part in it, or a milestone."""
    match act:
        case "confirm" | "decline":
            return (await party_of(session, lab, "ZMB")).id
        case "reach" | "miss" | "drop":
            return (await a_milestone(session, lab, due=-1)).id
        case _:
            return lab.id


@pytest.mark.parametrize("event", ACTS)
async def test_an_act_on_a_lab_is_told_to_the_people_of_its_parties(db: OneAtATime, event: str) -> None:
    act, status, who, words = ACTS[event]
    confirmed = LabPartyStatus.CONFIRMED if act == "activate" else None
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=status, partner_status=confirmed)
        key = await key_for(session, act, lab)
    async with db.write(actor(who)) as session:
        await act_on(act, key)(session, actor(who))
    assert [one["event"].replace(".", "_") for one in await announcements(db)] == [event]
    await tell_all(db, times=2)
    found = await told(db)
    assert set(found) == (FRA if act == "decline" else FRA | ZMB) - {who}
    assert [title for title in found.values() if words not in title] == []


async def test_a_milestone_that_is_overdue_is_told_once_to_all_parties_in_their_languages(db: OneAtATime) -> None:
    await set_languages(db)
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        await a_milestone(session, lab, due=-1)
        for _ in range(2):
            await tell_overdue(session)
    await tell_all(db)
    assert set(await told(db)) == FRA | ZMB
    assert await mails(db) == languages_of(FRA | ZMB)


async def test_a_party_that_is_an_organisation_is_called_by_its_name_and_who_declined_hears_no_more(
    db: OneAtATime,
) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=LabStatus.PLANNED)
        await a_party(session, lab, "EGY", LabPartyStatus.DECLINED)
        party = await a_party(session, lab, "SEN", LabPartyStatus.INVITED, organisation="University of Dakar")
    async with db.write(actor("SEN focal point")) as session:
        await act_on("confirm", party.id)(session, actor("SEN focal point"))
    await tell_all(db)
    found = await told(db)
    assert set(found) == FRA | ZMB | {"SEN contributor"}
    assert set(found.values()) == {"University of Dakar has confirmed its part in “Soil maps for everyone”"}


async def test_a_suggested_translation_waits_for_the_focal_points_of_the_author(db: OneAtATime) -> None:
    await suggest(db, "FRA contributor", await a_published(db, title="Teaching"), "Enseigner")
    await tell_all(db)
    assert await told(db) == {"ZMB focal point": "A translation of “Teaching” waits for you: French"}


@pytest.mark.parametrize(
    ("act", "who", "title"),
    [
        ("accept", "FRA contributor", "Your translation of “Teaching” was accepted"),
        ("decline", "FRA contributor", "Your translation of “Teaching” was declined"),
        ("withdraw", "ZMB focal point", "A suggested translation of “Teaching” was taken back"),
    ],
)
async def test_what_became_of_a_suggestion_is_told_to_whom_it_concerns(
    db: OneAtATime, act: str, who: str, title: str
) -> None:
    key = await suggest(db, "FRA contributor", await a_published(db, title="Teaching"), "Enseigner")
    async with db.write(SYSTEM) as session:
        await session.execute(sa.text("DELETE FROM pgqueuer"))
    await do(db, "FRA contributor" if act == "withdraw" else "ZMB focal point", step(act, key))
    await tell_all(db)
    assert await told(db) == {who: title}


async def test_who_suggested_and_left_hears_nothing(db: OneAtATime) -> None:
    key = await suggest(db, "FRA contributor", await a_published(db, title="Teaching"), "Enseigner")
    await do(db, "ZMB focal point", step("accept", key))
    async with db.write(SYSTEM) as session:
        await change_person(session, "FRA contributor", left_at=now())
    await tell_all(db)
    assert "FRA contributor" not in await told(db)
