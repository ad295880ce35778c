"""Who may do what to translations of a practice of Zambia, after product.md; a refusal changes nothing."""

import pytest

from services.core.actor import Audience
from services.practices.terms import PracticeStatus
from services.translations.terms import SuggestionStatus
from tests.conftest import OneAtATime
from tests.services.translations.world import (
    a_published,
    a_suggestion,
    keeping,
    outcome,
    step,
    suggest,
    suggesting,
)

WHO = (
    "public", "applicant focal point", "suspended focal point", "ZMB viewer", "ZMB contributor", "ZMB focal point",
    "FRA viewer", "FRA contributor", "FRA focal point", "CHN focal point", "VAT contributor", "secretariat",
)  # fmt: skip
SUGGESTS = {
    "ZMB contributor", "ZMB focal point", "FRA contributor", "FRA focal point", "CHN focal point", "VAT contributor",
    "secretariat",
}  # fmt: skip
OWN = {"ZMB viewer", "ZMB contributor", "ZMB focal point"}
SUGGESTERS = {"FRA viewer", "FRA contributor", "FRA focal point"}
SEES = {
    (PracticeStatus.DRAFT, Audience.PUBLIC): OWN,
    (PracticeStatus.IN_REVIEW, Audience.PUBLIC): OWN | {"secretariat"},
    (PracticeStatus.PUBLISHED, Audience.DELEGATION): OWN | {"secretariat"},
    (PracticeStatus.PUBLISHED, Audience.MEMBERS): set(WHO)
    - {"public", "applicant focal point", "suspended focal point"},
    (PracticeStatus.PUBLISHED, Audience.PUBLIC): set(WHO),
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("status", "visibility"), [*SEES])
async def test_who_may_suggest(db: OneAtATime, who: str, status: PracticeStatus, visibility: Audience) -> None:
    thing = await a_published(db, status=status, visibility=visibility)
    sees = who in SEES[status, visibility]
    expected = "NOT_FOUND" if not sees else None if who in SUGGESTS else "NOT_PERMITTED"
    assert await outcome(db, who, suggesting(thing, "Enseigner")) == expected


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("accept", {"ZMB focal point"}),
        ("decline", {"ZMB focal point"}),
        ("withdraw", {"FRA contributor", "FRA focal point"}),
    ],
)
@pytest.mark.parametrize("status", [SuggestionStatus.SUGGESTED, SuggestionStatus.MACHINE])
async def test_who_may_decide(db: OneAtATime, who: str, name: str, may: set[str], status: SuggestionStatus) -> None:
    made = await a_suggestion(db, await a_published(db), status)
    knows = OWN | SUGGESTERS
    expected = None if who in may else "NOT_PERMITTED" if who in knows else "NOT_FOUND"
    assert await outcome(db, who, step(name, made)) == expected


@pytest.mark.parametrize("who", ["secretariat", "FRA focal point", "ZMB focal point"])
async def test_the_secretariat_withdraws_its_own(db: OneAtATime, who: str) -> None:
    made = await suggest(db, "secretariat", await a_published(db), "Enseigner")
    expected = {"secretariat": None, "FRA focal point": "NOT_FOUND", "ZMB focal point": "NOT_PERMITTED"}[who]
    assert await outcome(db, who, step("withdraw", made)) == expected


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ["confirm", "remove"])
async def test_who_may_keep_or_remove(db: OneAtATime, who: str, name: str) -> None:
    thing = await a_published(db)
    await suggest(db, "ZMB focal point", thing, "Enseigner")
    expected = None if who == "ZMB focal point" else "NOT_PERMITTED"
    assert await outcome(db, who, keeping(name, thing)) == expected


async def test_what_one_sees_no_more_one_can_still_take_back_and_no_more_suggest(db: OneAtATime) -> None:
    from services.practices.commands import withdraw_practice
    from tests.builders import actor

    thing = await a_published(db)
    made = await suggest(db, "FRA contributor", thing, "Enseigner")
    async with db.write(actor("ZMB focal point")) as session:
        await withdraw_practice(session, actor("ZMB focal point"), thing, "A test.")
    assert await outcome(db, "FRA contributor", suggesting(thing, "Encore")) == "NOT_FOUND"
    assert await outcome(db, "FRA contributor", step("withdraw", made)) is None
