"""Import of practices: drafts unless something else is asked for, and a new version of what is published."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Audience
from services.core.audit import RecordLeaf
from services.core.errors import NotPermitted
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.importing.report import Report
from services.core.read.shape import table_of
from services.core.table import today
from services.practices.imports import import_practices
from services.practices.tables import Practice, PracticeText, PracticeVersion
from services.practices.terms import PracticeStatus
from services.taxonomy.terms import CapacityArea
from tests.builders import actor
from tests.conftest import OneAtATime

SAMPLES = Path(__file__).parent / "samples"
ROW = {"externalId": "A", "delegation": "ZMB", "title": "Peer circles", "language": "en"}
TABLE, TEXTS, VERSIONS = table_of(Practice), table_of(PracticeText), table_of(PracticeVersion)
S = PracticeStatus


async def bring(db: OneAtATime, *rows: dict[str, Any], who: Actor = SYSTEM, **options: Any) -> Report:
    return await import_practices(db, who, GivenRows("rows of a test", rows), **options)


async def stored(db: OneAtATime, external_id: str = "A") -> Any:
    async with db.read(SYSTEM) as session:
        whole = sa.select(TABLE, TEXTS.c.title, TEXTS.c.description, TEXTS.c.status.label("text_status"))
        found = whole.join(TEXTS, TEXTS.c.practice_id == TABLE.c.id).where(TABLE.c.external_id == external_id)
        return (await session.execute(found)).one()


async def versions(db: OneAtATime) -> list[tuple[int, dict[str, Any], str]]:
    async with db.read(SYSTEM) as session:
        of_a = sa.select(TABLE.c.id).where(TABLE.c.external_id == "A").scalar_subquery()
        wanted = sa.select(VERSIONS.c.number, VERSIONS.c.texts, VERSIONS.c.status).where(VERSIONS.c.practice_id == of_a)
        return [tuple(row) for row in await session.execute(wanted.order_by(VERSIONS.c.number))]


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.refused_rows


async def test_a_csv_with_semicolons_is_imported_as_drafts_and_is_the_same_as_jsonl(db: OneAtATime) -> None:
    report = await import_practices(db, SYSTEM, open_rows(SAMPLES / "practices.csv"))
    assert counts(report) == (3, 0, 0, 0)
    assert report.by_status == {"draft": 3}
    row = await stored(db, "FR-1")
    assert row.capacity_areas == [CapacityArea.SKILLS_TRAINING, CapacityArea.PUBLIC_LITERACY]
    assert (row.sectors, row.sdg_targets, row.licence) == (["11130", "43081"], ["4.4", "4.c"], "CC-BY-4.0")
    assert (row.visibility, row.status, row.version, row.is_demo) == (Audience.PUBLIC, S.DRAFT, 0, False)
    assert row.description == 'Première ligne.\nDeuxième ligne ; « guillemets » et "quotes".'
    assert (await stored(db, "CN-1")).visibility is Audience.MEMBERS
    for name in ("practices.csv", "practices.jsonl"):
        assert counts(await import_practices(db, SYSTEM, open_rows(SAMPLES / name))) == (0, 0, 3, 0)


async def test_the_platform_may_publish_what_it_imports(db: OneAtATime) -> None:
    report = await bring(db, ROW, status=S.PUBLISHED, is_demo=True)
    assert report.by_status == {"published": 1}
    row = await stored(db)
    assert (row.status, row.text_status, row.version, row.is_demo) == (S.PUBLISHED, "published", 1, True)
    assert (row.published_at, row.last_confirmed_on) == (row.listed_at, today())
    text = {"en": {"title": "Peer circles", "summary": "", "description": ""}}
    assert await versions(db) == [(1, text, "published")]
    assert counts(await bring(db, ROW, status=S.PUBLISHED, is_demo=True)) == (0, 0, 1, 0)
    assert len(await versions(db)) == 1


@pytest.mark.parametrize("who", ["ZMB focal point", None])
async def test_a_published_practice_that_changes_becomes_a_new_version(db: OneAtATime, who: str | None) -> None:
    await bring(db, ROW, status=S.PUBLISHED)
    before = await stored(db)
    report = await bring(db, {**ROW, "title": "Cercles", "language": "fr"}, who=actor(who) if who else SYSTEM)
    assert counts(report) == (0, 1, 0, 0)
    row = await stored(db)
    assert (row.status, row.version, row.published_at) == (S.PUBLISHED, 2, before.published_at)
    assert [(number, sorted(texts), status) for number, texts, status in await versions(db)] == [
        (1, ["en"], "published"),
        (2, ["fr"], "published"),
    ]


async def test_drafts_can_be_given_to_review_at_once(db: OneAtATime) -> None:
    await bring(db, ROW)
    focal_point = actor("ZMB focal point")
    assert (await bring(db, ROW, status=S.IN_REVIEW, who=focal_point)).by_status == {"in_review": 1}
    assert (await bring(db, ROW, who=focal_point)).unchanged == 1
    assert await versions(db) == []


@pytest.mark.parametrize(("status", "word"), [(S.IN_REVIEW, "in review"), (S.WITHDRAWN, "withdrawn")])
async def test_what_is_in_review_or_withdrawn_cannot_be_changed(
    db: OneAtATime, status: PracticeStatus, word: str
) -> None:
    await bring(db, ROW)
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(TABLE).values(status=status).where(TABLE.c.external_id == "A"))
    assert (await bring(db, ROW)).unchanged == 1
    report = await bring(db, {**ROW, "title": "Circles"})
    assert [(one.line, one.column, one.reason) for one in report.refused] == [
        (1, "externalId", f"This practice is {word}, so it cannot be changed.")
    ]


@pytest.mark.parametrize(
    ("wrong", "column", "reason"),
    [
        ({"licence": "GPL"}, "licence", "This is no SPDX licence id, such as CC-BY-4.0."),
        ({"sectors": ["1"]}, "sectors", "This is no OECD-DAC purpose code of five digits, such as 11420."),
        ({"side": "NEED"}, "side", "There is no column “side”. "),
        ({"status": "LISTED"}, "status", "This is none of DRAFT, IN_REVIEW, PUBLISHED, WITHDRAWN."),
        ({"title": "x" * 201}, "title", "The title has 201 characters; it may have 200."),
        ({"delegation": "DEU"}, "delegation", "DEU has no delegation here."),
    ],
)
async def test_a_wrong_row_is_refused_and_none_is_kept(
    db: OneAtATime, wrong: dict[str, Any], column: str, reason: str
) -> None:
    report = await bring(db, ROW, {**ROW, "externalId": "B", **wrong})
    [refused] = report.refused
    assert (refused.line, refused.column) == (2, column)
    assert refused.reason.startswith(reason)
    assert not report.kept
    async with db.read(SYSTEM) as session:
        assert (await session.scalar(sa.select(sa.func.count()).where(TABLE.c.external_id == "A"))) == 0


async def test_an_import_leaves_one_leaf_in_the_record(db: OneAtATime) -> None:
    await bring(db, ROW, {**ROW, "externalId": "B"}, who=actor("ZMB focal point"))
    leaf = table_of(RecordLeaf).c
    async with db.read(SYSTEM) as session:
        wanted = sa.select(leaf.act, leaf.person_id).where(leaf.object_kind == "import")
        assert [tuple(row) for row in await session.execute(wanted)] == [
            ("practice.imported", actor("ZMB focal point").person_id)
        ]


@pytest.mark.parametrize("who", ["public", "secretariat", "ZMB viewer", "ZMB contributor", "suspended focal point"])
async def test_others_may_not_import(db: OneAtATime, who: str) -> None:
    with pytest.raises(NotPermitted, match="Only a focal point of a delegation taking part can import"):
        await bring(db, ROW, who=actor(who))


async def test_a_focal_point_publishes_nothing_and_imports_for_nobody_else(db: OneAtATime) -> None:
    with pytest.raises(NotPermitted, match="Practices are published by the secretariat, after review"):
        await bring(db, ROW, who=actor("ZMB focal point"), status=S.PUBLISHED)
    report = await bring(db, ROW, who=actor("FRA focal point"))
    assert [one.reason for one in report.refused] == ["This is the row of another delegation; you import for your own."]
