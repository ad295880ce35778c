"""Who a token stands for, and the other reads of people."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from math import inf
from time import monotonic
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from services.core.actor import SYSTEM, Actor, Role, Scope
from services.core.batching import Batch
from services.core.db import Database, Reader, Writer
from services.core.errors import NotSignedIn
from services.core.read.shape import Condition, table_of
from services.core.table import now
from services.core.tokens import AccessClaims, Signer, secret_hash
from services.identity import rules
from services.identity.factor_tables import Authenticator
from services.identity.passkey_tables import Passkey
from services.identity.tables import HOME, ApiToken, Person, SignInSession

API_TOKEN = "gof_api"  # noqa: S105 - no secret, but what every API token begins with
"""The prefix of API tokens, by which they are told from access tokens."""


def _confirmed(person_id: Any) -> Condition:
    """Whether the person of ``person_id``, a value or a column, has an authenticator that counts, or a passkey."""
    shows = sa.select(col(Authenticator.id)).where(
        col(Authenticator.person_id) == person_id, col(Authenticator.confirmed_at).is_not(None)
    )
    holds = sa.select(col(Passkey.id)).where(col(Passkey.person_id) == person_id)
    return sa.or_(shows.correlate(Person).exists(), holds.correlate(Person).exists())


_ENROLS = sa.and_(
    sa.func.coalesce(col(Person.second_factor_due_at) <= sa.func.now(), sa.false()),
    ~col(Person.is_demo),
    ~_confirmed(col(Person.id)),
)
_UNMARKED = sa.func.coalesce(col(ApiToken.last_used_at) < sa.func.now() - timedelta(minutes=1), sa.true())
"""Whether the use of an API token is to be kept: once a minute, not for each request."""
_WHO = (
    sa.select(
        col(Person.id),
        col(Person.role),
        col(Person.delegation_id),
        col(Person.languages),
        HOME.c.standing,
        _ENROLS.label("enrols"),
    )
    .outerjoin_from(Person, HOME, HOME.c.id == col(Person.delegation_id))
    .where(col(Person.left_at).is_(None))
)


async def actor_of_access(db: Database, claims: AccessClaims, *, demo: bool = False) -> Actor:
    """Return whom a verified access token stands for, with the rights that the person has now: one statement.

    Raises:
        NotSignedIn: the session has ended, or the person has left.
    """
    return _of_session(claims, (await actors_of_sessions(db, [claims.session], demo=demo)).get(claims.session))


async def actor_of_api_token(db: Database, secret: str) -> Actor:
    """Return whom an API token stands for: its person's rights of now, within the token's scopes; one statement.

    Raises:
        NotSignedIn: no such token, or it was revoked or has expired, or its person has left.
    """
    hashed = secret_hash(secret)
    return _of_api_token((await actors_of_api_tokens(db, [hashed])).get(hashed))


async def actors_of_sessions(db: Database, sessions: Collection[UUID], *, demo: bool = False) -> dict[UUID, Actor]:
    """Return who asks in each of these sessions, with the rights of now; those that are over are left out.

    So are those of people of the demonstration, unless ``demo`` lets them in.
    """
    alive = (
        _WHO.add_columns(col(SignInSession.id).label("key"))
        .join(SignInSession, col(SignInSession.person_id) == col(Person.id))
        .where(
            col(SignInSession.id) == sa.func.any(sa.bindparam("keys", list(sessions), ARRAY(sa.Uuid()))),
            col(SignInSession.ended_at).is_(None),
            col(SignInSession.expires_at) > now(),
        )
    )
    return {one.key: _actor(one, frozenset(Scope), one.key) for one in await _all(db, _let_in(alive, demo=demo))}


async def actors_of_api_tokens(db: Database, hashes: Collection[bytes], *, demo: bool = False) -> dict[bytes, Actor]:
    """Return whom API tokens stand for by the hash of each, with the rights of now; those of nobody are left out."""
    alive = (
        _WHO.add_columns(col(ApiToken.secret_hash).label("key"), col(ApiToken.scopes))
        .join(ApiToken, col(ApiToken.person_id) == col(Person.id))
        .where(
            col(ApiToken.secret_hash) == sa.func.any(sa.bindparam("keys", list(hashes), ARRAY(sa.LargeBinary()))),
            col(ApiToken.revoked_at).is_(None),
            col(ApiToken.expires_at) > now(),
        )
    )
    found = await _all(db, _let_in(alive.add_columns(_UNMARKED.label("unmarked")), demo=demo))
    if used := [one.key for one in found if one.unmarked]:
        async with db.write(SYSTEM) as session:
            mark = sa.update(table_of(ApiToken)).where(table_of(ApiToken).c.secret_hash.in_(sorted(used)))
            await session.execute(mark.values(last_used_at=sa.func.now()))
    return {one.key: _actor(one, rules.SCOPES[one.role] & frozenset(one.scopes), None) for one in found}


async def actor_of_person(db: Database, person_id: UUID) -> Actor:
    """Return a person as an actor, with the rights that the person has now, for a link that was given to them.

    Raises:
        NotSignedIn: there is no such person, or none any more.
    """
    for found in await _all(db, _WHO.where(col(Person.id) == person_id)):
        return _actor(found, frozenset({Scope.READ}), None)
    raise NotSignedIn("This link was given to someone who has left.")


@dataclass(frozen=True, slots=True)
class _Seen:
    """Whom a token stood for and when that was asked, by the clock of ``Actors``; the claims of an access token."""

    actor: Actor
    at: float
    claims: AccessClaims | None


class Actors:
    """Whom the tokens of requests stand for, remembered by hash; a dictionary look-up for a token seen just now.

    What is remembered is at most ``SECONDS`` old, so that this is how long a revocation, a removal, a change of
    role or of standing takes to reach a request, in whichever process it happened. Tokens that are asked for at once
    are looked up by one statement.
    """

    SECONDS = 5.0

    def __init__(
        self,
        db: Database,
        signer: Signer,
        *,
        demo: bool = False,
        size: int = 10_000,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._signer, self._size, self._clock = signer, size, clock
        self._known: OrderedDict[bytes, _Seen] = OrderedDict()
        self._sessions = Batch(partial(actors_of_sessions, db, demo=demo))
        self._api_tokens = Batch(partial(actors_of_api_tokens, db, demo=demo))

    async def of(self, token: str) -> Actor:
        """Return whom an access token or an API token stands for.

        Raises:
            NotSignedIn: it stands for nobody, or nobody any more.
        """
        return (await self.at_most(self.SECONDS, token))[0]

    async def at_most(self, age: float, token: str) -> tuple[Actor, float]:
        """Return whom a token stood for at most ``age`` seconds ago, and for how many seconds it can still be good.

        An age of 0 asks the database. The seconds are infinite for an API token, whose end only the database knows.

        Raises:
            NotSignedIn: it stands for nobody, or nobody any more.
        """
        key, asked_at = secret_hash(token), self._clock()
        seen = self._known.pop(key, None)
        claims = self._claims(token, seen)
        if seen is None or asked_at - seen.at >= age:
            seen = _Seen(await self._looked_up(key, claims), asked_at, claims)
        self._known[key] = seen
        if len(self._known) > self._size:
            self._known.popitem(last=False)
        return seen.actor, inf if claims is None else (claims.expires_at - now()).total_seconds()

    def _claims(self, token: str, seen: _Seen | None) -> AccessClaims | None:
        """Return the claims of an access token that has not expired, its signature verified once; None for others."""
        if token.startswith(f"{API_TOKEN}_"):
            return None
        known = None if seen is None else seen.claims
        if known is not None and now() < known.expires_at and self._signer.holds(known.kid):
            return known
        return self._signer.verify(token)

    async def _looked_up(self, key: bytes, claims: AccessClaims | None) -> Actor:
        if claims is None:
            return _of_api_token(await self._api_tokens.get(key))
        return _of_session(claims, await self._sessions.get(claims.session))


async def hold_delegation(session: Writer, delegation_id: UUID | None) -> bool:
    """Lock a delegation against other changes of who its focal points are; False where there is none to be seen."""
    wanted = sa.select(HOME.c.id).where(HOME.c.id == delegation_id)
    return (await session.execute(wanted.with_for_update(key_share=True))).one_or_none() is not None


async def delegation_of(session: Reader, person_id: UUID) -> UUID | None:
    """Return the delegation of a person whom the reader may see."""
    return await session.scalar(sa.select(col(Person.delegation_id)).where(col(Person.id) == person_id))


async def has_second_factor(session: Reader, person_id: UUID) -> bool:
    """Whether a sign-in of the person needs more than the password."""
    return bool(await session.scalar(sa.select(_confirmed(person_id))))


async def has_focal_point(session: Reader, delegation_id: UUID) -> bool:
    """Whether a delegation has a focal point, or one whose invitation is still open."""
    there = sa.select(col(Person.id)).where(
        col(Person.delegation_id) == delegation_id,
        col(Person.role) == Role.FOCAL_POINT,
        col(Person.left_at).is_(None),
        sa.or_(col(Person.invitation_hash).is_(None), col(Person.invitation_expires_at) > now()),
    )
    return bool(await session.scalar(sa.select(there.exists())))


def _of_session(claims: AccessClaims, found: Actor | None) -> Actor:
    if found is None or found.person_id != claims.subject:
        raise NotSignedIn("Your session has ended. Sign in again.")
    return found


def _of_api_token(found: Actor | None) -> Actor:
    if found is None:
        raise NotSignedIn("This API token is not valid: it was revoked, has expired, or its person has left.")
    return found


def _let_in(people: sa.Select[Any], *, demo: bool) -> sa.Select[Any]:
    return people if demo else people.where(~col(Person.is_demo))


async def _all(db: Database, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
    async with db.read(SYSTEM) as session:
        found: Sequence[sa.Row[Any]] = (await session.execute(statement)).all()
        return found


def _actor(found: sa.Row[Any], scopes: frozenset[Scope], session_id: UUID | None) -> Actor:
    role, standing = found.role, found.standing
    if found.enrols:
        languages = rules.reading_languages(found.languages)
        return Actor(Role.VIEWER, found.id, languages=languages, session_id=session_id, enrols=True)
    return Actor(
        role=role,
        person_id=found.id,
        delegation_id=found.delegation_id,
        reads_members=rules.reads_members(role, standing),
        acts=rules.acts(role, standing, scopes),
        co_chair=role is Role.FOCAL_POINT and standing == "co_chair",
        observer=standing == "observer",
        scopes=scopes,
        languages=rules.reading_languages(found.languages),
        session_id=session_id,
    )
