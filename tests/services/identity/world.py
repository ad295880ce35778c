"""What the tests of identity share: a signer, people with passwords, and a look at all that could change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Role, Scope
from services.core.audit import RecordLeaf
from services.core.db import Database, Writer
from services.core.keys import SigningKey
from services.core.passwords import hash_password
from services.core.read.shape import table_of
from services.core.table import now
from services.core.tokens import Signer
from services.identity.commands import invite_person
from services.identity.credentials import sign_in
from services.identity.holding import Issuer
from services.identity.tables import ApiToken, Person, RefreshToken, SignInSession
from services.identity.terms import Invitation, Issued, Signed
from tests.builders import actor, id_of

SIGNER = Signer([SigningKey.generate()], "https://gof.example", "gof")
ISSUER = Issuer(SIGNER)
PASSWORD, ANOTHER = "plum seven orbit lantern", "quiet river amber notebook"
INVITED = "chanda@ministry.example"
READ_TOKEN = " by a token that reads"


def email_of(who: str) -> str:
    return f"{who.lower().replace(' ', '.')}@test.example"


def asker(name: str) -> Actor:
    """An actor of ``tests.builders``, or one of them asking by an API token that has the scope READ only."""
    person = name.removesuffix(READ_TOKEN)
    return actor(name) if person == name else replace(actor(person), scopes=frozenset({Scope.READ}), acts=False)


async def person(db: Database, key: UUID) -> Person:
    async with db.read(SYSTEM) as session:
        found = (await session.execute(sa.select(Person).where(table_of(Person).c.id == key))).scalar_one()
        session.expunge(found)
        return found


_hashes: dict[str, str] = {}


async def with_password(db: Database, who: str, password: str = PASSWORD) -> str:
    """Give a person of the world a password; return the e-mail address to sign in with."""
    if password not in _hashes:
        _hashes[password] = await hash_password(password)
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of(who), password_hash=_hashes[password])
    return email_of(who)


async def signed_in(db: Database, who: str) -> tuple[Actor, Signed]:
    """A person of the world who signed in with a password."""
    signed = await sign_in(db, ISSUER, await with_password(db, who), PASSWORD)
    return replace(actor(who), session_id=signed.session_id), signed


async def in_session(db: Database, who: str, signer: Signer = SIGNER) -> tuple[Actor, str]:
    """A person of the world in a session, and an access token of it, without what a password costs."""
    async with db.write(SYSTEM) as session:
        begun = await a_session(session, who)
    return replace(actor(who), session_id=begun.id), signer.sign(begun.person_id, begun.id)


async def invited(db: Database, role: Role = Role.VIEWER, by: str = "ZMB focal point") -> Issued:
    """Someone of the address ``INVITED`` who has not accepted yet."""
    async with db.write(actor(by)) as session:
        return await invite_person(session, actor(by), Invitation(INVITED, "Chanda Mwila", role))


async def a_session(session: Writer, who: str) -> SignInSession:
    begun = SignInSession(person_id=id_of(who), device="Test", expires_at=now() + timedelta(days=1))
    session.add(begun)
    await session.flush()
    return begun


async def an_api_token(session: Writer, who: str, *scopes: Scope) -> ApiToken:
    """One that was used just now, so that another look at it need not keep that."""
    key, moment = id_of(f"token {who} {scopes}"), now()
    token = ApiToken(
        person_id=id_of(who),
        name="Test",
        secret_hash=key.bytes,
        scopes=list(scopes),
        expires_at=moment + timedelta(1),
        last_used_at=moment,
    )
    session.add(token)
    await session.flush()
    return token


async def change(session: Writer, table: type[Person | SignInSession | ApiToken], key: UUID, **values: object) -> None:
    """Change a row as only a test does."""
    row = table_of(table)
    await session.execute(sa.update(row).where(row.c.id == key).values(**values))


@asynccontextmanager
async def nothing_changes(db: Database) -> AsyncIterator[None]:
    before = await _everything(db)
    yield
    assert await _everything(db) == before


async def _everything(db: Database) -> list[str]:
    tables = (table_of(one) for one in (Person, SignInSession, RefreshToken, ApiToken, RecordLeaf))
    async with db.read(SYSTEM) as session:
        return [
            str(await session.scalar(sa.text(f"SELECT array_agg(t::text ORDER BY t::text) FROM {one.name} t")))
            for one in tables
        ]
