"""Import of proposals: added, changed, unchanged and refused, all of them kept or none."""

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR

from services.core.actor import SYSTEM, Audience
from services.core.audit import RecordLeaf
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.importing.report import Report
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import Text, indexed
from services.proposals.imports import import_proposals
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import CooperationForm, ProposalStatus, Side
from services.taxonomy.terms import CapacityArea
from tests.conftest import OneAtATime

SAMPLES = Path(__file__).parent / "samples"
NEED = {"externalId": "A", "delegation": "ZMB", "side": "NEED", "title": "Teachers", "language": "en"}
ROWS, TEXTS = table_of(Proposal), table_of(ProposalText)


async def bring(db: OneAtATime, *rows: dict[str, Any], **options: Any) -> Report:
    """Import rows as the platform."""
    return await import_proposals(db, SYSTEM, GivenRows("rows of a test", rows), **options)


async def stored(db: OneAtATime, external_id: str = "A") -> Any:
    """The proposal of an external id with its text."""
    async with db.read(SYSTEM) as session:
        whole = sa.select(ROWS, *(column.label(f"text_{column.name}") for column in TEXTS.c))
        found = whole.join(TEXTS, TEXTS.c.proposal_id == ROWS.c.id).where(ROWS.c.external_id == external_id)
        return (await session.execute(found)).one_or_none()


async def how_many(db: OneAtATime) -> int:
    async with db.read(SYSTEM) as session:
        return int(await session.scalar(sa.select(sa.func.count()).select_from(ROWS)) or 0)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.refused_rows


def faults(report: Report) -> list[tuple[int, str | None, str]]:
    return [(one.line, one.column, one.reason) for one in report.refused]


async def test_a_csv_of_six_languages_is_imported_whole(db: OneAtATime) -> None:
    report = await import_proposals(db, SYSTEM, open_rows(SAMPLES / "proposals.csv"))
    assert counts(report) == (6, 0, 0, 0)
    assert report.kept
    assert report.by_status == {"open": 6}
    row = await stored(db, "FR-1")
    assert (row.side, row.status, row.visibility) == (Side.OFFER, ProposalStatus.OPEN, Audience.PUBLIC)
    assert row.capacity_areas == [CapacityArea.SKILLS_TRAINING, CapacityArea.PUBLIC_LITERACY]
    assert (row.sectors, row.sdg_targets) == (["11130", "43081"], ["4.4", "4.c"])
    assert row.forms == [CooperationForm.TRAINING, CooperationForm.EXPERT]
    assert (row.quantity, row.unit, row.places) == (Decimal("120.5"), "participants", 6)
    assert (row.regions_accepted, row.working_languages) == (["002", "145"], ["fr", "en"])
    assert (row.opens_on, row.expires_on) == (today(), today() + timedelta(days=365))
    assert row.opened_at == row.listed_at
    assert row.text_description == 'Première ligne.\nDeuxième ligne ; « guillemets » et "quotes".'
    assert (row.text_status, row.text_visibility, row.text_is_original) == ("open", Audience.PUBLIC, True)
    spare = await stored(db, "EG-1")
    assert (spare.visibility, spare.places, spare.regions_accepted) == (Audience.MEMBERS, 5, ["002"])
    assert (await stored(db, "CN-1")).working_languages == []


async def test_the_same_rows_as_jsonl_change_nothing(db: OneAtATime) -> None:
    await import_proposals(db, SYSTEM, open_rows(SAMPLES / "proposals.csv"))
    for name in ("proposals.jsonl", "proposals.csv"):
        assert counts(await import_proposals(db, SYSTEM, open_rows(SAMPLES / name))) == (0, 0, 6, 0)


@pytest.mark.parametrize("language", ["en", "ar", "zh", "tr"])
async def test_texts_are_indexed_as_those_typed_in(db: OneAtATime, language: str) -> None:
    text = Text(language, "Öğretmenler teach 教师 المعلمين", "Running schools", "In towns; 智能 IŞIK")
    await bring(
        db,
        {**NEED, "language": language, **{name: getattr(text, name) for name in ("title", "summary", "description")}},
    )
    found = (await stored(db)).text_search
    async with db.read(SYSTEM) as session:
        assert found == await session.scalar(sa.select(sa.cast(indexed(text), TSVECTOR)))


async def test_a_dry_run_tells_all_and_keeps_nothing(db: OneAtATime, tmp_path: Path) -> None:
    await bring(db, NEED, {**NEED, "externalId": "B"})
    rows = [NEED, {**NEED, "externalId": "B", "title": "Nurses"}, {**NEED, "externalId": "C"}, {**NEED, "side": "FUN"}]
    report = await bring(db, *rows, dry_run=True, skip_bad=tmp_path / "bad.jsonl")
    assert counts(report) == (1, 1, 1, 1)
    assert (report.kept, report.dry_run) == (False, True)
    assert (await stored(db, "B")).text_title == "Teachers"
    assert await stored(db, "C") is None
    assert not (tmp_path / "bad.jsonl").exists()


