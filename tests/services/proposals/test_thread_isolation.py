"""Threads are between two delegations: by the application's predicates alone, and by the database alone."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.proposals import expression_policy as policy
from services.proposals.terms import ExpressionStatus, Party
from services.proposals.thread_tables import Attachment, ThreadMark, ThreadMessage
from tests.builders import actor, delegation_id, id_of
from tests.services.proposals.thread_world import PARTIES, STRANGERS, a_file, a_mark, a_message, live
from tests.services.proposals.world import a_proposal, an_expression

pytestmark = pytest.mark.security

E = ExpressionStatus
FRA = actor("FRA focal point")
THREAD_TABLES: tuple[type[SQLModel], ...] = (ThreadMessage, ThreadMark, Attachment)


@pytest.mark.parametrize("who", [*STRANGERS, *PARTIES])
async def test_row_security_and_predicates_show_a_thread_to_its_two_delegations_alone(db: Database, who: str) -> None:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        message = await a_message(session, expression)
        sent = await a_file(session, message=message)
        unsent = await a_file(session, by="FRA contributor")
        session.add_all([a_mark(expression, "FRA viewer", 1), a_mark(expression, "ZMB viewer", 1)])
    party, own = who in PARTIES, who.partition(" ")[0]
    files = ({sent.id} if party else set()) | ({unsent.id} if who == "FRA contributor" else set())
    marks = {id_of(f"{own} viewer")} if party else set()
    expected: dict[type[SQLModel], set[UUID]] = {
        ThreadMessage: {message.id} if party else set(),
        ThreadMark: marks,
        Attachment: files,
    }
    async with db.read(actor(who)) as session:
        for table, rows in expected.items():
            key = "person_id" if table is ThreadMark else "id"
            assert set((await session.execute(sa.select(table_of(table).c[key]))).scalars()) == rows, table
    async with db.read(SYSTEM) as session:
        for table, visible in ((ThreadMessage, policy.visible_message), (Attachment, policy.visible_attachment)):
            seen = sa.select(table_of(table).c.id).where(visible(actor(who).viewer, table))
            assert set((await session.execute(seen)).scalars()) == expected[table], table


@pytest.mark.parametrize("who", [*STRANGERS, *PARTIES])
async def test_nobody_changes_or_removes_what_was_said_or_sent(db: Database, who: str) -> None:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        message = await a_message(session, expression)
        await a_file(session, message=message)
        session.add(a_mark(expression, "FRA focal point", 1))
    for table in THREAD_TABLES:
        change = {"text": "Forged."} if table is ThreadMessage else {"person_id": id_of("secretariat")}
        for statement in (sa.update(table).values(**change), sa.delete(table)):
            try:
                async with db.write(actor(who)) as session:
                    assert (await session.execute(statement)).rowcount == 0  # type: ignore[attr-defined]
            except sa.exc.DBAPIError as error:
                found = str(error.orig)  # either nothing is found, or it is refused
                assert "row-level security" in found or "stays as it is" in found


FORGED: list[tuple[str, dict[str, Any]]] = [
    ("row-level security", {"author_id": id_of("ZMB focal point")}),
    ("row-level security", {"author_id": None}),
    ("row-level security", {"by": Party.RECEIVER}),
    ("two parties", {"receiver_id": delegation_id("SEN")}),
    ("two parties", {"sender_id": delegation_id("SEN"), "receiver_id": delegation_id("FRA"), "by": Party.RECEIVER}),
    ("two parties", {"expression_id": id_of("nothing")}),
    ("says_something", {"text": ""}),
    ("text_length", {"text": "x" * 5_001}),
]


@pytest.mark.parametrize(("refusal", "columns"), FORGED)
async def test_a_forged_message_is_refused_by_the_database_itself(
    db: Database, refusal: str, columns: dict[str, Any]
) -> None:
    expression = await live(db)
    good: dict[str, Any] = {
        "expression_id": expression.id,
        "by": Party.SENDER,
        "author_id": FRA.person_id,
        "language": "en",
        "text": "Hello.",
        "sender_id": expression.sender_id,
        "receiver_id": expression.receiver_id,
    }
    async with db.write(FRA) as session:  # what is not forged passes, and the name is the database's
        session.add(ThreadMessage(**good, author_name="The Secretary-General"))
    with pytest.raises(sa.exc.DBAPIError, match=refusal):
        async with db.write(FRA) as session:
            session.add(ThreadMessage(**good | columns))
    async with db.read(SYSTEM) as session:
        names = (await session.execute(sa.select(table_of(ThreadMessage).c.author_name))).scalars().all()
    assert names == ["FRA focal point"]


async def test_a_draft_has_no_thread_whoever_writes_it(db: Database) -> None:
    expression = await live(db, E.DRAFT)
    for who in (SYSTEM, FRA):
        with pytest.raises(sa.exc.DBAPIError, match="two parties of what was sent"):
            async with db.write(who) as session:
                await a_message(session, expression)


@pytest.mark.parametrize(
    ("columns", "refusal"),
    [
        ({"sender_id": delegation_id("SEN")}, "stays as it is"),
        ({"name": "other.pdf"}, "stays as it is"),
        ({"message_id": None, "place": None}, "stays as it is"),
    ],
)
async def test_a_file_that_was_sent_stays_as_it_is(db: Database, columns: dict[str, Any], refusal: str) -> None:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        await a_file(session, message=await a_message(session, expression))
    with pytest.raises(sa.exc.DBAPIError, match=refusal):
        async with db.write(FRA) as session:
            await session.execute(sa.update(Attachment).values(**columns))


async def test_a_file_goes_with_no_message_of_somebody_else(db: Database) -> None:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        other = await an_expression(session, await a_proposal(session, by="SEN"), by="EGY")
        messages = [
            await a_message(session, expression, author="ZMB focal point"),
            await a_message(session, other, author="EGY focal point"),
        ]
        await a_file(session)
    for message in messages:
        with pytest.raises(sa.exc.DBAPIError, match="of who uploaded it"):
            async with db.write(FRA) as session:
                await session.execute(sa.update(Attachment).values(message_id=message.id, place=1))
