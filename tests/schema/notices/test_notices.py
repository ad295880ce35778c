"""One's notices in the client: in one's language, counted, marked as read, and nobody else's."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.ids import write_id
from services.core.read.shape import table_of
from services.notices.tables import Notice
from services.notices.terms import NoticeEvent
from tests.builders import a_practice, id_of
from tests.conftest import Ask, OneAtATime
from tests.services.notices.examples import a_notice
from tests.services.notices.world import announced

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LIST = """query ($where: NoticeWhere, $language: LanguageTag) { viewer { unreadCount notices(where: $where) {
  totalCount nodes { event readAt about title(language: $language) { language text } } } } }"""
READ = """mutation ($input: NoticesReadInput!) { noticesRead(input: $input) {
  viewer { unreadCount notices(where: {unread: true}) { totalCount } } errors { __typename code message path } } }"""


async def read_marks(db: OneAtATime) -> dict[str, bool]:
    """Whether each notice is read, by its id."""
    row = table_of(Notice).c
    async with db.read(SYSTEM) as session:
        found = await session.execute(sa.select(row.id, row.read_at.is_not(None)))
        return {write_id("notice", key): read for key, read in found}


async def test_a_notice_is_read_in_the_language_of_its_reader(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session, title="Teaching with local data")
    await announced(db, "secretariat", "practice.returned", practice.id, reason="No evidence given.")
    english = (await graphql("ZMB focal point", LIST))["data"]["viewer"]
    title = {"language": "en", "text": "“Teaching with local data” was returned for revision"}
    assert english == {
        "unreadCount": 1,
        "notices": {
            "totalCount": 1,
            "nodes": [
                {
                    "event": "PRACTICE_RETURNED",
                    "readAt": None,
                    "about": write_id("practice", practice.id),
                    "title": title,
                }
            ],
        },
    }
    [french] = (await graphql("ZMB contributor", LIST, language="fr"))["data"]["viewer"]["notices"]["nodes"]
    assert french["title"] == {
        "language": "fr",
        "text": "«\u00a0Teaching with local data\u00a0» vous est renvoyée pour révision",
    }


async def test_the_golden_notice(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        notice = await a_notice(session, "ZMB viewer", id=id_of("golden notice"), created_at=AT, read_at=AT)
    query = """query ($id: ID!) { node(id: $id) { id ... on Notice { event createdAt readAt about
      title { text isOriginal original { language text } } text(language: "zh") { text } } } }"""
    found = (await graphql("ZMB viewer", query, id=write_id("notice", notice.id)))["data"]["node"]
    title = "practice_returned \u2028 “1” \\"
    assert found == {
        "id": write_id("notice", notice.id),
        "event": "PRACTICE_RETURNED",
        "createdAt": "2026-01-02T03:04:05+00:00",
        "readAt": "2026-01-02T03:04:05+00:00",
        "about": write_id("practice", id_of("nothing")),
        "title": {"text": title, "isOriginal": True, "original": {"language": "en", "text": title}},
        "text": {"text": "退回.\n\nMore."},
    }


@pytest.mark.parametrize("who", ["ZMB viewer", "FRA focal point", "secretariat", "public"])
async def test_nobody_else_sees_a_notice(db: OneAtATime, graphql: Ask, who: str) -> None:
    async with db.write(SYSTEM) as session:
        notice = await a_notice(session, "ZMB focal point")
    key = write_id("notice", notice.id)
    assert (await graphql(who, "query ($id: ID!) { node(id: $id) { id } }", id=key))["data"] == {"node": None}
    if who != "public":
        assert (await graphql(who, LIST))["data"]["viewer"]["notices"]["totalCount"] == 0
        [error] = (await graphql(who, READ, input={"ids": [key]}))["data"]["noticesRead"]["errors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["ids"])
    assert await read_marks(db) == {key: False}


async def test_notices_are_marked_as_read_by_name_or_all_at_once(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        made = [await a_notice(session, "ZMB viewer", event) for event in list(NoticeEvent)[:4]]
        other = await a_notice(session, "ZMB focal point")
    ids = [write_id("notice", one.id) for one in made]
    answer = (await graphql("ZMB viewer", READ, input={"ids": ids[:1]}))["data"]["noticesRead"]
    assert answer == {"viewer": {"unreadCount": 3, "notices": {"totalCount": 3}}, "errors": []}
    listed: dict[str, Any] = (await graphql("ZMB viewer", LIST, where={"unread": False}))["data"]["viewer"]
    assert (listed["unreadCount"], listed["notices"]["totalCount"]) == (3, 1)
    answer = (await graphql("ZMB viewer", READ, input={}))["data"]["noticesRead"]
    assert answer == {"viewer": {"unreadCount": 0, "notices": {"totalCount": 0}}, "errors": []}
    assert await read_marks(db) == {**dict.fromkeys(ids, True), write_id("notice", other.id): False}


async def test_one_notice_that_is_not_there_leaves_all_unread(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        key = write_id("notice", (await a_notice(session, "ZMB viewer")).id)
    for wrong, code in (([key, write_id("notice", id_of("nothing"))], "NOT_FOUND"), (["practice_1"], "WRONG_ID")):
        [error] = (await graphql("ZMB viewer", READ, input={"ids": wrong}))["data"]["noticesRead"]["errors"]
        assert error["code"] == code
    many = [write_id("notice", id_of(str(number))) for number in range(101)]
    [error] = (await graphql("ZMB viewer", READ, input={"ids": many}))["data"]["noticesRead"]["errors"]
    assert error["message"] == "Name up to 100 notices; these are 101."
    assert await read_marks(db) == {key: False}


async def test_a_suspended_person_still_reads_what_concerns_them(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        await a_notice(session, "suspended viewer", NoticeEvent.STANDING_ACCEPTED)
    assert (await graphql("suspended viewer", LIST))["data"]["viewer"]["unreadCount"] == 1
    answer = (await graphql("suspended viewer", READ, input={}))["data"]["noticesRead"]
    assert answer["viewer"]["unreadCount"] == 0


async def test_what_comes_by_mail_is_one_s_own_setting(db: OneAtATime, graphql: Ask) -> None:
    change = "mutation { settingsChange(input: {mail: NONE}) { person { name } errors { code } } }"
    assert (await graphql("ZMB viewer", "{ viewer { mail } }"))["data"]["viewer"] == {"mail": "EACH"}
    assert (await graphql("ZMB viewer", change))["data"]["settingsChange"]["errors"] == []
    assert (await graphql("ZMB viewer", "{ viewer { mail } }"))["data"]["viewer"] == {"mail": "NONE"}
    assert (await graphql("ZMB contributor", "{ viewer { mail } }"))["data"]["viewer"] == {"mail": "EACH"}
