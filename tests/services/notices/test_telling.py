"""Each event reaches exactly the people who must hear of it, once, in their language, and nobody else."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Role
from services.core.db import Database, Writer
from services.core.read.shape import table_of
from services.core.table import now
from services.identity.commands import give_role, invite_person, remove_person
from services.identity.terms import Invitation
from services.practices import commands as practices
from services.practices.tables import PracticeText
from services.practices.terms import PracticeStatus
from services.proposals import commands as proposals
from services.proposals.reminders import remind_of_expiry
from services.proposals.terms import ProposalStatus
from tests.builders import a_practice, actor, id_of
from tests.conftest import OneAtATime
from tests.services.notices.world import (
    announced,
    announcements,
    done_and_told,
    languages_of,
    mails,
    set_languages,
    tell_all,
    told,
)
from tests.services.proposals.world import a_proposal, in_days

Make = Callable[[Writer], Awaitable[UUID]]
Act = Callable[..., Awaitable[Any]]

ZMB = {"ZMB focal point", "ZMB contributor"}
FRA = {"FRA focal point", "FRA contributor"}


def a_practice_that_is(status: PracticeStatus) -> Make:
    async def make(session: Writer) -> UUID:
        return (await a_practice(session, status=status)).id

    return make


def a_proposal_that(status: ProposalStatus = ProposalStatus.OPEN, **columns: Any) -> Make:
    async def make(session: Writer) -> UUID:
        return (await a_proposal(session, status=status, **columns)).id

    return make


async def nothing(_: Writer) -> UUID:
    return id_of("nothing")


async def invite(session: Writer, who: Any, _: UUID) -> object:
    return await invite_person(session, who, Invitation("new@ministry.example", "New Person", Role.VIEWER, ("fr",)))


async def platform(work: Act, session: Writer, _who: Any, _key: UUID) -> object:
    return await work(session)


CASES: dict[str, tuple[Make, str, Act, set[str]]] = {
    "practice_submitted": (
        a_practice_that_is(PracticeStatus.DRAFT),
        "ZMB focal point",
        practices.submit_practice,
        {"secretariat"},
    ),
    "practice_returned": (
        a_practice_that_is(PracticeStatus.IN_REVIEW),
        "secretariat",
        partial(practices.return_practice, reason="No evidence given."),
        ZMB,
    ),
    "practice_published": (
        a_practice_that_is(PracticeStatus.IN_REVIEW),
        "secretariat",
        practices.publish_practice,
        ZMB,
    ),
    "practice_withdrawn": (
        a_practice_that_is(PracticeStatus.PUBLISHED),
        "secretariat",
        partial(practices.withdraw_practice, reason="It rests on a mistake."),
        ZMB,
    ),
    "proposal_withdrawn": (
        a_proposal_that(),
        "secretariat",
        partial(proposals.withdraw_proposal, reason="It rests on a mistake."),
        ZMB,
    ),
    "proposal_expired": (
        a_proposal_that(expires_on=in_days(-1)),
        "platform",
        partial(platform, proposals.expire_proposals),
        ZMB,
    ),
    "proposal_expiry_due": (
        a_proposal_that(expires_on=in_days(14)),
        "platform",
        partial(platform, remind_of_expiry),
        {"ZMB focal point"},
    ),
    "person_role_given": (
        lambda _: _key_of("ZMB viewer"),
        "ZMB focal point",
        partial(give_role, role=Role.CONTRIBUTOR),
        {"ZMB viewer"},
    ),
    "person_removed": (lambda _: _key_of("ZMB viewer"), "ZMB focal point", remove_person, {"ZMB viewer"}),
    "person_invited": (nothing, "ZMB focal point", invite, {"New Person"}),
}


async def _key_of(name: str) -> UUID:
    return id_of(name)


@pytest.mark.parametrize("event", CASES)
async def test_an_act_is_told_to_exactly_these_people_in_their_language(db: OneAtATime, event: str) -> None:
    make, who, act, expected = CASES[event]
    assert await done_and_told(db, make, who, act) == [event]
    assert set(await told(db)) == expected
    wanted = languages_of(expected) | ({"New Person": "fr"} if event == "person_invited" else {})
    assert await mails(db) == wanted


async def test_what_is_gone_by_then_is_told_to_nobody(db: OneAtATime) -> None:
    await announced(db, "secretariat", "practice.returned", id_of("nothing"), reason="Gone.")
    await announced(db, "secretariat", "practice.applauded", id_of("nothing"))
    assert await told(db) == {}


async def test_an_expiry_is_announced_once_for_each_day_of_expiry(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, expires_on=in_days(10))
        for code, day in (("FRA", in_days(15)), ("SEN", in_days(-1))):
            await a_proposal(session, by=code, expires_on=day)
        revision, changed_at = proposal.revision, proposal.updated_at
        assert await remind_of_expiry(session) == 1
        assert await remind_of_expiry(session) == 0
        await session.refresh(proposal)
        assert (proposal.revision, proposal.updated_at) == (revision, changed_at)
        proposal.expires_on = in_days(12)
        await session.flush()
        assert await remind_of_expiry(session) == 1
    facts = [(one["event"], one["facts"]["expires_on"]) for one in await announcements(db)]
    assert facts == [("proposal.expiry_due", in_days(days).isoformat()) for days in (10, 12)]


async def test_the_owner_s_own_withdrawal_is_not_announced(db: OneAtATime) -> None:
    who = actor("ZMB focal point")
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session, status=PracticeStatus.PUBLISHED)
        proposal = await a_proposal(session)
    async with db.write(who) as session:
        await practices.withdraw_practice(session, who, practice.id, "Outdated.")
        await proposals.withdraw_proposal(session, who, proposal.id, "Outdated.")
    assert await announcements(db) == []


async def test_what_is_rolled_back_was_never_announced(db: OneAtATime) -> None:
    who = actor("ZMB focal point")
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session)

    async def broken() -> None:
        async with db.write(who) as session:
            await practices.submit_practice(session, who, practice.id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    assert await announcements(db) == []


async def test_no_secret_of_an_invitation_is_announced_or_kept(db: Database) -> None:
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        issued = await invite_person(session, who, Invitation("new@ministry.example", "New", Role.VIEWER))
    [payload] = await announcements(db)
    assert issued.secret not in str(payload)
    await tell_all(db)
    async with db.read(SYSTEM) as session:
        kept = [str(await session.scalar(_everything(table))) for table in ("notice", "mail", "person", "pgqueuer")]
    assert issued.secret not in "".join(kept)
    assert "New" in kept[2]


def _everything(table: str) -> Any:
    return sa.text(f"SELECT string_agg(t::text, ' ') FROM {table} t")


async def test_a_title_comes_in_the_languages_that_its_author_has_accepted(db: OneAtATime) -> None:
    await set_languages(db)
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session, title="Teaching", status=PracticeStatus.PUBLISHED)
        original = table_of(PracticeText)
        for language, title, status in (("fr", "Enseigner", "accepted"), ("ar", "Not the author's", "suggested")):
            copied = {"practice_id": practice.id, "language": language, "is_original": False, "title": title}
            row = {**copied, "delegation_id": practice.delegation_id, "status": "published", "visibility": "public"}
            made: dict[str, Any] = {"summary": "", "description": "", "translation_status": status}
            made |= {"accepted_at": now()} if status == "accepted" else {"suggestion_id": id_of("suggestion")}
            await session.execute(sa.insert(original).values(**row, **made))
    await announced(db, "secretariat", "practice.published", practice.id)
    found = await told(db)
    assert "Enseigner" in found["ZMB focal point"]
    assert "Teaching" in found["ZMB contributor"]
