"""Whatever people do to one another in whatever order: what never happens."""

from contextlib import suppress
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Role
from services.core.db import Database
from services.core.errors import DomainError
from services.core.read.shape import table_of
from services.identity import commands, rules
from services.identity.tables import Person
from services.identity.terms import Invitation
from tests.builders import actor, delegation_id, id_of

CODES = ("ZMB", "CHN")


async def everyone(db: Database) -> list[Person]:
    async with db.read(SYSTEM) as session:
        table = table_of(Person)
        theirs = table.c.delegation_id.in_([delegation_id(code) for code in CODES])
        found = list((await session.execute(sa.select(Person).where(theirs).order_by(table.c.created_at))).scalars())
        session.expunge_all()
        return found


def as_actor(one: Person) -> Actor:
    """The person as signed in just now: the role of today, in a delegation that takes part."""
    return replace(actor("ZMB viewer"), person_id=one.id, delegation_id=one.delegation_id, role=one.role)


async def one_act(db: Database, chance: Random, people: list[Person], number: int) -> None:
    """Somebody who is there, most often a focal point, does something to somebody; much of it is refused."""
    there = [one for one in people if one.left_at is None and one.invitation_hash is None]
    focal_points = [one for one in there if is_focal_point(one)]
    one = chance.choice(focal_points if chance.random() < 0.7 else there)
    who = actor("secretariat") if chance.random() < 0.1 else as_actor(one)
    whom = chance.choice(
        [other for other in people if other.delegation_id == one.delegation_id or chance.random() < 0.2]
    )
    role = chance.choice([*sorted(rules.DELEGATION_ROLES), *Role])
    invited_to = chance.choice([None, *(delegation_id(code) for code in CODES)])
    async with db.write(who) as session:
        match chance.randrange(3):
            case 0:
                await commands.remove_person(session, who, whom.id)
            case 1:
                await commands.give_role(session, who, whom.id, role)
            case _:
                invitation = Invitation(f"{number}@walk.example", "New", role, (), invited_to)
                await commands.invite_person(session, who, invitation)


@pytest.mark.parametrize("seed", range(4))
async def test_a_delegation_keeps_a_focal_point_and_nobody_moves_or_rises_above_it(db: Database, seed: int) -> None:
    chance, done, at_home = Random(seed), 0, dict[UUID, UUID | None]()
    for number in range(60):
        people = await everyone(db)
        with suppress(DomainError):
            await one_act(db, chance, people, number)
            done += 1
        after = await everyone(db)
        accepted = {one.delegation_id for one in after if is_focal_point(one)}
        assert accepted == {delegation_id(code) for code in CODES}
        for one in after:
            assert at_home.setdefault(one.id, one.delegation_id) == one.delegation_id
            assert one.role in rules.DELEGATION_ROLES
    assert done >= 12
    assert id_of("ZMB focal point") in at_home


def is_focal_point(one: Person) -> bool:
    return one.role is Role.FOCAL_POINT and one.left_at is None and one.invitation_hash is None
