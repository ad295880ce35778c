"""A search finds a text in every language in which readers can see it, by its words and by its meaning."""

import pytest

from services.core.ids import write_id
from tests.conftest import Ask, OneAtATime
from tests.services.translations.world import a_published, do, step, suggest

QUERY = "query ($search: String!) { practices(where: {search: $search}) { nodes { id } } }"
WORDS = {
    "ar": ("حصاد الذرة في الحقول", "الحقول"),
    "zh": ("玉米收获的田间数据", "玉米"),
    "fr": ("Récolter le maïs dans les champs", "récoltes"),
    "ru": ("Уборка кукурузы на полях", "кукуруза"),
    "es": ("Cosechar maíz en los campos", "cosechas"),
    "sw": ("Kuvuna mahindi shambani", "mahindi"),
}
"""A title and a word to search, in another form where the language's own configuration stems it."""


async def found(graphql: Ask, who: str, search: str) -> list[str]:
    answer = await graphql(who, QUERY, search=search)
    return [one["id"] for one in answer["data"]["practices"]["nodes"]]


@pytest.mark.parametrize("engine", [None, "An engine"])
@pytest.mark.parametrize("language", WORDS)
async def test_by_the_words_of_each_language_and_no_more_when_it_is_gone(
    db: OneAtATime, graphql: Ask, language: str, engine: str | None
) -> None:
    title, word = WORDS[language]
    thing = await a_published(db, title="Annual report of the ministry")
    identity = write_id("practice", thing)
    assert await found(graphql, "public", word) == []
    made = await suggest(db, "FRA contributor", thing, title, language, engine)
    assert await found(graphql, "public", word) == [identity]
    await do(db, "ZMB focal point", step("accept", made))
    assert await found(graphql, "public", word) == [identity]


async def test_what_was_declined_or_is_not_shown_is_not_found(db: OneAtATime, graphql: Ask) -> None:
    thing = await a_published(db, title="Annual report of the ministry")
    made = await suggest(db, "FRA contributor", thing, "Récolter le maïs")
    await suggest(db, "SEN contributor", thing, "Astronomie des quasars")
    assert await found(graphql, "public", "quasars") == [], "it waits behind the first"
    await do(db, "ZMB focal point", step("decline", made))
    assert await found(graphql, "public", "récoltes") == []
    assert await found(graphql, "public", "quasars") == [write_id("practice", thing)]


async def test_by_its_meaning_in_another_language(db: OneAtATime, graphql: Ask) -> None:
    thing = await a_published(db, title="ZX-81 QQ")
    assert await found(graphql, "public", "training teachers in artificial intelligence") == []
    await suggest(db, "FRA contributor", thing, "Formation des enseignants à l'intelligence artificielle")
    assert await found(graphql, "public", "training teachers in artificial intelligence") == [
        write_id("practice", thing)
    ]
