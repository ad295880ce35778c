"""What is kept between checks, and going on after an interruption."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.core.errors import Invalid
from services.record import queries
from services.record.keeping import Keep, signed
from services.record.publishing import publish
from services.record.sources import DatabaseSource
from services.record.terms import Page
from services.record.verifying import check
from tests.conftest import HEAD_KEYS
from tests.services.record.world import Kept


class Counted(DatabaseSource):
    """Remembers which pages were read."""

    def __init__(self, kept: Kept) -> None:
        super().__init__(kept.db)
        self.read: list[int] = []

    async def page(self, first: int, size: int) -> Page:
        self.read.append(first)
        return await super().page(first, size)


async def test_an_interrupted_check_goes_on_where_it_was(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 64)
    await kept.fill(70)
    await publish(kept.db, HEAD_KEYS, every=timedelta())
    await kept.fill(80)
    await publish(kept.db, HEAD_KEYS, every=timedelta())
    source = Counted(kept)
    heads, wrong = signed([one.note for one in await source.published()], HEAD_KEYS.public())
    assert (len(heads), wrong) == (2, 0)
    keep = Keep(tmp_path)
    async for walk in check(source, heads, keep, keep.interrupted()):
        keep.remember(walk)
        break
    assert source.read == [0]
    keep = Keep(tmp_path)
    async for walk in check(source, heads, keep, keep.interrupted()):
        keep.remember(walk)
    keep.finish(walk)
    assert source.read == [0, 64, 128]
    assert (walk.findings, walk.matched) == ([], 150)
    assert Keep(tmp_path).stretch(0, 150) == await kept.hashes()
    assert not (tmp_path / "walk").exists()


async def test_only_what_a_head_was_found_right_behind_is_kept(kept: Kept, tmp_path: Path) -> None:
    await kept.fill(20)
    await publish(kept.db, HEAD_KEYS, every=timedelta())
    await kept.fill(5)
    source = DatabaseSource(kept.db)
    heads, _ = signed([one.note for one in await source.published()], HEAD_KEYS.public())
    keep = Keep(tmp_path)
    async for walk in check(source, heads, keep, keep.interrupted()):
        assert walk.findings == []
    keep.finish(walk)
    assert len(keep.stretch(0, 25)) == 20


def test_keys_heads_and_damaged_files(tmp_path: Path) -> None:
    keep = Keep(tmp_path)
    assert (keep.keys(), keep.heads()) == ([], [])
    keep.trust(HEAD_KEYS.public())
    assert keep.keys() == HEAD_KEYS.public()
    (tmp_path / "keys").write_text("no key")
    with pytest.raises(Invalid, match="something else than public keys"):
        keep.keys()
    (tmp_path / "walk").write_text("no walk")
    assert keep.interrupted().tree.size == 0
