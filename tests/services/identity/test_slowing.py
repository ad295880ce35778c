"""Who guesses passwords is slowed; who has one gets in; nobody learns who takes part."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.core import passwords
from services.core.actor import SYSTEM
from services.core.db import Database, connect
from services.core.errors import Unavailable
from services.core.read.shape import table_of
from services.identity import rules
from services.identity.credentials import change_password, sign_in
from services.identity.errors import TooManyTries, WrongPassword, WrongSignIn
from services.identity.holding import Client
from services.identity.jobs import forget_tries
from services.identity.rules import ADDRESS_TRIES, PERSON_TRIES, in_words, network
from services.identity.tables import Person, Tries
from tests.builders import id_of
from tests.conftest import Urls
from tests.services.identity.world import ANOTHER, ISSUER, PASSWORD, change, in_session, with_password

pytestmark = pytest.mark.security

WHO = "ZMB contributor"
HOME, ELSEWHERE = Client(address="192.0.2.1"), Client(address="198.51.100.7")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a comparison costs is no matter here, but where a test asks for it."""

    async def verify(password: str, stored: str | None) -> bool:
        return stored is not None and password == PASSWORD

    monkeypatch.setattr("services.identity.holding.verify_password", verify)


async def outcome(db: Database, email: str, password: str = ANOTHER, client: Client = HOME) -> str:
    try:
        await sign_in(db, ISSUER, email, password, client)
    except (WrongSignIn, TooManyTries) as refused:
        return refused.message
    return "in"


async def time_passes(db: Database, by: timedelta) -> None:
    async with db.write(SYSTEM) as session:
        row = table_of(Tries)
        await session.execute(sa.update(row).values(at=row.c.at - by, known_until=row.c.known_until - by))


WRONG, WAIT = "E-mail or password is not right.", "Too many tries went wrong. Try again in 5 minutes."


@pytest.mark.parametrize("email", ["zmb.contributor@test.example", "nobody@test.example", "no address"])
async def test_the_tenth_wrong_password_waits_known_or_not_and_from_wherever(db: Database, email: str) -> None:
    await with_password(db, WHO)
    clients = [Client(address=f"192.0.2.{number}") for number in range(1, 13)]
    said = [await outcome(db, email, client=client) for client in clients]
    assert said == [WRONG] * 9 + [WAIT] * 3
    assert await outcome(db, email, PASSWORD) == WAIT
    await time_passes(db, PERSON_TRIES.pause)
    assert [await outcome(db, email) for _ in range(2)] == [WRONG, WAIT]


async def test_writing_an_address_otherwise_gives_no_more_tries(db: Database) -> None:
    email = await with_password(db, WHO)
    said = [await outcome(db, one) for one in (email, email.upper(), f" {email}") for _ in range(4)]
    assert Counter(said) == {WRONG: 9, WAIT: 3}


async def test_the_hundredth_wrong_password_from_an_address_waits_whoever_is_tried(db: Database) -> None:
    said = [await outcome(db, f"person{number}@test.example") for number in range(101)]
    assert said[:99] == [WRONG] * 99
    assert [one.startswith("Too many tries went wrong. Try again in ") for one in said[99:]] == [True, True]
    email = await with_password(db, WHO)
    assert await outcome(db, email, PASSWORD, ELSEWHERE) == "in"
    await time_passes(db, ADDRESS_TRIES.pause)
    assert await outcome(db, email, PASSWORD) == "in"


async def test_one_site_s_addresses_of_ipv6_count_together(db: Database) -> None:
    one = {network(f"2001:db8:0:7::{number:x}") for number in range(50)}
    assert one == {"2001:db8:0:7::/64"}
    assert network("2001:db8:0:8::1") not in one
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") == "192.0.2.1"
    assert network("fe80::1%eth0") == "fe80::/64"
    assert network("testclient") == "testclient"


async def test_others_cannot_shut_out_a_person_who_comes_from_where_they_came_before(db: Database) -> None:
    email = await with_password(db, WHO)
    assert await outcome(db, email, PASSWORD) == "in"
    assert [await outcome(db, email, client=ELSEWHERE) for _ in range(10)][-1] == WAIT
    assert await outcome(db, email, PASSWORD) == "in"
    assert await outcome(db, email, PASSWORD, ELSEWHERE) == WAIT
    assert [await outcome(db, email) for _ in range(10)] == [WRONG] * 9 + [WAIT]
    await time_passes(db, timedelta(days=91))
    assert [await outcome(db, email, client=ELSEWHERE) for _ in range(10)][-1] == WAIT
    assert await outcome(db, email, PASSWORD) == WAIT


