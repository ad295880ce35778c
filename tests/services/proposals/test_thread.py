"""Threads: who may write and read them, what is kept of a message, and how far people have read."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Scope
from services.core.db import Database
from services.core.errors import DomainError, Invalid, NotFound
from services.core.read.shape import table_of
from services.proposals.errors import TextNeeded
from services.proposals.expression_commands import send_expression
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import ExpressionStatus, Party, TurnKind
from services.proposals.thread_commands import read_thread, write_message
from services.proposals.thread_files import ATTACHMENTS_LIMIT, AttachmentTaken, TooManyFiles
from services.proposals.thread_tables import Attachment, ThreadMark, ThreadMessage
from tests.builders import actor, delegation_id, id_of
from tests.services.proposals import world
from tests.services.proposals.test_reminders import announced
from tests.services.proposals.thread_world import PARTIES, STRANGERS, a_file, a_message, live
from tests.services.proposals.world import a_proposal, code_of, kept, refused, step

E = ExpressionStatus
NO, NONE, LATE = "NOT_PERMITTED", "NOT_FOUND", "EXPRESSION_OF_INTEREST_WRONG_STATUS"
FRA, ZMB = actor("FRA focal point"), actor("ZMB focal point")


@pytest.fixture(autouse=True)
def _look_at_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused must not have changed these either."""
    monkeypatch.setattr(world, "TABLES", (*world.TABLES, ThreadMark, Attachment))


def write(key: UUID, text: str = "Hello.", language: str = "en", files: tuple[UUID, ...] = ()) -> Any:
    return partial(write_message, expression_id=key, language=language, text=text, attachments=files)


async def done(db: Database, who: Actor, act: Any) -> Any:
    async with db.write(who) as session:
        return await act(session, who)


async def test_who_may_write_in_a_thread(db: Database) -> None:
    expected = dict.fromkeys(STRANGERS, NONE) | dict.fromkeys(PARTIES) | {"FRA viewer": NO, "ZMB viewer": NO}
    expression = await live(db)
    assert {who: await code_of(db, actor(who), write(expression.id)) for who in expected} == expected


async def test_who_may_mark_a_thread_as_read(db: Database) -> None:
    expected = dict.fromkeys(STRANGERS, NONE) | dict.fromkeys(PARTIES)
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        message = await a_message(session, expression)
    mark = partial(read_thread, message_id=message.id)
    assert {who: await code_of(db, actor(who), mark) for who in expected} == expected


@pytest.mark.parametrize("status", list(E))
async def test_messages_are_written_while_it_is_live_or_agreed(db: Database, status: E) -> None:
    expression = await live(db, status)
    code = None if status in {E.SENT, E.IN_TALKS, E.AGREED} else LATE
    assert await code_of(db, FRA, write(expression.id)) == code
    assert await code_of(db, ZMB, write(expression.id)) == (NONE if status is E.DRAFT else code)


async def test_a_suspended_party_and_a_reading_token_act_on_nothing(db: Database) -> None:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        message = await a_message(session, expression)
    suspended = Actor(FRA.role, FRA.person_id, FRA.delegation_id, acts=False)
    reading = Actor(FRA.role, FRA.person_id, FRA.delegation_id, acts=False, scopes=frozenset({Scope.READ}))
    for who in (suspended, reading):
        assert await code_of(db, who, write(expression.id)) == NO
        assert await code_of(db, who, partial(read_thread, message_id=message.id)) == NO


