"""What someone signed in proves before a second factor is changed: the password, and a second factor that is there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core import totp
from services.core.actor import SYSTEM, Actor
from services.core.audit import record
from services.core.db import Database, Writer
from services.core.errors import NotPermitted
from services.core.events import announce
from services.core.live import tell, topic
from services.core.table import now
from services.core.tokens import secret_hash
from services.identity import challenges, queries, rules, tries
from services.identity.errors import NoSecondFactor, ProofMissing, WrongCode, WrongPassword
from services.identity.factor_tables import Authenticator, RecoveryCode
from services.identity.holding import Issuer, Known, end_other_sessions, known, verified
from services.identity.tables import Person
from services.identity.terms import Proof

PROVE, MAKE = "prove", "make"
"""What a challenge is bound to beside the session: proving a passkey that is there, or making one."""


def in_session(actor: Actor) -> tuple[UUID, UUID]:
    """Return the actor's person and session.

    Raises:
        NotPermitted: not asked in a session of one's own.
    """
    if actor.session_id is None or actor.person_id is None:
        raise NotPermitted("Second factors are changed by the person, signed in; an API token cannot.")
    return actor.person_id, actor.session_id


async def with_password(db: Database, actor: Actor, password: str) -> Known:
    """Return the actor's person as read before, whose password it is.

    Raises:
        NotPermitted, WrongPassword, TooManyTries: it is not, or not asked in a session, or too many were wrong.
    """
    me, _ = in_session(actor)
    buckets = tries.password_buckets(me)
    await tries.count(db, buckets)
    person = await verified(await known(db, SYSTEM, col(Person.id) == me), password, WrongPassword(("password",)))
    async with db.write(SYSTEM) as session:
        await tries.give_back(session, buckets)
    return person


@asynccontextmanager
async def proven(db: Database, issuer: Issuer, actor: Actor, proof: Proof) -> AsyncIterator[Writer]:
    """Open a transaction of the platform in which the actor's second factor is proven; undone, so is the use of a code.

    Raises:
        NotPermitted: not asked in a session of one's own.
        ProofMissing: neither a code nor the answer of a passkey, or both.
        NoSecondFactor, WrongCode, PasskeyNotGood, TooManyTries: it is not proven.
    """
    me, session_id = in_session(actor)
    match proof:
        case Proof(code=str(code), passkey=None):
            async with counted(db, me) as session:
                await check_code(session, issuer, me, code)
                yield session
        case Proof(code=None, passkey=str(answer)):
            asked = await challenges.spend(db, challenges.for_session(PROVE, session_id))
            async with db.write(SYSTEM) as session:
                await challenges.prove(session, issuer.site, asked, answer)
                yield session
        case _:
            raise ProofMissing


@asynccontextmanager
async def counted(db: Database, person_id: UUID) -> AsyncIterator[Writer]:
    """Open a transaction in which a code of the person is tried, counted as a wrong one until it was right."""
    buckets = {tries.key("second factor", str(person_id)): rules.CODE_TRIES}
    await tries.count(db, buckets)
    async with db.write(SYSTEM) as session:
        yield session
        await tries.give_back(session, buckets)


async def check_code(session: Writer, issuer: Issuer, person_id: UUID, code: str) -> None:
    """Spend a code of a person's authenticator, or one of the recovery codes.

    Raises:
        NoSecondFactor: the person has none.
        WrongCode: it is neither.
    """
    if not await queries.has_second_factor(session, person_id):
        raise NoSecondFactor
    given = rules.plain_code(code)
    if len(given) == totp.DIGITS:
        found = await authenticator(session, person_id)
        if found is None or found.confirmed_at is None:
            raise WrongCode
        spend_code(issuer, found, given)
        return
    unused = sa.and_(
        col(RecoveryCode.code_hash) == secret_hash(given),
        col(RecoveryCode.person_id) == person_id,
        col(RecoveryCode.used_at).is_(None),
    )
    spent = sa.update(RecoveryCode).where(unused).values(used_at=now())
    if (await session.execute(spent.returning(col(RecoveryCode.code_hash)))).one_or_none() is None:
        raise WrongCode
    await announce(session, SYSTEM, "person.recovery_code_used", person_id)


async def authenticator(session: Writer, person_id: UUID) -> Authenticator | None:
    """Lock the person's authenticator, so that of two uses of one code one comes first."""
    wanted = sa.select(Authenticator).where(col(Authenticator.person_id) == person_id)
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(locked)).scalar_one_or_none()


def spend_code(issuer: Issuer, found: Authenticator, code: str) -> None:
    """Let what an authenticator shows now be good no more.

    Raises:
        WrongCode: it does not show this.
    """
    secret = issuer.seal.open(found.sealed_secret, found.person_id.bytes)
    step = totp.step_of(code, secret, now(), found.last_step)
    if step is None:
        raise WrongCode
    found.last_step = step
    found.revision += 1


async def begin_to_count(session: Writer, actor: Actor, me: UUID) -> tuple[str, ...]:
    """Return the recovery codes that come with a first second factor, before it counts; none where there is another.

    Sessions that were begun without one end.
    """
    if await queries.has_second_factor(session, me):
        return ()
    await end_other_sessions(session, actor)
    return await new_codes(session, me)


async def new_codes(session: Writer, person_id: UUID) -> tuple[str, ...]:
    """Make the ten recovery codes of a person anew."""
    await session.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
    codes = tuple(rules.new_recovery_code() for _ in range(rules.RECOVERY_CODES))
    hashed = (secret_hash(rules.plain_code(code)) for code in codes)
    session.add_all(RecoveryCode(code_hash=one, person_id=person_id) for one in hashed)
    return codes


async def drop_codes_of_nothing(session: Writer, me: UUID) -> None:
    """Remove the recovery codes once they stand in for nothing any more."""
    if not await queries.has_second_factor(session, me):
        await session.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.person_id) == me))


async def keep(session: Writer, actor: Actor, me: UUID, act: str) -> None:
    """Record and announce; the person hears of it too, in case it was somebody else."""
    await session.flush()
    await record(session, actor, f"person.{act}", "person", me)
    await announce(session, SYSTEM, f"person.{act}", me)
    await tell(session, topic("person", me))
