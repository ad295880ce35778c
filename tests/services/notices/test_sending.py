"""A mail is handed to a real server until one accepts it, and never once more; what became of it is kept."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.errors import NotFound
from services.core.ports import free_port
from services.core.table import now
from services.notices import rules
from services.notices.errors import MailNotTroubled
from services.notices.sending import send_again, send_mail, sweep, troubled
from services.notices.terms import MailState
from tests.builders import id_of
from tests.conftest import OneAtATime
from tests.services.notices.mail_server import Deliveries
from tests.services.notices.mailing import a_mail, broken_after, kept, later, room
from tests.services.notices.world import change_person

S = MailState


async def test_a_mail_is_delivered_once_however_often_it_is_asked_for(
    db: OneAtATime, server: tuple[Deliveries, int]
) -> None:
    deliveries, port = server
    mail_id = await a_mail(db)
    assert await send_mail(db, room(port), mail_id) is S.SENT
    for _ in range(2):
        assert await send_mail(db, room(port), mail_id) is None
    assert deliveries.recipients == ["zmb.viewer@test.example"]
    assert deliveries[0]["subject"] == "practice_returned “1” \\"
    mail = await kept(db, mail_id)
    assert (mail.state, mail.attempts, mail.reason) == (S.SENT, 1, "")
    assert mail.sent_at is not None


async def test_several_workers_at_once_deliver_one(db: OneAtATime, server: tuple[Deliveries, int]) -> None:
    deliveries, port = server
    mail_id = await a_mail(db)

    async def late() -> MailState | None:
        await later(db, next_attempt_at=now())  # as if the first worker's time were over
        return await send_mail(db, room(port), mail_id)

    found = await asyncio.gather(send_mail(db, room(port), mail_id), *(late() for _ in range(3)))
    assert [one for one in found if one is not None] == [S.SENT]
    assert len(deliveries.accepted) == 1


@pytest.mark.parametrize(
    ("answers", "state", "reason"),
    [
        ({"RCPT": "550 5.1.1 no such person"}, S.FAILED, "550 5.1.1 no such person"),
        ({"END": "554 5.7.1 not wanted"}, S.FAILED, "554 5.7.1 not wanted"),
        ({"RCPT": "451 4.7.1 come back later"}, S.WAITING, "451 4.7.1 come back later"),
        ({"END": "452 4.3.1 no room now"}, S.WAITING, "452 4.3.1 no room now"),
    ],
)
async def test_what_the_server_says_decides(
    db: OneAtATime, server: tuple[Deliveries, int], answers: dict[str, str], state: MailState, reason: str
) -> None:
    deliveries, port = server
    deliveries.answers.update(answers)
    mail_id = await a_mail(db)
    assert await send_mail(db, room(port), mail_id) is state
    mail = await kept(db, mail_id)
    assert (mail.state, mail.reason) == (state, reason)
    deliveries.answers.clear()
    assert await send_mail(db, room(port), mail_id) is None, "not before its time"
    await later(db, next_attempt_at=now())
    assert await send_mail(db, room(port), mail_id) is (S.SENT if state is S.WAITING else None)
    assert len(deliveries.accepted) == (1 if state is S.WAITING else 0)


async def test_no_server_is_waited_for_longer_and_longer_and_then_given_up(db: OneAtATime) -> None:
    mail_id, port = await a_mail(db), free_port()
    waits = []
    for _ in range(rules.MOST_ATTEMPTS):
        before = now()
        assert await send_mail(db, room(port), mail_id) is S.WAITING
        waits.append(round(((await kept(db, mail_id)).next_attempt_at - before) / timedelta(minutes=1)))
        await later(db, next_attempt_at=now())
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == 360
    assert await send_mail(db, room(port), mail_id) is None
    mail = await kept(db, mail_id)
    assert mail.state is S.FAILED
    assert mail.reason.startswith("Given up after 20 attempts: ")


async def test_a_connection_that_breaks_before_the_end_counts_for_nothing(
    db: OneAtATime, server: tuple[Deliveries, int]
) -> None:
    deliveries, port = server
    mail_id = await a_mail(db)
    async with broken_after(port, b"DATA\r\n") as broken:
        assert await send_mail(db, room(broken), mail_id) is S.WAITING
    assert deliveries.accepted == []
    await later(db, next_attempt_at=now())
    assert await send_mail(db, room(port), mail_id) is S.SENT
    assert len(deliveries.accepted) == 1


async def test_a_connection_that_breaks_after_the_end_leaves_it_unconfirmed(
    db: OneAtATime, server: tuple[Deliveries, int]
) -> None:
    deliveries, port = server
    mail_id = await a_mail(db)
    async with broken_after(port, b"\r\n.\r\n") as broken:
        assert await send_mail(db, room(broken), mail_id) is S.UNCONFIRMED
    await later(db, next_attempt_at=now())
    assert await send_mail(db, room(port), mail_id) is None
    assert len(deliveries.accepted) <= 1


async def test_an_operator_sends_again_what_failed_or_is_unconfirmed_and_nothing_else(
    db: OneAtATime, server: tuple[Deliveries, int]
) -> None:
    deliveries, port = server
    lost = await a_mail(db, state=S.UNCONFIRMED, claimed_at=now(), attempts=3, reason="Connection lost")
    fine = await a_mail(db, state=S.SENT, sent_at=now())
    async with db.read(SYSTEM) as session:
        [shown] = await troubled(session, 10)
        assert (shown["id"], shown["email"], shown["reason"]) == (lost, "zmb.viewer@test.example", "Connection lost")
    async with db.write(SYSTEM) as session:
        await send_again(session, lost)
        for wrong, error in ((fine, MailNotTroubled), (id_of("nothing"), NotFound)):
            with pytest.raises(error):
                await send_again(session, wrong)
    assert await send_mail(db, room(port), lost) is S.SENT
    assert len(deliveries.accepted) == 1


async def test_a_sweep_asks_for_what_is_due_once_and_settles_claims_whose_worker_is_gone(db: OneAtATime) -> None:
    due = await a_mail(db, next_attempt_at=now() - timedelta(minutes=1))
    await a_mail(db, next_attempt_at=now() + timedelta(minutes=1))
    gone = await a_mail(db, state=S.SENDING, claimed_at=now() - timedelta(minutes=12))
    alive = await a_mail(db, state=S.SENDING, claimed_at=now() - timedelta(minutes=10))
    for _ in range(2):
        async with db.write(SYSTEM) as session:
            assert await sweep(session) == 1
    async with db.read(SYSTEM) as session:
        keys = (await session.execute(sa.text("SELECT dedupe_key FROM pgqueuer"))).scalars().all()
    assert keys == [f"mail {due}"]
    assert [(await kept(db, one)).state for one in (gone, alive)] == [S.UNCONFIRMED, S.SENDING]


async def test_who_left_meanwhile_gets_no_mail(db: OneAtATime, server: tuple[Deliveries, int]) -> None:
    deliveries, port = server
    mail_id = await a_mail(db)
    async with db.write(SYSTEM) as session:
        await change_person(session, "ZMB viewer", left_at=now())
    assert await send_mail(db, room(port), mail_id) is None
    assert ((await kept(db, mail_id)).reason, deliveries.accepted) == ("The person has left.", [])
