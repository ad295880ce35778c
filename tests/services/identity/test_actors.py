"""Whom a token stands for, and how soon it no longer does."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import cast
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.core import tokens
from services.core.actor import SYSTEM, Actor, Role, Scope
from services.core.db import Database, Reader
from services.core.errors import NotSignedIn
from services.core.read.shape import table_of
from services.core.table import now
from services.identity import commands, queries
from services.identity.queries import Actors
from services.identity.tables import ApiToken, Person, SignInSession
from services.membership.tables import Delegation
from services.membership.terms import TAKES_PART, Standing
from tests.builders import actor, delegation_id, id_of
from tests.services.identity.world import SIGNER, change, in_session

PEOPLE = (
    "ZMB focal point", "ZMB contributor", "ZMB viewer", "CHN focal point", "CHN contributor", "VAT focal point",
    "applicant focal point", "suspended viewer", "secretariat",
)  # fmt: skip


def expected(who: str) -> Actor:
    """The actor of ``tests.builders``; a co-chair is the focal point of a co-chairing state, and no other."""
    one = actor(who)
    return replace(one, co_chair=one.co_chair and one.role is Role.FOCAL_POINT)


async def restand(db: Database, code: str, standing: Standing) -> None:
    async with db.write(SYSTEM) as session:
        row = table_of(Delegation)
        await session.execute(sa.update(row).where(row.c.id == delegation_id(code)).values(standing=standing))


async def a_token(db: Database, me: Actor, *scopes: Scope) -> tuple[str, ApiToken]:
    async with db.write(me) as session:
        issued = await commands.create_api_token(session, me, "Test", scopes, 30)
        token = await session.get(ApiToken, issued.id)
        await change(session, ApiToken, issued.id, last_used_at=now())  # as if just now: looking it up keeps nothing
        assert token is not None
        return issued.secret, token


@pytest.mark.parametrize("who", PEOPLE)
async def test_an_access_token_stands_for_its_person_in_its_session(db: Database, who: str) -> None:
    me, access = await in_session(db, who)
    found = await queries.actor_of_access(db, SIGNER.verify(access))
    assert found == replace(expected(who), session_id=me.session_id)


@pytest.mark.parametrize("who", PEOPLE)
async def test_an_api_token_that_reads_stands_for_its_person_who_acts_on_nothing(db: Database, who: str) -> None:
    me, _ = await in_session(db, who)
    secret, _ = await a_token(db, me, Scope.READ)
    found = await queries.actor_of_api_token(db, secret)
    assert found == replace(expected(who), scopes=frozenset({Scope.READ}), acts=False)


async def test_an_api_token_that_imports_does_not_write_otherwise(db: Database) -> None:
    me, _ = await in_session(db, "ZMB focal point")
    secret, _ = await a_token(db, me, Scope.IMPORT)
    found = await queries.actor_of_api_token(db, secret)
    assert (found.acts, found.reads_members) == (False, True)
    assert found.scopes == {Scope.READ, Scope.IMPORT}


async def test_an_api_token_that_writes_lets_its_person_act(db: Database) -> None:
    me, _ = await in_session(db, "ZMB contributor")
    secret, _ = await a_token(db, me, Scope.WRITE)
    assert (await queries.actor_of_api_token(db, secret)).acts


async def test_a_token_never_does_more_than_its_person_does_today(db: Database) -> None:
    me, _ = await in_session(db, "ZMB focal point")
    secret, _ = await a_token(db, me, *Scope)
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of("ZMB focal point"), role=Role.VIEWER)
    found = await queries.actor_of_api_token(db, secret)
    assert (found.role, found.acts) == (Role.VIEWER, False)
    assert found.scopes == {Scope.READ}


@pytest.mark.parametrize("standing", Standing)
async def test_what_a_person_may_follows_from_the_standing_of_today(db: Database, standing: Standing) -> None:
    _, access = await in_session(db, "ZMB focal point")
    await restand(db, "ZMB", standing)
    found = await queries.actor_of_access(db, SIGNER.verify(access))
    rights = standing in TAKES_PART
    assert (found.reads_members, found.acts) == (rights, rights)
    assert found.co_chair == (standing is Standing.CO_CHAIR)
    assert found.observer == (standing is Standing.OBSERVER)


async def test_a_reader_reads_in_their_languages_and_in_the_plain_form_of_each(db: Database) -> None:
    me, access = await in_session(db, "ZMB viewer")
    async with db.write(me) as session:
        await commands.change_settings(session, me, languages=["pt-BR", "fr"])
    assert (await queries.actor_of_access(db, SIGNER.verify(access))).languages == ("pt-BR", "pt", "fr")


@pytest.mark.parametrize("case", ["ended", "expired", "left", "of another person", "of no session"])
async def test_an_access_token_of_nothing_alive_stands_for_nobody(db: Database, case: str) -> None:
    me, access = await in_session(db, "ZMB viewer")
    claims = SIGNER.verify(access)
    async with db.write(SYSTEM) as session:
        match case:
            case "ended":
                await commands.sign_out(session, me)
            case "expired":
                await change(session, SignInSession, claims.session, expires_at=now())
            case "left":
                await change(session, Person, claims.subject, left_at=now())
            case "of another person":
                claims = replace(claims, subject=id_of("ZMB focal point"))
            case "of no session":
                claims = replace(claims, session=uuid4())
    with pytest.raises(NotSignedIn, match="Sign in again"):
        await queries.actor_of_access(db, claims)


@pytest.mark.parametrize("case", ["revoked", "expired", "left", "unknown", "no text"])
async def test_an_api_token_of_nothing_alive_stands_for_nobody(db: Database, case: str) -> None:
    me, _ = await in_session(db, "ZMB viewer")
    secret, token = await a_token(db, me, Scope.READ)
    async with db.write(SYSTEM) as session:
        match case:
            case "revoked":
                await change(session, ApiToken, token.id, revoked_at=now())
            case "expired":
                await change(session, ApiToken, token.id, expires_at=now())
            case "left":
                await change(session, Person, id_of("ZMB viewer"), left_at=now())
            case "unknown":
                secret += "x"
            case "no text":
                secret = "gof_api_\ud800\x00"
    with pytest.raises(NotSignedIn, match="API token is not valid"):
        await queries.actor_of_api_token(db, secret)


class Clock:
    """Seconds that pass when told."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Asked:
    """The database, counting how often it was asked."""

    def __init__(self, db: Database) -> None:
        self.db, self.times = db, 0

    def read(self, who: Actor) -> AbstractAsyncContextManager[Reader]:
        self.times += 1
        return self.db.read(who)


