"""Row security and triggers alone: what a stranger's own SQL could and could not do to translations."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from services.core.actor import SYSTEM, Audience
from services.core.db import Database
from services.core.table import now, uuid7
from services.practices.terms import PracticeStatus
from tests.builders import actor, delegation_id, id_of
from tests.conftest import OneAtATime
from tests.services.translations.world import SUGGESTION, TEXT, a_published, everything, shown, suggest, suggestion

pytestmark = pytest.mark.security

STRANGERS = ("public", "FRA viewer", "FRA focal point", "CHN focal point", "suspended focal point", "secretariat")


def row(thing: UUID, **columns: Any) -> dict[str, Any]:
    """A suggestion as a statement could say it."""
    return {
        "id": uuid7(),
        "created_at": now(),
        "updated_at": now(),
        "revision": 1,
        "kind": "practice",
        "thing_id": thing,
        "language": "fr",
        "title": "Enseigner",
        "summary": "",
        "description": "",
        "status": "suggested",
        "is_stale": False,
        "decline_reason": "",
        **columns,
    }


async def attempt(db: Database, who: str, statement: Any) -> str:
    """Run a statement as someone: "done", "nothing" where it met no row, or "refused"; refused, nothing changed."""
    before = await everything(db)
    try:
        async with db.write(actor(who)) as session:
            done: Any = await session.execute(statement)
            met = done.rowcount
    except DBAPIError:
        assert await everything(db) == before
        return "refused"
    return "done" if met else "nothing"


@pytest.mark.parametrize("who", STRANGERS)
async def test_a_stranger_writes_no_text_that_readers_see(db: OneAtATime, who: str) -> None:
    thing = await a_published(db)
    made = await suggest(db, "SEN contributor", thing, "Enseigner")
    mine = sa.and_(TEXT.c.practice_id == thing, TEXT.c.language == "fr")
    accepted = {"translation_status": "accepted", "accepted_at": now(), "suggestion_id": None}
    words = {"practice_id": thing, "language": "ru", "is_original": False, "title": "Учить", "visibility": "public"}
    insertion = sa.insert(TEXT).values(**words, **accepted, status="published", delegation_id=delegation_id("ZMB"))
    if who != "secretariat":  # it writes what it reviewed, by its policy of practices
        assert await attempt(db, who, insertion) == "refused"
        assert await attempt(db, who, sa.update(TEXT).where(mine).values(title="Mine")) == "refused"
        assert await attempt(db, who, sa.update(TEXT).where(mine).values(accepted)) == "refused"
    assert await attempt(db, who, sa.delete(TEXT).where(mine)) == "nothing"
    assert await attempt(db, who, sa.delete(SUGGESTION)) == "nothing"
    assert (
        await attempt(
            db, who, sa.update(SUGGESTION).where(SUGGESTION.c.id == made).values(status="withdrawn", decided_at=now())
        )
        == "nothing"
    )
    assert await shown(db, thing) == ("suggested", "Enseigner", False)


@pytest.mark.parametrize("status", ["accepted", "declined"])
async def test_a_stranger_decides_nothing(db: OneAtATime, status: str) -> None:
    thing = await a_published(db)
    decided = row(thing, status=status, decided_at=now())
    assert await attempt(db, "FRA focal point", sa.insert(SUGGESTION).values(decided)) == "refused"
    made = await suggest(db, "FRA contributor", thing, "Enseigner")
    change = sa.update(SUGGESTION).where(SUGGESTION.c.id == made).values(status=status, decided_at=now())
    assert await attempt(db, "FRA focal point", change) == "refused"
    assert await attempt(db, "ZMB focal point", change) == "done"


@pytest.mark.parametrize(
    ("status", "visibility"),
    [
        (PracticeStatus.DRAFT, Audience.PUBLIC),
        (PracticeStatus.WITHDRAWN, Audience.PUBLIC),
        (PracticeStatus.PUBLISHED, Audience.DELEGATION),
    ],
)
async def test_nothing_is_suggested_for_what_is_not_there_for_one(
    db: OneAtATime, status: PracticeStatus, visibility: Audience
) -> None:
    thing = await a_published(db, status=status, visibility=visibility)
    for key in (thing, id_of("nothing")):
        assert await attempt(db, "FRA focal point", sa.insert(SUGGESTION).values(row(key))) == "refused"
    for kind in ("person", 'practice"; DROP TABLE practice; --', ""):
        assert await attempt(db, "FRA focal point", sa.insert(SUGGESTION).values(row(thing, kind=kind))) == "refused"


async def test_whose_it_is_and_who_made_it_are_taken_from_the_thing_and_the_identity(db: OneAtATime) -> None:
    thing = await a_published(db)
    lies = row(
        thing,
        delegation_id=delegation_id("FRA"),
        by_delegation_id=delegation_id("CHN"),
        by_person_id=id_of("secretariat"),
    )
    assert await attempt(db, "FRA viewer", sa.insert(SUGGESTION).values(lies)) == "done"
    kept = await suggestion(db, lies["id"])
    assert kept.delegation_id == delegation_id("ZMB")
    assert (kept.by_delegation_id, kept.by_person_id) == (delegation_id("FRA"), id_of("FRA viewer"))
    assert await shown(db, thing) is None, "only a command shows it"


@pytest.mark.parametrize("who", ["FRA focal point", "ZMB focal point"])
@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"language": "es"},
        {"thing_id": id_of("other")},
        {"delegation_id": delegation_id("FRA")},
        {"by_delegation_id": delegation_id("SEN")},
        {"by_person_id": None},
        {"machine_made_by": "Nobody"},
    ],
)
async def test_what_was_suggested_stays_as_it_was_written(db: OneAtATime, who: str, change: dict[str, Any]) -> None:
    made = await suggest(db, "FRA contributor", await a_published(db), "Enseigner")
    statement = sa.update(SUGGESTION).where(SUGGESTION.c.id == made).values(change)
    assert await attempt(db, who, statement) == "refused"


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("public", set()),
        ("ZMB viewer", {"FRA", "secretariat"}),
        ("FRA viewer", {"FRA"}),
        ("SEN focal point", set()),
        ("CHN focal point", set()),
        ("secretariat", {"secretariat"}),
    ],
)
async def test_suggestions_are_seen_by_the_two_sides_alone(db: OneAtATime, who: str, expected: set[str]) -> None:
    thing = await a_published(db)
    names = {
        await suggest(db, "FRA contributor", thing, "Un"): "FRA",
        await suggest(db, "secretariat", thing, "Deux"): "secretariat",
    }
    async with db.read(actor(who)) as session:
        seen = (await session.execute(sa.select(SUGGESTION.c.id))).scalars()
        assert {names[key] for key in seen} == expected
    async with db.read(SYSTEM) as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(SUGGESTION)) == 2


async def test_a_suggestion_is_hidden_with_its_practice(db: OneAtATime) -> None:
    thing = await a_published(db, visibility=Audience.MEMBERS)
    await suggest(db, "FRA contributor", thing, "Enseigner")
    for who, expected in (("public", []), ("SEN viewer", ["en", "fr"]), ("applicant viewer", [])):
        async with db.read(actor(who)) as session:
            assert sorted((await session.execute(sa.select(TEXT.c.language))).scalars()) == expected
