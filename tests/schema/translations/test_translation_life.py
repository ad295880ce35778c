"""Translations over GraphQL: from the suggestion of a stranger to an accepted text, each answer written by hand."""

from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.ids import write_id
from tests.builders import actor, id_of
from tests.conftest import Ask, OneAtATime
from tests.services.translations.world import SUGGESTION, TEXT, a_published, suggest

SUGGEST = """mutation ($input: TranslationSuggestInput!) { translationSuggest(input: $input) {
  suggestion { id thingId language title status isStale machineMadeBy viewerCanAccept viewerCanWithdraw
    madeBy { state { code } } madeByPerson { name } decidedAt }
  thing { __typename id ... on Practice { languages title(language: "fr") { text translationStatus machineMadeBy
    madeBy { state { code } } } } }
  errors { code path } } }"""
STEP = """mutation ($input: %s!) { %s(input: $input) { suggestion { status declineReason viewerCannotAcceptReasons }
  thing { id ... on Practice { languages } } errors { code path } } }"""
KEEP = """mutation ($input: TranslationLanguageInput!) { %s(input: $input) {
  thing { ... on Practice { translations { language isStale } } } errors { code path } } }"""
READ = """query ($id: ID!) { practice(id: $id) { languages viewerCanSuggestTranslation viewerCanAcceptTranslations
  translations { language status isStale title summary machineMadeBy madeAt acceptedAt madeBy { state { code } }
    madeByPerson { name } acceptedByPerson { name } }
  translationSuggestions { totalCount nodes { language status } } } }"""


def given(thing: Any, **more: Any) -> dict[str, Any]:
    return {"id": write_id("practice", thing), "language": "fr", "title": "Enseigner", **more}


async def test_a_suggestion_of_a_stranger_is_shown_marked_and_answers_what_it_is(db: OneAtATime, graphql: Ask) -> None:
    thing = await a_published(db)
    answer = await graphql("FRA contributor", SUGGEST, input=given(thing, machineMadeBy="An engine 3.1"))
    payload = answer["data"]["translationSuggest"]
    key = payload["suggestion"].pop("id")
    assert key.startswith("translation_suggestion_")
    assert payload == {
        "suggestion": {
            "thingId": write_id("practice", thing),
            "language": "fr",
            "title": "Enseigner",
            "status": "MACHINE",
            "isStale": False,
            "machineMadeBy": "An engine 3.1",
            "viewerCanAccept": False,
            "viewerCanWithdraw": True,
            "madeBy": {"state": {"code": "FRA"}},
            "madeByPerson": {"name": "FRA contributor"},
            "decidedAt": None,
        },
        "thing": {
            "__typename": "Practice",
            "id": write_id("practice", thing),
            "languages": ["en", "fr"],
            "title": {
                "text": "Enseigner",
                "translationStatus": "MACHINE",
                "machineMadeBy": "An engine 3.1",
                "madeBy": {"state": {"code": "FRA"}},
            },
        },
        "errors": [],
    }
    node = await graphql("ZMB focal point", "query ($id: ID!) { node(id: $id) { __typename id } }", id=key)
    assert node == {"data": {"node": {"__typename": "TranslationSuggestion", "id": key}}}
    hidden = await graphql("SEN viewer", "query ($id: ID!) { node(id: $id) { __typename id } }", id=key)
    assert hidden == {"data": {"node": None}}


async def test_the_same_key_suggests_once(db: OneAtATime, graphql: Ask) -> None:
    thing = await a_published(db)
    asked = given(thing, idempotencyKey="once")
    first, second = [await graphql("FRA contributor", SUGGEST, input=asked) for _ in range(2)]
    assert first == second
    async with db.read(SYSTEM) as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(SUGGESTION)) == 1


@pytest.mark.parametrize(
    ("name", "kind", "who", "more", "status", "languages"),
    [
        ("translationAccept", "TranslationInput", "ZMB focal point", {}, "ACCEPTED", ["en", "fr"]),
        ("translationDecline", "TranslationReasonInput", "ZMB focal point", {"reason": "No."}, "DECLINED", ["en"]),
        ("translationWithdraw", "TranslationInput", "FRA contributor", {}, "WITHDRAWN", ["en"]),
    ],
)
async def test_what_becomes_of_it(
    db: OneAtATime,
    graphql: Ask,
    name: str,
    kind: str,
    who: str,
    more: dict[str, str],
    status: str,
    languages: list[str],
) -> None:
    thing = await a_published(db)
    made = await suggest(db, "FRA contributor", thing, "Enseigner")
    asked = {"id": write_id("translation_suggestion", made), **more}
    answer = await graphql(who, STEP % (kind, name), input=asked)
    payload = answer["data"][name]
    assert payload["errors"] == []
    assert payload["suggestion"]["status"] == status
    assert payload["suggestion"]["declineReason"] == more.get("reason", "")
    assert "TRANSLATION_WRONG_STATUS" in payload["suggestion"]["viewerCannotAcceptReasons"]
    assert payload["thing"] == {"id": write_id("practice", thing), "languages": languages}
    again = await graphql(who, STEP % (kind, name), input=asked)
    assert again["data"][name]["errors"] == [{"code": "TRANSLATION_WRONG_STATUS", "path": ["id"]}]


