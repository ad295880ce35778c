"""Who hears of an exchange, and who hears nothing: by side, role, standing, and whether they are there at all."""

from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Role
from services.core.read.shape import table_of
from services.core.table import now
from services.identity.tables import Person
from services.identity.terms import MailSetting
from services.membership.tables import StandingProposal
from services.membership.terms import Standing
from services.notices.tables import Notice
from services.practices.terms import PracticeStatus
from services.proposals.exchange import Words
from services.proposals.expression_commands import (
    ExpressionContent,
    agree_expression,
    send_expression,
    take_up_talks,
)
from services.proposals.terms import ExpressionStatus, Party
from services.proposals.thread_commands import write_message
from tests.builders import a_practice, actor, delegation_id, id_of
from tests.conftest import OneAtATime
from tests.services.notices.world import (
    announced,
    announcements,
    change_person,
    languages_of,
    mails,
    set_languages,
    tell_all,
    told,
)
from tests.services.proposals.world import a_proposal, an_expression, in_days

ZMB = {"ZMB focal point", "ZMB contributor"}
FRA = {"FRA focal point", "FRA contributor"}

EXCHANGE: dict[str, tuple[str, Party | None, set[str]]] = {
    "sent": ("FRA focal point", Party.RECEIVER, ZMB),
    "talks_taken_up": ("ZMB focal point", Party.SENDER, FRA),
    "asked": ("ZMB focal point", Party.SENDER, FRA),
    "replied": ("FRA focal point", Party.RECEIVER, ZMB),
    "agreed": ("FRA focal point", None, ZMB | FRA - {"FRA focal point"}),
    "declined": ("ZMB focal point", None, FRA),
    "withdrawn": ("FRA focal point", None, ZMB),
    "expired": ("platform", None, ZMB | FRA),
    "turn_due": ("platform", Party.SENDER, {"FRA focal point"}),
}
STATUS = {"agreed": ExpressionStatus.AGREED, "declined": ExpressionStatus.DECLINED}


@pytest.mark.parametrize("step", EXCHANGE)
async def test_a_step_of_the_exchange_is_told_to_the_other_side(db: OneAtATime, step: str) -> None:
    who, turn, expected = EXCHANGE[step]
    await set_languages(db)
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, by="ZMB", title="Courses for nurses")
        status = STATUS.get(step, ExpressionStatus.SENT if turn else ExpressionStatus.EXPIRED)
        expression = await an_expression(session, proposal, by="FRA", status=status, turn=turn)
    day = in_days(14).isoformat() if turn else None
    await announced(db, who, f"expression_of_interest.{step}", expression.id, turn=turn, deadline=day)
    found = await told(db)
    assert set(found) == expected
    assert [title for title in found.values() if "Courses for nurses" not in title] == []
    assert await mails(db) == languages_of(expected)


async def test_a_reminder_of_a_turn_that_is_over_is_told_to_nobody(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_expression(session, await a_proposal(session), turn=Party.RECEIVER)
    facts = {"turn": Party.SENDER, "deadline": in_days(1).isoformat()}
    await announced(db, "platform", "expression_of_interest.turn_due", expression.id, **facts)
    assert await told(db) == {}


@pytest.mark.parametrize(
    "change",
    [{"left_at": now()}, {"invitation_hash": b"x", "invitation_expires_at": now()}, {"role": Role.VIEWER}],
    ids=["who left", "who is only invited", "who only reads"],
)
async def test_these_people_hear_nothing(db: OneAtATime, change: dict[str, Any]) -> None:
    async with db.write(SYSTEM) as session:
        await change_person(session, "ZMB contributor", **change)
        practice = await a_practice(session, status=PracticeStatus.PUBLISHED)
    await announced(db, "secretariat", "practice.published", practice.id)
    assert set(await told(db)) == {"ZMB focal point"}


@pytest.mark.parametrize("code", ["suspended", "applicant"])
async def test_a_delegation_that_takes_no_part_hears_nothing_of_others_acts(db: OneAtATime, code: str) -> None:
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session, by=code, status=PracticeStatus.PUBLISHED)
    await announced(db, "secretariat", "practice.published", practice.id)
    assert await told(db) == {}


async def test_a_co_chair_is_told_of_a_proposal_about_itself_as_any_delegation_is(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        made = StandingProposal(delegation_id=delegation_id("CHN"), standing=Standing.MEMBER, reference="NV 1")
        session.add(made)
    await announced(db, "secretariat", "standing.proposed", made.id)
    assert set(await told(db)) == {"CHN focal point", "CHN contributor"}


async def test_who_wants_no_mail_gets_the_notice_and_only_mails_about_the_own_access(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        await change_person(session, "ZMB contributor", mail=MailSetting.NONE)
        practice = await a_practice(session, status=PracticeStatus.PUBLISHED)
    await announced(db, "secretariat", "practice.published", practice.id)
    assert set(await told(db)) == ZMB
    assert set(await mails(db)) == {"ZMB focal point"}
    await announced(db, "ZMB focal point", "person.role_given", id_of("ZMB contributor"), role="viewer")
    assert set(await mails(db)) == ZMB


@pytest.mark.parametrize(("who", "expected"), [("FRA contributor", ZMB), ("ZMB focal point", FRA)])
async def test_a_message_is_told_to_the_other_side(db: OneAtATime, who: str, expected: set[str]) -> None:
    await set_languages(db)
    async with db.write(SYSTEM) as session:
        expression = await an_expression(session, await a_proposal(session, by="ZMB"), by="FRA")
    async with db.write(actor(who)) as session:
        await write_message(session, actor(who), expression.id, "en", "When could we meet?")
    await tell_all(db, times=2)
    found = await told(db)
    assert set(found) == expected
    assert [title for title in found.values() if "When could we meet?" in title] == []
    assert await mails(db) == languages_of(expected)


async def test_a_whole_exchange_is_told_step_by_step(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, by="ZMB")
    sender, receiver = actor("FRA focal point"), actor("ZMB focal point")
    async with db.write(sender) as session:
        key = await send_expression(session, sender, ExpressionContent(proposal.id, "en", "We would like to join."))
    async with db.write(receiver) as session:
        await take_up_talks(session, receiver, key, Words())
    async with db.write(sender) as session:
        await agree_expression(session, sender, key, Words())
    assert [one["event"] for one in await announcements(db)] == [
        "expression_of_interest.sent",
        "expression_of_interest.talks_taken_up",
        "expression_of_interest.agreed",
    ]
    await tell_all(db)
    async with db.read(SYSTEM) as session:
        notice, person = table_of(Notice).c, table_of(Person).c
        found = await session.execute(
            sa.select(notice.event, person.name).join_from(
                table_of(Notice), table_of(Person), person.id == notice.person_id
            )
        )
        heard = {(event.removeprefix("expression_of_interest_"), name) for event, name in found}
    assert heard == {
        *(("sent", name) for name in ZMB),
        *(("talks_taken_up", name) for name in FRA),
        *(("agreed", name) for name in ZMB | {"FRA contributor"}),
    }
