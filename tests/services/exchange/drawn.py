"""Rows made of texts that files like least, and the way of rows out and back in."""

import io
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from services.core.actor import SYSTEM, Actor
from services.core.exporting.formats import Format
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.importing.report import Report
from services.core.languages import UN_LANGUAGES
from services.exchange.kinds import EXCHANGES, export_things
from tests.conftest import OneAtATime

nasty = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40) | st.sampled_from(
    ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "'=1", "''-", "_x000D_", "a|b;c", "\"\r\n\t,", "١٢٣", "x\u2028y", "007"]
)  # fmt: skip
titles = nasty.map(str.strip).filter(bool)
texts = st.fixed_dictionaries({"title": titles, "summary": nasty, "description": nasty})
in_languages: dict[str, st.SearchStrategy[Any]] = {
    "language": st.sampled_from(UN_LANGUAGES),
    "original": texts,
    "translations": st.dictionaries(st.sampled_from([*UN_LANGUAGES, "pt-BR"]), texts, max_size=5),
}
few = settings(
    max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)


def row(number: int, drawn: dict[str, Any]) -> dict[str, Any]:
    """A row of JSONL of what was drawn."""
    given = {name: value for name, value in drawn.items() if name not in {"original", "translations"}}
    languages = {**drawn["translations"], drawn["language"]: drawn["original"]}
    listed = [{"language": language, **text} for language, text in languages.items()]
    dates = {name: str(value) for name, value in given.items() if isinstance(value, date)}
    own_number = f"{number} ={drawn['original']['title'][:9]}".strip()
    return {"externalId": own_number, "texts": listed} | given | dates


async def bring(db: OneAtATime, what: str, source: Any, who: Actor = SYSTEM) -> Report:
    report = await EXCHANGES[what].bring(db, who, source, as_drafts=False)
    assert report.refused == []
    return report


async def written(db: OneAtATime, what: str, format_: Format, who: Actor = SYSTEM, state: str | None = None) -> bytes:
    file = io.BytesIO()
    await export_things(db, who, what, file, format_, state=state)
    return file.getvalue()


async def check_round_trip(
    db: OneAtATime,
    folder: Path,
    what: str,
    rows: list[dict[str, Any]],
    emptied: Callable[[], Awaitable[None]],
    state: str | None = None,
) -> None:
    """Bring rows in where there are none; in each format they come back in unchanged, and go out as the same octets."""
    await emptied()
    await bring(db, what, GivenRows("drawn", rows))
    for format_ in Format:
        first = await written(db, what, format_, state=state)
        path = folder / f"rows.{format_}"
        path.write_bytes(first)
        report = await bring(db, what, open_rows(path, what))
        assert (report.added, report.changed, report.unchanged) == (0, 0, len(rows))
        await emptied()
        report = await bring(db, what, open_rows(path, what))
        assert report.added == len(rows)
        assert await written(db, what, format_, state=state) == first
