"""What happens when two do it at once, on connections of their own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Role
from services.core.db import Database, connect
from services.core.errors import Conflict, DomainError, NotSignedIn
from services.core.passwords import hash_password
from services.core.read.shape import table_of
from services.core.table import now, today, uuid7
from services.identity import commands, queries
from services.identity.credentials import accept_invitation, change_password, refresh, sign_in
from services.identity.errors import EmailTaken, FocalPointThere, InvitationNotValid, WrongSignIn
from services.identity.tables import Person
from services.identity.terms import Invitation, Signed
from services.membership.tables import Delegation
from services.membership.terms import DelegationKind, Standing
from tests.services.identity.world import ANOTHER, ISSUER, PASSWORD, SIGNER

if TYPE_CHECKING:
    from tests.conftest import Urls

ROUNDS = 5
CLEAN = """
DELETE FROM record_leaf WHERE delegation_id = $1
    OR EXISTS (SELECT FROM person p WHERE p.delegation_id = $1 AND p.id IN (record_leaf.person_id, object_id));
DELETE FROM sign_in_session WHERE person_id IN (SELECT id FROM person WHERE delegation_id = $1);
DELETE FROM person WHERE delegation_id = $1;
DELETE FROM delegation WHERE id = $1
"""
SECRETARIAT = Actor(Role.SECRETARIAT, uuid7(), None, reads_members=True, acts=True)


@dataclass(frozen=True)
class Place:
    """A delegation of its own in a database whose transactions are kept, with two focal points."""

    db: Database
    delegation_id: UUID
    people: tuple[UUID, UUID]

    def focal_point(self, number: int) -> Actor:
        return Actor(Role.FOCAL_POINT, self.people[number], self.delegation_id, reads_members=True, acts=True)

    def email(self, number: int) -> str:
        return f"{self.people[number].hex}@test.example"


@pytest.fixture
async def place(urls: "Urls") -> AsyncIterator[Place]:
    """Kept for the test, then removed by the owner."""
    db, key, people = Database(urls.app, size=12), uuid7(), (uuid7(), uuid7())
    here = Place(db, key, people)
    password_hash = await hash_password(PASSWORD)
    async with db.write(SYSTEM) as session:
        kind, names = DelegationKind.OBSERVER, {"en": "Test of races"}
        session.add(Delegation(id=key, kind=kind, names=names, standing=Standing.MEMBER, standing_since=today()))
        await session.flush()
        for number, person_id in enumerate(people):
            session.add(
                Person(
                    id=person_id,
                    delegation_id=key,
                    email=here.email(number),
                    name="Racer",
                    role=Role.FOCAL_POINT,
                    password_hash=password_hash,
                )
            )
    yield here
    await db.close()
    owner = await connect(urls.owner)
    for statement in CLEAN.split(";"):
        await owner.execute(statement, key)
    await owner.close()


async def outcomes(*acts: Awaitable[object]) -> Counter[type]:
    """How often each kind of result or failure came of acts begun together."""
    found = await asyncio.gather(*acts, return_exceptions=True)
    strange = [one for one in found if isinstance(one, BaseException) and not isinstance(one, DomainError)]
    assert not strange
    return Counter(type(one) if isinstance(one, DomainError) else object for one in found)


async def test_of_refreshes_at_once_exactly_one_wins_and_the_session_ends(place: Place) -> None:
    for _ in range(ROUNDS):
        signed = await sign_in(place.db, ISSUER, place.email(0), PASSWORD)
        found = await outcomes(*(refresh(place.db, ISSUER, signed.refresh_token) for _ in range(6)))
        assert found == {object: 1, NotSignedIn: 5}
        with pytest.raises(NotSignedIn):
            await queries.actor_of_access(place.db, SIGNER.verify(signed.access_token))


async def test_of_two_who_accept_one_invitation_at_once_one_sets_the_password(place: Place) -> None:
    for number in range(ROUNDS):
        async with place.db.write(place.focal_point(0)) as session:
            invitation = Invitation(f"{number}.{place.delegation_id.hex}@x.example", "New", Role.VIEWER)
            issued = await commands.invite_person(session, place.focal_point(0), invitation)
        found = await outcomes(
            *(accept_invitation(place.db, issued.secret, password) for password in (PASSWORD, ANOTHER))
        )
        assert found == {object: 1, InvitationNotValid: 1}
        signed = await outcomes(
            *(sign_in(place.db, ISSUER, invitation.email, password) for password in (PASSWORD, ANOTHER))
        )
        assert signed == {object: 1, WrongSignIn: 1}


async def test_two_focal_points_who_remove_each_other_at_once_leave_one(place: Place) -> None:
    async def remove(number: int) -> UUID:
        me = place.focal_point(number)
        async with place.db.write(me) as session:
            return await commands.remove_person(session, me, place.people[1 - number])

    for _ in range(ROUNDS):
        assert await outcomes(remove(0), remove(1)) == {object: 1, Conflict: 1}
        await put_back(place, left_at=None)


async def test_two_focal_points_who_step_down_at_once_leave_one(place: Place) -> None:
    async def step_down(number: int) -> UUID:
        me = place.focal_point(number)
        async with place.db.write(me) as session:
            return await commands.give_role(session, me, place.people[number], Role.VIEWER)

    for _ in range(ROUNDS):
        assert await outcomes(step_down(0), step_down(1)) == {object: 1, Conflict: 1}
        await put_back(place, role=Role.FOCAL_POINT)


async def test_of_first_focal_points_invited_at_once_there_is_one(place: Place) -> None:
    async def invite(number: int) -> object:
        email = f"{number}.{uuid7().hex}@x.example"
        invitation = Invitation(email, "First", Role.FOCAL_POINT, delegation_id=place.delegation_id)
        async with place.db.write(SECRETARIAT) as session:
            return await commands.invite_person(session, SECRETARIAT, invitation)

    for _ in range(ROUNDS):
        await put_back(place, left_at=now())
        assert await outcomes(*map(invite, range(3))) == {object: 1, FocalPointThere: 2}


async def test_of_those_invited_at_once_under_one_address_there_is_one(place: Place) -> None:
    async def invite(number: int, email: str) -> object:
        me, invitation = place.focal_point(number), Invitation(email, "Twin", Role.VIEWER)
        async with place.db.write(me) as session:
            return await commands.invite_person(session, me, invitation)

    for turn in range(ROUNDS):
        email = f"{turn}.{place.delegation_id.hex}@x.example"
        assert await outcomes(invite(0, email), invite(1, email)) == {object: 1, EmailTaken: 1}


async def test_no_session_begun_with_the_old_password_outlives_its_change(place: Place) -> None:
    old, new = PASSWORD, ANOTHER
    for _ in range(ROUNDS):
        first = await sign_in(place.db, ISSUER, place.email(0), old)
        me = replace(place.focal_point(0), session_id=first.session_id)
        begun, changed = await asyncio.gather(
            sign_in(place.db, ISSUER, place.email(0), old),
            change_password(place.db, me, old, new),
            return_exceptions=True,
        )
        assert changed == place.people[0]
        if isinstance(begun, Signed):
            with pytest.raises(NotSignedIn):
                await refresh(place.db, ISSUER, begun.refresh_token)
        else:
            assert isinstance(begun, WrongSignIn)
        old, new = new, old


async def put_back(place: Place, **values: object) -> None:
    """Change all people of the delegation, as only a test does."""
    row = table_of(Person)
    async with place.db.write(SYSTEM) as session:
        await session.execute(sa.update(row).where(row.c.delegation_id == place.delegation_id).values(**values))
