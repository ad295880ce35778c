"""The life of a translation: suggested, accepted, declined, withdrawn, confirmed, removed; what readers see meanwhile."""

from itertools import product
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import DomainError
from services.practices import commands as practices
from services.practices.terms import PracticeStatus
from services.translations import rules
from services.translations.errors import SuggestionWrongStatus
from services.translations.rules import MOST_WAITING
from services.translations.terms import SuggestionStatus
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.services.translations.world import (
    a_published,
    a_suggestion,
    announced,
    do,
    keeping,
    outcome,
    shown,
    step,
    suggest,
    suggesting,
    suggestion,
)

S = SuggestionStatus
WAITING = (S.MACHINE, S.SUGGESTED)
LEADS = {S.ACCEPTED: "accept", S.DECLINED: "decline", S.WITHDRAWN: "withdraw"}


@given(current=st.sampled_from(S), wanted=st.sampled_from(S))
def test_what_waits_can_end_in_three_ways_and_nothing_else_can_change(current: S, wanted: S) -> None:
    if current in WAITING and wanted not in WAITING:
        assert rules.step(current, wanted) is wanted
    else:
        with pytest.raises(SuggestionWrongStatus, match=f"is {current.value} cannot become {wanted.value}"):
            rules.step(current, wanted)


@pytest.mark.parametrize(("current", "wanted"), [*product(S, LEADS)])
async def test_every_step_from_everywhere(db: OneAtATime, current: S, wanted: S) -> None:
    made = await a_suggestion(db, await a_published(db), current)
    who = "FRA contributor" if wanted is S.WITHDRAWN else "ZMB focal point"
    code = await outcome(db, who, step(LEADS[wanted], made))
    assert code == (None if current in WAITING else "TRANSLATION_WRONG_STATUS")
    assert (await suggestion(db, made)).status is (wanted if code is None else current)


async def revise(db: OneAtATime, practice: UUID, revision: int, title: str) -> None:
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        await practices.revise_practice(session, who, practice, revision, {"title": title})


async def test_readers_see_what_waits_first_people_before_machines_accepted_before_both(db: OneAtATime) -> None:
    thing = await a_published(db)
    machine = await suggest(db, "SEN contributor", thing, "Machine", engine="An engine 2")
    assert await shown(db, thing) == ("machine", "Machine", False)
    first = await suggest(db, "FRA contributor", thing, "First")
    assert await shown(db, thing) == ("suggested", "First", False)
    second = await suggest(db, "secretariat", thing, "Second")
    assert await shown(db, thing) == ("suggested", "First", False)
    await do(db, "ZMB focal point", step("decline", first))
    assert await shown(db, thing) == ("suggested", "Second", False)
    await do(db, "secretariat", step("withdraw", second))
    assert await shown(db, thing) == ("machine", "Machine", False)
    await do(db, "ZMB focal point", step("accept", machine))
    assert await shown(db, thing) == ("accepted", "Machine", False)
    await suggest(db, "FRA contributor", thing, "Later")
    assert await shown(db, thing) == ("accepted", "Machine", False)
    await do(db, "ZMB focal point", keeping("remove", thing))
    assert await shown(db, thing) == ("suggested", "Later", False)


async def test_a_stale_accepted_one_comes_before_a_fresh_suggestion_until_it_is_accepted(db: OneAtATime) -> None:
    thing = await a_published(db)
    await suggest(db, "ZMB focal point", thing, "Ours")
    await revise(db, thing, 1, "New")
    assert await shown(db, thing) == ("accepted", "Ours", True)
    better = await suggest(db, "FRA contributor", thing, "Nouveau")
    assert await shown(db, thing) == ("accepted", "Ours", True)
    await do(db, "ZMB focal point", step("accept", better))
    assert await shown(db, thing) == ("accepted", "Nouveau", False)