async def test_what_changes_counts_as_a_revision_and_wants_a_new_embedding(db: OneAtATime) -> None:
    await bring(db, {**NEED, "places": 3})
    before = await stored(db)
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(TEXTS).values(sketch=sa.text("repeat('0', 2048)::bit(2048)"), embedding=b"x"))
    await bring(db, {**NEED, "places": 4})
    places = await stored(db)
    assert (places.id, places.revision, places.places) == (before.id, 2, 4)
    assert places.text_sketch is not None
    assert places.updated_at > before.updated_at
    await bring(db, {**NEED, "title": "Nurses", "language": "fr"})
    text = await stored(db)
    assert (text.revision, text.text_title, text.text_language, text.language) == (3, "Nurses", "fr", "fr")
    assert (text.text_sketch, text.text_embedding) == (None, None)
    assert text.text_search != before.text_search


async def test_columns_that_a_file_does_not_have_are_left_alone_and_blank_cells_empty_them(db: OneAtATime) -> None:
    await bring(db, {**NEED, "summary": "Soon", "unit": "people", "places": 3, "visibility": "PUBLIC"})
    assert counts(await bring(db, NEED)) == (0, 0, 1, 0)
    report = await bring(db, {**NEED, "summary": "", "unit": None, "places": "", "visibility": ""})
    row = await stored(db)
    assert counts(report) == (0, 1, 0, 0)
    assert (row.text_summary, row.unit, row.places, row.visibility) == ("", "", None, Audience.MEMBERS)


async def test_an_import_leaves_one_leaf_in_the_record(db: OneAtATime) -> None:
    leaves = sa.select(table_of(RecordLeaf).c.act).where(table_of(RecordLeaf).c.object_kind == "import")
    await bring(db, NEED, {**NEED, "externalId": "B"})
    await bring(db, {**NEED, "externalId": "C"}, dry_run=True)
    await bring(db, {**NEED, "externalId": "C"}, {**NEED, "side": "FUN"})
    async with db.read(SYSTEM) as session:
        assert list(await session.scalars(leaves)) == ["proposal.imported"]


BAD: list[tuple[dict[str, Any], str | None, str]] = [
    ({"title": ""}, "title", "This is blank, and it must say something."),
    ({"title": "x" * 201}, "title", "The title has 201 characters; it may have 200."),
    ({"summary": "x" * 1_001}, "summary", "The summary has 1,001 characters; it may have 1,000."),
    ({"description": "x" * 20_001}, "description", "The description has 20,001 characters; it may have 20,000."),
    ({"externalId": "x" * 201}, "externalId", "This has 201 characters; it may have 200."),
    ({"externalId": None}, "externalId", "This is blank, and it must say something."),
    ({"delegation": "XYZ"}, "delegation", "This is no ISO 3166-1 alpha-3 code of a state, such as ZMB."),
    ({"delegation": "DEU"}, "delegation", "DEU has no delegation here."),
    ({"side": "ASK"}, "side", "This is none of NEED, OFFER, JOINT."),
    ({"delegation": "VAT"}, "side", "An observer can post offers, but no needs and no joint proposals."),
    ({"language": "english"}, "language", "“english” is not a language"),
    ({"capacityAreas": "SKILLS"}, "capacityAreas", "This is none of COMPUTE_INFRASTRUCTURE, "),
    ({"sectors": "11130|99999"}, "sectors", "This is no OECD-DAC purpose code of five digits, such as 11420."),
    ({"sdgTargets": ["4.44"]}, "sdgTargets", "This is no SDG target, such as 4.4 or 1.a."),
    ({"regionsAccepted": "AFRICA"}, "regionsAccepted", "This is no UN M49 region code, such as 002 (Africa)."),
    ({"licence": "MINE"}, "licence", "This is no SPDX licence id, such as CC-BY-4.0."),
    ({"sectors": ["11130"] * 1_000}, "sectors", "There are 1,000 here; up to 100 are possible."),
    ({"workingLanguages": "fr|??"}, "workingLanguages", "“??” is not a language tag."),
    ({"modalitiesAccepted": "EAST"}, "modalitiesAccepted", "This is none of NORTH_SOUTH, "),
    (
        {"quantity": "-1"},
        "quantity",
        "A quantity is above 0 and below 1,000,000,000,000,000, with up to three decimals.",
    ),
    ({"quantity": "many"}, "quantity", "This is not a number. Write digits, with a point before decimals."),
    ({"places": 0}, "places", "There are 1 to 100,000 places, or none named for no limit."),
    ({"places": "2.5"}, "places", "This is not a whole number."),
    ({"readiness": 10}, "readiness", "A technology readiness level is 1 to 9 (ISO 16290)."),
    ({"interpretationOffered": "perhaps"}, "interpretationOffered", "This is neither true nor false."),
    ({"opensOn": "31/12/2026"}, "opensOn", "This is not a day of the calendar. Write YYYY-MM-DD."),
    ({"opensOn": "1066-10-14"}, "opensOn", "The year 1066 is out of reach: 1900 to 2200."),
    ({"opensOn": "2026-02-01", "expiresOn": "2026-01-01"}, "expiresOn", "It would expire on 2026-01-01, not after "),
    ({"periodFrom": "2026-02-01", "periodTo": "2026-01-01"}, "periodTo", "The period would end on 2026-01-01, before "),
    ({"expiresOn": "2199-01-01"}, "expiresOn", "An open proposal expires after today and by "),
    ({"visibility": "ALL"}, "visibility", "This is none of DELEGATION, MEMBERS, PUBLIC."),
    ({"unit": "x" * 101}, "unit", "This has 101 characters; it may have 100."),
    ({"unit": "a\x00b"}, "unit", "The text has a character that is no text (NUL, or half of a pair)."),
    ({"description": "\ud800"}, "description", "The text has a character that is no text (NUL, or half of a pair)."),
    ({"createdAt": "2026-01-01"}, "createdAt", "There is no column “createdAt”. "),
    ({"conditions": "none"}, "conditions", "There is no column “conditions”. "),
]


