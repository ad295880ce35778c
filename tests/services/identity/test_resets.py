"""A forgotten password: set again by a mail, once, and nobody learns who takes part."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import Invalid, NotSignedIn
from services.core.read.shape import table_of
from services.core.table import now
from services.core.tokens import new_secret, secret_hash
from services.identity import resets
from services.identity.credentials import change_password, refresh, sign_in
from services.identity.errors import ResetNotValid, SecondFactorNeeded, TooManyTries, WrongSignIn
from services.identity.holding import Client
from services.identity.jobs import reset
from services.identity.tables import Person
from services.notices.sending import send_mail
from services.notices.tables import Mail
from services.notices.terms import MailState
from tests.builders import id_of
from tests.conftest import OneAtATime
from tests.services.identity.test_factors import with_authenticator
from tests.services.identity.world import (
    ANOTHER,
    INVITED,
    ISSUER,
    PASSWORD,
    change,
    email_of,
    in_session,
    invited,
    nothing_changes,
    person,
    signed_in,
    with_password,
)
from tests.services.notices.mail_server import Deliveries, mail_server
from tests.services.notices.mailing import room
from tests.services.notices.test_invitation_mails import secret_in
from tests.services.notices.world import tell_all, told

WHO = "ZMB contributor"
NEW = "harbour violin seven stone"


async def with_secret(db: Database, who: str = WHO) -> str:
    """The secret of a mail that was just sent to someone."""
    secret = new_secret("gof_reset")
    async with db.write(SYSTEM) as session:
        assert await resets.set_mailed_reset(session, id_of(who), secret)
    return secret


async def test_a_secret_sets_a_password_once_and_ends_all_sessions(db: Database) -> None:
    _, signed = await signed_in(db, WHO)
    secret = await with_secret(db)
    assert await resets.reset_password(db, secret, NEW) == id_of(WHO)
    await sign_in(db, ISSUER, email_of(WHO), NEW)
    with pytest.raises(WrongSignIn):
        await sign_in(db, ISSUER, email_of(WHO), PASSWORD)
    with pytest.raises(NotSignedIn):
        await refresh(db, ISSUER, signed.refresh_token)
    with pytest.raises(ResetNotValid):
        await resets.reset_password(db, secret, ANOTHER)


@pytest.mark.parametrize("case", ["unknown", "empty", "no text", "expired", "newer", "password changed", "left"])
async def test_a_secret_that_is_good_no_more_changes_nothing(db: Database, case: str) -> None:
    await with_password(db, WHO)
    secret = await with_secret(db)
    match case:
        case "unknown":
            secret += "x"
        case "empty":
            secret = ""
        case "no text":
            secret = "\ud800\x00"
        case "expired":
            async with db.write(SYSTEM) as session:
                await change(session, Person, id_of(WHO), reset_expires_at=now())
        case "newer":
            await with_secret(db)
        case "password changed":
            me, _ = await in_session(db, WHO)
            await change_password(db, me, PASSWORD, ANOTHER)
        case "left":
            async with db.write(SYSTEM) as session:
                await change(session, Person, id_of(WHO), left_at=now())
    async with nothing_changes(db):
        with pytest.raises(ResetNotValid, match="Ask for another"):
            await resets.reset_password(db, secret, NEW)


async def test_a_poor_password_is_refused_and_the_link_stays_good(db: Database) -> None:
    secret = await with_secret(db)
    async with nothing_changes(db):
        with pytest.raises(Invalid) as refused:
            await resets.reset_password(db, secret, "short")
    assert refused.value.path == ("password",)
    await resets.reset_password(db, secret, NEW)


async def test_the_second_factor_stays(db: Database) -> None:
    await with_authenticator(db, WHO)
    await resets.reset_password(db, await with_secret(db), NEW)
    with pytest.raises(SecondFactorNeeded):
        await sign_in(db, ISSUER, email_of(WHO), NEW)


async def test_who_was_kept_waiting_by_guesses_of_others_comes_in(db: Database) -> None:
    email = await with_password(db, WHO)
    for number in range(9):
        with pytest.raises(WrongSignIn):
            await sign_in(db, ISSUER, email, ANOTHER, Client(address=f"192.0.2.{number}"))
    with pytest.raises(TooManyTries):
        await sign_in(db, ISSUER, email, PASSWORD)
    await resets.reset_password(db, await with_secret(db), NEW)
    await sign_in(db, ISSUER, email, NEW)


ASKED: dict[str, bool] = {
    email_of(WHO): True,
    email_of(WHO).upper(): True,
    "nobody@test.example": False,
    "no address": False,
    INVITED: False,
    email_of("FRA viewer"): False,
    email_of("SEN viewer"): False,
}


@pytest.mark.parametrize("email", ASKED)
async def test_who_takes_part_is_mailed_and_the_answer_is_the_same_for_all(db: OneAtATime, email: str) -> None:
    await invited(db)
    async with db.write(SYSTEM) as session:
        await change(session, Person, id_of("FRA viewer"), left_at=now())
        await change(session, Person, id_of("SEN viewer"), is_demo=True)
        await session.execute(sa.text("DELETE FROM pgqueuer"))
    assert await resets.ask_reset(db, email) is None  # type: ignore[func-returns-value]  # nothing tells
    async with db.read(SYSTEM) as session:
        queued = (await session.execute(sa.text("SELECT entrypoint, payload FROM pgqueuer"))).all()
    assert [one.entrypoint for one in queued] == [resets.JOB]
    async with db.write(SYSTEM) as session:
        await session.execute(sa.text("DELETE FROM pgqueuer"))
    await reset(db, re.findall(rb'"email":"([^"]*)"', queued[0].payload)[0].decode())
    await tell_all(db)
    assert set(await told(db)) == ({WHO} if ASKED[email] else set())


@pytest.fixture
def server() -> Iterator[tuple[Deliveries, int]]:
    with mail_server() as found:
        yield found


async def test_the_mail_carries_a_secret_that_is_kept_as_its_hash(
    db: OneAtATime, server: tuple[Deliveries, int]
) -> None:
    deliveries, port = server
    await with_password(db, WHO)
    async with db.write(SYSTEM) as session:
        await session.execute(sa.text("DELETE FROM pgqueuer"))
        assert await resets.announce_reset(session, email_of(WHO))
    await tell_all(db)
    async with db.read(SYSTEM) as session:
        mail_id = await session.scalar(sa.select(table_of(Mail).c.id))
    assert mail_id is not None
    assert await send_mail(db, room(port), mail_id) is MailState.SENT
    found = secret_in(deliveries, 0, "reset")
    assert found.startswith("gof_reset_")
    row = await person(db, id_of(WHO))
    assert row.reset_hash == secret_hash(found)
    assert row.reset_expires_at is not None
    assert row.reset_expires_at - now() <= timedelta(hours=1)
    await resets.reset_password(db, found, NEW)


async def test_mails_are_not_asked_for_without_end_for_a_person_known_or_not(db: Database) -> None:
    for email in (email_of(WHO), "nobody@test.example"):
        said: Counter[str] = Counter()
        for number in range(5):
            try:
                await resets.ask_reset(db, email, Client(address=f"192.0.2.{number}"))
                said["asked"] += 1
            except TooManyTries as refused:
                said[refused.message] += 1
        assert said == {"asked": 3, "Too many tries went wrong. Try again in 60 minutes.": 2}


async def test_the_same_request_again_sends_one_mail_and_is_no_other_try(db: OneAtATime) -> None:
    async def asked(email: str, key: str | None) -> int:
        async with db.write(SYSTEM) as session:
            await session.execute(sa.text("DELETE FROM pgqueuer"))
        await resets.ask_reset(db, email, key=key)
        async with db.read(SYSTEM) as session:
            return int(await session.scalar(sa.text("SELECT count(*) FROM pgqueuer")) or 0)

    first = await asked(email_of(WHO), "one")
    again = [await asked(email_of(WHO), "one") for _ in range(10)]
    assert (first, set(again)) == (1, {0})
    assert await asked(email_of("ZMB viewer"), "one") == 1, "a key is one person's"
    assert await asked(email_of(WHO), "two") == 1
    assert await asked(email_of(WHO), None) == 1
    with pytest.raises(TooManyTries):
        await asked(email_of(WHO), "three")
    assert await asked(email_of(WHO), "two") == 0, "what was done was done"
    async with db.write(SYSTEM) as session:
        await session.execute(sa.text("UPDATE tries SET known_until = now() - interval '1 second', level = 0"))
    assert await asked(email_of(WHO), "three") == 1
    assert await asked(email_of(WHO), "one") == 1, "remembered for a day"


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb"])
async def test_a_key_that_is_none_is_refused(db: OneAtATime, key: str) -> None:
    with pytest.raises(Invalid):
        await resets.ask_reset(db, email_of(WHO), key=key)
