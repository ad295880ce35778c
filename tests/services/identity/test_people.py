"""Who may invite and remove people and give roles (product.md, "Who may")."""

from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Role
from services.core.db import Database
from services.core.errors import Conflict, DomainError, Invalid, NotFound, NotPermitted
from services.core.policy import Refusals
from services.core.read.shape import table_of
from services.core.table import now
from services.identity import commands, policy
from services.identity.credentials import accept_invitation
from services.identity.errors import EmailTaken, FocalPointThere
from services.identity.tables import Person
from services.identity.terms import Invitation, Issued
from tests.builders import delegation_id, id_of
from tests.services.identity.world import (
    INVITED,
    PASSWORD,
    READ_TOKEN,
    asker,
    change,
    email_of,
    invited,
    nothing_changes,
    person,
)

Answer = type[DomainError] | None
V, C, F, S = Role.VIEWER, Role.CONTRIBUTOR, Role.FOCAL_POINT, Role.SECRETARIAT

INVITING: dict[tuple[str, Role, str | None], Answer] = {
    ("public", V, "ZMB"): NotPermitted,
    ("ZMB viewer", V, None): NotPermitted,
    ("ZMB contributor", V, None): NotPermitted,
    ("ZMB focal point", V, None): None,
    ("ZMB focal point", C, "ZMB"): None,
    ("ZMB focal point", F, None): None,
    ("ZMB focal point", S, None): NotPermitted,
    ("ZMB focal point", Role.SYSTEM, None): NotPermitted,
    ("ZMB focal point", Role.PUBLIC, None): NotPermitted,
    ("ZMB focal point", V, "FRA"): NotPermitted,
    ("ZMB focal point", V, "nowhere"): NotPermitted,
    (f"ZMB focal point{READ_TOKEN}", V, None): NotPermitted,
    ("CHN focal point", V, None): None,
    ("CHN focal point", V, "ZMB"): NotPermitted,
    ("VAT focal point", C, None): None,
    ("suspended focal point", V, None): NotPermitted,
    ("applicant focal point", V, None): NotPermitted,
    ("secretariat", F, "ZMB"): FocalPointThere,
    ("secretariat", F, "without"): None,
    ("secretariat", V, "without"): NotPermitted,
    ("secretariat", C, "without"): NotPermitted,
    ("secretariat", S, None): NotPermitted,
    ("secretariat", F, None): NotFound,
    ("secretariat", F, "nowhere"): NotFound,
    (f"secretariat{READ_TOKEN}", F, "without"): NotPermitted,
}


async def without_focal_point(db: Database) -> None:
    """Let the delegation of Senegal stand there without a focal point."""
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of("SEN focal point"), role=V)


@pytest.mark.parametrize(("who", "role", "where"), INVITING)
async def test_who_invites_whom(db: Database, who: str, role: Role, where: str | None) -> None:
    await without_focal_point(db)
    places = {"without": delegation_id("SEN"), "nowhere": uuid4()}
    delegation = None if where is None else places.get(where, delegation_id(where))
    invitation = Invitation(INVITED, "Chanda", role, ("fr-ca",), delegation)
    expected = INVITING[who, role, where]
    if expected is None:
        async with db.write(asker(who)) as session:
            issued = await commands.invite_person(session, asker(who), invitation)
        row = await person(db, issued.id)
        assert (row.role, row.languages) == (role, ["fr-CA"])
        assert row.delegation_id == (delegation or asker(who).delegation_id)
        return
    async with nothing_changes(db):
        with pytest.raises(expected):
            async with db.write(asker(who)) as session:
                await commands.invite_person(session, asker(who), invitation)


