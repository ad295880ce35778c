"""Name and address go everywhere, what was done stays under a pseudonym, and nobody else is touched."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Role, Scope
from services.core.db import Database, Writer
from services.core.errors import DomainError, NotSignedIn
from services.core.jobs import enqueue
from services.core.read.shape import table_of
from services.core.table import now
from services.identity import resets
from services.identity.commands import invite_person
from services.identity.factor_tables import Authenticator
from services.identity.queries import Actors
from services.identity.tables import Person
from services.identity.terms import Invitation
from services.privacy import commands, rules
from services.privacy.jobs import erase_due, erase_one
from services.proposals.terms import Party
from services.proposals.thread_commands import write_message
from services.registry import METADATA
from tests.builders import actor, id_of
from tests.services.identity.world import SIGNER, an_api_token, change, email_of, in_session, nothing_changes, person
from tests.services.notices.world import tell_all
from tests.services.proposals.world import a_proposal, an_expression

CHOMBA, NAME, EMAIL = "ZMB contributor", "Chomba Phiri", "chomba.phiri@ministry.example"
KEY = id_of(CHOMBA)
Act = Callable[[Writer, Actor], Awaitable[object]]


def test_of_every_table_that_names_a_person_it_is_said_what_becomes_of_it() -> None:
    """A new one fails here until it is said whether it is the person's own or an act for a delegation."""
    naming = {
        name: tuple(one.name for one in table.c if any(key.column.table.name == "person" for key in one.foreign_keys))
        for name, table in METADATA.tables.items()
    }
    said = {**dict.fromkeys(rules.OWN, ("person_id",)), **rules.ACTS}
    assert {name: columns for name, columns in naming.items() if columns} == said


@pytest.fixture
async def token(db: Database) -> str:
    """Chomba, known by name and address in many places; an access token of theirs."""
    async with db.write(SYSTEM) as session:
        await change(session, Person, KEY, name=NAME, email=EMAIL)
        await an_api_token(session, CHOMBA, Scope.READ)
        session.add(Authenticator(person_id=KEY, sealed_secret=b"sealed"))
        expression = await an_expression(session, await a_proposal(session, by="ZMB"), by="FRA", turn=Party.RECEIVER)
        await enqueue(session, resets.JOB, "reset", email=EMAIL)
    async with db.write(actor(CHOMBA)) as session:
        await write_message(session, actor(CHOMBA), expression.id, "en", "When could we meet?")
    france = actor("FRA focal point")
    async with db.write(france) as session:
        await invite_person(session, france, Invitation(EMAIL, NAME, Role.VIEWER))
    await tell_all(db)
    _, token = await in_session(db, CHOMBA)
    return token


async def everywhere(db: Database) -> str:
    """All that stands in the database, as one text."""
    async with db.read(SYSTEM) as session:
        tables = [*METADATA.tables, "pgqueuer", "pgqueuer_log"]
        texts = []
        for name in tables:
            row = "convert_from(t.payload, 'UTF8')" if name == "pgqueuer" else "t::text"
            texts.append(await session.scalar(sa.text(f"SELECT string_agg({row}, ' ') FROM {name} t")))
    return " ".join(text for text in texts if text)


async def code_of(db: Database, who: Actor, act: Act) -> str | None:
    try:
        async with db.write(who) as session:
            await act(session, who)
    except DomainError as error:
        return error.code
    return None


def signed(who: str) -> Actor:
    return replace(actor(who), session_id=id_of("session")) if who != "public" else actor(who)


async def waits(db: Database, who: str, since: timedelta) -> None:
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of(who), erase_at=now() - since)


async def test_name_and_address_go_everywhere_and_acts_stay(db: Database, token: str) -> None:
    before = await everywhere(db)
    assert NAME in before
    assert EMAIL in before
    assert (await Actors(db, SIGNER).of(token)).person_id == KEY
    await waits(db, CHOMBA, timedelta(seconds=1))
    for _ in range(2):
        await erase_due(db)
    after = await everywhere(db)
    assert (NAME in after, EMAIL in after) == (False, False)
    gone = await person(db, KEY)
    assert (gone.name, gone.role) == (rules.pseudonym(KEY), Role.CONTRIBUTOR)
    assert gone.erased_at is not None
    assert gone.left_at is not None
    with pytest.raises(NotSignedIn):
        await Actors(db, SIGNER).of(token)
    async with db.read(SYSTEM) as session:
        for name in rules.OWN:
            table = METADATA.tables[name]
            left = sa.select(sa.func.count()).select_from(table).where(table.c.person_id == KEY)
            assert await session.scalar(left) == 0, name
        message = METADATA.tables["thread_message"]
        found = (await session.execute(sa.select(message.c.author_id, message.c.author_name, message.c.text))).one()
    assert tuple(found) == (KEY, rules.pseudonym(KEY), "When could we meet?")
    assert str(KEY) in after, "acts stay"
    await tell_all(db)
    assert EMAIL not in await everywhere(db)


