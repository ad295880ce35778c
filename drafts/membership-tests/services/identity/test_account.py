"""One's own settings, sessions and API tokens: everyone their own, whatever the standing, and nobody another's."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from services.core.actor import SYSTEM, Actor, Scope
from services.core.db import Database, Writer
from services.core.errors import Conflict, DomainError, Invalid, NotFound, NotPermitted, NotSignedIn
from services.core.table import now
from services.identity import commands
from services.identity.tables import ApiToken, Person, SignInSession
from tests.builders import id_of
from tests.services.identity.world import (
    READ_TOKEN,
    a_session,
    an_api_token,
    asker,
    change,
    in_session,
    nothing_changes,
    person,
)

Answer = type[DomainError] | None
Act = Callable[[Writer, Actor], Awaitable[object]]
EVERYONE = ("ZMB viewer", "ZMB focal point", "CHN contributor", "VAT viewer", "suspended viewer", "applicant viewer")
OTHERS = ("public", "ZMB contributor", "ZMB focal point", "FRA viewer", "secretariat")
"""Those who might want to act on what is the viewer of Zambia's own."""


async def refused(db: Database, who: Actor, act: Act, kind: type[DomainError]) -> DomainError:
    async with nothing_changes(db):
        with pytest.raises(kind) as error:
            async with db.write(who) as session:
                await act(session, who)
    return error.value


@pytest.mark.parametrize("who", [*EVERYONE, "secretariat"])
async def test_everyone_changes_their_own_name_and_languages(db: Database, who: str) -> None:
    async with db.write(asker(who)) as session:
        await commands.change_settings(session, asker(who), languages=["ar", "fr-ca", "ar"], name=" Amal ")
    row = await person(db, id_of(who))
    assert (row.name, row.languages) == ("Amal", ["ar", "fr-CA"])
    async with db.write(asker(who)) as session:
        await commands.change_settings(session, asker(who), languages=[])
    row = await person(db, id_of(who))
    assert (row.name, row.languages) == ("Amal", [])


SETTINGS: dict[str, Answer] = {
    "public": NotSignedIn,
    f"ZMB viewer{READ_TOKEN}": NotPermitted,
    f"secretariat{READ_TOKEN}": NotPermitted,
    "platform": NotSignedIn,
    "somebody gone": Conflict,
}


@pytest.mark.parametrize("who", SETTINGS)
async def test_who_may_not_change_settings(db: Database, who: str) -> None:
    expected = SETTINGS[who]
    assert expected is not None
    if who == "somebody gone":
        async with db.write(SYSTEM) as session:
            await change(session, Person, id_of("ZMB viewer"), left_at=now())
    asking = {"platform": SYSTEM, "somebody gone": asker("ZMB viewer")}.get(who) or asker(who)
    await refused(db, asking, lambda session, me: commands.change_settings(session, me, name="Other"), expected)


@pytest.mark.parametrize(
    ("name", "languages", "path"),
    [("", None, "name"), (None, ["xx-nowhere-at-all"], "languages"), (None, ["fr"] * 11, "languages")],
)
async def test_settings_that_cannot_be_right_change_nothing(
    db: Database, name: str | None, languages: list[str] | None, path: str
) -> None:
    def act(session: Writer, me: Actor) -> Awaitable[UUID]:
        return commands.change_settings(session, me, name=name, languages=languages)

    assert (await refused(db, asker("ZMB viewer"), act, Invalid)).path == (path,)


@pytest.mark.parametrize("who", [*EVERYONE, "secretariat"])
async def test_everyone_signs_out_and_ends_their_own_sessions(db: Database, who: str) -> None:
    me, _ = await in_session(db, who)
    async with db.write(SYSTEM) as session:
        other = await a_session(session, who)
    async with db.write(me) as session:
        assert await commands.end_session(session, me, other.id) == other.id
        assert await commands.sign_out(session, me) == me.session_id
    for key in (other.id, me.session_id):
        assert key is not None
        ended = await refused(db, me, lambda session, one, key=key: commands.end_session(session, one, key), Conflict)  # type: ignore[misc]
        assert ended.code == "SESSION_ENDED"


