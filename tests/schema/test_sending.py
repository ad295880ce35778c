"""`gof export`: a whole file or none, in the format that its name tells."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schema import sending
from services.core.actor import SYSTEM, Audience
from services.core.db import Database, connect
from services.core.errors import Invalid
from services.core.exporting.formats import Format
from services.core.settings import Settings
from services.core.texts import Text, add_translation, save_text
from services.practices.tables import Practice, PracticeText
from tests.builders import delegation_id
from tests.conftest import Urls


async def fill(url: str) -> None:
    """One practice that other connections see too; written as rows, so that the record keeps no trace of it."""
    database = Database(url)
    copied: dict[str, Any] = {"delegation_id": delegation_id("EGY"), "status": "draft", "visibility": Audience.PUBLIC}
    async with database.write(SYSTEM) as session:
        practice = Practice(language="en", external_id="sent", **copied)
        session.add(practice)
        await session.flush()
        key = {"practice_id": practice.id}
        await save_text(session, PracticeText, key, copied, Text("en", "=Circles"))
        await add_translation(session, PracticeText, key, Text("ar", "حلقات"))
    await database.close()


async def empty(url: str) -> None:
    """Take the practice away, and what the record has of its exports."""
    owner = await connect(url)
    await owner.execute("DELETE FROM practice WHERE external_id = 'sent'; DELETE FROM record_leaf")
    await owner.close()


@pytest.fixture
def serving(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command line on this worker's database, in which there is one practice."""
    chosen = Settings(database_url=urls.app, migration_url=urls.owner)
    monkeypatch.setattr(sending, "settings", lambda: chosen)
    asyncio.run(fill(urls.app))
    yield
    asyncio.run(empty(urls.owner))


def quiet(_sentence: str) -> None:
    """Nobody listens."""


@pytest.mark.usefixtures("serving")
def test_each_format_is_written_by_the_end_of_the_name(tmp_path: Path) -> None:
    counts = set()
    for ending in Format:
        path = tmp_path / f"practices.{ending}"
        counts.add(sending.send("practices", path, quiet, format_=None, state=None))
        assert path.stat().st_size > 0
        assert path.stat().st_mode & 0o777 == 0o644
    assert counts == {1}
    assert {one.name for one in tmp_path.iterdir()} == {f"practices.{ending}" for ending in Format}


@pytest.mark.usefixtures("serving")
def test_without_a_file_jsonl_goes_to_stdout(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    number = sending.send("practices", None, quiet, format_=None, state="egy")
    lines = capfdbinary.readouterr().out.splitlines()
    assert len(lines) == number
    assert [json.loads(line)["texts"][0]["title"] for line in lines] == ["حلقات"]


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize(
    ("name", "state", "sentence"),
    [
        ("rows.ods", None, "has a name of no known format"),
        ("rows.csv", "DEU", "DEU has no delegation here"),
        ("rows.csv", "XX", "This is no ISO 3166-1 alpha-3 code"),
        ("missing/rows.csv", None, "cannot be written"),
    ],
)
def test_an_export_that_fails_leaves_what_was_there(
    tmp_path: Path, name: str, state: str | None, sentence: str
) -> None:
    (tmp_path / "rows.csv").write_text("before")
    with pytest.raises(Invalid, match=sentence):
        sending.send("proposals", tmp_path / name, quiet, format_=None, state=state)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("rows.csv", "before")]