async def test_a_stale_translation_is_confirmed_and_removed(db: OneAtATime, graphql: Ask) -> None:
    thing = await a_published(db)
    await suggest(db, "ZMB focal point", thing, "Enseigner")
    async with db.write(SYSTEM) as session:
        await session.execute(
            sa.update(TEXT).where(TEXT.c.practice_id == thing, TEXT.c.is_original).values(title="New")
        )
    asked = {"id": write_id("practice", thing), "language": "FR"}
    before = await graphql("public", READ, id=asked["id"])
    assert [one["isStale"] for one in before["data"]["practice"]["translations"]] == [True]
    for name, translations in (
        ("translationConfirm", [{"language": "fr", "isStale": False}]),
        ("translationRemove", []),
    ):
        answer = await graphql("ZMB focal point", KEEP % name, input=asked)
        assert answer["data"][name] == {"thing": {"translations": translations}, "errors": []}
    gone = await graphql("ZMB focal point", KEEP % "translationConfirm", input=asked)
    assert gone["data"]["translationConfirm"] == {
        "thing": None,
        "errors": [{"code": "NOT_TRANSLATED", "path": ["language"]}],
    }


async def test_what_cannot_be_translated_says_what_can(graphql: Ask) -> None:
    asked = {"id": write_id("person", id_of("secretariat")), "language": "fr", "title": "T"}
    answer = await graphql("FRA contributor", SUGGEST, input=asked)
    assert answer["data"]["translationSuggest"]["errors"] == [{"code": "WRONG_ID", "path": ["id"]}]


@pytest.mark.parametrize(
    ("who", "people", "buttons", "waiting"),
    [
        ("public", {}, (False, False), 0),
        ("SEN contributor", {}, (True, False), 0),
        ("FRA contributor", {"ru": "FRA contributor"}, (True, False), 1),
        ("ZMB viewer", {"fr": "ZMB focal point"}, (False, False), 2),
        ("ZMB focal point", {"fr": "ZMB focal point"}, (True, True), 2),
    ],
)
async def test_the_delegation_is_everyone_s_to_know_and_the_person_its_own_delegation_s(
    db: OneAtATime, graphql: Ask, who: str, people: dict[str, str], buttons: tuple[bool, bool], waiting: int
) -> None:
    thing = await a_published(db)
    await suggest(db, "ZMB focal point", thing, "Enseigner")
    await suggest(db, "FRA contributor", thing, "Учить", "ru")
    async with db.write(SYSTEM) as session:
        at = sa.text("TIMESTAMPTZ '2026-01-02 03:04:05.6789+00'")
        await session.execute(sa.update(TEXT).values(made_at=at))
        await session.execute(sa.update(TEXT).where(TEXT.c.accepted_at.is_not(None)).values(accepted_at=at))
    answer = await graphql(who, READ, id=write_id("practice", thing))
    moment = "2026-01-02T03:04:05.678900+00:00"

    def translation(language: str, status: str, title: str, state: str, *, accepted: bool) -> dict[str, Any]:
        person = {"name": people[language]} if language in people else None
        return {
            "language": language,
            "status": status,
            "isStale": False,
            "title": title,
            "summary": "",
            "machineMadeBy": None,
            "madeAt": moment,
            "acceptedAt": moment if accepted else None,
            "madeBy": {"state": {"code": state}},
            "madeByPerson": person,
            "acceptedByPerson": person if accepted else None,
        }

    found = answer["data"]["practice"]
    assert found["translations"] == [
        translation("fr", "ACCEPTED", "Enseigner", "ZMB", accepted=True),
        translation("ru", "SUGGESTED", "Учить", "FRA", accepted=False),
    ]
    assert found["languages"] == ["en", "fr", "ru"]
    assert (found["viewerCanSuggestTranslation"], found["viewerCanAcceptTranslations"]) == buttons
    assert found["translationSuggestions"]["totalCount"] == waiting


async def test_a_focal_point_lists_what_waits_for_its_delegation(db: OneAtATime, graphql: Ask) -> None:
    first, second = [await a_published(db) for _ in range(2)]
    await suggest(db, "FRA contributor", first, "Un")
    await suggest(db, "ZMB focal point", second, "Deux")
    query = """query ($waiting: Boolean) { translationSuggestions(where: {waiting: $waiting}) {
      totalCount nodes { title status } } }"""
    for who, waiting, expected in (
        ("ZMB focal point", True, [{"title": "Un", "status": "SUGGESTED"}]),
        ("ZMB viewer", False, [{"title": "Deux", "status": "ACCEPTED"}]),
        ("FRA contributor", True, []),
        ("public", None, []),
    ):
        answer = await graphql(who, query, waiting=waiting)
        assert answer["data"]["translationSuggestions"] == {"totalCount": len(expected), "nodes": expected}
    assert actor("ZMB focal point").delegation_id is not None