@pytest.mark.parametrize("who", OTHERS)
async def test_nobody_ends_the_session_or_revokes_the_token_of_another(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        theirs, token = await a_session(session, "ZMB viewer"), await an_api_token(session, "ZMB viewer", Scope.READ)
    await refused(db, asker(who), lambda session, me: commands.end_session(session, me, theirs.id), NotFound)
    await refused(db, asker(who), lambda session, me: commands.revoke_api_token(session, me, token.id), NotFound)


async def test_a_token_that_reads_ends_no_session_and_revokes_no_token(db: Database) -> None:
    me = asker(f"ZMB viewer{READ_TOKEN}")
    async with db.write(SYSTEM) as session:
        mine, token = await a_session(session, "ZMB viewer"), await an_api_token(session, "ZMB viewer", Scope.READ)
    await refused(db, me, commands.sign_out, NotPermitted)
    await refused(db, me, lambda session, one: commands.end_session(session, one, mine.id), NotPermitted)
    await refused(db, me, lambda session, one: commands.revoke_api_token(session, one, token.id), NotPermitted)


async def test_an_expired_session_has_ended(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        mine = await a_session(session, "ZMB viewer")
        await change(session, SignInSession, mine.id, expires_at=now() - timedelta(seconds=1))
    await refused(db, asker("ZMB viewer"), lambda session, me: commands.end_session(session, me, mine.id), Conflict)


R, W, I = Scope.READ, Scope.WRITE, Scope.IMPORT  # noqa: E741 - the three scopes, side by side
MAKING: dict[tuple[str, tuple[Scope, ...]], Answer] = {
    ("ZMB viewer", ()): None,
    ("ZMB viewer", (R,)): None,
    ("ZMB viewer", (W,)): NotPermitted,
    ("ZMB viewer", (I,)): NotPermitted,
    ("ZMB contributor", (R, W)): None,
    ("ZMB contributor", (R, I)): NotPermitted,
    ("ZMB focal point", (R, W, I)): None,
    ("ZMB focal point", (I,)): None,
    ("CHN focal point", (W,)): None,
    ("VAT focal point", (W,)): None,
    ("suspended focal point", (R,)): None,
    ("applicant viewer", (R,)): None,
    ("secretariat", (R, W, I)): None,
}


@pytest.mark.parametrize(("who", "scopes"), MAKING)
async def test_who_makes_tokens_of_which_scopes(db: Database, who: str, scopes: tuple[Scope, ...]) -> None:
    me, _ = await in_session(db, who)
    expected = MAKING[who, scopes]
    if expected is not None:
        await refused(
            db, me, lambda session, one: commands.create_api_token(session, one, "Import", scopes, 30), expected
        )
        return
    async with db.write(me) as session:
        issued = await commands.create_api_token(session, me, " Import ", scopes, 30)
        token = await session.get(ApiToken, issued.id)
    assert token is not None
    assert (token.name, set(token.scopes), token.person_id) == ("Import", {R, *scopes}, me.person_id)
    assert issued.secret.encode() not in token.secret_hash
    assert issued.secret.startswith("gof_api_")
    assert issued.secret not in repr(issued)
    assert timedelta(days=29) < token.expires_at - now() <= timedelta(days=30)


@pytest.mark.parametrize(
    "who", ["public", "ZMB focal point", f"ZMB focal point{READ_TOKEN}", "secretariat", "platform"]
)
async def test_without_a_session_of_ones_own_nobody_makes_a_token(db: Database, who: str) -> None:
    asking = SYSTEM if who == "platform" else asker(who)
    await refused(db, asking, lambda session, me: commands.create_api_token(session, me, "X", [], 1), NotPermitted)


@pytest.mark.parametrize(
    ("name", "days", "path"), [("", 1, "name"), ("a" * 101, 1, "name"), ("X", 0, "days"), ("X", 366, "days")]
)
async def test_a_token_needs_a_name_and_a_number_of_days(db: Database, name: str, days: int, path: str) -> None:
    me, _ = await in_session(db, "ZMB viewer")
    error = await refused(db, me, lambda session, one: commands.create_api_token(session, one, name, [], days), Invalid)
    assert error.path == (path,)


@pytest.mark.parametrize("who", [*EVERYONE, "secretariat"])
async def test_everyone_revokes_their_own_tokens_once(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        token = await an_api_token(session, who, Scope.READ)
    async with db.write(asker(who)) as session:
        assert await commands.revoke_api_token(session, asker(who), token.id) == token.id
    error = await refused(
        db, asker(who), lambda session, me: commands.revoke_api_token(session, me, token.id), Conflict
    )
    assert error.code == "API_TOKEN_REVOKED"
