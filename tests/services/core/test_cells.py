"""Texts are put into cells of meaning, and a search by meaning finds them there at every moment."""

from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa

from services.core import cells, embedding
from services.core.actor import SYSTEM
from services.core.cells import MeaningCell, centres_of, group_texts
from services.core.embedding import Vectors
from services.core.read.shape import table_of
from services.practices.tables import PracticeText
from services.practices.terms import PracticeStatus
from tests.builders import a_practice, actor
from tests.conftest import OneAtATime

TEXTS = 40
GROUPS = 5


def vectors_of(seed: int, texts: int = TEXTS) -> Vectors:
    """Vectors of unit length around a few directions."""
    chance = np.random.default_rng(seed)
    around = chance.standard_normal((GROUPS, 512))
    moved = around[np.arange(texts) % GROUPS] + 0.3 * chance.standard_normal((texts, 512))
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)


async def add_texts(db: OneAtATime, vectors: Vectors) -> dict[UUID, str]:
    """Published practices whose texts mean what ``vectors`` say; the sketch of each."""
    found: dict[UUID, str] = {}
    text = table_of(PracticeText)
    async with db.write(SYSTEM) as session:
        for vector, sketch in zip(vectors, embedding.sketch(vectors), strict=True):
            practice = await a_practice(session, status=PracticeStatus.PUBLISHED)
            values = {"embedding": embedding.pack(vector), "sketch": sa.text(f"B'{sketch}'")}
            await session.execute(sa.update(text).where(text.c.practice_id == practice.id).values(values))
            found[practice.id] = sketch
    return found


async def first_found(db: OneAtATime, sketch: str) -> UUID:
    """What a search for this meaning gives first."""
    asked = sa.text("SELECT id FROM practice_search('{}', '{}', :sketch, 0.4) ORDER BY score DESC LIMIT 1")
    async with db.read(actor("public")) as session:
        return UUID(str(await session.scalar(asked, {"sketch": sketch})))


async def cells_of_texts(db: OneAtATime) -> dict[UUID, int]:
    """The cell of each text that has a sketch."""
    text = table_of(PracticeText).c
    async with db.read(SYSTEM) as session:
        found = await session.execute(sa.select(text.practice_id, text.cell).where(text.sketch.is_not(None)))
        return {row[0]: row[1] for row in found}


async def generations(db: OneAtATime) -> set[int]:
    """The generations of centres that are there."""
    async with db.read(SYSTEM) as session:
        return set((await session.execute(sa.select(MeaningCell.generation))).scalars())  # type: ignore[call-overload]


def test_centres_are_of_unit_length_and_the_same_each_time() -> None:
    vectors = vectors_of(1, 400)
    centres = centres_of(vectors)
    assert centres.shape == (256, 512)
    assert np.allclose(np.linalg.norm(centres, axis=1), 1, atol=1e-4)
    assert np.array_equal(centres, centres_of(vectors))


async def test_few_texts_stay_in_one_cell_and_are_all_compared(db: OneAtATime) -> None:
    texts = await add_texts(db, vectors_of(2))
    await group_texts(db)
    assert await generations(db) == set()
    assert set((await cells_of_texts(db)).values()) == {0}
    for practice, sketch in texts.items():
        assert await first_found(db, sketch) == practice


async def test_texts_move_into_the_nearest_cell_and_are_found_there(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "LEAST", TEXTS)
    monkeypatch.setattr(cells, "CELLS", 16)
    monkeypatch.setattr(cells, "BATCH", 7)
    texts = await add_texts(db, vectors_of(3))
    await group_texts(db)
    placed = await cells_of_texts(db)
    async with db.read(SYSTEM) as session:
        found = await session.execute(sa.text("SELECT number, sketch::text FROM meaning_cell"))
        centres: dict[int, str] = {row[0]: row[1] for row in found}
    assert len(set(placed.values())) >= GROUPS
    for practice, sketch in texts.items():
        far = {number: int(sketch, 2) ^ int(centre, 2) for number, centre in centres.items()}
        assert far[placed[practice]].bit_count() == min(one.bit_count() for one in far.values())
        assert await first_found(db, sketch) == practice


async def test_a_new_text_and_a_changed_one_are_put_into_cells_at_once(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "LEAST", TEXTS)
    await add_texts(db, vectors_of(4))
    await group_texts(db)
    later = await add_texts(db, vectors_of(5, 3))
    placed = await cells_of_texts(db)
    assert all(placed[practice] > 0 for practice in later)
    for practice, sketch in later.items():
        assert await first_found(db, sketch) == practice


async def test_when_texts_have_doubled_there_are_new_centres_and_nothing_is_out_of_reach_meanwhile(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "LEAST", TEXTS)
    monkeypatch.setattr(cells, "CELLS", 16)
    texts = await add_texts(db, vectors_of(6))
    await group_texts(db)
    await group_texts(db)
    assert await generations(db) == {1}, "until they have doubled the centres stay"
    texts |= await add_texts(db, vectors_of(7))

    async def stopped(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as halfway:
        halfway.setattr(cells, "_move", stopped)
        with pytest.raises(KeyboardInterrupt):
            await group_texts(db)
    assert await generations(db) == {1, 2}
    for practice, sketch in texts.items():
        assert await first_found(db, sketch) == practice
    await group_texts(db)
    assert await generations(db) == {2}
    assert min((await cells_of_texts(db)).values()) > 16, "none is left in an older generation"
    for practice, sketch in texts.items():
        assert await first_found(db, sketch) == practice
