"""Who sees whom: through the Shapes, and by row security alone."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import SYSTEM, Actor, Role, Scope
from services.core.db import Database, Writer
from services.core.errors import DomainError
from services.core.ids import split_id, write_id
from services.core.read.compile import compile_read
from services.core.read.selection import Selection
from services.core.read.shape import Connection, One, Shape, Value, table_of
from services.core.table import now
from services.identity import commands, policy, shapes
from services.identity.tables import ApiToken, Person, RefreshToken, SignInSession
from tests.builders import DELEGATIONS, ROLES, delegation_id, id_of
from tests.services.identity.world import READ_TOKEN, a_session, an_api_token, asker, change, invited, signed_in

pytestmark = pytest.mark.security

ASKERS = (
    "public", "ZMB viewer", "ZMB contributor", "ZMB focal point", f"ZMB focal point{READ_TOKEN}", "CHN focal point",
    "VAT viewer", "suspended focal point", "applicant viewer", "secretariat", "platform",
)  # fmt: skip
EVERYONE = [f"{code} {role}" for code in DELEGATIONS for role in ROLES] + ["secretariat"]


def who_asks(name: str) -> Actor:
    return SYSTEM if name == "platform" else asker(name)


def seen_by(name: str) -> set[str]:
    """The people of the world whom someone may see: those of the same delegation."""
    if name in {"secretariat", "platform"}:
        return set(EVERYONE)
    code = name.partition(" ")[0]
    return {one for one in EVERYONE if one.partition(" ")[0] == code}


def asked(name: str, *fields: Selection, **arguments: Any) -> Selection:
    return Selection(name, name, "", arguments, fields)


def values_of(shape: Shape) -> list[Selection]:
    return [asked(name) for name, field in shape.fields.items() if isinstance(field, Value)]


async def read(db: Database, who: Actor, root: One | Connection, *fields: Selection, **arguments: Any) -> Any:
    plan = compile_read(root, asked("root", *fields, **arguments), who.viewer)
    return orjson.loads(await db.document(plan, who, {}))


async def people(db: Database, who: Actor, *fields: Selection, **where: Any) -> list[dict[str, Any]]:
    found = await read(db, who, shapes.PEOPLE, asked("nodes", *fields), first=100, where=where)
    nodes: list[dict[str, Any]] = found["nodes"]
    return nodes


@pytest.mark.parametrize("who", ASKERS)
async def test_people_see_those_of_their_delegation_and_the_secretariat_all(db: Database, who: str) -> None:
    found = await people(db, who_asks(who), asked("name"))
    assert [one["name"] for one in found] == sorted(seen_by(who))


@pytest.mark.parametrize("who", ASKERS)
async def test_row_security_alone_shows_the_same_rows_as_the_predicates(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        for name in EVERYONE:
            await a_session(session, name)
            await an_api_token(session, name, Scope.READ)
    asking = who_asks(who)
    seen = {id_of(one) for one in seen_by(who)}
    mine = {asking.person_id} - {None} if who != "platform" else {id_of(one) for one in EVERYONE}
    async with db.read(asking) as session:
        for table, column, expected in (
            (Person, "id", seen),
            (SignInSession, "person_id", mine),
            (ApiToken, "person_id", mine),
        ):
            assert set((await session.execute(sa.select(table_of(table).c[column]))).scalars()) == expected
        shown = sa.select(table_of(Person).c.id).where(policy.visible_to(asking.viewer, table_of(Person).c))
        assert set((await session.execute(shown)).scalars()) == seen


@pytest.mark.parametrize("who", [one for one in ASKERS if one != "platform"])
async def test_refresh_tokens_are_the_platforms_own(db: Database, who: str) -> None:
    await signed_in(db, "ZMB focal point")
    async with db.read(who_asks(who)) as session:
        assert not (await session.execute(sa.select(table_of(RefreshToken)))).all()
    async with db.read(SYSTEM) as session:
        assert (await session.execute(sa.select(table_of(RefreshToken)))).all()


FORGED: dict[str, tuple[str, type[SQLModel], str, dict[str, Any]]] = {
    "move to another delegation": ("ZMB viewer", Person, "ZMB viewer", {"delegation_id": delegation_id("FRA")}),
    "change a colleague": ("ZMB contributor", Person, "ZMB viewer", {"role": Role.FOCAL_POINT}),
    "move a colleague": ("ZMB focal point", Person, "ZMB viewer", {"delegation_id": delegation_id("FRA")}),
    "rename a focal point's people": ("secretariat", Person, "ZMB viewer", {"name": "Other"}),
    "join the secretariat": ("ZMB viewer", Person, "ZMB viewer", {"delegation_id": None, "role": Role.SECRETARIAT}),
    "become the platform": ("ZMB viewer", Person, "ZMB viewer", {"role": Role.SYSTEM}),
}


@pytest.mark.parametrize("case", FORGED)
async def test_the_database_itself_refuses_what_no_command_does(db: Database, case: str) -> None:
    who, table, whom, values = FORGED[case]
    row = table_of(table)
    with pytest.raises(sa.exc.DBAPIError, match=r"row-level security|violates check constraint"):
        async with db.write(asker(who)) as session:
            await session.execute(sa.update(row).where(row.c.id == id_of(whom)).values(**values))


async def test_row_security_keeps_the_rows_of_others_from_being_changed(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        begun, token = await a_session(session, "ZMB viewer"), await an_api_token(session, "ZMB viewer", Scope.READ)
    for who in ("public", "ZMB focal point", "FRA focal point", "secretariat"):
        async with db.write(asker(who)) as session:
            for table, key in ((SignInSession, begun.id), (ApiToken, token.id)):
                row = table_of(table)
                changed = await session.execute(sa.update(row).where(row.c.id == key).values(revision=9))
                assert changed.rowcount == 0  # type: ignore[attr-defined]


async def offered(db: Database, who: Actor, field: str) -> dict[str, bool]:
    found = await people(db, who, asked("id"), asked(field))
    return {one["id"]: one[field] for one in found}


TRIALS: dict[str, Callable[[Writer, Actor, UUID], Awaitable[UUID]]] = {
    "viewerCanRemove": commands.remove_person,
    "viewerCanGiveRole": lambda session, who, key: commands.give_role(session, who, key, Role.VIEWER),
}


async def does(db: Database, who: Actor, field: str, key: UUID) -> bool:
    """Whether the command behind a field is done for someone; what it does is not kept."""
    async with db.read(who) as session:
        try:
            await TRIALS[field](Writer(session), who, key)
        except DomainError:
            return False
        return True


@pytest.mark.parametrize("who", ASKERS)
async def test_what_a_person_is_offered_is_what_the_commands_do(db: Database, who: str) -> None:
    asking = who_asks(who)
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of("ZMB contributor"), role=Role.FOCAL_POINT)
    await invited(db, Role.FOCAL_POINT)
    for field in TRIALS:
        for key, may in (await offered(db, asking, field)).items():
            assert await does(db, asking, field, split_id(key)[1]) == may, (field, key)
    mine = {write_id("person", asking.person_id)} if asking.person_id and Scope.WRITE in asking.scopes else set()
    assert {key for key, may in (await offered(db, asking, "viewerCanChangeSettings")).items() if may} == mine


async def test_a_person_in_full(db: Database) -> None:
    [found] = await people(db, asker("ZMB focal point"), *values_of(shapes.PERSON), role=Role.VIEWER)
    assert found.pop("createdAt").endswith("+00:00")
    assert found == {
        "id": write_id("person", id_of("ZMB viewer")),
        "name": "ZMB viewer",
        "email": "zmb.viewer@test.example",
        "role": "VIEWER",
        "languages": ["en"],
        "invitationExpiresAt": None,
        "leftAt": None,
        "isDemo": False,
        "viewerCanChangeSettings": False,
        "viewerCanGiveRole": True,
        "viewerCannotGiveRoleReasons": [],
        "viewerCanRemove": True,
        "viewerCannotRemoveReasons": [],
        "viewerCanNominate": True,
        "viewerCanHandOverTo": True,
        "erasedAt": None,
        "viewerCanErase": False,
    }


async def test_reasons_name_each_refusal_that_holds(db: Database) -> None:
    reasons = [asked("viewerCannotRemoveReasons"), asked("viewerCannotGiveRoleReasons")]
    [found] = await people(db, asker("ZMB focal point"), *reasons, role=Role.FOCAL_POINT)
    assert list(found.values()) == [["LAST_FOCAL_POINT"], ["LAST_FOCAL_POINT"]]
    [found] = await people(db, asker("ZMB viewer"), *reasons, role=Role.VIEWER)
    assert list(found.values()) == [["NOT_PERMITTED"], ["NOT_PERMITTED"]]


async def test_lists_leave_out_who_left_and_keep_to_the_delegation_asked_for(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of("ZMB viewer"), left_at=now())
    where = {"delegation": write_id("delegation", delegation_id("ZMB"))}
    found = await people(db, asker("secretariat"), asked("name"), **where)
    assert [one["name"] for one in found] == ["ZMB contributor", "ZMB focal point"]
    assert await people(db, asker("FRA viewer"), asked("name"), **where) == []
    key = write_id("person", id_of("ZMB viewer"))
    one = await read(db, asker("ZMB focal point"), shapes.PERSON_BY_ID, asked("leftAt"), id=key)
    assert one["leftAt"] is not None
    assert await read(db, asker("FRA focal point"), shapes.PERSON_BY_ID, asked("leftAt"), id=key) is None


async def viewer(db: Database, who: Actor) -> Any:
    tokens = asked("apiTokens", asked("nodes", *values_of(shapes.API_TOKEN)))
    sessions = asked("sessions", asked("nodes", *values_of(shapes.SESSION)))
    person = asked("person", asked("name"))
    return await read(db, who, shapes.MYSELF, *values_of(shapes.VIEWER), person, sessions, tokens)


async def test_the_viewer_in_full(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        begun = await a_session(session, "CHN focal point")
        token = await an_api_token(session, "CHN focal point", Scope.READ, Scope.IMPORT)
        await a_session(session, "CHN viewer")
    found = await viewer(db, asker("CHN focal point"))
    [session_found], [token_found] = found.pop("sessions")["nodes"], found.pop("apiTokens")["nodes"]
    for times in (session_found, token_found):
        assert times.pop("createdAt")
        assert times.pop("expiresAt")
        assert times.pop("lastUsedAt")
    assert found == {
        "person": {"name": "CHN focal point"},
        "readsMembers": True,
        "acts": True,
        "isCoChair": True,
        "mail": "EACH",
        "unreadCount": 0,
        "viewerCanInvite": True,
        "eraseAt": None,
        "viewerCanAskErasure": False,
        "viewerCannotAskErasureReasons": ["LAST_FOCAL_POINT"],
        "authenticatorSince": None,
        "mustAddSecondFactor": False,
        "recoveryCodesLeft": 0,
        "secondFactorDueAt": None,
    }
    assert session_found == {
        "id": write_id("session", begun.id),
        "device": "Test",
        "endedAt": None,
        "viewerCanEnd": True,
    }
    assert token_found == {
        "id": write_id("api_token", token.id),
        "name": "Test",
        "scopes": ["READ", "IMPORT"],
        "revokedAt": None,
        "viewerCanRevoke": True,
    }


@pytest.mark.parametrize(
    ("who", "rights"),
    [
        ("ZMB viewer", (True, True, False, False)),
        (f"ZMB focal point{READ_TOKEN}", (True, False, False, False)),
        ("suspended focal point", (False, False, False, False)),
        ("secretariat", (True, True, False, True)),
    ],
)
async def test_the_viewer_is_told_what_they_may(db: Database, who: str, rights: tuple[bool, ...]) -> None:
    found = await viewer(db, asker(who))
    assert tuple(found[name] for name in ("readsMembers", "acts", "isCoChair", "viewerCanInvite")) == rights


@pytest.mark.parametrize("who", ["public", "platform"])
async def test_nobody_is_no_viewer(db: Database, who: str) -> None:
    assert await viewer(db, who_asks(who)) is None


@pytest.mark.parametrize("who", ["public", "ZMB contributor", "FRA viewer", "secretariat", "platform"])
async def test_sessions_and_tokens_of_another_are_not_there(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        begun, token = await a_session(session, "ZMB viewer"), await an_api_token(session, "ZMB viewer", Scope.READ)
    for root, key in (
        (shapes.SESSION_BY_ID, write_id("session", begun.id)),
        (shapes.API_TOKEN_BY_ID, write_id("api_token", token.id)),
    ):
        assert await read(db, who_asks(who), root, asked("id"), id=key) is None
        assert (await read(db, asker("ZMB viewer"), root, asked("id"), id=key))["id"] == key
