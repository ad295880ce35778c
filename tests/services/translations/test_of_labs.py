"""Translations of labs: whoever sees the lab suggests, the founder's focal points decide, and no stranger learns of one."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Audience
from services.core.db import Database
from services.core.read.shape import table_of
from services.core.texts import search_parts
from services.labs.founding import revise_lab
from services.labs.tables import Lab, LabText
from services.labs.terms import LabPartyStatus, LabStatus
from services.notices.terms import NoticeEvent
from tests.builders import actor, delegation_id
from tests.conftest import OneAtATime
from tests.services.labs.world import a_lab, a_party, act_on, party_of
from tests.services.notices.world import tell_all, told
from tests.services.translations.test_isolation import attempt, row
from tests.services.translations.world import (
    LAB,
    SUGGESTION,
    announced,
    do,
    keeping,
    outcome,
    shown,
    step,
    suggest,
    suggesting,
    suggestion,
)

WHO = (
    "public", "applicant focal point", "suspended focal point", "FRA viewer", "FRA contributor", "FRA focal point",
    "ZMB viewer", "ZMB contributor", "ZMB focal point", "SEN focal point", "EGY contributor", "CHN focal point",
    "VAT contributor", "secretariat",
)  # fmt: skip
PARTIES = {one for one in WHO if one[:3] in {"FRA", "ZMB", "SEN"}}
"""SEN speaks for an organisation."""
WRITES = {one for one in WHO if one.endswith(("contributor", "focal point"))} | {"secretariat"}
MEMBERS = set(WHO) - {"public", "applicant focal point", "suspended focal point"}
SEES = {
    (LabStatus.PLANNED, Audience.PUBLIC): PARTIES,
    (LabStatus.ACTIVE, Audience.DELEGATION): PARTIES,
    (LabStatus.ACTIVE, Audience.MEMBERS): MEMBERS,
    (LabStatus.CONCLUDED, Audience.PUBLIC): set(WHO),
}


async def the_lab(db: Database, status: LabStatus = LabStatus.ACTIVE, visibility: Audience = Audience.MEMBERS) -> UUID:
    """A lab of France and Zambia, founded by France, with a university of Senegal."""
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=status, visibility=visibility)
        await a_party(session, lab, "SEN", LabPartyStatus.CONFIRMED, organisation="UCAD")
    return lab.id


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("status", "visibility"), [*SEES])
async def test_who_may_suggest(db: OneAtATime, who: str, status: LabStatus, visibility: Audience) -> None:
    thing = await the_lab(db, status, visibility)
    sees, writes = who in SEES[status, visibility], who in WRITES - {"applicant focal point", "suspended focal point"}
    expected = "NOT_FOUND" if not sees else None if writes else "NOT_PERMITTED"
    assert await outcome(db, who, suggesting(thing, "Cartes des sols", kind=LAB)) == expected


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ["accept", "decline", "withdraw"])
async def test_who_may_decide(db: OneAtATime, who: str, name: str) -> None:
    made = await suggest(db, "ZMB contributor", await the_lab(db), "Cartes des sols", kind=LAB)
    may = {"ZMB contributor", "ZMB focal point"} if name == "withdraw" else {"FRA focal point"}
    knows = {one for one in WHO if one[:3] in {"FRA", "ZMB"}}
    expected = None if who in may else "NOT_PERMITTED" if who in knows else "NOT_FOUND"
    assert await outcome(db, who, step(name, made)) == expected


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ["confirm", "remove"])
async def test_who_may_keep_or_remove(db: OneAtATime, who: str, name: str) -> None:
    thing = await the_lab(db, visibility=Audience.DELEGATION)
    await suggest(db, "FRA focal point", thing, "Cartes des sols", kind=LAB)
    assert await shown(db, thing, kind=LAB) == ("accepted", "Cartes des sols", False)
    expected = None if who == "FRA focal point" else "NOT_PERMITTED" if who in PARTIES else "NOT_FOUND"
    assert await outcome(db, who, keeping(name, thing, kind=LAB)) == expected


@pytest.mark.parametrize("who", ["public", "EGY focal point", "suspended focal point", "secretariat"])
async def test_a_stranger_neither_sees_nor_writes_the_texts_of_a_private_lab(db: OneAtATime, who: str) -> None:
    thing = await the_lab(db, visibility=Audience.DELEGATION)
    await suggest(db, "ZMB contributor", thing, "Cartes des sols", kind=LAB)
    text = table_of(LabText)
    configurations, words, sketch = search_parts("cartes des sols")
    search = sa.func.lab_search(configurations, words, sketch, 0.4).scalar_table_valued("id")
    for reader, expected in ((who, 0), ("SEN viewer", 2)):
        async with db.read(actor(reader)) as session:
            assert await session.scalar(sa.select(sa.func.count()).select_from(text)) == expected
            assert await session.scalar(sa.select(sa.func.count()).select_from(SUGGESTION)) == 0
            found = sa.select(table_of(Lab).c.id).where(table_of(Lab).c.id.in_(sa.select(search)))
            assert list((await session.execute(found)).scalars()) == ([thing] if expected else [])
    forged = sa.insert(SUGGESTION).values(row(thing, kind="lab"))
    assert await attempt(db, who, forged) == "refused"
    words_in = {"lab_id": thing, "language": "ru", "is_original": False, "title": "Карты", "visibility": "public"}
    accepted = {"translation_status": "accepted", "status": "active", "delegation_id": delegation_id("FRA")}
    inserted = sa.insert(text).values(**words_in, **accepted, accepted_at=sa.func.now())
    assert await attempt(db, who, inserted) == "refused"
    assert await attempt(db, who, sa.update(text).values(title="Mine")) == "nothing"


async def test_nobody_says_whose_lab_it_is(db: OneAtATime) -> None:
    thing = await the_lab(db, LabStatus.PLANNED)
    for column in ("founder_id", "delegation_id"):
        change = sa.update(table_of(Lab)).values({column: delegation_id("ZMB")})
        assert await attempt(db, "ZMB focal point", change) == "done"
        async with db.read(SYSTEM) as session:
            lab = await session.get_one(Lab, thing)
            assert (lab.founder_id, lab.delegation_id) == (delegation_id("FRA"), delegation_id("FRA"))


async def test_revised_texts_leave_translations_stale_and_their_delegation_hears_of_it(db: OneAtATime) -> None:
    thing = await the_lab(db, LabStatus.PLANNED)
    await suggest(db, "FRA focal point", thing, "Cartes des sols", kind=LAB)
    waiting = await suggest(db, "ZMB contributor", thing, "Карты почв", "ru", kind=LAB)
    partner = actor("ZMB focal point")
    async with db.write(partner) as session:
        await revise_lab(session, partner, thing, 1, {"terms_of_reference": "Others."})
    assert (await shown(db, thing, kind=LAB), (await suggestion(db, waiting)).is_stale) == (
        ("accepted", "Cartes des sols", False),
        False,
    )
    async with db.write(partner) as session:
        await revise_lab(session, partner, thing, 2, {"title": "Soil and water maps"})
    assert await shown(db, thing, kind=LAB) == ("accepted", "Cartes des sols", True)
    assert (await suggestion(db, waiting)).is_stale
    [stale] = [facts for event, facts in await announced(db) if event == "translation.stale"]
    assert (stale["kind"], stale["languages"]) == ("lab", ["fr"])
    await tell_all(db)
    assert set(await told(db, NoticeEvent.TRANSLATION_STALE)) == {"FRA contributor", "FRA focal point"}
    await do(db, "FRA focal point", keeping("confirm", thing, kind=LAB))
    assert await shown(db, thing, kind=LAB) == ("accepted", "Cartes des sols", False)


async def test_texts_of_a_founder_who_declined_are_the_first_party_s_once_the_lab_is_active(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=LabStatus.PLANNED, visibility=Audience.DELEGATION)
        await a_party(session, lab, "SEN", LabPartyStatus.INVITED)
        founder, partner, third = [await party_of(session, lab, one) for one in ("FRA", "ZMB", "SEN")]
    waiting = await suggest(db, "SEN contributor", lab.id, "Cartes des sols", kind=LAB)
    for who, name, key in (
        ("ZMB focal point", "revise", lab.id),
        ("FRA focal point", "decline", founder.id),
        ("SEN focal point", "confirm", third.id),
    ):
        one = actor(who)
        async with db.write(one) as session:
            await act_on(name, key)(session, one)
    assert (await suggestion(db, waiting)).delegation_id == delegation_id("FRA")
    assert partner.delegation_id == delegation_id("ZMB")
    one = actor("SEN focal point")
    async with db.write(one) as session:
        await act_on("activate", lab.id)(session, one)
    assert (await suggestion(db, waiting)).delegation_id == delegation_id("ZMB")
    assert await outcome(db, "FRA focal point", step("accept", waiting)) == "NOT_FOUND"
    assert await outcome(db, "SEN focal point", step("accept", waiting)) == "NOT_PERMITTED"
    await do(db, "ZMB focal point", step("accept", waiting))
    assert await shown(db, lab.id, kind=LAB) == ("accepted", "Cartes des sols", False)
    assert await outcome(db, "FRA focal point", keeping("remove", lab.id, kind=LAB)) == "NOT_FOUND"
