"""The file of refused rows, and imports that meet other writers."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Audience
from services.core.errors import Conflict
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.importing.refused import Unreadable
from services.core.importing.report import MOST_REFUSED, Report
from services.core.importing.staging import Stage
from services.core.read.shape import table_of
from services.proposals.imports import import_proposals
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import Side
from tests.builders import delegation_id
from tests.conftest import OneAtATime

NEED = {"externalId": "A", "delegation": "ZMB", "side": "NEED", "title": "Teachers", "language": "en"}
ROWS, TEXTS = table_of(Proposal), table_of(ProposalText)


async def bring(db: OneAtATime, *rows: dict[str, Any], **options: Any) -> Report:
    return await import_proposals(db, SYSTEM, GivenRows("rows of a test", rows), **options)


async def titles(db: OneAtATime) -> dict[str, str]:
    async with db.read(SYSTEM) as session:
        wanted = sa.select(ROWS.c.external_id, TEXTS.c.title).join(TEXTS, TEXTS.c.proposal_id == ROWS.c.id)
        found = await session.execute(wanted.where(ROWS.c.external_id.in_(list("ABC"))))
        return {name: title for name, title in found}  # noqa: C416 - a result of rows is no mapping


def write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    if path.suffix == ".jsonl":
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(NEED), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
async def test_refused_rows_can_be_corrected_and_imported(db: OneAtATime, tmp_path: Path, name: str) -> None:
    path, bad = tmp_path / name, tmp_path / f"bad-{name}"
    write(path, [NEED, {**NEED, "externalId": "B", "side": "FUN", "title": "Écoles"}, {**NEED, "externalId": "C"}])
    report = await import_proposals(db, SYSTEM, open_rows(path), skip_bad=bad)
    assert (report.added, report.refused_rows, report.kept) == (2, 1, True)
    text = bad.read_text(encoding="utf-8-sig")
    assert "This is none of NEED, OFFER, JOINT." in text
    bad.write_text(text.replace("FUN", "OFFER"), encoding="utf-8-sig")
    assert (await import_proposals(db, SYSTEM, open_rows(bad))).by_status == {"open": 1}
    assert await titles(db) == {"A": "Teachers", "B": "Écoles", "C": "Teachers"}
    async with db.read(SYSTEM) as session:
        assert await session.scalar(sa.select(ROWS.c.side).where(ROWS.c.external_id == "B")) is Side.OFFER
        assert await session.scalar(sa.select(sa.func.count()).where(TEXTS.c.search.is_(None))) == 0


async def test_rows_that_cannot_be_read_go_into_the_file_as_they_were(db: OneAtATime, tmp_path: Path) -> None:
    header = f"{','.join(NEED)}\n"
    (tmp_path / "rows.csv").write_text(
        f'{header}A,ZMB,"NEED"x,Teachers,en\nB,ZMB,NEED,Nurses,en,more\n', encoding="utf-8"
    )
    (tmp_path / "rows.jsonl").write_text('{"externalId": "A"\n{"title": "\\ud800"}\n', encoding="utf-8")
    for name in ("rows.csv", "rows.jsonl"):
        await import_proposals(db, SYSTEM, open_rows(tmp_path / name), skip_bad=tmp_path / f"bad-{name}")
    with (tmp_path / "bad-rows.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = [(row["refusedLine"], row["refusedText"]) for row in csv.DictReader(file)]
    assert texts == [("2", 'A,ZMB,"NEED"x,Teachers,en'), ("3", "B,ZMB,NEED,Nurses,en,more")]
    lines = [json.loads(line) for line in (tmp_path / "bad-rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[0]["refusedText"] == '{"externalId": "A"'
    assert lines[1]["title"] == "\ud800"


async def test_no_file_is_made_where_no_row_is_refused(db: OneAtATime, tmp_path: Path) -> None:
    assert (await bring(db, NEED, skip_bad=tmp_path / "bad.jsonl")).kept
    assert not (tmp_path / "bad.jsonl").exists()


async def test_refused_rows_do_not_overwrite_what_is_being_read(db: OneAtATime, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    write(path, [NEED, {**NEED, "externalId": "B", "side": "FUN"}])
    before = path.read_bytes()
    with pytest.raises(Unreadable, match="cannot go into the file that is being imported"):
        await import_proposals(db, SYSTEM, open_rows(path), skip_bad=tmp_path / "." / "rows.csv")
    assert path.read_bytes() == before


async def test_where_refused_rows_cannot_be_written_nothing_is_kept(db: OneAtATime, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"bad\.jsonl cannot be written: No such file or directory"):
        await bring(db, NEED, {**NEED, "side": "FUN"}, skip_bad=tmp_path / "missing" / "bad.jsonl")
    assert await titles(db) == {}


async def test_a_report_holds_the_first_refused_rows_and_counts_the_rest(db: OneAtATime) -> None:
    report = await bring(db, *({} for _ in range(MOST_REFUSED + 5)))
    assert (len(report.refused), report.refused_rows) == (MOST_REFUSED, MOST_REFUSED + 5)
    assert report.refused[-1].line == MOST_REFUSED


async def meanwhile(monkeypatch: pytest.MonkeyPatch, statement: sa.Executable) -> None:
    """Let ``statement`` come between the reading of the file and the keeping of its rows."""
    lock = Stage.lock

    async def late(stage: Stage) -> None:
        await stage._session.execute(statement)
        await lock(stage)

    monkeypatch.setattr(Stage, "lock", late)


async def test_what_changes_while_the_file_is_read_stops_the_import(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bring(db, NEED, {**NEED, "externalId": "B"})
    await meanwhile(monkeypatch, sa.update(ROWS).values(places=3).where(ROWS.c.external_id == "A"))
    with pytest.raises(Conflict, match="Someone changed what the file brings while it was read"):
        await bring(db, {**NEED, "title": "Nurses"}, {**NEED, "externalId": "B", "title": "Nurses"})
    assert await titles(db) == {"A": "Teachers", "B": "Teachers"}
    assert (await bring(db, {**NEED, "externalId": "B", "title": "Nurses"})).kept, "this one leaves A alone"


async def test_what_is_added_while_the_file_is_read_stops_the_import(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = Proposal(
        delegation_id=delegation_id("ZMB"), external_id="A", side=Side.NEED, visibility=Audience.MEMBERS, language="en"
    )
    await meanwhile(monkeypatch, sa.insert(ROWS).values(**theirs.model_dump()))
    with pytest.raises(Conflict, match="Someone added what the file brings while it was read"):
        await bring(db, NEED, {**NEED, "externalId": "B"})
    assert await titles(db) == {}
