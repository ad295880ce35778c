"""A lost second factor: two others agree, all concerned are told, and nothing changes before a day has passed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Role
from services.core.db import Database, connect
from services.core.errors import DomainError, Invalid, NotFound, NotPermitted, NotSignedIn
from services.core.read.shape import table_of
from services.core.table import uuid7
from services.identity import recoveries
from services.identity.credentials import sign_in
from services.identity.errors import NoSecondFactor, RecoveryThere, TicketNotValid
from services.identity.jobs import complete_recoveries
from services.identity.passkey_tables import Passkey
from services.identity.queries import Actors
from services.identity.recovery_tables import Recovery
from services.identity.tables import Person
from services.identity.terms import RecoveryStatus
from services.notices.terms import NoticeEvent
from tests.builders import actor, id_of
from tests.conftest import OneAtATime, Urls
from tests.services.identity.test_factors import ticket_of, with_authenticator
from tests.services.identity.world import ISSUER, PASSWORD, SIGNER, email_of, in_session, nothing_changes
from tests.services.notices.world import mails, tell_all, told

S = RecoveryStatus
WHO, CHIEF, OTHER = "ZMB contributor", "ZMB focal point", "secretariat"


async def sure(db: Database, who: str) -> Actor:
    """Someone in a session who has a second factor."""
    async with db.write(SYSTEM) as session:
        key = uuid7().bytes
        session.add(Passkey(person_id=id_of(who), name="Key", credential_id=key, public_key=key))
    return replace(actor(who), session_id=id_of(f"session {who}"))


async def asked(db: Database, who: str = WHO) -> UUID:
    """A recovery that someone has asked for, who has an authenticator."""
    await with_authenticator(db, who)
    return await recoveries.request_recovery(db, await ticket_of(db, who))


async def approve(db: Database, who: Actor, key: UUID) -> None:
    async with db.write(who) as session:
        await recoveries.approve_recovery(session, who, key)


async def refuse(db: Database, who: Actor, key: UUID, reason: str = "We do not know of it.") -> None:
    async with db.write(who) as session:
        await recoveries.refuse_recovery(session, who, key, reason)


async def cancel(db: Database, who: Actor, key: UUID) -> None:
    async with db.write(who) as session:
        await recoveries.cancel_recovery(session, who, key)


async def found(db: Database, key: UUID) -> Recovery:
    async with db.read(SYSTEM) as session:
        one = (await session.execute(sa.select(Recovery).where(table_of(Recovery).c.id == key))).scalar_one()
        session.expunge(one)
        return one


async def set_back(db: Database, by: timedelta) -> None:
    row = table_of(Recovery)
    async with db.write(SYSTEM) as session:
        moved = {"ready_at": row.c.ready_at - by, "expires_at": row.c.expires_at - by}
        await session.execute(sa.update(row).values(moved))


@pytest.mark.parametrize("first", [CHIEF, OTHER])
async def test_two_agree_and_after_a_day_the_person_sets_one_up_anew(db: Database, first: str) -> None:
    _, access = await in_session(db, WHO)
    key = await asked(db)
    for who in (first, OTHER if first == CHIEF else CHIEF):
        assert (await found(db, key)).status is S.WAITING
        await approve(db, await sure(db, who), key)
    assert (await found(db, key)).status is S.APPROVED
    async with nothing_changes(db):
        await complete_recoveries(db)
    await set_back(db, timedelta(days=1, hours=1))
    ticket = await ticket_of(db, WHO)
    await complete_recoveries(db)
    assert (await found(db, key)).status is S.COMPLETED
    with pytest.raises(NotSignedIn):
        await Actors(db, SIGNER).of(access)
    with pytest.raises(TicketNotValid):
        await recoveries.request_recovery(db, ticket)
    signed = await sign_in(db, ISSUER, email_of(WHO), PASSWORD)
    held = await Actors(db, SIGNER).of(signed.access_token)
    assert (held.enrols, held.acts, held.delegation_id) == (True, False, None)
    async with nothing_changes(db):
        await complete_recoveries(db)


WHO_MAY: dict[str, type[DomainError] | None] = {
    "public": NotFound,
    "ZMB viewer": NotFound,
    WHO: NotPermitted,
    CHIEF: None,
    "FRA focal point": NotFound,
    "CHN focal point": NotFound,
    "suspended focal point": NotFound,
    OTHER: None,
}


@pytest.mark.parametrize("who", WHO_MAY)
@pytest.mark.parametrize("act", ["approve", "refuse"])
async def test_who_may_agree_or_refuse(db: Database, act: str, who: str) -> None:
    key, expected = await asked(db), WHO_MAY[who]
    me = actor(who) if who == "public" else await sure(db, who)
    acting = approve if act == "approve" else refuse
    if expected is None:
        await acting(db, me, key)
        return
    async with nothing_changes(db):
        with pytest.raises((expected, NotSignedIn)):
            await acting(db, me, key)
    assert (await found(db, key)).first_approver_id is None


async def test_nobody_agrees_twice_or_for_themselves_or_by_a_token_or_without_a_second_factor(db: Database) -> None:
    key = await asked(db, CHIEF)
    me, chief = await sure(db, OTHER), await sure(db, CHIEF)
    for who, error in ((chief, "NOT_PERMITTED"), (replace(me, session_id=None), "NOT_PERMITTED")):
        with pytest.raises(DomainError) as refused:
            await approve(db, who, key)
        assert refused.value.code == error
    async with db.write(SYSTEM) as session:
        await session.execute(sa.delete(table_of(Passkey)).where(table_of(Passkey).c.person_id == id_of(OTHER)))
    with pytest.raises(NoSecondFactor):
        await approve(db, me, key)
    await approve(db, await sure(db, OTHER), key)
    with pytest.raises(DomainError) as refused:
        await approve(db, me, key)
    assert refused.value.code == "APPROVED_ALREADY"


async def another_of_the_secretariat(db: Database) -> Actor:
    key = id_of("another of the secretariat")
    async with db.write(SYSTEM) as session:
        session.add(Person(id=key, email="another@test.example", name="Another", role=Role.SECRETARIAT))
        await session.flush()
        session.add(Passkey(person_id=key, name="Key", credential_id=b"a", public_key=b"b"))
    return replace(actor(OTHER), person_id=key, session_id=key)


async def test_two_of_the_secretariat_do_only_where_the_delegation_has_no_other_focal_point(db: Database) -> None:
    one, two = await sure(db, OTHER), await another_of_the_secretariat(db)
    key = await asked(db)
    await approve(db, one, key)
    with pytest.raises(DomainError) as refused:
        await approve(db, two, key)
    assert refused.value.code == "FOCAL_POINT_MUST_APPROVE"
    last = await asked(db, CHIEF)
    await approve(db, one, last)
    await approve(db, two, last)
    assert (await found(db, last)).status is S.APPROVED


@pytest.mark.parametrize(
    "values",
    [
        {"first_approver_id": id_of(WHO)},
        {"first_approver_id": id_of(CHIEF), "second_approver_id": id_of(CHIEF)},
        {"status": S.APPROVED},
        {"second_approver_id": id_of(CHIEF)},
    ],
    ids=str,
)
async def test_the_database_itself_knows_that_two_others_must_agree(db: Database, values: dict[str, Any]) -> None:
    await asked(db)
    with pytest.raises(sa.exc.IntegrityError, match="check constraint"):
        async with db.write(SYSTEM) as session:
            await session.execute(sa.update(table_of(Recovery)).values(values))


@pytest.mark.parametrize("agreed", [0, 1, 2])
@pytest.mark.parametrize("end", [S.REFUSED, S.CANCELLED, S.EXPIRED])
async def test_it_can_be_stopped_until_it_is_completed(db: Database, end: RecoveryStatus, agreed: int) -> None:
    key = await asked(db)
    people = [await sure(db, CHIEF), await sure(db, OTHER)]
    for who in people[:agreed]:
        await approve(db, who, key)
    match end:
        case S.REFUSED:
            for reason in (" ", "x" * 501):
                with pytest.raises(Invalid):
                    await refuse(db, people[0], key, reason)
            await refuse(db, people[0], key)
        case S.CANCELLED:
            with pytest.raises(NotPermitted):
                await cancel(db, people[0], key)
            await cancel(db, replace(actor(WHO), session_id=key), key)
        case _ if agreed == 2:
            return  # agreed to in time, it is completed
        case _:
            await set_back(db, timedelta(days=7, hours=1))
            with pytest.raises(DomainError):
                await approve(db, people[1], key)
    await set_back(db, timedelta(days=1, hours=1))
    await complete_recoveries(db)
    assert (await found(db, key)).status is end
    assert await ticket_of(db, WHO), "the second factor is still there"
    for who in people:
        with pytest.raises(DomainError):
            await approve(db, who, key)
    await recoveries.request_recovery(db, await ticket_of(db, WHO))


async def test_one_is_open_at_a_time_and_no_ticket_no_recovery(db: Database) -> None:
    await asked(db)
    with pytest.raises(RecoveryThere):
        await recoveries.request_recovery(db, await ticket_of(db, WHO))
    with pytest.raises(TicketNotValid):
        await recoveries.request_recovery(db, "gof_ticket_none")


ASKS: dict[str, type[DomainError] | None] = {
    "ZMB viewer": NotPermitted,
    WHO: NotPermitted,
    CHIEF: None,
    "FRA focal point": NotFound,
    OTHER: None,
}


@pytest.mark.parametrize("who", ASKS)
async def test_who_may_ask_for_another(db: Database, who: str) -> None:
    me, expected = await sure(db, who), ASKS[who]

    async def ask(whom: str) -> UUID:
        async with db.write(me) as session:
            return await recoveries.request_recovery_for(session, me, id_of(whom))

    if expected is None:
        one = await found(db, await ask(WHO))
        assert (one.person_id, one.requested_by_id, one.first_approver_id) == (id_of(WHO), id_of(who), None)
        with pytest.raises(NotPermitted):
            await ask(who)
        return
    async with nothing_changes(db):
        with pytest.raises(expected):
            await ask(WHO)


async def test_all_concerned_are_told_of_each_step_by_mail_too(db: OneAtATime) -> None:
    key = await asked(db)
    await tell_all(db)
    assert set(await told(db, NoticeEvent.RECOVERY_REQUESTED)) == {CHIEF, OTHER}, "who asked knows"
    await approve(db, await sure(db, CHIEF), key)
    await tell_all(db)
    assert set(await told(db, NoticeEvent.RECOVERY_APPROVED)) == {WHO, OTHER}
    await approve(db, await sure(db, OTHER), key)
    await set_back(db, timedelta(days=1, hours=1))
    await complete_recoveries(db)
    await tell_all(db)
    assert set(await told(db, NoticeEvent.RECOVERY_COMPLETED)) == {WHO, CHIEF, OTHER}
    assert set(await mails(db)) == {WHO, CHIEF, OTHER}


@pytest.fixture
async def real(urls: Urls) -> AsyncIterator[Database]:
    """A database whose transactions are kept; what was done is removed after."""
    db = Database(urls.app, size=8)
    yield db
    await db.close()
    owner = await connect(urls.owner)
    await owner.execute("DELETE FROM recovery; DELETE FROM passkey; DELETE FROM pgqueuer; DELETE FROM record_leaf")
    await owner.close()


async def test_of_many_who_agree_at_once_two_count(real: Database) -> None:
    me, chief = await sure(real, OTHER), await sure(real, CHIEF)
    async with real.write(chief) as session:
        key = await recoveries.request_recovery_for(session, chief, id_of(WHO))
    many = await asyncio.gather(*(approve(real, who, key) for who in [me, chief] * 5), return_exceptions=True)
    assert Counter(type(one) for one in many)[type(None)] == 2
    one = await found(real, key)
    assert {one.first_approver_id, one.second_approver_id} == {id_of(OTHER), id_of(CHIEF)}
    assert one.status is S.APPROVED