def actors_over(db: Database, *, size: int = 10) -> tuple[Actors, Clock, Asked]:
    clock, asked = Clock(), Asked(db)
    return Actors(cast("Database", asked), SIGNER, size=size, clock=clock), clock, asked


async def test_a_token_seen_just_now_asks_nobody(db: Database) -> None:
    me, access = await in_session(db, "ZMB viewer")
    secret, _ = await a_token(db, me, Scope.READ)
    actors, clock, asked = actors_over(db)
    for token, times in ((access, 1), (secret, 2)):
        first = await actors.of(token)
        clock.seconds += 4.9
        assert await actors.of(token) is first
        assert asked.times == times


@pytest.mark.parametrize("what", ["access token", "API token"])
async def test_what_is_revoked_is_refused_5_seconds_later_at_the_latest(db: Database, what: str) -> None:
    me, access = await in_session(db, "ZMB viewer")
    secret, token = await a_token(db, me, Scope.READ)
    actors, clock, _ = actors_over(db)
    bearer = access if what == "access token" else secret
    await actors.of(bearer)
    async with db.write(me) as session:
        await commands.revoke_api_token(session, me, token.id)
        await commands.sign_out(session, me)
    clock.seconds += 5
    for _ in range(2):
        with pytest.raises(NotSignedIn):
            await actors.of(bearer)