async def test_right_passwords_are_not_counted(db: Database) -> None:
    email = await with_password(db, WHO)
    assert {await outcome(db, email, PASSWORD) for _ in range(15)} == {"in"}


async def test_the_present_password_is_not_guessed_in_a_session_either(db: Database) -> None:
    await with_password(db, WHO)
    me, _ = await in_session(db, WHO)
    for _ in range(9):
        with pytest.raises(WrongPassword):
            await change_password(db, me, ANOTHER, "harbour violin seven stone")
    with pytest.raises(TooManyTries):
        await change_password(db, me, PASSWORD, "harbour violin seven stone")
    await time_passes(db, PERSON_TRIES.pause)
    await change_password(db, me, PASSWORD, "harbour violin seven stone")


async def test_what_nobody_needs_is_forgotten_and_nothing_else(db: Database) -> None:
    email = await with_password(db, WHO)
    async with db.write(SYSTEM) as session:
        await session.execute(sa.delete(table_of(Tries)))
    await outcome(db, email, PASSWORD)
    await outcome(db, "nobody@test.example")
    await forget_tries(db)
    count = sa.select(sa.func.count()).select_from(table_of(Tries))
    async with db.read(SYSTEM) as session:
        assert await session.scalar(count) == 4
    await time_passes(db, timedelta(days=1))
    await forget_tries(db)
    async with db.read(SYSTEM) as session:
        assert await session.scalar(count) == 1
    assert await outcome(db, email) == WRONG


async def test_nothing_of_who_tried_can_be_read(db: Database) -> None:
    await outcome(db, "nobody@test.example")
    async with db.read(SYSTEM) as session:
        kept = str(await session.scalar(sa.text("SELECT array_agg(t::text) FROM tries t")))
    assert "nobody" not in kept
    assert "192.0.2" not in kept


@pytest.fixture
async def real(urls: Urls) -> AsyncIterator[Database]:
    """A database whose transactions are kept; what was tried is removed after."""
    db = Database(urls.app, size=8)
    yield db
    await db.close()
    owner = await connect(urls.owner)
    await owner.execute("DELETE FROM tries")
    await owner.close()


async def test_tries_at_once_on_several_servers_are_no_more_than_nine(real: Database, urls: Urls) -> None:
    other = Database(urls.app, size=8)
    said = await asyncio.gather(*(outcome((real, other)[number % 2], "nobody@test.example") for number in range(40)))
    await other.close()
    assert Counter(said) == {WRONG: 9, WAIT: 31}


async def test_a_crowd_is_told_to_wait_rather_than_queue_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 3)
    many = await asyncio.gather(*(passwords.verify_password(ANOTHER, None) for _ in range(9)), return_exceptions=True)
    assert Counter(map(type, many)) == {bool: 5, Unavailable: 4}
    assert await passwords.verify_password(ANOTHER, None) is False


@pytest.mark.parametrize(
    ("wait", "words"),
    [(0.2, "1 second"), (30, "30 seconds"), (89.5, "2 minutes"), (300, "5 minutes"), (301, "6 minutes")],
)
def test_a_wait_is_told_in_words_and_never_too_short(wait: float, words: str) -> None:
    assert in_words(timedelta(seconds=wait)) == words


@pytest.mark.slow
async def test_known_and_unknown_people_take_the_same_time_in_200_paired_tries(
    real: Database, urls: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The middle difference of pairs lies within what two unknown people differ by from one another."""
    monkeypatch.setattr("services.identity.holding.verify_password", passwords.verify_password)
    monkeypatch.setattr(rules, "PERSON_TRIES", ADDRESS_TRIES.__class__(10**6, timedelta(seconds=1)))
    monkeypatch.setattr(rules, "ADDRESS_TRIES", ADDRESS_TRIES.__class__(10**6, timedelta(seconds=1)))
    async with real.write(SYSTEM) as session:
        await change(session, Person, id_of(WHO), password_hash=await passwords.hash_password(PASSWORD))

    async def taken(email: str) -> float:
        begun = time.perf_counter()
        assert await outcome(real, email) == WRONG
        return time.perf_counter() - begun

    emails = "zmb.contributor@test.example", "zmb.nobody.here@test.example", "zmb.neither.one@test.example"
    known: list[float] = []
    noise: list[float] = []
    try:
        for number in range(200):
            order = emails[number % 3 :] + emails[: number % 3]
            spent = {email: await taken(email) for email in order}
            known.append(spent[emails[0]] - spent[emails[1]])
            noise.append(spent[emails[2]] - spent[emails[1]])
    finally:
        async with real.write(SYSTEM) as session:
            await change(session, Person, id_of(WHO), password_hash=None)
    spread = statistics.median(abs(one) for one in noise)
    assert abs(statistics.median(known)) <= spread, (statistics.median(known), spread)
