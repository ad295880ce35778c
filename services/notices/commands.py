"""Writes of notices: telling people of an event, and marking as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.core.actor import Actor, Role
from services.core.db import Writer
from services.core.errors import Invalid, NotFound, NotSignedIn
from services.core.jobs import enqueue
from services.core.live import tell, topic
from services.core.read.shape import Condition, table_of
from services.core.table import now
from services.identity.tables import Person
from services.identity.terms import MailSetting
from services.membership.tables import Delegation
from services.membership.terms import TAKES_PART, Standing
from services.notices import rules
from services.notices.subjects import SUBJECTS
from services.notices.tables import Mail, Notice
from services.notices.terms import DECIDERS, NoticeEvent, Rule, Subject, Who
from services.notices.words import in_all_languages

SEND = "notices.send"
"""The job that sends one mail."""
MOST_READ = 100
"""How many notices one call marks as read, unless it marks all."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event as it was announced: what happened to what, and who did it."""

    id: UUID
    event: NoticeEvent
    noun: str
    about: UUID
    by_person: UUID | None
    facts: dict[str, Any]


async def tell_people(session: Writer, announced: Announcement) -> int:
    """Write the notices of an event, one for each person who must hear of it, and the mails that they want.

    Work of the platform itself: the session is ``SYSTEM``'s. Telling again tells nobody twice. Return how many people
    were told.
    """
    subject = await SUBJECTS[announced.noun](session, announced.about, announced.facts)
    if subject is None:
        return 0
    rule = rules.RULES[announced.event]
    people = (await session.execute(_recipients(rule, subject, announced.by_person))).all()
    if not people:
        return 0
    titles, texts = in_all_languages(announced.event, subject.said)
    notices = [
        Notice(
            event_id=announced.id,
            person_id=person.id,
            event=announced.event.value,
            about_kind=subject.kind,
            about_id=subject.id,
            titles=titles,
            texts=texts,
        ).model_dump()
        for person in people
    ]
    row = table_of(Notice).c
    written = insert(Notice).values(notices).on_conflict_do_nothing().returning(row.person_id, row.id)
    told = dict(tuple(one) for one in await session.execute(written))
    for person in people:
        if person.id in told and (rule.always or person.mail is MailSetting.EACH):
            await _post(session, told[person.id], person.id, rules.language_of(person.languages))
    if told:
        await tell(session, *(topic("person", person_id) for person_id in told))
    return len(told)


async def read_notices(session: Writer, actor: Actor, notices: Sequence[UUID] | None) -> UUID:
    """Mark notices of the actor as read, all of them for None; return the actor's person.

    What a person has read is nobody else's business, so no delegation sees the leaf that the record has of it.

    Raises:
        NotSignedIn: nobody is signed in.
        Invalid: more than ``MOST_READ`` at once.
        NotFound: one of them is none, or not the actor's.
    """
    if actor.person_id is None:
        raise NotSignedIn("Sign in first: this needs a person.")
    row = table_of(Notice).c
    mine: Condition = row.person_id == actor.person_id
    if notices is not None:
        wanted = set(notices)
        if len(wanted) > MOST_READ:
            raise Invalid(f"Name up to {MOST_READ} notices; these are {len(wanted):,}.", path=("ids",))
        mine = sa.and_(mine, row.id.in_(wanted))
        if int(await session.scalar(sa.select(sa.func.count()).where(mine)) or 0) < len(wanted):
            raise NotFound("No such notice.", path=("ids",))
    await session.execute(sa.update(table_of(Notice)).where(mine, row.read_at.is_(None)).values(read_at=now()))
    await tell(session, topic("person", actor.person_id))
    return actor.person_id


def _recipients(rule: Rule, subject: Subject, by_person: UUID | None) -> sa.Select[UUID, list[str], MailSetting]:
    """Who hears of it: with id, languages and mail setting; never the person who did it."""
    person = sa.select(col(Person.id), col(Person.languages), col(Person.mail))
    joined = person.outerjoin_from(Person, Delegation, col(Delegation.id) == col(Person.delegation_id))
    others = sa.and_(col(Person.id).is_distinct_from(by_person), col(Person.erased_at).is_(None))
    named = col(Person.id) == subject.person_id
    if rule.to is Who.PERSON:
        return joined.where(others, named)
    here = sa.and_(col(Person.left_at).is_(None), col(Person.invitation_hash).is_(None))
    hears = (_addressed(rule, who, subject) for who in (rule.to, *rule.also))
    addressed = sa.and_(named, _takes_part()) if rule.to is Who.SUGGESTER else sa.or_(*hears)
    return joined.where(others, here, addressed).order_by(col(Person.id))


def _takes_part() -> Condition:
    return sa.or_(col(Person.role) == Role.SECRETARIAT, col(Delegation.standing).in_(sorted(TAKES_PART)))


def _addressed(rule: Rule, who: Who, subject: Subject) -> Condition:
    """Whether a person with a delegation, or without one, is among those whom ``who`` names."""
    takes_part = sa.true() if rule.concerns else _takes_part()
    match who:
        case Who.OWNER if Who.OWNER not in subject.sides:
            return col(Person.role) == Role.SECRETARIAT
        case Who.SECRETARIAT:
            return col(Person.role) == Role.SECRETARIAT
        case Who.CONCERNED:
            own = sa.and_(col(Person.delegation_id) == subject.sides.get(Who.OWNER), col(Person.role).in_(rule.roles))
            return sa.or_(col(Person.id) == subject.person_id, own, col(Person.role) == Role.SECRETARIAT)
        case Who.CO_CHAIRS:
            chairs = sa.and_(
                col(Delegation.standing) == Standing.CO_CHAIR,
                col(Delegation.id).is_distinct_from(subject.sides.get(Who.OWNER)),
            )
            return sa.and_(chairs, col(Person.role).in_(sorted(DECIDERS)))
        case Who.BOTH_SIDES:
            sides = [subject.sides[Who.SENDER], subject.sides[Who.RECEIVER]]
        case Who.PARTIES:
            sides = sorted(subject.parties)
        case side:
            sides = [subject.sides[side]] if side in subject.sides else []
    return sa.and_(col(Person.delegation_id).in_(sides), col(Person.role).in_(sorted(rule.roles)), takes_part)


async def _post(session: Writer, notice_id: UUID, person_id: UUID, language: str) -> None:
    mail = Mail(notice_id=notice_id, person_id=person_id, language=language)
    await session.execute(sa.insert(Mail).values(**mail.model_dump()))
    await enqueue(session, SEND, f"mail {mail.id}", mail_id=str(mail.id))
