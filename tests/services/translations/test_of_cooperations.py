"""Translations of finished cooperations, which no delegation owns: whoever takes part suggests, the secretariat decides."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.core.table import now
from services.matching.cooperation_tables import CooperationText
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.services.matching.world import a_cooperation
from tests.services.notices.world import tell_all, told
from tests.services.translations.test_isolation import attempt, row
from tests.services.translations.world import (
    COOPERATION,
    SUGGESTION,
    do,
    keeping,
    outcome,
    shown,
    step,
    suggest,
    suggesting,
    suggestion,
)

WHO = (
    "public", "applicant focal point", "suspended focal point", "ZMB viewer", "ZMB contributor", "ZMB focal point",
    "FRA viewer", "FRA contributor", "FRA focal point", "CHN focal point", "VAT contributor", "secretariat",
)  # fmt: skip
SUGGESTS = {one for one in WHO[3:] if not one.endswith("viewer")}
TITLE = "Travail de la Zambie"


async def finished(db: Database, visibility: str = "public") -> UUID:
    """A finished cooperation that Zambia hosted, in English."""
    async with db.write(SYSTEM) as session:
        return await a_cooperation(session, "ZMB", "FRA", visibility=visibility)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("visibility", ["members", "public"])
async def test_who_may_suggest(db: OneAtATime, who: str, visibility: str) -> None:
    thing = await finished(db, visibility)
    sees = visibility == "public" or who in WHO[3:]
    expected = "NOT_FOUND" if not sees else None if who in SUGGESTS else "NOT_PERMITTED"
    assert await outcome(db, who, suggesting(thing, TITLE, kind=COOPERATION)) == expected


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ["accept", "decline", "withdraw"])
async def test_who_may_decide(db: OneAtATime, who: str, name: str) -> None:
    made = await suggest(db, "FRA contributor", await finished(db), TITLE, kind=COOPERATION)
    may = {"FRA contributor", "FRA focal point"} if name == "withdraw" else {"secretariat"}
    knows = {"FRA viewer", "FRA contributor", "FRA focal point", "secretariat"}
    expected = None if who in may else "NOT_PERMITTED" if who in knows else "NOT_FOUND"
    assert await outcome(db, who, step(name, made)) == expected


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ["confirm", "remove"])
async def test_who_may_keep_or_remove(db: OneAtATime, who: str, name: str) -> None:
    thing = await finished(db)
    await suggest(db, "secretariat", thing, TITLE, kind=COOPERATION)
    assert await shown(db, thing, kind=COOPERATION) == ("accepted", TITLE, False)
    expected = None if who == "secretariat" else "NOT_PERMITTED"
    assert await outcome(db, who, keeping(name, thing, kind=COOPERATION)) == expected


async def test_a_machine_s_work_waits_also_where_the_secretariat_brings_it(db: OneAtATime) -> None:
    thing = await finished(db)
    made = await suggest(db, "secretariat", thing, TITLE, engine="An engine", kind=COOPERATION)
    assert await shown(db, thing, kind=COOPERATION) == ("machine", TITLE, False)
    await do(db, "secretariat", step("accept", made))
    assert await shown(db, thing, kind=COOPERATION) == ("accepted", TITLE, False)


async def test_a_member_s_own_sql_decides_nothing(db: OneAtATime) -> None:
    thing = await finished(db)
    made = await suggest(db, "FRA contributor", thing, TITLE, kind=COOPERATION)
    text = table_of(CooperationText)
    decided = {"status": "accepted", "decided_at": now()}
    change = sa.update(SUGGESTION).where(SUGGESTION.c.id == made).values(decided)
    assert await attempt(db, "FRA focal point", change) == "refused"
    assert await attempt(db, "ZMB focal point", change) == "nothing"
    forged = row(thing, kind="cooperation", **decided)
    assert await attempt(db, "FRA focal point", sa.insert(SUGGESTION).values(forged)) == "refused"
    assert await attempt(db, "FRA focal point", sa.update(text).values(title="Mine")) == "refused"
    assert await attempt(db, "FRA focal point", sa.delete(text)) == "nothing"
    assert await attempt(db, "secretariat", change) == "done"


@pytest.mark.parametrize(
    ("who", "seen"),
    [("secretariat", 2), ("FRA viewer", 1), ("ZMB focal point", 0), ("CHN focal point", 0), ("public", 0)],
)
async def test_suggestions_are_seen_by_who_made_them_and_by_the_secretariat(
    db: OneAtATime, who: str, seen: int
) -> None:
    thing = await finished(db)
    await suggest(db, "FRA contributor", thing, TITLE, kind=COOPERATION)
    await suggest(db, "SEN contributor", thing, "Работа", "ru", kind=COOPERATION)
    async with db.read(actor(who)) as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(SUGGESTION)) == seen


async def test_the_secretariat_hears_of_a_suggestion_and_who_made_it_of_the_answer(db: OneAtATime) -> None:
    made = await suggest(db, "FRA contributor", await finished(db), TITLE, kind=COOPERATION)
    await tell_all(db)
    assert await told(db) == {"secretariat": "A translation of “Work of ZMB” waits for you: French"}
    assert (await suggestion(db, made)).delegation_id is None
    await do(db, "secretariat", step("decline", made))
    await tell_all(db)
    assert (await told(db))["FRA contributor"] == "Your translation of “Work of ZMB” was declined"
