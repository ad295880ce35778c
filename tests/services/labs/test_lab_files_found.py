"""A row of a file founds a lab for the own delegation: the other party is asked, and nobody signs for another."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.db import Database
from services.core.errors import NotPermitted
from services.core.exporting.formats import Format
from services.core.ids import typed_id, write_id
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.read.shape import table_of
from services.exchange.jobs import do_work
from services.exchange.kinds import EXCHANGES
from services.labs.tables import Lab
from services.labs.terms import LabPartyStatus
from services.proposals.terms import ExpressionStatus
from tests.builders import actor
from tests.conftest import Ask, OneAtATime
from tests.schema.exchange.test_import_run import REPORT, RUN
from tests.services.exchange.drawn import bring, written
from tests.services.labs.world import JOB, an_agreed, everything, party_of
from tests.services.proposals.world import a_proposal, an_expression

FRA = actor("FRA focal point")
MILESTONE = {"language": "en", "title": "First map", "dueOn": "2030-01-31", "description": "=a"}
MONEY = {"delegation": "FRA", "amountMinor": 1250, "currency": "EUR", "note": "+1"}
GIVEN: dict[str, Any] = {
    "title": "Soil maps", "language": "en", "termsOfReference": "We share.", "startsOn": "2027-01-01",
    "sectors": ["11130"], "title.fr": "Cartes", "summary.fr": "Pour tous", "title.ar": "خرائط", "status": "PLANNED",
    "parties": [{"delegation": "ZMB", "role": "BENEFICIARY", "status": "INVITED"}, {"delegation": "SEN"}],
    "milestones": [MILESTONE],
    "contributions": [MONEY, {"delegation": "FRA", "kind": "EXPERT", "quantity": "0.5", "unit": "months"}],
}  # fmt: skip


async def an_expression_id(db: Database) -> str:
    async with db.write(SYSTEM) as session:
        return write_id("expression_of_interest", (await an_agreed(session)).id)


async def a_row(db: Database, **other: Any) -> dict[str, Any]:
    return {"expressionOfInterest": await an_expression_id(db), **GIVEN, **other}


async def test_a_row_founds_a_lab_and_the_other_party_is_asked_and_has_not_signed(
    db: OneAtATime, tmp_path: Path
) -> None:
    row = await a_row(db)
    report = await bring(db, "labs", GivenRows("rows", [row]), FRA)
    assert (report.added, report.unchanged, report.kept, dict(report.by_status)) == (1, 0, True, {"planned": 1})
    async with db.read(SYSTEM) as session:
        lab = (await session.execute(sa.select(Lab))).scalar_one()
        assert (await party_of(session, lab, "FRA")).status is LabPartyStatus.CONFIRMED
        for code in ("ZMB", "SEN"):
            party = await party_of(session, lab, code)
            assert (party.status, party.confirmed_on) == (LabPartyStatus.INVITED, None)
        acts = (await session.execute(sa.select(table_of(RecordLeaf).c.act))).scalars().all()
        events = [str(one) for one in (await session.execute(sa.text(JOB))).scalars()]
    assert {"lab.founded", "lab.imported", "translation.accepted", "lab.contribution_pledged"} <= set(acts)
    assert any("lab.founded" in event for event in events)
    for format_ in Format:
        path = tmp_path / f"labs.{format_}"
        path.write_bytes(await written(db, "labs", format_, actor("ZMB focal point")))
        for who in ("ZMB focal point", "FRA focal point"):
            assert (await bring(db, "labs", open_rows(path, "labs"), actor(who))).unchanged == 1
    [line] = (await written(db, "labs", Format.JSONL, FRA)).splitlines()
    found = json.loads(line)
    assert found["texts"] == [
        {"language": "ar", "title": "خرائط", "summary": "", "description": ""},
        {"language": "fr", "title": "Cartes", "summary": "Pour tous", "description": ""},
    ]
    assert [one["status"] for one in found["contributions"]] == ["PLEDGED", "PLEDGED"]
    again = await bring(db, "labs", GivenRows("rows", [row | {"parties": ""}]), FRA)
    assert (again.added, again.unchanged) == (0, 1)


E = "expressionOfInterest"
SIGNS = "Nobody signs for another"
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "title", "A lab is founded with a title; this row gives none."),
    ({"language": ""}, "language", "A lab is founded with a language; this row gives none."),
    ({"termsOfReference": ""}, "termsOfReference", "A lab is founded with a termsOfReference; this row gives none."),
    ({"status": "ACTIVE"}, "status", "There is no such lab yet, and a lab begins as PLANNED."),
    ({"lessons": "x"}, "lessons", "There is no such lab yet, and nobody gives this to a new one."),
    ({"modality": "OTHER"}, "modality", "There is no such lab yet, and nobody gives this to a new one."),
    ({"isDemo": "true"}, "isDemo", "There is no such lab yet, and nobody gives this to a new one."),
    ({"endsOn": "2026-01-01"}, "endsOn", "It would end on 2026-01-01, before it begins"),
    ({"title.es": "x" * 201}, "title.es", "The title has 201 characters; it may have 200."),
    ({"parties": [{"delegation": "ZMB", "status": "CONFIRMED"}]}, "parties", f"Entry 1: {SIGNS}"),
    ({"parties": [{"delegation": "FRA", "status": "DECLINED"}]}, "parties", f"Entry 1: {SIGNS}"),
    ({"parties": [{"delegation": "FRA", "confirmedOn": "2026-01-01"}]}, "parties", f"Entry 1: {SIGNS}"),
    ({"parties": [{"delegation": "ZMB", "reason": "x"}]}, "parties", f"Entry 1: {SIGNS}"),
    ({"parties": [{"role": "PIVOTAL"}]}, "parties", "Entry 1: The delegation is missing"),
    ({"parties": [{"delegation": "ZMB"}, {"delegation": "ZMB"}]}, "parties", "A party is named twice."),
    ({"milestones": [MILESTONE, {"title": "x"}]}, "milestones", "Entry 2: The language is missing."),
    ({"milestones": [MILESTONE | {"status": "REACHED"}]}, "milestones", "Entry 1: What is new begins as PLANNED."),
    ({"milestones": [MILESTONE | {"evidence": "x"}]}, "milestones", "Entry 1: What is new begins as PLANNED."),
    ({"milestones": [MILESTONE | {"title": "x" * 201}]}, "milestones", "Entry 1, title: This has 201 characters"),
    ({"milestones": [MILESTONE] * 201}, "milestones", "There are 201 here; up to 200 are possible."),
    ({"contributions": [MONEY] * 201}, "contributions", "There are 201 here; up to 200 are possible."),
    ({"contributions": [MONEY | {"delegation": "ZMB"}]}, "contributions", "Entry 1: Each party pledges its own"),
    ({"contributions": [{"amountMinor": 1, "currency": "EUR"}]}, "contributions", "Entry 1: Each party pledges its own"),
    ({"contributions": [MONEY | {"organisation": "X"}]}, "contributions", "Entry 1: The organisation is no party"),
    ({"contributions": [MONEY | {"status": "DELIVERED"}]}, "contributions", "Entry 1: What is new begins as PLEDGED."),
    ({"contributions": [MONEY | {"deliveredOn": "2026-01-01"}]}, "contributions", "Entry 1: What is new begins as"),
    ({"contributions": [MONEY | {"currency": "XXX"}]}, "contributions", "Entry 1, currency: “XXX” is no currency"),
    ({"contributions": [MONEY | {"unit": "m"}]}, "contributions", "Entry 1: The unit is of what is given in kind"),
    ({"contributions": [{"delegation": "FRA"}]}, "contributions", "Entry 1: The amountMinor is missing."),
    ({"contributions": [{"delegation": "FRA", "kind": "EXPERT"}]}, "contributions", "Entry 1: The quantity is missing."),
    ({E: "expression_of_interest_" + "0" * 32}, E, "No such expression of interest."),
    ({E: ""}, "lab", "Name the lab, or the agreed expression of interest"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "column", "reason"), WRONG)
async def test_a_row_that_founds_wrongly_is_refused_and_nothing_changes(
    db: OneAtATime, wrong: dict[str, Any], column: str, reason: str
) -> None:
    rows = [await a_row(db), await a_row(db) | wrong]
    before = await everything(db)
    report = await EXCHANGES["labs"].bring(db, FRA, GivenRows("rows", rows), as_drafts=False)
    assert [(one.line, one.column, one.reason[: len(reason)]) for one in report.refused] == [(2, column, reason)]
    assert (report.added, report.kept) == (1, False)
    assert await everything(db) == before


@pytest.mark.parametrize("who", ["platform", "SEN focal point"])
async def test_who_is_no_party_of_the_talks_founds_nothing(db: OneAtATime, who: str) -> None:
    row = await a_row(db)
    before = await everything(db)
    asker = SYSTEM if who == "platform" else actor(who)
    report = await EXCHANGES["labs"].bring(db, asker, GivenRows("rows", [row]), as_drafts=False)
    code = "NOT_PERMITTED" if who == "platform" else "NOT_FOUND"
    assert [(one.column, one.code) for one in report.refused] == [(E, code)]
    assert await everything(db) == before


async def test_talks_that_are_not_agreed_found_nothing(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, by="ZMB")
        key = (await an_expression(session, proposal, by="FRA", status=ExpressionStatus.SENT)).id
    row = GIVEN | {E: write_id("expression_of_interest", key)}
    before = await everything(db)
    report = await EXCHANGES["labs"].bring(db, FRA, GivenRows("rows", [row]), as_drafts=False)
    assert [(one.column, one.code) for one in report.refused] == [(E, "EXPRESSION_OF_INTEREST_WRONG_STATUS")]
    assert await everything(db) == before


NOBODY = ["public", "secretariat", "FRA contributor", "FRA viewer", "suspended focal point", "applicant focal point"]


@pytest.mark.parametrize("who", NOBODY)
async def test_only_focal_points_and_the_platform_import_labs(db: OneAtATime, who: str) -> None:
    row = await a_row(db)
    before = await everything(db)
    with pytest.raises(NotPermitted, match="Only a focal point of a delegation taking part can import"):
        await EXCHANGES["labs"].bring(db, actor(who), GivenRows("rows", [row]), as_drafts=False)
    assert await everything(db) == before


async def test_a_dry_run_says_what_would_be_and_keeps_nothing(db: OneAtATime) -> None:
    row = await a_row(db)
    before = await everything(db)
    source = GivenRows("rows", [row, row])
    report = await EXCHANGES["labs"].bring(db, FRA, source, as_drafts=False, dry_run=True)
    assert (report.added, [one.reason for one in report.refused]) == (1, ["This lab stands on line 1 already."])
    assert await everything(db) == before


async def test_good_rows_are_kept_where_that_is_wanted_and_the_bad_ones_come_back(
    db: OneAtATime, tmp_path: Path
) -> None:
    rows = [await a_row(db), await a_row(db, status="ACTIVE")]
    bad = tmp_path / "bad.jsonl"
    report = await EXCHANGES["labs"].bring(db, FRA, GivenRows("rows", rows), as_drafts=False, skip_bad=bad)
    assert (report.added, report.refused_rows, report.kept) == (1, 1, True)
    mended = json.loads(bad.read_text()) | {"status": ""}
    bad.write_text(json.dumps(mended))
    assert (await bring(db, "labs", open_rows(bad, "labs"), FRA)).added == 1


async def test_a_worker_founds_what_a_focal_point_asks_for(db: OneAtATime, graphql: Ask) -> None:
    content = "".join([f"{json.dumps(await a_row(db))}\n" for _ in range(2)])
    for dry_run, found in ((True, 0), (False, 2)):
        given = {"kind": "LABS", "format": "JSONL", "content": content, "dryRun": dry_run}
        answer = (await graphql("FRA focal point", RUN, input=given))["data"]["importRun"]
        assert answer["errors"] == []
        await do_work(db, str(typed_id(answer["work"]["id"], "work")))
        work = (await graphql("FRA focal point", REPORT, id=answer["work"]["id"]))["data"]["work"]
        assert [one["message"] for one in work["report"]["refusals"]["nodes"]] == []
        assert (work["state"], work["report"]["added"], work["report"]["kept"]) == ("DONE", 2, not dry_run)
        async with db.read(SYSTEM) as session:
            assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(Lab))) == found


@pytest.mark.parametrize("who", ["ZMB contributor", "ZMB viewer", "secretariat"])
async def test_nobody_else_asks_for_an_import_of_labs(db: OneAtATime, graphql: Ask, who: str) -> None:
    given = {"kind": "LABS", "format": "JSONL", "content": json.dumps(await a_row(db))}
    answer = (await graphql(who, RUN, input=given))["data"]["importRun"]
    assert (answer["work"], [one["code"] for one in answer["errors"]]) == (None, ["NOT_PERMITTED"])
