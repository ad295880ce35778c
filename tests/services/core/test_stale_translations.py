"""A translation is stale as soon as its original says something else, and only then, whoever changed it."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.importing.json_rows import GivenRows
from services.core.importing.translations import translation_merge
from services.core.read.shape import table_of
from services.core.texts import Text, TranslationStatus, add_translation, indexed
from services.practices import commands
from services.practices.imports import import_practices
from services.practices.tables import PracticeText
from services.practices.terms import PracticeStatus
from tests.builders import a_practice, actor, delegation_id
from tests.conftest import OneAtATime
from tests.services.translations.world import announced, suggest

TEXT = table_of(PracticeText)
FOCAL_POINT = actor("ZMB focal point")
ROW = {"externalId": "P", "delegation": "ZMB", "language": "en", "title": "Teaching with local data"}


@pytest.fixture
async def practice(db: OneAtATime) -> UUID:
    """A published practice in English, translated into French and Arabic."""
    async with db.write(SYSTEM) as session:
        made = await a_practice(session, status=PracticeStatus.PUBLISHED, external_id="P")
        for text in (Text("fr", "Enseigner"), Text("ar", "التعليم")):
            await add_translation(session, PracticeText, {"practice_id": made.id}, text)
        return made.id


async def texts(db: OneAtATime, practice: UUID) -> dict[str, Any]:
    """The texts of a practice by language."""
    async with db.read(SYSTEM) as session:
        rows = await session.execute(sa.select(TEXT).where(TEXT.c.practice_id == practice))
        return {row.language: row for row in rows}


async def stale(db: OneAtATime, practice: UUID) -> set[str]:
    return {language for language, row in (await texts(db, practice)).items() if row.is_stale}


async def revise(db: OneAtATime, practice: UUID, revision: int, **changes: Any) -> None:
    async with db.write(FOCAL_POINT) as session:
        await commands.revise_practice(session, FOCAL_POINT, practice, revision, changes)


async def bring(db: OneAtATime, **changes: Any) -> None:
    report = await import_practices(db, FOCAL_POINT, GivenRows("a test", [{**ROW, **changes}]))
    assert report.kept


async def merge(db: OneAtATime, practice: UUID, *given: Text) -> None:
    rows = [
        sa.select(
            sa.literal(practice, sa.Uuid()).label("practice_id"),
            *(sa.literal(getattr(one, name)).label(name) for name in ("language", "title", "summary", "description")),
            indexed(one).label("search"),
        )
        for one in given
    ]
    async with db.write(FOCAL_POINT) as session:
        await session.execute(translation_merge(PracticeText, sa.union_all(*rows).subquery(), FOCAL_POINT))


async def test_an_accepted_translation_says_whose_it_is(db: OneAtATime, practice: UUID) -> None:
    found = await texts(db, practice)
    assert found["en"].translation_status is TranslationStatus.ORIGINAL
    assert found["fr"].translation_status is TranslationStatus.ACCEPTED
    assert {row.made_by_id for row in found.values()} == {delegation_id("ZMB")}
    assert (found["fr"].accepted_at is None, found["en"].accepted_at is None) == (False, True)


@pytest.mark.parametrize("changed", [{"title": "T"}, {"summary": "S"}, {"description": "D"}, {"language": "es"}])
async def test_whatever_of_the_original_changes_its_translations_are_stale(
    db: OneAtATime, practice: UUID, changed: dict[str, str]
) -> None:
    await revise(db, practice, 1, **changed)
    assert await stale(db, practice) == {"fr", "ar"}


@pytest.mark.parametrize(
    "changed", [{"title": "Teaching with local data"}, {"sectors": ["11130"]}, {"visibility": "members"}]
)
async def test_what_leaves_the_text_as_it_is_leaves_them_fresh(
    db: OneAtATime, practice: UUID, changed: dict[str, Any]
) -> None:
    before = await texts(db, practice)
    await revise(db, practice, 1, **changed)
    assert await stale(db, practice) == set()
    assert (await texts(db, practice))["en"].made_at == before["en"].made_at
    async with db.write(FOCAL_POINT) as session:
        await commands.withdraw_practice(session, FOCAL_POINT, practice, "A test.")
    assert await stale(db, practice) == set()


async def test_translations_of_other_practices_stay_fresh(db: OneAtATime, practice: UUID) -> None:
    async with db.write(SYSTEM) as session:
        other = await a_practice(session)
        await add_translation(session, PracticeText, {"practice_id": other.id}, Text("fr", "Autre"))
    await revise(db, practice, 1, title="New")
    assert await stale(db, other.id) == set()


async def test_a_new_translation_is_fresh_beside_a_stale_one(db: OneAtATime, practice: UUID) -> None:
    await revise(db, practice, 1, title="New")
    async with db.write(SYSTEM) as session:
        await add_translation(session, PracticeText, {"practice_id": practice}, Text("fr", "Nouveau"))
    assert await stale(db, practice) == {"ar"}


async def test_an_original_in_the_language_of_a_translation_takes_its_place(db: OneAtATime, practice: UUID) -> None:
    await revise(db, practice, 1, language="fr", title="Enseigner autrement")
    found = await texts(db, practice)
    assert {language: row.is_original for language, row in found.items()} == {"fr": True, "ar": False}
    assert (found["fr"].title, found["fr"].accepted_at) == ("Enseigner autrement", None)
    assert await stale(db, practice) == {"ar"}


async def test_an_import_makes_them_stale_where_it_changes_the_text(db: OneAtATime, practice: UUID) -> None:
    await bring(db, sectors="11130")
    assert await stale(db, practice) == set()
    await bring(db, sectors="11130", summary="In short")
    assert await stale(db, practice) == {"fr", "ar"}


async def test_an_import_announces_it_once_for_each_thing(db: OneAtATime, practice: UUID) -> None:
    await bring(db, sectors="11130")
    assert await announced(db) == []
    await bring(db, title="Another")
    await bring(db, title="Another", visibility="MEMBERS")
    assert await announced(db) == [("translation.stale", {"kind": "practice", "languages": ["ar", "fr"]})]


async def test_a_suggestion_gives_way_to_an_imported_original_and_a_translation_does_not(
    db: OneAtATime, practice: UUID
) -> None:
    await suggest(db, "FRA contributor", practice, "Учить", "ru")
    refused = await import_practices(db, FOCAL_POINT, GivenRows("a test", [{**ROW, "language": "fr"}]))
    assert not refused.kept
    await bring(db, language="ru", title="Учиться")
    found = await texts(db, practice)
    assert {language: row.is_original for language, row in found.items()} == {"ru": True, "fr": False, "ar": False}
    assert (found["ru"].translation_status, found["ru"].suggestion_id) == (TranslationStatus.ORIGINAL, None)


async def test_in_bulk_what_says_the_same_is_left_and_what_says_something_else_is_fresh(
    db: OneAtATime, practice: UUID
) -> None:
    await revise(db, practice, 1, title="New")
    before = await texts(db, practice)
    await merge(db, practice, Text("fr", "Nouveau"), Text("ar", "التعليم"), Text("en", "Not this"), Text("ru", "Новое"))
    found = await texts(db, practice)
    assert await stale(db, practice) == {"ar"}
    assert (found["ar"], found["en"]) == (before["ar"], before["en"])
    assert (found["fr"].title, found["ru"].title) == ("Nouveau", "Новое")
    assert {found[one].translation_status for one in ("fr", "ru")} == {TranslationStatus.ACCEPTED}
    assert {found[one].accepted_by_person_id for one in ("fr", "ru")} == {FOCAL_POINT.person_id}
    assert found["fr"].sketch is None
    async with db.read(SYSTEM) as session:
        hits = sa.select(TEXT.c.language).where(TEXT.c.search.op("@@")(sa.func.to_tsquery("french", "nouveau")))
        assert (await session.execute(hits)).scalars().all() == ["fr"]


async def test_in_bulk_another_delegation_writes_nothing(db: OneAtATime, practice: UUID) -> None:
    before = await texts(db, practice)
    async with db.write(actor("FRA focal point")) as session:
        rows = sa.select(
            sa.literal(practice, sa.Uuid()).label("practice_id"),
            *(sa.literal(word).label(name) for name, word in (("language", "ru"), ("title", "Чужое"))),
            *(sa.literal("").label(name) for name in ("summary", "description")),
            indexed(Text("ru", "Чужое")).label("search"),
        ).subquery()
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            async with session.begin_nested():
                await session.execute(translation_merge(PracticeText, rows, FOCAL_POINT))
    assert await texts(db, practice) == before
