"""Threads through GraphQL: one statement, both sides, marks, files."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.core.actor import SYSTEM
from services.core.ids import write_id
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import ExpressionStatus, TurnKind
from services.proposals.thread_tables import Attachment, ThreadMark
from tests.builders import id_of
from tests.conftest import Ask, OneAtATime
from tests.services.proposals import world
from tests.services.proposals.thread_world import STRANGERS, a_file, a_mark, a_message, live
from tests.services.proposals.world import a_proposal, an_expression, everything

WHOLE = datetime(2026, 1, 2, 3, 4, 5, 0, UTC)
EXPRESSION, MESSAGE, FILE = (id_of(f"golden {what}") for what in ("expression", "message", "file"))
THREAD = """query ($id: ID!, $first: Int! = 20, $after: String, $order: ThreadOrder! = OLDEST) {
  expressionOfInterest(id: $id) { unreadCount viewerCanWriteMessage viewerCannotWriteMessageReasons
    thread(first: $first, after: $after, order: $order) { totalCount pageInfo { hasNextPage endCursor }
      nodes { number text kind isMine isReadByMe isReadByOtherSide readBy { name } } } } }"""
WRITE = """mutation ($input: ThreadMessageWriteInput!) { act: threadMessageWrite(input: $input) {
  errors { code path message } threadMessage { id number text attachments { id name } } } }"""
READ = """mutation ($id: ID!) { act: threadRead(input: {id: $id}) {
  errors { code path } expressionOfInterest { unreadCount } } }"""


@pytest.fixture(autouse=True)
def _look_at_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "TABLES", (*world.TABLES, ThreadMark, Attachment))


def key_of(expression: ExpressionOfInterest) -> str:
    return write_id("expression_of_interest", expression.id)


async def thread(graphql: Ask, who: str, expression: ExpressionOfInterest, **asked: Any) -> Any:
    answer = await graphql(who, THREAD, id=key_of(expression), **asked)
    assert "errors" not in answer, answer
    return answer["data"]["expressionOfInterest"]


async def test_a_message_as_the_other_side_sees_it(graphql: Ask, db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_expression(
            session, await a_proposal(session, by="EGY"), id=EXPRESSION, by="ZMB", receiver_read_to=1
        )
        message = await a_message(
            session,
            expression,
            'Вот "план" \\ \u2028 🧪',
            id=MESSAGE,
            author="ZMB contributor",
            kind=TurnKind.SENT,
            language="ru",
            created_at=WHOLE,
        )
        await a_file(session, id=FILE, by="ZMB contributor", name="план.txt", message=message, created_at=WHOLE)
        session.add_all([a_mark(expression, "EGY viewer", 1), a_mark(expression, "ZMB viewer", 1)])
    query = """query ($id: ID!) { node(id: $id) { __typename id ... on ThreadMessage { number kind by authorName language
      text createdAt isMine isReadByMe isReadByOtherSide readBy { name } delegation { state { code } }
      attachments { __typename id name mediaType size sha256 createdAt url } } } }"""
    db.documents.clear()
    answer = await graphql("EGY focal point", query, id=write_id("thread_message", MESSAGE))
    assert len(db.documents) == 1
    path, _, signed = answer["data"]["node"]["attachments"][0].pop("url").partition("?")
    assert path == f"/files/attachment_{FILE.hex}"
    assert signed.startswith(f"for={id_of('EGY focal point').hex}&until=")
    file = {
        "__typename": "Attachment",
        "id": f"attachment_{FILE.hex}",
        "name": "план.txt",
        "mediaType": "text/plain",
        "size": 7,
        "sha256": "2efb9c7ae5545d0f1d335cd450c650f8e716c8a0d32f0766c8cbd0ccbecded92",
        "createdAt": "2026-01-02T03:04:05+00:00",
    }
    expected = {
        "__typename": "ThreadMessage",
        "id": f"thread_message_{MESSAGE.hex}",
        "number": 1,
        "kind": "SENT",
        "by": "SENDER",
        "authorName": "ZMB contributor",
        "language": "ru",
        "text": 'Вот "план" \\ \u2028 🧪',
        "createdAt": "2026-01-02T03:04:05+00:00",
        "isMine": False,
        "isReadByMe": False,
        "isReadByOtherSide": True,
        "readBy": [{"name": "EGY viewer"}],
        "delegation": {"state": {"code": "ZMB"}},
        "attachments": [file],
    }
    assert answer == {"data": {"node": expected}}
    for who in ("public", "secretariat", "FRA focal point"):
        for kind, key in (("thread_message", MESSAGE), ("attachment", FILE)):
            assert await graphql(who, query, id=write_id(kind, key)) == {"data": {"node": None}}


async def test_both_sides_talk_and_each_person_counts_what_is_unread(graphql: Ask, db: OneAtATime) -> None:
    expression = await live(db)
    ids = []
    for who, text in (("FRA focal point", "Bonjour."), ("ZMB contributor", "Hello."), ("FRA contributor", "Salut.")):
        asked = {"id": key_of(expression), "language": "fr", "text": text}
        answer = (await graphql(who, WRITE, input=asked))["data"]["act"]
        assert answer["errors"] == []
        ids.append(answer["threadMessage"]["id"])
    unread = {
        who: (await thread(graphql, who, expression))["unreadCount"]
        for who in ("FRA focal point", "FRA contributor", "FRA viewer", "ZMB contributor", "ZMB viewer")
    }
    assert list(unread.values()) == [2, 2, 3, 2, 3]
    done = await graphql("ZMB viewer", READ, id=ids[1])
    assert done["data"]["act"] == {"errors": [], "expressionOfInterest": {"unreadCount": 1}}
    seen = await thread(graphql, "ZMB contributor", expression)
    assert seen["unreadCount"] == 2
    assert [
        (one["text"], one["isMine"], one["isReadByMe"], one["isReadByOtherSide"], one["readBy"])
        for one in seen["thread"]["nodes"]
    ] == [
        ("Bonjour.", False, False, True, [{"name": "ZMB viewer"}]),
        ("Hello.", True, True, False, [{"name": "ZMB viewer"}]),
        ("Salut.", False, False, False, []),
    ]
    seen = await thread(graphql, "FRA focal point", expression)
    assert [(one["isReadByOtherSide"], one["readBy"]) for one in seen["thread"]["nodes"]] == [
        (True, []),
        (False, []),
        (False, []),
    ]


async def test_a_thread_is_read_in_pages_from_either_end(graphql: Ask, db: OneAtATime) -> None:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        for number in range(7):
            await a_message(session, expression, f"No. {number + 1}")
    for order, expected in (("OLDEST", [1, 2, 3, 4, 5, 6, 7]), ("NEWEST", [7, 6, 5, 4, 3, 2, 1])):
        numbers, after, pages = [], None, 0
        while pages == 0 or after is not None:
            db.documents.clear()
            page = (await thread(graphql, "ZMB viewer", expression, first=3, after=after, order=order))["thread"]
            assert len(db.documents) == 1
            numbers += [one["number"] for one in page["nodes"]]
            assert page["totalCount"] == 7
            after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
            pages += 1
        assert (numbers, pages) == (expected, 3)


async def test_others_see_no_thread_and_a_draft_has_none(graphql: Ask, db: OneAtATime) -> None:
    expression, draft = await live(db), await live(db, ExpressionStatus.DRAFT)
    async with db.write(SYSTEM) as session:
        message = await a_message(session, expression)
    before = await everything(db)
    said = {"language": "en", "text": "Hello."}
    for who in STRANGERS:
        assert await thread(graphql, who, expression) is None
        if who == "public":
            continue
        for query, asked in (
            (WRITE, {"input": {"id": key_of(expression), **said}}),
            (READ, {"id": write_id("thread_message", message.id)}),
        ):
            answer = await graphql(who, query, **asked)
            [error] = answer["data"]["act"].pop("errors")
            assert (error["code"], error["path"]) == ("NOT_FOUND", ["id"])
            assert set(answer["data"]["act"].values()) == {None}
    assert await thread(graphql, "ZMB focal point", draft) is None
    mine = await thread(graphql, "FRA focal point", draft)
    assert (mine["thread"]["nodes"], mine["viewerCanWriteMessage"]) == ([], False)
    assert await everything(db) == before


async def test_the_same_key_writes_once(graphql: Ask, db: OneAtATime) -> None:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        file = write_id("attachment", (await a_file(session)).id)
    asked = {"id": key_of(expression), "language": "en", "text": "Once.", "attachments": [file], "idempotencyKey": "k"}
    first, again = [await graphql("FRA focal point", WRITE, input=asked) for _ in range(2)]
    assert first == again
    assert first["data"]["act"]["threadMessage"]["attachments"] == [{"id": file, "name": "plan.txt"}]
    other = await graphql("FRA focal point", WRITE, input={**asked, "text": "Twice."})
    assert [error["code"] for error in other["data"]["act"]["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await thread(graphql, "ZMB viewer", expression))["thread"]["totalCount"] == 1


async def test_refusals_name_code_and_argument_and_change_nothing(graphql: Ask, db: OneAtATime) -> None:
    expression = await live(db)
    ended = await live(db, ExpressionStatus.WITHDRAWN)
    async with db.write(SYSTEM) as session:
        foreign = write_id("attachment", (await a_file(session, by="ZMB focal point")).id)
    before = await everything(db)
    said: dict[str, Any] = {"id": key_of(expression), "language": "en", "text": "Hello."}
    wrong: list[tuple[str, dict[str, Any], str, list[str]]] = [
        ("FRA viewer", said, "NOT_PERMITTED", ["id"]),
        ("FRA focal point", {**said, "text": " "}, "TEXT_NEEDED", ["text"]),
        ("FRA focal point", {**said, "id": key_of(ended)}, "EXPRESSION_OF_INTEREST_WRONG_STATUS", ["id"]),
        ("FRA focal point", {**said, "id": foreign}, "WRONG_ID", ["id"]),
        ("FRA focal point", {**said, "attachments": [foreign]}, "NOT_FOUND", ["attachments"]),
        ("FRA focal point", {**said, "attachments": [said["id"]]}, "WRONG_ID", ["attachments"]),
        ("FRA focal point", {**said, "attachments": ["plan.txt"]}, "WRONG_ID", ["attachments"]),
        ("FRA focal point", {**said, "idempotencyKey": ""}, "INVALID", ["idempotencyKey"]),
    ]
    for who, asked, code, path in wrong:
        answer = (await graphql(who, WRITE, input=asked))["data"]["act"]
        assert ([(one["code"], one["path"]) for one in answer["errors"]], answer["threadMessage"]) == (
            [(code, path)],
            None,
        ), asked
    answer = await graphql("FRA focal point", READ, id=said["id"])
    assert [one["code"] for one in answer["data"]["act"]["errors"]] == ["WRONG_ID"]
    assert await everything(db) == before


@pytest.mark.parametrize("status", list(ExpressionStatus))
async def test_the_button_says_what_the_act_answers(graphql: Ask, db: OneAtATime, status: ExpressionStatus) -> None:
    expression = await live(db, status)
    for who in ("FRA viewer", "FRA contributor", "ZMB focal point"):
        seen = await thread(graphql, who, expression)
        if seen is None:
            assert (who, status) == ("ZMB focal point", ExpressionStatus.DRAFT)
            continue
        answer = await graphql(who, WRITE, input={"id": key_of(expression), "language": "en", "text": "Hello."})
        codes = [one["code"] for one in answer["data"]["act"]["errors"]]
        assert (seen["viewerCanWriteMessage"], seen["viewerCannotWriteMessageReasons"][:1]) == (not codes, codes)