async def test_what_waits_is_stale_too_and_fresh_when_it_is_accepted(db: OneAtATime) -> None:
    thing = await a_published(db)
    old = await suggest(db, "FRA contributor", thing, "Ancien")
    await revise(db, thing, 1, "New")
    assert (await suggestion(db, old)).is_stale
    assert await shown(db, thing) == ("suggested", "Ancien", True)
    new = await suggest(db, "SEN contributor", thing, "Nouveau")
    assert await shown(db, thing) == ("suggested", "Nouveau", False)
    await do(db, "FRA contributor", step("withdraw", old))
    assert await shown(db, thing) == ("suggested", "Nouveau", False)
    await revise(db, thing, 2, "Newer")
    await do(db, "ZMB focal point", step("accept", new))
    assert await shown(db, thing) == ("accepted", "Nouveau", False)


async def test_a_stale_one_is_confirmed(db: OneAtATime) -> None:
    thing = await a_published(db)
    await suggest(db, "ZMB focal point", thing, "Le même")
    await revise(db, thing, 1, "The same, with a comma")
    await do(db, "ZMB focal point", keeping("confirm", thing))
    assert await shown(db, thing) == ("accepted", "Le même", False)


@pytest.mark.parametrize("name", ["confirm", "remove"])
@pytest.mark.parametrize("language", ["en", "fr", "ru"])
async def test_what_is_not_accepted_cannot_be_kept_or_removed(db: OneAtATime, name: str, language: str) -> None:
    thing = await a_published(db)
    await suggest(db, "FRA contributor", thing, "Enseigner")
    assert await outcome(db, "ZMB focal point", keeping(name, thing, language)) == "NOT_TRANSLATED"


@pytest.mark.parametrize(
    ("who", "engine", "expected"),
    [
        ("ZMB focal point", None, "accepted"),
        ("ZMB focal point", "An engine", "machine"),
        ("ZMB contributor", None, "suggested"),
        ("FRA focal point", None, "suggested"),
        ("secretariat", "An engine", "machine"),
    ],
)
async def test_only_what_the_own_focal_point_wrote_is_accepted_at_once(
    db: OneAtATime, who: str, engine: str | None, expected: str
) -> None:
    thing = await a_published(db)
    made = await suggest(db, who, thing, "Enseigner", engine=engine)
    assert await shown(db, thing) == (expected, "Enseigner", False)
    kept = await suggestion(db, made)
    assert (kept.status.value, kept.machine_made_by) == (expected, engine)
    assert (kept.by_person_id, kept.by_delegation_id) == (actor(who).person_id, actor(who).delegation_id)


async def test_a_delegation_has_one_waiting_in_a_language_beside_one_of_a_machine(db: OneAtATime) -> None:
    thing = await a_published(db)
    first = await suggest(db, "FRA contributor", thing, "Un")
    machine = await suggest(db, "FRA contributor", thing, "Une machine", engine="An engine")
    other = await suggest(db, "FRA focal point", thing, "Dos", "es")
    second = await suggest(db, "FRA focal point", thing, "Deux")
    statuses = [(await suggestion(db, one)).status for one in (first, machine, other, second)]
    assert statuses == [S.WITHDRAWN, S.MACHINE, S.SUGGESTED, S.SUGGESTED]
    assert await shown(db, thing) == ("suggested", "Deux", False)


async def test_nobody_covers_a_text_with_suggestions(db: OneAtATime) -> None:
    thing = await a_published(db)
    tags = ("fr", "es", "ru", "ar", "zh", "pt", "de", "it", "nl", "sw", "am", "ha", "yo", "ig", "zu", "sn", "ny", "bem")
    for tag in [*tags, "fr-CA", "pt-BR"][:MOST_WAITING]:
        await suggest(db, "FRA contributor", thing, "Enseigner", tag)
    assert await outcome(db, "FRA contributor", suggesting(thing, "Enseigner", "xh")) == "TOO_MANY_WAITING"
    assert await outcome(db, "FRA contributor", suggesting(thing, "Autrement", "fr")) is None
    assert await outcome(db, "SEN contributor", suggesting(thing, "Enseigner", "xh")) is None


