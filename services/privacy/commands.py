"""Writes of privacy: a person asks for their data, or to be erased; the platform erases.

Erasing touches what only its owner sees, so it is the platform's own work (``SYSTEM``), done by a job.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Writer
from services.core.errors import NotPermitted
from services.core.events import announce
from services.core.jobs import enqueue
from services.core.live import tell, topic
from services.core.policy import lock
from services.core.table import now, uuid7
from services.identity import resets
from services.identity.policy import last_focal_point, visible_to
from services.identity.queries import hold_delegation
from services.identity.tables import Person
from services.identity.terms import MailSetting
from services.privacy import policy, rules

ERASE = "privacy.erase"
"""The job that erases one person."""


async def export_data(session: Writer, actor: Actor) -> UUID:
    """Put on record that a person takes a copy of all that is kept about them; return the person's id.

    Raises:
        NotPermitted: not asked in a session of one's own.
    """
    me = _in_session(actor)
    await record(session, actor, "person.data_exported", "person", me)
    return me


async def ask_erasure(session: Writer, actor: Actor) -> UUID:
    """Ask that one's own name and address go, 7 days from now; return the person's id.

    Raises:
        NotPermitted: not asked in a session of one's own.
        Conflict: see ``policy.refusals_to_ask``.
    """
    me = _in_session(actor)
    await hold_delegation(session, actor.delegation_id)
    person = await lock(session, actor, Person, me, visible_to, policy.refusals_to_ask, what="person")
    person.erase_at = rules.erase_at(now())
    return await _keep(session, actor, person, "person.erasure_asked", person.erase_at.date().isoformat())


async def cancel_erasure(session: Writer, actor: Actor) -> UUID:
    """Take back that one is erased; return the person's id. Where nothing was asked for, nothing is done.

    Raises:
        NotPermitted: not asked in a session of one's own.
        Conflict: see ``policy.refusals_to_cancel``.
    """
    me = _in_session(actor)
    person = await lock(session, actor, Person, me, visible_to, policy.refusals_to_cancel, what="person")
    if person.erase_at is None:
        return me
    person.erase_at = None
    return await _keep(session, actor, person, "person.erasure_cancelled", None)


async def order_erasure(session: Writer, actor: Actor, person_id: UUID) -> UUID:
    """Have someone erased who has left, at once: a worker does it within seconds.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_erase``.
    """
    refusals = policy.refusals_to_erase
    await lock(session, actor, Person, person_id, visible_to, refusals, what="person", update=False)
    await record(session, actor, "person.erasure_ordered", "person", person_id)
    await enqueue(session, ERASE, f"erase {uuid7()}", person_id=str(person_id))
    return person_id


async def erase(session: Writer, person_id: UUID) -> bool:
    """Erase a person whose time has come, or who has left; False where there is nothing to do, or not yet.

    Names, address and all that is the person's own go; acts stay under a pseudonym. Who asked for it is erased in all
    rows of the address: invitations and delegations of before. The last focal point waits for a successor.
    """
    person = await _held(session, person_id)
    if person is None or person.erased_at is not None:
        return False
    asked = person.erase_at is not None and person.erase_at <= now()
    if person.left_at is None and (not asked or await _is_last(session, person)):
        return False
    elsewhere = await _elsewhere(session, person) if asked else []
    for one in (person, *elsewhere):
        await _forget(session, one)
    return True


async def _forget(session: Writer, person: Person) -> None:
    key, address = person.id, person.email
    for name in rules.OWN:
        table = SQLModel.metadata.tables[name]
        await session.execute(sa.delete(table).where(table.c.person_id == key))
    await _drop_jobs(session, address)
    moment = now()
    person.name, person.email, person.languages = rules.pseudonym(key), rules.no_address(key), []
    person.mail, person.second_factor_due_at = MailSetting.NONE, None
    person.password_hash = person.invitation_hash = person.mailed_invitation_hash = person.invitation_expires_at = None
    person.reset_hash = person.reset_expires_at = None
    person.left_at, person.erased_at = person.left_at or moment, moment
    person.revision += 1
    await session.flush()
    await record(session, SYSTEM, "person.erased", "person", key)
    await announce(session, SYSTEM, "person.erased", key)
    await tell(session, topic("person", key))
    await session.execute(sa.select(sa.func.forget_person(key, person.name)))


async def _held(session: Writer, person_id: UUID) -> Person | None:
    """Lock a person after the delegation, as everyone does who makes focal points fewer."""
    delegation_id = await session.scalar(sa.select(col(Person.delegation_id)).where(col(Person.id) == person_id))
    await hold_delegation(session, delegation_id)
    wanted = sa.select(Person).where(col(Person.id) == person_id).with_for_update(key_share=True)
    return (await session.execute(wanted.execution_options(populate_existing=True))).scalar_one_or_none()


async def _elsewhere(session: Writer, person: Person) -> list[Person]:
    """The rows of the same address that are no way in any more, or not yet: left before, or only invited."""
    same = sa.and_(col(Person.email) == person.email, col(Person.id) != person.id, col(Person.erased_at).is_(None))
    idle = sa.or_(col(Person.left_at).is_not(None), col(Person.invitation_hash).is_not(None))
    found = sa.select(Person).where(same, idle).order_by(col(Person.id)).with_for_update(key_share=True)
    return list((await session.execute(found)).scalars())


async def _is_last(session: Writer, person: Person) -> bool:
    refusal = last_focal_point(Person)
    return bool(await session.scalar(sa.select(refusal.holds).where(col(Person.id) == person.id)))


async def _drop_jobs(session: Writer, address: str) -> None:
    """Remove the jobs that name the address, waiting or held."""
    named = sa.text(
        "DELETE FROM pgqueuer WHERE entrypoint = :job AND convert_from(payload, 'UTF8')::jsonb ->> 'email' = :email"
    )
    await session.execute(named, {"job": resets.JOB, "email": address})


async def _keep(session: Writer, actor: Actor, person: Person, act: str, day: str | None) -> UUID:
    person.revision += 1
    await session.flush()
    await record(session, actor, act, "person", person.id)
    await announce(session, SYSTEM, act, person.id, **({} if day is None else {"day": day}))
    await tell(session, topic("person", person.id))
    return person.id


def _in_session(actor: Actor) -> UUID:
    if actor.session_id is None or actor.person_id is None:
        raise NotPermitted("Your data are a matter of the person, signed in; an API token cannot.")
    return actor.person_id