async def test_the_operator_invites_the_secretariat_and_people_of_any_delegation(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        staff = await commands.invite_person(session, SYSTEM, Invitation("staff@x.example", "Staff", S))
        second = Invitation("second@x.example", "Second", F, delegation_id=delegation_id("ZMB"))
        other = await commands.invite_person(session, SYSTEM, second)
    assert (await person(db, staff.id)).delegation_id is None
    assert (await person(db, other.id)).delegation_id == delegation_id("ZMB")


async def test_the_secretariat_invites_a_first_focal_point_once_until_the_invitation_has_expired(db: Database) -> None:
    await without_focal_point(db)
    secretariat = asker("secretariat")

    async def invite(email: str) -> Issued:
        invitation = Invitation(email, "Awa", F, delegation_id=delegation_id("SEN"))
        async with db.write(secretariat) as session:
            return await commands.invite_person(session, secretariat, invitation)

    first = await invite("awa@x.example")
    with pytest.raises(FocalPointThere, match="only the first"):
        await invite("awa@y.example")
    async with db.write(SYSTEM) as session:
        await change(session, Person, first.id, invitation_expires_at=now())
    await invite("awa@y.example")


@pytest.mark.parametrize("email", [email_of("ZMB viewer"), "ZMB.Viewer@test.example", INVITED])
async def test_nobody_is_invited_twice_to_one_delegation(db: Database, email: str) -> None:
    await invited(db)
    focal_point = asker("ZMB focal point")
    async with nothing_changes(db):
        with pytest.raises(EmailTaken, match="of this delegation"):
            async with db.write(focal_point) as session:
                await commands.invite_person(session, focal_point, Invitation(email, "Twice", V))


async def test_who_left_can_be_invited_again_and_is_another_row(db: Database) -> None:
    focal_point = asker("ZMB focal point")
    async with db.write(focal_point) as session:
        await commands.remove_person(session, focal_point, id_of("ZMB viewer"))
        again = await commands.invite_person(session, focal_point, Invitation(email_of("ZMB viewer"), "Back", C))
    assert again.id != id_of("ZMB viewer")
    assert (await person(db, id_of("ZMB viewer"))).left_at is not None


@pytest.mark.parametrize(
    ("invitation", "path"),
    [
        (Invitation("no address", "Chanda", V), "email"),
        (Invitation(INVITED, " ", V), "name"),
        (Invitation(INVITED, "Chanda", V, ("klingonese-x",)), "languages"),
    ],
)
async def test_an_invitation_that_cannot_be_right_names_what_is_wrong(
    db: Database, invitation: Invitation, path: str
) -> None:
    focal_point = asker("ZMB focal point")
    async with nothing_changes(db):
        with pytest.raises(Invalid) as refused:
            async with db.write(focal_point) as session:
                await commands.invite_person(session, focal_point, invitation)
    assert refused.value.path == (path,)


REMOVING: dict[tuple[str, str], Answer] = {
    ("public", "ZMB viewer"): NotFound,
    ("ZMB viewer", "ZMB contributor"): NotPermitted,
    ("ZMB viewer", "ZMB viewer"): NotPermitted,
    ("ZMB contributor", "ZMB viewer"): NotPermitted,
    ("ZMB contributor", "FRA viewer"): NotFound,
    ("ZMB focal point", "ZMB viewer"): None,
    ("ZMB focal point", "ZMB contributor"): None,
    ("ZMB focal point", "ZMB focal point"): Conflict,
    ("ZMB focal point", "FRA viewer"): NotFound,
    ("ZMB focal point", "secretariat"): NotFound,
    ("ZMB focal point", "nobody"): NotFound,
    (f"ZMB focal point{READ_TOKEN}", "ZMB viewer"): NotPermitted,
    ("CHN focal point", "CHN viewer"): None,
    ("CHN focal point", "ZMB viewer"): NotFound,
    ("VAT focal point", "VAT contributor"): None,
    ("suspended focal point", "suspended viewer"): NotPermitted,
    ("applicant focal point", "applicant viewer"): NotPermitted,
    ("secretariat", "ZMB viewer"): NotPermitted,
    ("secretariat", "ZMB focal point"): NotPermitted,
    ("secretariat", "secretariat"): NotPermitted,
    ("platform", "secretariat"): None,
    ("platform", "FRA viewer"): None,
    ("platform", "FRA focal point"): Conflict,
}


def who_asks(name: str) -> Actor:
    return SYSTEM if name == "platform" else asker(name)


@pytest.mark.parametrize(("who", "whom"), REMOVING)
async def test_who_removes_whom(db: Database, who: str, whom: str) -> None:
    expected, asking = REMOVING[who, whom], who_asks(who)
    if expected is None:
        async with db.write(asking) as session:
            assert await commands.remove_person(session, asking, id_of(whom)) == id_of(whom)
        row = await person(db, id_of(whom))
        assert row.left_at is not None
        assert row.password_hash is None
        return
    async with nothing_changes(db):
        with pytest.raises(expected):
            async with db.write(asking) as session:
                await commands.remove_person(session, asking, id_of(whom))


GIVING: dict[tuple[str, str, Role], Answer] = {
    ("public", "ZMB viewer", C): NotFound,
    ("ZMB viewer", "ZMB viewer", F): NotPermitted,
    ("ZMB contributor", "ZMB contributor", F): NotPermitted,
    ("ZMB contributor", "ZMB focal point", V): NotPermitted,
    ("ZMB focal point", "ZMB viewer", C): None,
    ("ZMB focal point", "ZMB viewer", F): None,
    ("ZMB focal point", "ZMB contributor", V): None,
    ("ZMB focal point", "ZMB viewer", S): NotPermitted,
    ("ZMB focal point", "ZMB viewer", Role.SYSTEM): NotPermitted,
    ("ZMB focal point", "ZMB viewer", Role.PUBLIC): NotPermitted,
    ("ZMB focal point", "ZMB focal point", V): Conflict,
    ("ZMB focal point", "FRA viewer", V): NotFound,
    (f"ZMB focal point{READ_TOKEN}", "ZMB viewer", C): NotPermitted,
    ("CHN focal point", "CHN viewer", C): None,
    ("CHN focal point", "ZMB viewer", C): NotFound,
    ("VAT focal point", "VAT viewer", C): None,
    ("suspended focal point", "suspended viewer", C): NotPermitted,
    ("applicant focal point", "applicant viewer", C): NotPermitted,
    ("secretariat", "ZMB viewer", F): NotPermitted,
    ("secretariat", "secretariat", V): NotPermitted,
    ("platform", "ZMB viewer", F): None,
    ("platform", "ZMB viewer", S): NotPermitted,
    ("platform", "secretariat", V): NotPermitted,
    ("platform", "ZMB focal point", V): Conflict,
}


@pytest.mark.parametrize(("who", "whom", "role"), GIVING)
async def test_who_gives_whom_which_role(db: Database, who: str, whom: str, role: Role) -> None:
    expected, asking = GIVING[who, whom, role], who_asks(who)
    if expected is None:
        async with db.write(asking) as session:
            assert await commands.give_role(session, asking, id_of(whom), role) == id_of(whom)
        assert (await person(db, id_of(whom))).role is role
        return
    async with nothing_changes(db):
        with pytest.raises(expected):
            async with db.write(asking) as session:
                await commands.give_role(session, asking, id_of(whom), role)


async def test_an_invited_focal_point_does_not_count_until_the_invitation_is_accepted(db: Database) -> None:
    focal_point = asker("ZMB focal point")
    issued = await invited(db, F)

    async def leave() -> None:
        async with db.write(focal_point) as session:
            await commands.remove_person(session, focal_point, id_of("ZMB focal point"))

    with pytest.raises(Conflict, match="who has accepted") as refused:
        await leave()
    assert refused.value.code == "LAST_FOCAL_POINT"
    await accept_invitation(db, issued.secret, PASSWORD)
    await leave()


async def test_the_secretariat_takes_back_the_invitation_of_a_first_focal_point(db: Database) -> None:
    await without_focal_point(db)
    secretariat = asker("secretariat")
    invitation = Invitation(INVITED, "Awa", F, delegation_id=delegation_id("SEN"))
    async with db.write(secretariat) as session:
        issued = await commands.invite_person(session, secretariat, invitation)
        await commands.remove_person(session, secretariat, issued.id)
    assert (await person(db, issued.id)).left_at is not None


async def test_who_left_is_not_removed_again_and_gets_no_role(db: Database) -> None:
    focal_point = asker("ZMB focal point")
    async with db.write(focal_point) as session:
        await commands.remove_person(session, focal_point, id_of("ZMB viewer"))
    async with nothing_changes(db):
        with pytest.raises(Conflict, match="left already"):
            async with db.write(focal_point) as session:
                await commands.remove_person(session, focal_point, id_of("ZMB viewer"))
        with pytest.raises(Conflict, match="left already"):
            async with db.write(focal_point) as session:
                await commands.give_role(session, focal_point, id_of("ZMB viewer"), C)


@pytest.mark.parametrize("refusals", [policy.refusals_to_remove, policy.refusals_to_give_role])
async def test_the_policy_refuses_people_of_others_even_where_they_could_be_seen(
    db: Database, refusals: Refusals
) -> None:
    viewer, table = asker("ZMB focal point").viewer, table_of(Person).c
    for whom, refused in (("FRA viewer", True), ("ZMB viewer", False)):
        holds = sa.select(sa.or_(*(one.holds for one in refusals(viewer, table)))).where(table.id == id_of(whom))
        async with db.read(SYSTEM) as session:
            assert await session.scalar(holds) is refused
