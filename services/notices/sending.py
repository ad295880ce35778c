"""Sending mails: one attempt after another until one is accepted, and never one more.

The state of a mail is kept in short transactions; none is open while the network is waited for.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM
from services.core.db import Database, Reader, Writer
from services.core.errors import DomainError, NotFound
from services.core.ids import write_id
from services.core.jobs import enqueue
from services.core.read.shape import table_of
from services.core.table import now
from services.core.tokens import new_secret
from services.identity.commands import set_mailed_invitation
from services.identity.resets import set_mailed_reset
from services.identity.tables import Person
from services.notices import rules
from services.notices.commands import SEND
from services.notices.errors import MailNotTroubled, MailPostponed, MailRefused, MailUnconfirmed
from services.notices.letters import Letterhead, Outgoing, compose
from services.notices.post import END_SECONDS, Post
from services.notices.tables import Mail, Notice
from services.notices.terms import MailState, NoticeEvent, Way, Who

CLAIM_LASTS = timedelta(seconds=END_SECONDS + 60)
"""After so long a claim's worker is gone, or it would have kept what the server said."""
BATCH = 500
"""How many mails one sweep asks for."""
S = MailState
_TROUBLED = (S.FAILED, S.UNCONFIRMED)
_KEEPING: Mapping[Way, tuple[Callable[[Writer, UUID, str], Awaitable[bool]], str]] = {
    Way.INVITATION: (set_mailed_invitation, "The invitation is not open any more."),
    Way.RESET: (set_mailed_reset, "The person has left."),
}
"""What keeps the hash of a secret, and why it may not."""
_OUTCOMES: Mapping[type[DomainError], tuple[MailState, tuple[MailState, ...]]] = {
    MailPostponed: (S.WAITING, (S.WAITING, S.SENDING)),
    MailRefused: (S.FAILED, (S.WAITING, S.SENDING)),
    MailUnconfirmed: (S.UNCONFIRMED, (S.SENDING,)),
}
"""What a mail is after each failure, and in which states it must be for that."""


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Where mails go: people who are made up (demonstration) get theirs in a folder, always."""

    head: Letterhead
    post: Post
    folder: Post


async def send_mail(db: Database, room: Mailroom, mail_id: UUID) -> MailState | None:
    """Make one attempt to send a mail that is due; return what it is then, None where there was nothing to do.

    Any number of workers may call it for the same mail, and be killed at any point: the mail is accepted at most
    once, and as long as nobody has ended the message it is tried again.
    """
    begun = await _begin(db, mail_id)
    if begun is None:
        return None
    outgoing, person_id, is_demo = begun
    post = room.folder if is_demo else room.post
    try:
        letter = compose(outgoing, room.head)
        async with post.delivered(letter, partial(_claim, db, mail_id, person_id, outgoing)) as accepted:
            return await _settle(db, mail_id, S.SENT, (S.SENDING, S.UNCONFIRMED)) if accepted else None
    except (MailPostponed, MailRefused, MailUnconfirmed) as error:
        state, before = _OUTCOMES[type(error)]
        return await _settle(db, mail_id, state, before, reason=error.message)


async def sweep(session: Writer) -> int:
    """Ask for the mails that are due, and settle claims whose worker is gone; return how many were asked for.

    Work of the platform itself (``SYSTEM``); doing it twice asks for nothing twice.
    """
    row = table_of(Mail).c
    gone = sa.update(table_of(Mail)).where(row.state == S.SENDING, row.claimed_at < now() - CLAIM_LASTS)
    await session.execute(
        gone.values(state=S.UNCONFIRMED, reason="The worker ended before the server's answer was kept.")
    )
    due = sa.select(row.id).where(row.state == S.WAITING, row.next_attempt_at <= now())
    found = (await session.execute(due.order_by(row.next_attempt_at).limit(BATCH))).scalars().all()
    for mail_id in found:
        await enqueue(session, SEND, f"mail {mail_id}", mail_id=str(mail_id))
    return len(found)


async def send_again(session: Writer, mail_id: UUID) -> UUID:
    """Let a mail that failed or is unconfirmed be sent once more, as an operator has decided.

    Raises:
        NotFound: no such mail.
        MailNotTroubled: it is neither failed nor unconfirmed.
    """
    mail = await session.get(Mail, mail_id, with_for_update=True)
    if mail is None:
        raise NotFound("No such mail.")
    if mail.state not in _TROUBLED:
        raise MailNotTroubled(f"This mail is {mail.state.value}; only one that failed or is unconfirmed is sent again.")
    mail.state, mail.attempts, mail.next_attempt_at = S.WAITING, 0, now()
    await session.flush()
    await enqueue(session, SEND, f"mail {mail_id}", mail_id=str(mail_id))
    return mail_id


async def troubled(session: Reader, first: int) -> list[Mapping[str, Any]]:
    """The newest mails that failed or are unconfirmed: id, state, recipient, event, times and reason."""
    mail, person, notice = table_of(Mail).c, table_of(Person).c, table_of(Notice).c
    found = sa.select(mail.id, mail.state, person.email, notice.event, mail.created_at, mail.attempts, mail.reason)
    joined = found.join_from(table_of(Mail), table_of(Person), person.id == mail.person_id)
    joined = joined.join(table_of(Notice), notice.id == mail.notice_id).where(mail.state.in_(_TROUBLED))
    return [dict(row) for row in (await session.execute(joined.order_by(mail.id.desc()).limit(first))).mappings()]


async def counts(session: Reader) -> dict[MailState, int]:
    """How many mails there are in each state."""
    row = table_of(Mail).c
    found = await session.execute(sa.select(row.state, sa.func.count()).group_by(row.state))
    return {state: int(number) for state, number in found}


async def _begin(db: Database, mail_id: UUID) -> tuple[Outgoing, UUID, bool] | None:
    """Count an attempt at a mail that is due and return what it is made of; the next is not before the delay."""
    async with db.write(SYSTEM) as session:
        due = sa.and_(col(Mail.state) == S.WAITING, col(Mail.next_attempt_at) <= now())
        wanted = sa.select(Mail).where(col(Mail.id) == mail_id, due)
        mail = (await session.execute(wanted.with_for_update(skip_locked=True))).scalar_one_or_none()
        if mail is None:
            return None
        notice, person = await session.get_one(Notice, mail.notice_id), await session.get_one(Person, mail.person_id)
        rule = rules.RULES[NoticeEvent(notice.event)]
        if mail.attempts >= rules.MOST_ATTEMPTS:
            mail.state, mail.reason = S.FAILED, f"Given up after {mail.attempts} attempts: {mail.reason}"
        elif person.left_at is not None and rule.to is not Who.PERSON:
            mail.state, mail.reason = S.FAILED, "The person has left."
        if mail.state is S.FAILED:
            return None
        mail.attempts += 1
        mail.next_attempt_at = now() + rules.delay(mail.attempts)
        way = rules.WAYS.get(NoticeEvent(notice.event))
        outgoing = Outgoing(
            notice_id=notice.id,
            language=mail.language,
            title=notice.titles[mail.language],
            text=notice.texts[mail.language],
            about=write_id(notice.about_kind, notice.about_id),
            name=person.name,
            email=person.email,
            written_at=notice.created_at,
            always=rule.always,
            secret=None if way is None else new_secret(f"gof_{way}"),
            way=way or Way.INVITATION,
        )
        return outgoing, person.id, person.is_demo


async def _claim(db: Database, mail_id: UUID, person_id: UUID, outgoing: Outgoing) -> bool:
    """Keep that the message is ended now; of several who ask, one is given it.

    With it the hash of a secret is kept, which until now stood only in the message.
    """
    async with db.write(SYSTEM) as session:
        row = table_of(Mail).c
        claimed = sa.update(table_of(Mail)).where(row.id == mail_id, row.state == S.WAITING)
        done = await session.execute(claimed.values(state=S.SENDING, claimed_at=now()).returning(row.id))
        if done.one_or_none() is None:
            return False
        keep, otherwise = _KEEPING[outgoing.way]
        if outgoing.secret is None or await keep(session, person_id, outgoing.secret):
            return True
        over = sa.update(table_of(Mail)).where(row.id == mail_id)
        await session.execute(over.values(state=S.FAILED, reason=otherwise))
        return False


async def _settle(
    db: Database, mail_id: UUID, state: MailState, before: tuple[MailState, ...], *, reason: str = ""
) -> MailState | None:
    """Keep what became of a mail that is in one of the states ``before``."""
    row = table_of(Mail).c
    settled = sa.update(table_of(Mail)).where(row.id == mail_id, row.state.in_(before))
    values = {"state": state, "reason": reason, "sent_at": now() if state is S.SENT else None}
    async with db.write(SYSTEM) as session:
        done = (await session.execute(settled.values(values).returning(row.id))).one_or_none()
    return None if done is None else state
