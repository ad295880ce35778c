"""Evidence from text: words count within a language alone, rare ones more, and the nearest passages are shown."""

import random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.matching.rules import nearness
from services.proposals.tables import ProposalText
from tests.services.matching.world import a_proposal, matches, moved, some_code

CHANCE = random.Random(11)
ORIGIN = some_code(CHANCE)
MIDDLING = moved(ORIGIN, 0.6, CHANCE)


async def text_parts(db: Database, need: UUID) -> dict[UUID, float]:
    """What the texts contribute, by the other proposal."""
    found = await matches(db, need)
    return {
        key: sum(reason["contribution"] for reason in one["reasons"] if reason["code"] == "TEXT")
        for key, one in found.items()
    }


async def written(db: Database, side: str, words: str | None, **columns: Any) -> UUID:
    async with db.write(SYSTEM) as session:
        by = "SEN" if side == "need" else "CHN"
        return await a_proposal(session, side, by, words=words, **{"code": MIDDLING, **columns})


async def test_words_in_common_count_more_the_rarer_they_are(db: Database) -> None:
    need = await written(db, "need", "training sensors irrigation", code=ORIGIN)
    for _ in range(6):
        await written(db, "offer", "training of others")
    often, rare, none = [await written(db, "offer", f"{word} plan") for word in ("training", "irrigation", "bridge")]
    parts = await text_parts(db, need)
    assert parts[rare] > parts[often] > parts[none] > 0


async def test_words_said_more_often_count_more(db: Database) -> None:
    need = await written(db, "need", "irrigation", code=ORIGIN)
    once, thrice = [await written(db, "offer", f"{said} pump well") for said in ("irrigation", "irrigation " * 3)]
    parts = await text_parts(db, need)
    assert parts[thrice] > parts[once]


async def test_across_languages_meaning_alone_decides(db: Database) -> None:
    need = await written(db, "need", "irrigation water", code=ORIGIN, language="fr")
    with_words = await written(db, "offer", "irrigation water", language="es")
    without = await written(db, "offer", "bridge", language="es")
    regional = await written(db, "offer", "irrigation water", language="fr-CA")
    parts = await text_parts(db, need)
    assert parts[with_words] == parts[without] < parts[regional]


async def test_a_text_without_words_is_judged_by_its_meaning(db: Database) -> None:
    need = await written(db, "need", None, code=ORIGIN)
    same, foreign = await written(db, "offer", "bridge"), await written(db, "offer", "bridge", language="zh")
    parts = await text_parts(db, need)
    assert parts[same] == parts[foreign]


async def test_what_others_may_not_see_has_no_part_in_how_rare_a_word_is(db: Database) -> None:
    need = await written(db, "need", "irrigation", code=ORIGIN)
    offer = await written(db, "offer", "irrigation plan")
    before = (await text_parts(db, need))[offer]
    await written(db, "offer", "irrigation", status="draft", visibility="delegation")
    await written(db, "offer", "irrigation", visibility="delegation")
    assert (await text_parts(db, need))[offer] == before
    await written(db, "offer", "irrigation")
    assert (await text_parts(db, need))[offer] < before


@pytest.mark.parametrize("word", ["o'clock", "a\\b", "x:y", "tab²", "and&or|!not"])
async def test_no_word_is_an_operator(db: Database, word: str) -> None:
    need, offer = await written(db, "need", word, code=ORIGIN), await written(db, "offer", word)
    other = await written(db, "offer", "bridge")
    parts = await text_parts(db, need)
    assert parts[offer] > parts[other]


async def test_the_nearest_passages_are_shown_from_both_sides(db: Database) -> None:
    parts = [some_code(CHANCE) for _ in range(3)]
    need = await written(db, "need", None, code=some_code(CHANCE), passages=[parts[0], parts[1]])
    near = moved(parts[1], 0.2, CHANCE)
    offer = await written(db, "offer", None, code=some_code(CHANCE), passages=[parts[2], parts[2], near])
    await retold(db, need, "First", "Second need")
    await retold(db, offer, "One", "Two", "Third offer")
    for own, other, said in (
        (need, offer, ("Second need", "Third offer")),
        (offer, need, ("Third offer", "Second need")),
    ):
        reasons = {one["code"]: one for one in (await matches(db, own))[other]["reasons"]}
        assert (reasons["TEXT"]["ownPassage"], reasons["TEXT"]["otherPassage"]) == said
        assert all(one["ownPassage"] is None for code, one in reasons.items() if code != "TEXT")


async def retold(db: Database, proposal: UUID, *parts: str) -> None:
    """Let the text of a proposal be these passages."""
    places = [
        place for number, part in enumerate(parts) for place in (1 + sum(map(len, parts[:number])) + number, len(part))
    ]
    table = table_of(ProposalText)
    values = {"title": parts[0], "description": "\n".join(parts[1:]), "passages": places}
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(table).where(table.c.proposal_id == proposal).values(values))


def test_nearness_is_one_for_the_same_text_and_never_saturates() -> None:
    assert nearness(1.0, None) == nearness(1.0, 1.0) == 1.0
    assert nearness(0.4, None) == 0.4
    assert nearness(0.3, 0.0) == pytest.approx(0.2)
    assert nearness(-0.2, 0.0) < 0
    rising = [nearness(0.4, share / 100) for share in range(101)]
    assert sorted(set(rising)) == rising