@pytest.mark.parametrize(
    ("wrong", "column", "reason"), BAD, ids=[f"{next(iter(bad))}-{n}" for n, (bad, *_) in enumerate(BAD)]
)
async def test_a_wrong_row_is_refused_with_its_line_column_and_reason(
    db: OneAtATime, wrong: dict[str, Any], column: str, reason: str
) -> None:
    report = await bring(db, {**NEED, "externalId": "good"}, {**NEED, **wrong})
    assert counts(report) == (1, 0, 0, 1)
    [refused] = report.refused
    assert (refused.line, refused.column) == (2, column)
    assert refused.reason.startswith(reason)
    assert not report.kept
    assert await stored(db, "good") is None


async def test_a_row_without_a_column_that_is_needed_is_refused(db: OneAtATime) -> None:
    report = await bring(db, *({key: NEED[key] for key in NEED if key != name} for name in NEED))
    assert faults(report) == [(line, name, f"This row has no {name}.") for line, name in enumerate(NEED, 1)]


async def test_the_second_row_of_an_external_id_is_refused_naming_the_first(db: OneAtATime) -> None:
    others = [{**NEED, "externalId": f"X{number}"} for number in range(600)]  # so that it comes in another batch
    report = await bring(db, {**NEED, "side": "FUN"}, NEED, {**NEED, "delegation": "FRA"}, NEED, *others, NEED)
    assert faults(report)[1:] == [
        (4, "externalId", "This external id stands on line 2 already."),
        (605, "externalId", "This external id stands on line 2 already."),
    ]
    assert report.added == 602


async def test_ten_thousand_rows_with_fifty_bad_ones_report_these_and_keep_nothing(
    db: OneAtATime, tmp_path: Path
) -> None:
    path = tmp_path / "proposals.csv"
    bad = {200 * number + 7: number for number in range(50)}
    wrong = [("side", "FUN"), ("language", "??"), ("title", " "), ("delegation", "XYZ"), ("expiresOn", "2026-13-01")]
    names = [*NEED, "summary", "expiresOn"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for line in range(2, 10_002):
            row = {**NEED, "externalId": f"N-{line}", "summary": "For rural schools", "expiresOn": ""}
            if line in bad:
                column, value = wrong[bad[line] % 5]
                row[column] = value
            writer.writerow(row)
    before, shares = await how_many(db), list[float]()
    report = await import_proposals(
        db, SYSTEM, open_rows(path), progress=lambda done, total: shares.append(done / (total or 1))
    )
    assert [one.line for one in report.refused] == sorted(bad)
    assert {(one.line, one.column) for one in report.refused} == {(line, wrong[n % 5][0]) for line, n in bad.items()}
    assert counts(report) == (9_950, 0, 0, 50)
    assert not report.kept
    assert await how_many(db) == before
    assert shares == sorted(shares)
    assert shares[-1] <= 0.5
    rest = await import_proposals(db, SYSTEM, open_rows(path), skip_bad=tmp_path / "bad.csv")
    assert rest.kept
    assert await how_many(db) == before + 9_950
    with (tmp_path / "bad.csv").open(encoding="utf-8-sig", newline="") as file:
        again = list(csv.DictReader(file))
    assert [int(row["refusedLine"]) for row in again] == sorted(bad)
    assert {row["refusedColumn"] for row in again} == {column for column, _ in wrong}
