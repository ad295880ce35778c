"""What acts on practices leave behind, and what they refuse in plain words."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.errors import Conflict, Invalid
from services.core.policy import StaleRevision
from services.core.texts import Text
from services.practices import commands
from services.practices.commands import ExternalIdTaken, PracticeContent
from services.practices.tables import PracticeText, PracticeVersion
from services.practices.terms import PracticeStatus
from tests.builders import a_practice, actor
from tests.conftest import Ask, OneAtATime

FOCAL = actor("ZMB focal point")


async def test_what_is_published_keeps_its_versions_even_into_another_language(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session, title="First", status=PracticeStatus.IN_REVIEW)
    async with db.write(actor("secretariat")) as session:
        await commands.publish_practice(session, actor("secretariat"), practice.id)
    async with db.write(FOCAL) as session:
        changes = {"language": "fr", "title": "Deuxième"}
        await commands.revise_practice(session, FOCAL, practice.id, 2, changes)
    async with db.read(FOCAL) as session:
        kept = sa.select(col(PracticeVersion.texts)).order_by(col(PracticeVersion.number))
        versions = (await session.execute(kept)).scalars().all()
        texts = (await session.execute(sa.select(col(PracticeText.language), col(PracticeText.title)))).all()
    assert [sorted(version) for version in versions] == [["en"], ["fr"]]
    assert texts == [("fr", "Deuxième")]


async def test_a_change_from_an_older_revision_is_a_conflict(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session)
    async with db.write(FOCAL) as session:
        await commands.revise_practice(session, FOCAL, practice.id, 1, {"title": "Mine"})
    with pytest.raises(StaleRevision, match="at revision 2 by now"):
        async with db.write(FOCAL) as session:
            await commands.revise_practice(session, FOCAL, practice.id, 1, {"title": "Yours"})
    async with db.read(FOCAL) as session:
        assert await session.scalar(sa.select(col(PracticeText.title))) == "Mine"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (PracticeContent(Text("en", " ")), "A title is needed"),
        (PracticeContent(Text("en", "x" * 201)), "may have 200"),
        (PracticeContent(Text("en", "A", "x" * 1_001)), "may have 1,000"),
        (PracticeContent(Text("en", "A", "", "x" * 20_001)), "may have 20,000"),
        (PracticeContent(Text("en", "A\x00b")), "no text"),
        (PracticeContent(Text("en", "A\ud800b")), "no text"),
        (PracticeContent(Text("nonsense-language", "A")), "language"),
        (PracticeContent(Text("en", "A"), sectors=("99999",)), "OECD-DAC"),
        (PracticeContent(Text("en", "A"), sdg_targets=("18.1",)), "SDG target"),
        (PracticeContent(Text("en", "A"), licence="MY-OWN"), "SPDX"),
        (PracticeContent(Text("en", "A"), external_id=""), "1 to 200"),
    ],
)
async def test_wrong_content_is_refused_and_nothing_is_kept(
    db: OneAtATime, content: PracticeContent, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        async with db.write(FOCAL) as session:
            await commands.draft_practice(session, FOCAL, content)
    async with db.read(FOCAL) as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(PracticeText)) == 0


async def test_an_external_id_is_taken_once_in_a_delegation(db: OneAtATime) -> None:
    content = PracticeContent(Text("en", "A title"), external_id="P-1")
    async with db.write(FOCAL) as session:
        await commands.draft_practice(session, FOCAL, content)
    with pytest.raises(ExternalIdTaken, match="P-1"):
        async with db.write(FOCAL) as session:
            await commands.draft_practice(session, FOCAL, content)
    france = actor("FRA focal point")
    async with db.write(france) as session:
        await commands.draft_practice(session, france, content)


async def test_a_return_needs_a_reason(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session, status=PracticeStatus.IN_REVIEW)
    with pytest.raises(Invalid, match="A reason of 1 to 2,000"):
        async with db.write(actor("secretariat")) as session:
            await commands.return_practice(session, actor("secretariat"), practice.id, "  ")


async def test_every_act_leaves_a_leaf_in_the_record_and_a_refused_one_none(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session)
    async with db.write(FOCAL) as session:
        await commands.submit_practice(session, FOCAL, practice.id)
    with pytest.raises(Conflict):
        async with db.write(FOCAL) as session:
            await commands.submit_practice(session, FOCAL, practice.id)
    async with db.read(FOCAL) as session:
        acts = (await session.execute(sa.select(col(RecordLeaf.act)))).scalars().all()
    assert acts == ["practice.submitted"]


TITLES = {
    "en": "Training teachers to use artificial intelligence in schools",
    "fr": "Former les enseignants à l'intelligence artificielle dans les écoles",
    "es": "Formación de docentes en inteligencia artificial en las escuelas",
    "ru": "Подготовка учителей к использованию искусственного интеллекта в школах",
    "ar": "تدريب المعلمين على استخدام الذكاء الاصطناعي في المدارس",
    "zh": "培训教师在学校使用人工智能",
}
WORDS = {"en": "teacher", "fr": "enseignant", "es": "docente", "ru": "учителя", "ar": "المعلمين", "zh": "教师"}
SEARCH = "query ($s: String!) { practices(where: {search: $s}) { totalCount nodes { title { language } } } }"


@pytest.mark.parametrize("language", TITLES)
async def test_a_search_finds_words_in_each_language_and_meaning_in_all(
    db: OneAtATime, graphql: Ask, language: str
) -> None:
    async with db.write(SYSTEM) as session:
        for tag, title in TITLES.items():
            await a_practice(session, title=title, language=tag, status=PracticeStatus.PUBLISHED)
            await a_practice(session, title="Soil moisture maps for harvest forecasts", status=PracticeStatus.PUBLISHED)
    by_word = await graphql("public", SEARCH, s=WORDS[language])
    first: dict[str, Any] = by_word["data"]["practices"]["nodes"][0]
    assert first["title"]["language"] == language
    by_meaning = (await graphql("public", SEARCH, s=TITLES[language]))["data"]["practices"]
    assert {node["title"]["language"] for node in by_meaning["nodes"]} == set(TITLES)
    assert by_meaning["totalCount"] == len(TITLES)


async def test_a_page_of_practices_is_one_statement(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        for _ in range(3):
            await a_practice(session, status=PracticeStatus.PUBLISHED)
    db.documents.clear()
    query = """{ practices { totalCount nodes { title { text original { text } } delegation { name { text } }
      endorsements { totalCount } versions { number texts { title } } } pageInfo { endCursor } } }"""
    answer = await graphql("public", query)
    assert answer["data"]["practices"]["totalCount"] == 3
    assert len(db.documents) == 1