async def test_a_change_of_role_or_standing_reaches_a_known_token_within_5_seconds(db: Database) -> None:
    _, access = await in_session(db, "ZMB viewer")
    actors, clock, _ = actors_over(db)
    assert (await actors.of(access)).acts
    await restand(db, "ZMB", Standing.SUSPENDED)
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of("ZMB viewer"), role=Role.CONTRIBUTOR)
    clock.seconds += 5
    found = await actors.of(access)
    assert (found.role, found.acts, found.reads_members) == (Role.CONTRIBUTOR, False, False)


async def test_a_known_access_token_is_not_good_beyond_its_own_end(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, _ = await in_session(db, "ZMB viewer")
    assert me.person_id is not None
    assert me.session_id is not None
    actors, clock, _ = actors_over(db)
    token = SIGNER.sign(me.person_id, me.session_id, timedelta(seconds=3))
    await actors.of(token)
    later = now() + timedelta(seconds=3)
    for module in (queries, tokens):
        monkeypatch.setattr(module, "now", lambda: later)
    clock.seconds += 3
    with pytest.raises(NotSignedIn, match="expired"):
        await actors.of(token)


async def test_rights_may_be_asked_for_anew_and_a_token_says_how_long_it_lasts(db: Database) -> None:
    me, access = await in_session(db, "ZMB viewer")
    secret, _ = await a_token(db, me, Scope.READ)
    actors, clock, asked = actors_over(db)
    for token, lifetime in ((access, 600.0), (secret, float("inf"))):
        before = asked.times
        assert (await actors.at_most(5, token))[1] == pytest.approx(lifetime, abs=5)
        clock.seconds += 1
        await actors.at_most(2, token)
        assert asked.times == before + 1
        await actors.at_most(1, token)
        await actors.at_most(0, token)
        assert asked.times == before + 3


async def test_tokens_that_are_asked_for_at_once_are_looked_up_by_one_statement(db: Database) -> None:
    found = [await in_session(db, f"ZMB {role}") for role in ("viewer", "contributor", "focal point")]
    actors, _, asked = actors_over(db)
    answers = await asyncio.gather(*(actors.at_most(0, access) for _, access in 2 * found))
    assert [one.person_id for one, _ in answers] == [me.person_id for me, _ in 2 * found]
    assert asked.times == 1


async def test_one_bad_token_among_many_is_refused_alone(db: Database) -> None:
    me, access = await in_session(db, "ZMB viewer")
    gone, ended = await in_session(db, "ZMB contributor")
    async with db.write(gone) as session:
        await commands.sign_out(session, gone)
    actors, _, _ = actors_over(db)
    good, bad = await asyncio.gather(actors.of(access), actors.of(ended), return_exceptions=True)
    assert isinstance(good, Actor)
    assert good.person_id == me.person_id
    assert isinstance(bad, NotSignedIn)


async def test_only_so_many_tokens_are_remembered_and_the_least_used_goes_first(db: Database) -> None:
    me, access = await in_session(db, "ZMB viewer")
    secrets = [(await a_token(db, me, Scope.READ))[0] for _ in range(2)]
    actors, _, asked = actors_over(db, size=2)
    for token in (access, secrets[0], access, secrets[1], access):
        await actors.of(token)
    assert asked.times == 3
    await actors.of(secrets[0])
    assert asked.times == 4


@pytest.mark.parametrize("token", ["", "x", "gof_api_", "gof_apix", "a.b.c", "\ud800", "Bearer x"])
async def test_what_is_no_token_of_ours_stands_for_nobody(db: Database, token: str) -> None:
    actors, _, _ = actors_over(db)
    with pytest.raises(NotSignedIn):
        await actors.of(token)


async def test_whom_a_token_stands_for_is_found_in_one_statement(db: Database) -> None:
    me, access = await in_session(db, "ZMB viewer")
    secret, _ = await a_token(db, me, Scope.READ)
    said: list[str] = []

    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    try:
        await queries.actor_of_access(db, SIGNER.verify(access))
        await queries.actor_of_api_token(db, secret)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", before)
    asked = [one for one in said if "set_config" not in one and "SAVEPOINT" not in one]
    assert len(asked) == 2
