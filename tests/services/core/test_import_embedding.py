"""Embeddings of imported texts: made afterwards, a batch at a time, by several at once if need be."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from services.core import embedding, embedding_jobs, texts
from services.core.actor import SYSTEM, Audience
from services.core.db import Database
from services.core.embedding_jobs import embed_missing
from services.core.read.shape import table_of
from services.practices.tables import Practice, PracticeText
from tests.builders import delegation_id
from tests.conftest import Urls

TEXTS, TABLE = table_of(PracticeText), table_of(Practice)
NUMBER, MARK = 10, "embedding test "


class Letters:
    """Embeds a text as the codes of its first letters, and remembers what it was asked for."""

    model = "letters-1"
    dimensions = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, given: Sequence[str]) -> embedding.Vectors:
        self.asked += given
        rows = np.array([[*map(ord, text[:3].ljust(3)), 1] for text in given], dtype=np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> Letters:
    letters = Letters()
    monkeypatch.setattr(texts, "EMBEDDER", letters)
    monkeypatch.setattr(embedding_jobs, "BATCH", 3)
    return letters


@pytest.fixture
async def db(urls: Urls) -> AsyncIterator[Database]:
    """Ten practices without embedding that other connections see too; removed at the end."""
    database = Database(urls.app)
    copied: dict[str, Any] = {"delegation_id": delegation_id("ZMB"), "status": "draft", "visibility": Audience.PUBLIC}
    async with database.write(SYSTEM) as session:
        for number in range(NUMBER):
            practice = Practice(language="en", external_id=f"{MARK}{number}", **copied)
            session.add(practice)
            await session.flush()
            title = f"{chr(ord('a') + number)} title"
            session.add(PracticeText(practice_id=practice.id, language="en", is_original=True, title=title, **copied))
    yield database
    async with database.write(SYSTEM) as session:
        await session.execute(sa.delete(TABLE).where(TABLE.c.external_id.startswith(MARK)))
    await database.close()


async def missing(db: Database) -> int:
    async with db.read(SYSTEM) as session:
        return int(await session.scalar(sa.select(sa.func.count()).where(TEXTS.c.sketch.is_(None))) or 0)


async def test_every_text_gets_the_embedding_of_its_own_words(db: Database, embedder: Letters) -> None:
    told: list[tuple[int, int | None]] = []
    assert await embed_missing(db, PracticeText, lambda done, total: told.append((done, total))) == NUMBER
    assert told == [(0, 10), (3, 10), (6, 10), (9, 10), (10, 10)]
    async with db.read(SYSTEM) as session:
        rows = (await session.execute(sa.select(TEXTS))).all()
    assert len(rows) == NUMBER
    for row in rows:
        vectors = Letters().embed([row.title])
        assert row.embedding_model == "letters-1"
        assert row.sketch == embedding.sketch(vectors)[0]
        assert row.embedding == embedding.pack(vectors[0])


async def test_there_is_nothing_to_do_the_second_time(db: Database, embedder: Letters) -> None:
    await embed_missing(db, PracticeText)
    assert await embed_missing(db, PracticeText) == 0
    assert len(embedder.asked) == NUMBER


async def test_several_at_once_share_the_work(db: Database, embedder: Letters) -> None:
    done = await asyncio.gather(*(embed_missing(db, PracticeText) for _ in range(3)))
    assert sum(done) == NUMBER
    assert len(embedder.asked) == len(set(embedder.asked)) == NUMBER
    assert await missing(db) == 0


async def test_stopped_half_way_it_keeps_what_it_did_and_goes_on_later(db: Database, embedder: Letters) -> None:
    def stop(done: int, _total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await embed_missing(db, PracticeText, stop)
    assert await missing(db) == NUMBER - 3
    assert await embed_missing(db, PracticeText) == NUMBER - 3