@pytest.mark.parametrize(
    ("title", "language", "engine", "code"),
    [
        ("", "fr", None, "INVALID"),
        ("x" * 201, "fr", None, "INVALID"),
        ("\x00", "fr", None, "INVALID"),
        ("T", "klingon-x", None, "INVALID"),
        ("T", "fr", " ", "INVALID"),
        ("T", "fr", "x" * 101, "INVALID"),
        ("T", "en", None, "LANGUAGE_OF_ORIGINAL"),
        ("T", "EN", None, "LANGUAGE_OF_ORIGINAL"),
    ],
)
async def test_what_cannot_be_suggested(
    db: OneAtATime, title: str, language: str, engine: str | None, code: str
) -> None:
    thing = await a_published(db)
    assert await outcome(db, "FRA contributor", suggesting(thing, title, language, engine)) == code


@pytest.mark.parametrize("reason", ["", " ", "x" * 2_001])
async def test_to_decline_needs_a_reason(db: OneAtATime, reason: str) -> None:
    made = await a_suggestion(db, await a_published(db), S.SUGGESTED)

    async def decline(session: object, who: object) -> UUID:
        return await step("decline", made).func(session, who, made, reason)  # type: ignore[attr-defined,no-any-return]

    assert await outcome(db, "ZMB focal point", decline) == "REASON_NEEDED"


async def test_a_suggestion_in_what_became_the_original_s_language_is_neither_shown_nor_accepted(
    db: OneAtATime,
) -> None:
    thing = await a_published(db)
    made = await suggest(db, "FRA contributor", thing, "Enseigner")
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        await practices.revise_practice(session, who, thing, 1, {"language": "fr", "title": "Notre titre"})
    assert await shown(db, thing) == ("original", "Notre titre", False)
    assert await outcome(db, "ZMB focal point", step("accept", made)) == "LANGUAGE_OF_ORIGINAL"
    await do(db, "FRA contributor", step("withdraw", made))
    assert await shown(db, thing) == ("original", "Notre titre", False)


async def test_a_version_keeps_what_is_accepted_and_no_suggestion(db: OneAtATime) -> None:
    thing = await a_published(db)
    await suggest(db, "ZMB focal point", thing, "Enseigner", "fr")
    await suggest(db, "FRA contributor", thing, "Учить", "ru")
    await revise(db, thing, 1, "New")
    async with db.read(actor("public")) as session:
        [languages] = (
            await session.execute(sa.text("SELECT array(SELECT jsonb_object_keys(texts)) FROM practice_version"))
        ).scalars()
    assert set(languages) == {"en", "fr"}


async def test_suggestions_go_with_a_deleted_draft(db: OneAtATime) -> None:
    thing = await a_published(db, status=PracticeStatus.DRAFT)
    made = await suggest(db, "ZMB contributor", thing, "Enseigner")
    who = actor("ZMB contributor")
    async with db.write(who) as session:
        await practices.delete_practice(session, who, thing)
    with pytest.raises(Exception, match="No row was found"):
        await suggestion(db, made)
    with pytest.raises(DomainError):
        await do(db, "ZMB focal point", step("accept", made))


async def test_who_must_hear_of_it_is_announced_once_each(db: OneAtATime) -> None:
    thing = await a_published(db)
    first = await suggest(db, "FRA contributor", thing, "Un")
    await do(db, "ZMB focal point", step("decline", first))
    second = await suggest(db, "FRA contributor", thing, "Deux")
    await do(db, "ZMB focal point", step("accept", second))
    await revise(db, thing, 1, "New")
    await revise(db, thing, 2, "New")
    await revise(db, thing, 3, "Newer")
    found = await announced(db)
    assert [event for event, _ in found] == [
        "translation.suggested",
        "translation.declined",
        "translation.suggested",
        "translation.accepted",
        "translation.stale",
        "translation.stale",
    ]
    facts = found[1][1]
    assert (facts["kind"], facts["language"], facts["reason"]) == ("practice", "fr", "Not quite.")
    assert facts["suggested_by"] == str(actor("FRA contributor").delegation_id)
    assert facts["owner"] == str(actor("ZMB focal point").delegation_id)
    assert facts["suggester"] == str(actor("FRA contributor").person_id)
    assert found[-1][1] == {"kind": "practice", "languages": ["fr"]}