async def test_turns_and_messages_stand_in_one_line_with_their_author_and_language(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
    content = world.interest(proposal, language="fr", message="Nous voici.")
    key = await done(db, FRA, partial(send_expression, content=content))
    await done(db, ZMB, write(key, "نعم، نعرفكم", "ar"))
    await done(db, ZMB, step("ask", key))
    await done(db, actor("FRA contributor"), write(key, "Wir antworten bald.", "DE-at"))
    await done(db, FRA, step("reply", key))
    message = table_of(ThreadMessage).c
    async with db.read(FRA) as session:
        said = sa.select(message.number, message.kind, message.by, message.author_name, message.language, message.text)
        found = await session.execute(said.order_by(message.number))
    assert [tuple(row) for row in found] == [
        (1, TurnKind.SENT, Party.SENDER, "FRA focal point", "fr", "Nous voici."),
        (2, None, Party.RECEIVER, "ZMB focal point", "ar", "نعم، نعرفكم"),
        (3, TurnKind.ASKED, Party.RECEIVER, "ZMB focal point", "fr", "How many?"),
        (4, None, Party.SENDER, "FRA contributor", "de-AT", "Wir antworten bald."),
        (5, TurnKind.REPLIED, Party.SENDER, "FRA focal point", "fr", "Twelve."),
    ]


async def test_each_step_and_message_is_announced_once_with_what_people_need(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
    key = await done(db, FRA, partial(send_expression, content=world.interest(proposal)))
    wrote = await done(db, ZMB, write(key))
    for who, name in ((ZMB, "ask"), (FRA, "reply"), (ZMB, "take up talks"), (FRA, "agree")):
        await done(db, who, step(name, key))
    events = await announced(db, key)
    word, deadline = "expression_of_interest", world.in_days(14).isoformat()
    assert [(one["event"], one["by"], one["facts"].get("turn"), one["facts"].get("deadline")) for one in events] == [
        (f"{word}.sent", str(FRA.delegation_id), "receiver", deadline),
        ("thread.message_written", str(ZMB.delegation_id), None, None),
        (f"{word}.asked", str(ZMB.delegation_id), "sender", deadline),
        (f"{word}.replied", str(FRA.delegation_id), "receiver", deadline),
        (f"{word}.talks_taken_up", str(ZMB.delegation_id), "sender", deadline),
        (f"{word}.agreed", str(FRA.delegation_id), None, None),
    ]
    assert events[1]["facts"] == {"message": str(wrote)}
    assert len({one["facts"]["message"] for one in events}) == 6


@pytest.mark.parametrize(("name", "who"), [("decline", "ZMB focal point"), ("withdraw", "FRA focal point")])
async def test_ends_are_announced(db: Database, name: str, who: str) -> None:
    expression = await live(db)
    await done(db, actor(who), step(name, expression.id))
    [event] = await announced(db, expression.id)
    assert (
        event["event"]
        == {
            "decline": "expression_of_interest.declined",
            "withdraw": "expression_of_interest.withdrawn",
        }[name]
    )


@pytest.mark.parametrize(
    ("fields", "error", "path"),
    [
        ({"text": ""}, TextNeeded, ("text",)),
        ({"text": " \n "}, TextNeeded, ("text",)),
        ({"text": "x" * 5_001}, TextNeeded, ("text",)),
        ({"text": "a\x00b"}, Invalid, ("text",)),
        ({"text": "\ud800"}, Invalid, ("text",)),
        ({"language": "klingonish"}, Invalid, ("language",)),
        ({"files": (id_of("nothing"),)}, NotFound, ("attachments",)),
        ({"files": tuple(id_of(f"{n}") for n in range(ATTACHMENTS_LIMIT + 1))}, TooManyFiles, ("attachments",)),
    ],
)
async def test_what_is_no_message_is_refused(
    db: Database, fields: dict[str, Any], error: type[DomainError], path: tuple[str, ...]
) -> None:
    expression = await live(db)
    message = await refused(db, FRA, write(expression.id, **fields), error, path)
    assert message.endswith((".", "”"))
    assert await announced(db, expression.id) == []


async def test_the_longest_message_is_kept_whole(db: Database) -> None:
    expression = await live(db)
    key = await done(db, FRA, write(expression.id, "🧪" * 5_000))
    assert (await kept(db, ThreadMessage, key)).text == "🧪" * 5_000


async def test_files_go_with_one_message_of_their_uploader_in_the_order_given(db: Database) -> None:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        files = [(await a_file(session, name=f"{n}.txt")).id for n in range(ATTACHMENTS_LIMIT)]
        of_colleague = (await a_file(session, by="FRA contributor")).id
        of_other_side = (await a_file(session, by="ZMB focal point")).id
    for foreign in (of_colleague, of_other_side):
        await refused(db, FRA, write(expression.id, files=(files[0], foreign)), NotFound, ("attachments",))
    given = (*reversed(files), files[0])  # one of them twice
    key = await done(db, FRA, write(expression.id, files=given))
    rows = [await kept(db, Attachment, one) for one in reversed(files)]
    assert [(row.message_id, row.place, row.sender_id, row.receiver_id) for row in rows] == [
        (key, place, expression.sender_id, expression.receiver_id) for place in range(1, ATTACHMENTS_LIMIT + 1)
    ]
    await refused(db, FRA, write(expression.id, files=(files[3],)), AttachmentTaken, ("attachments",))
    await refused(db, ZMB, write(expression.id, files=(files[3],)), AttachmentTaken, ("attachments",))


async def test_a_mark_never_goes_back_and_the_other_side_sees_only_that_it_was_read(db: Database) -> None:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        messages = [await a_message(session, expression) for _ in range(3)]
    before = await kept(db, ExpressionOfInterest, expression.id)

    async def state() -> tuple[int, int, dict[UUID, int]]:
        row = await kept(db, ExpressionOfInterest, expression.id)
        async with db.read(SYSTEM) as session:
            marks = await session.execute(sa.select(table_of(ThreadMark).c.person_id, table_of(ThreadMark).c.up_to))
            return row.sender_read_to, row.receiver_read_to, dict(tuple(row) for row in marks)

    viewer, contributor = actor("ZMB viewer"), actor("ZMB contributor")
    for who, message, expected in (
        (viewer, 1, (0, 2, {viewer.person_id: 2})),
        (viewer, 0, (0, 2, {viewer.person_id: 2})),
        (contributor, 0, (0, 2, {viewer.person_id: 2, contributor.person_id: 1})),
        (contributor, 2, (0, 3, {viewer.person_id: 2, contributor.person_id: 3})),
        (FRA, 2, (3, 3, {viewer.person_id: 2, contributor.person_id: 3, FRA.person_id: 3})),
    ):
        await done(db, who, partial(read_thread, message_id=messages[message].id))
        assert await state() == expected
    for reader in ("FRA viewer", "FRA focal point"):
        async with db.read(actor(reader)) as reading:
            seen = set((await reading.execute(sa.select(table_of(ThreadMark).c.delegation_id))).scalars())
        assert seen == {delegation_id("FRA")}
    after = await kept(db, ExpressionOfInterest, expression.id)
    assert (after.revision, after.updated_at) == (before.revision, before.updated_at)
