"""The first password of an invited person."""

import pytest

from services.core.actor import SYSTEM, Role
from services.core.db import Database
from services.core.errors import Invalid
from services.core.table import now
from services.identity import commands
from services.identity.credentials import accept_invitation, sign_in
from services.identity.errors import InvitationNotValid, TakesPartElsewhere, WrongSignIn
from services.identity.tables import Person
from services.identity.terms import Invitation
from tests.builders import actor, delegation_id
from tests.services.identity.world import (
    ANOTHER,
    INVITED,
    ISSUER,
    PASSWORD,
    change,
    email_of,
    invited,
    nothing_changes,
    person,
)


async def test_an_invited_person_sets_a_password_and_signs_in(db: Database) -> None:
    issued = await invited(db, Role.CONTRIBUTOR)
    assert await accept_invitation(db, issued.secret, PASSWORD) == issued.id
    assert (await sign_in(db, ISSUER, INVITED, PASSWORD)).person_id == issued.id
    row = await person(db, issued.id)
    assert (row.role, row.delegation_id) == (Role.CONTRIBUTOR, delegation_id("ZMB"))
    assert row.invitation_hash is None
    assert issued.secret not in repr(issued)


@pytest.mark.parametrize("case", ["used", "expired", "taken back", "unknown", "empty", "no text"])
async def test_an_invitation_that_is_not_valid_says_so_and_changes_nothing(db: Database, case: str) -> None:
    issued = await invited(db)
    secret = issued.secret
    match case:
        case "used":
            await accept_invitation(db, secret, ANOTHER)
        case "expired":
            async with db.write(SYSTEM) as session:
                await change(session, Person, issued.id, invitation_expires_at=now())
        case "taken back":
            async with db.write(actor("ZMB focal point")) as session:
                await commands.remove_person(session, actor("ZMB focal point"), issued.id)
        case "unknown":
            secret = f"{secret}x"
        case "empty":
            secret = ""
        case "no text":
            secret = "\ud800\x00"
    async with nothing_changes(db):
        with pytest.raises(InvitationNotValid, match="Ask for a new one"):
            await accept_invitation(db, secret, PASSWORD)


@pytest.mark.parametrize("password", ["short", "password password", "chanda mwila chanda", "a" * 500])
async def test_a_poor_password_is_refused_and_the_invitation_stays_good(db: Database, password: str) -> None:
    issued = await invited(db)
    async with nothing_changes(db):
        with pytest.raises(Invalid) as refused:
            await accept_invitation(db, issued.secret, password)
    assert refused.value.path == ("password",)
    await accept_invitation(db, issued.secret, PASSWORD)


async def test_an_invitation_is_no_way_to_sign_in(db: Database) -> None:
    issued = await invited(db)
    for password in (issued.secret, ""):
        with pytest.raises(WrongSignIn):
            await sign_in(db, ISSUER, INVITED, password)


@pytest.mark.parametrize("email", [email_of("FRA viewer"), email_of("secretariat"), "nobody@test.example"])
async def test_an_invitation_tells_nothing_of_who_takes_part_elsewhere(db: Database, email: str) -> None:
    """And who takes part does not come in a second time under the same address."""
    focal_point = actor("ZMB focal point")
    async with db.write(focal_point) as session:
        issued = await commands.invite_person(session, focal_point, Invitation(email, "Perhaps", Role.VIEWER))
    row = await person(db, issued.id)
    assert (row.email, row.delegation_id) == (email, delegation_id("ZMB"))
    if email == "nobody@test.example":
        await accept_invitation(db, issued.secret, PASSWORD)
        return
    async with nothing_changes(db):
        with pytest.raises(TakesPartElsewhere):
            await accept_invitation(db, issued.secret, PASSWORD)


async def test_two_delegations_may_invite_the_same_address_and_the_person_chooses(db: Database) -> None:
    here, there = await invited(db), await invited(db, by="FRA focal point")
    await accept_invitation(db, there.secret, PASSWORD)
    with pytest.raises(TakesPartElsewhere):
        await accept_invitation(db, here.secret, PASSWORD)
    assert (await sign_in(db, ISSUER, INVITED, PASSWORD)).person_id == there.id