async def test_others_keep_what_is_theirs(db: Database, token: str) -> None:
    zambia = "ZMB focal point"
    other, _ = await in_session(db, zambia)
    await waits(db, CHOMBA, timedelta(seconds=1))
    await erase_due(db)
    kept = await person(db, id_of(zambia))
    assert (kept.name, kept.email, kept.left_at, kept.erased_at) == (zambia, email_of(zambia), None, None)
    async with db.read(SYSTEM) as session:
        sessions = METADATA.tables["sign_in_session"]
        assert await session.scalar(sa.select(sa.func.count()).where(sessions.c.id == other.session_id)) == 1


async def test_a_person_is_erased_after_7_days_unless_they_take_it_back(db: Database) -> None:
    who = signed(CHOMBA)
    assert await code_of(db, who, commands.ask_erasure) is None
    assert await code_of(db, who, commands.ask_erasure) == "ERASURE_ASKED"
    asked = (await person(db, KEY)).erase_at
    assert asked is not None
    assert timedelta(days=6, hours=23) < asked - now() <= timedelta(days=7)
    async with nothing_changes(db):
        await erase_due(db)
    assert await code_of(db, who, commands.cancel_erasure) is None
    async with nothing_changes(db):
        assert await code_of(db, who, commands.cancel_erasure) is None, "there is nothing to take back any more"
    assert (await person(db, KEY)).erase_at is None


async def test_the_last_focal_point_waits_for_a_successor(db: Database) -> None:
    key = id_of("ZMB focal point")
    assert await code_of(db, signed("ZMB focal point"), commands.ask_erasure) == "LAST_FOCAL_POINT"
    await waits(db, "ZMB focal point", timedelta(seconds=1))
    async with nothing_changes(db):
        await erase_due(db)
    async with db.write(SYSTEM) as session:
        await change(session, Person, KEY, role=Role.FOCAL_POINT)
    await erase_due(db)
    assert (await person(db, key)).erased_at is not None


WHO = ("public", "ZMB viewer", "ZMB contributor", "ZMB focal point", "FRA focal point", "suspended focal point",
       "CHN focal point", "secretariat")  # fmt: skip
ORDERS = {"ZMB focal point", "secretariat"}
KNOW = {"ZMB viewer", "ZMB contributor", *ORDERS}


@pytest.mark.parametrize("who", WHO)
async def test_who_may_have_someone_erased_who_has_left(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of("ZMB viewer"), left_at=now())
    order: Act = lambda session, by: commands.order_erasure(session, by, id_of("ZMB viewer"))  # noqa: E731
    expected = None if who in ORDERS else "NOT_PERMITTED" if who in KNOW else "NOT_FOUND"
    assert await code_of(db, actor(who), order) == expected
    await _do_what_was_ordered(db)
    assert ((await person(db, id_of("ZMB viewer"))).erased_at is not None) == (who in ORDERS)
    if who in ORDERS:
        assert await code_of(db, actor(who), order) == "PERSON_ERASED"


async def test_who_has_not_left_is_erased_by_nobody_else(db: Database) -> None:
    order: Act = lambda session, by: commands.order_erasure(session, by, KEY)  # noqa: E731
    for who in ORDERS:
        async with nothing_changes(db):
            assert await code_of(db, actor(who), order) == "PERSON_THERE"
    async with nothing_changes(db):
        await erase_one(db, str(KEY))
        await erase_one(db, str(id_of("nobody")))


@pytest.mark.parametrize("who", WHO)
async def test_who_may_ask_for_themselves(db: Database, who: str) -> None:
    last = who.endswith("focal point")
    expected = "NOT_PERMITTED" if who == "public" else "LAST_FOCAL_POINT" if last else None
    assert await code_of(db, signed(who), commands.ask_erasure) == expected
    async with nothing_changes(db):
        assert await code_of(db, actor(who), commands.ask_erasure) == "NOT_PERMITTED", "no session, no erasure"


async def _do_what_was_ordered(db: Database) -> None:
    async with db.read(SYSTEM) as session:
        asked = sa.text(
            "SELECT convert_from(payload, 'UTF8')::json ->> 'person_id' FROM pgqueuer WHERE entrypoint = :job"
        )
        found: Any = (await session.execute(asked, {"job": commands.ERASE})).scalars().all()
    for key in found:
        await erase_one(db, str(UUID(key)))


async def test_only_the_platform_forgets(db: Database) -> None:
    forget = sa.select(sa.func.forget_person(KEY, "Nobody"))
    for who in ("ZMB focal point", "secretariat", "public"):
        with pytest.raises(sa.exc.ProgrammingError, match="only the platform itself"):
            async with db.write(actor(who)) as session:
                await session.execute(forget)
    row = table_of(Person)
    async with db.read(SYSTEM) as session:
        assert await session.scalar(sa.select(row.c.name).where(row.c.id == KEY)) == CHOMBA
