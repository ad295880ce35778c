"""Labs go out and come back in unchanged, in three formats and six languages; a file changes no lab."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.core.actor import SYSTEM, Actor, Audience
from services.core.errors import Invalid
from services.core.exporting.formats import Format
from services.core.ids import write_id
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.languages import UN_LANGUAGES
from services.core.texts import Text, add_translation
from services.exchange.kinds import EXCHANGES
from services.labs.tables import Lab, LabText
from services.labs.terms import ContributionStatus, LabPartyStatus, LabStatus, MilestoneStatus
from services.proposals.terms import CooperationForm
from services.taxonomy.terms import CapacityArea
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.services.exchange.drawn import bring, written
from tests.services.labs.world import a_contribution, a_lab, a_milestone, a_party, everything

NASTY = (
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "a|b;c",
    "x\u2028y",
    '"q"\r\n\t,',
    "_x000D_",
    "[]",
    "\x1f \x1d in",
)
WORDS = {"en": "Soil maps", "fr": "Cartes", "es": "Mapas", "ru": "Карты", "zh": "土壤图", "ar": "خرائط"}
KIND: dict[str, Any] = {"kind": CooperationForm.EXPERT, "quantity": Decimal("0.125"), "unit": "=months"}


def clean(text: str) -> str:
    """As a command keeps it."""
    return text.strip()


async def build(db: OneAtATime) -> list[Lab]:
    """A lab in each status and original language, with parties of every answer and all that belongs to labs."""
    made = []
    async with db.write(SYSTEM) as session:
        for number, language in enumerate(UN_LANGUAGES):
            status = list(LabStatus)[number % 4]
            planned = status is LabStatus.PLANNED
            lab = await a_lab(
                session, title=clean(NASTY[number]), language=language, status=status,
                partner_status=LabPartyStatus.DECLINED if number == 1 else None,
                visibility=Audience.DELEGATION if number == 5 else Audience.MEMBERS,
                starts_on=date(1890 + 10 * number, 1, 31), capacity_areas=list(CapacityArea)[:number],
                sectors=["11130"] * (number % 2), is_demo=number == 2,
            )  # fmt: skip
            foundation = await a_party(session, lab, "VAT", LabPartyStatus.CONFIRMED, organisation=clean(NASTY[number]))
            await a_party(session, lab, "SEN", LabPartyStatus.DECLINED, reason=clean(NASTY[number + 4]))
            for place, reached in enumerate(MilestoneStatus):
                if status is not LabStatus.CONCLUDED or reached is not MilestoneStatus.PLANNED:
                    await a_milestone(session, lab, reached, due=place, title=clean(NASTY[place]), description="=a\n-b")
            for place, given in enumerate(ContributionStatus):
                columns = [{}, KIND, {"amount_minor": 2**63 - 1}, KIND | {
                    "valued_minor": 2**62, "currency": "XOF", "valuation_method": "@market",
                }][place]  # fmt: skip
                await a_contribution(session, lab, "FRA", given, note=clean(NASTY[place + 6]), **columns)
            assert foundation.organisation
            for other in UN_LANGUAGES:
                if other != language and not planned:
                    text = Text(other, WORDS[other], clean(NASTY[number]), clean(NASTY[number + 1]))
                    await add_translation(session, LabText, {"lab_id": lab.id}, text)
            made.append(lab)
    return made


async def rows_of(db: OneAtATime, who: Actor = SYSTEM, state: str | None = None) -> list[dict[str, Any]]:
    lines = await written(db, "labs", Format.JSONL, who, state)
    return [json.loads(line) for line in lines.split(b"\n") if line]


@pytest.mark.parametrize("format_", list(Format))
@pytest.mark.parametrize("who", ["platform", "FRA focal point", "ZMB focal point", "EGY focal point"])
async def test_what_goes_out_comes_back_in_unchanged(db: OneAtATime, tmp_path: Path, format_: Format, who: str) -> None:
    labs = await build(db)
    asker = SYSTEM if who == "platform" else actor(who)
    path = tmp_path / f"labs.{format_}"
    path.write_bytes(await written(db, "labs", format_, asker))
    before = (await everything(db)).copy()
    report = await bring(db, "labs", open_rows(path, "labs"), asker)
    # two are planned and one is its parties' alone
    seen = len(labs) if who != "EGY focal point" else len(labs) - 3
    assert (report.unchanged, report.added, report.changed, report.kept) == (seen, 0, 0, True)
    after = await everything(db)
    before.pop("record_leaf"), after.pop("record_leaf")
    assert after == before
    assert await written(db, "labs", format_, asker) == path.read_bytes()


async def test_a_row_says_all_of_a_lab_and_the_expression_of_interest_to_its_delegations_alone(db: OneAtATime) -> None:
    labs = await build(db)
    rows = {row["lab"]: row for row in await rows_of(db)}
    assert list(rows) == sorted(write_id("lab", lab.id) for lab in labs)
    row = rows[write_id("lab", labs[3].id)]
    assert (row["status"], row["title"], row["language"], row["lessons"]) == (
        "CONCLUDED",
        "@SUM(A1)",
        UN_LANGUAGES[3],
        "Measure twice.",
    )
    assert row["expressionOfInterest"] == write_id("expression_of_interest", labs[3].expression_id)
    assert [(one["delegation"], one["status"]) for one in row["parties"]] == [
        ("FRA", "CONFIRMED"), ("ZMB", "CONFIRMED"), ("VAT", "CONFIRMED"), ("SEN", "DECLINED"),
    ]  # fmt: skip
    assert [one["status"] for one in row["milestones"]] == ["REACHED", "MISSED", "DROPPED"]
    assert row["contributions"][2]["amountMinor"] == 2**63 - 1
    assert (row["contributions"][3]["quantity"], row["contributions"][3]["valuedMinor"]) == ("0.125", 2**62)
    assert [one["language"] for one in row["texts"]] == [one for one in UN_LANGUAGES if one != UN_LANGUAGES[3]]
    of_others = {row["lab"]: row for row in await rows_of(db, actor("EGY viewer"))}
    assert {one["expressionOfInterest"] for one in of_others.values()} == {None}
    assert write_id("lab", labs[0].id) not in of_others
    assert await rows_of(db, Actor()) == []
    assert len(await rows_of(db, SYSTEM, "vat")) == len(labs)
    assert await rows_of(db, SYSTEM, "EGY") == []
    with pytest.raises(Invalid, match="This is no delegation here"):
        await rows_of(db, SYSTEM, "Mars")


async def test_a_list_beyond_a_cell_of_a_spreadsheet_is_told_and_goes_out_otherwise(
    db: OneAtATime, tmp_path: Path
) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        for number in range(7):
            await a_milestone(session, lab, due=number, description="x" * 5_000)
    with pytest.raises(Invalid, match=r"The milestones of lab_\w+ have 35,\d+ characters.* Export JSONL or CSV"):
        await written(db, "labs", Format.XLSX)
    path = tmp_path / "labs.csv"
    path.write_bytes(await written(db, "labs", Format.CSV))
    assert (await bring(db, "labs", open_rows(path, "labs"))).unchanged == 1


REVISE = "Use labRevise while it is planned."
ANSWER = "Use labPartyConfirm or labPartyDecline for your own part; nobody signs for another."
DIFFERENT: list[tuple[dict[str, Any], str, str]] = [
    ({"status": "PLANNED"}, "status", "Use labActivate, labSuspend, labResume or labConclude."),
    ({"title": "Other maps"}, "title", REVISE),
    ({"summary": "New"}, "summary", REVISE),
    ({"description": "New"}, "description", REVISE),
    ({"language": "fr"}, "language", REVISE),
    ({"termsOfReference": "Other terms."}, "termsOfReference", REVISE),
    ({"startsOn": "2026-01-01"}, "startsOn", REVISE),
    ({"endsOn": "2026-01-01"}, "endsOn", REVISE),
    ({"capacityAreas": ["SKILLS_TRAINING"]}, "capacityAreas", REVISE),
    ({"sectors": ["11130"]}, "sectors", REVISE),
    ({"sdgTargets": ["4.1"]}, "sdgTargets", REVISE),
    ({"visibility": "PUBLIC"}, "visibility", REVISE),
    ({"modality": "SOUTH_SOUTH"}, "modality", "It follows from the parties"),
    ({"modalityOn": "2026-01-01"}, "modalityOn", "It follows from the parties"),
    ({"suspensionReason": "Rains."}, "suspensionReason", "Use labSuspend."),
    ({"lessons": "New"}, "lessons", "Use labConclude."),
    ({"lessonsLanguage": "fr"}, "lessonsLanguage", "Use labConclude."),
    ({"isDemo": True}, "isDemo", "Only demonstration data"),
    ({"title.fr": "Cartes"}, "title.fr", "Use translationSuggest."),
    ({"parties": [{"delegation": "FRA"}]}, "parties", ANSWER),
    ({"parties": '[{"delegation": "FRA", "status": "DECLINED"}, {"delegation": "ZMB"}]'}, "parties", ANSWER),
    ({"milestones": [{"title": "First map", "status": "REACHED"}]}, "milestones", "Use labMilestoneAdd, labMilestoneRevise"),
    ({"contributions": [{"delegation": "FRA", "amountMinor": 1251}]}, "contributions", "Use labContributionPledge,"),
    ({"expressionOfInterest": "expression_of_interest_" + "0" * 32}, "expressionOfInterest", "Leave it blank, or name"),
]  # fmt: skip


async def one_lab(db: OneAtATime) -> str:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        await a_milestone(session, lab)
        await a_contribution(session, lab)
    return write_id("lab", lab.id)


@pytest.mark.parametrize(("other", "column", "instead"), DIFFERENT)
@pytest.mark.parametrize("who", ["platform", "FRA focal point"])
async def test_a_file_changes_no_lab_and_names_what_would(
    db: OneAtATime, who: str, other: dict[str, Any], column: str, instead: str
) -> None:
    lab = await one_lab(db)
    before = await everything(db)
    asker = SYSTEM if who == "platform" else actor(who)
    report = await EXCHANGES["labs"].bring(db, asker, GivenRows("rows", [{"lab": lab} | other]), as_drafts=False)
    [refused] = report.refused
    assert (refused.line, refused.column, refused.code) == (1, column, "LAB_NOT_BY_FILE")
    assert refused.reason.startswith(f"The lab has something else here, and a file does not change it. {instead}")
    assert not report.kept
    assert await everything(db) == before


BLANK: dict[str, Any] = {
    "title": "",
    "startsOn": None,
    "parties": "[]",
    "milestones": [],
    "title.fr": " ",
    "isDemo": "",
}


@pytest.mark.parametrize("same", [{}, BLANK, {"parties": [{"delegation": "fra", "reason": ""}, {}]}])
async def test_what_a_row_leaves_blank_is_left_alone(db: OneAtATime, same: dict[str, Any]) -> None:
    row = {"lab": await one_lab(db)} | same
    assert (await bring(db, "labs", GivenRows("rows", [row]))).unchanged == 1


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"lab": "proposal_" + "0" * 32}, "lab", "This is the id of a proposal"),
    ({"lab": "lab_" + "0" * 32}, "lab", "No such lab."),
    ({"lab": ""}, "lab", "Name the lab, or the agreed expression of interest"),
    ({"status": "LOST"}, "status", "This is none of PLANNED, ACTIVE, SUSPENDED, CONCLUDED."),
    ({"startsOn": "2026-02-30"}, "startsOn", "This is not a day of the calendar."),
    ({"parties": "FRA"}, "parties", "This cell is no JSON: "),
    ({"parties": "{}"}, "parties", "Here stands a JSON list of objects"),
    ({"parties": ["FRA"]}, "parties", "Entry 1 is no object"),
    ({"parties": [{"delegation": "Mars"}]}, "parties", "Entry 1, delegation: This is no delegation here"),
    ({"milestones": [{}, {"day": "x"}]}, "milestones", "Entry 2 has no “day” to give; it may have language, title"),
    ({"milestones": [{"dueOn": "soon"}]}, "milestones", "Entry 1, dueOn: This is not a day of the calendar."),
    ({"contributions": '[{"amountMinor": 1.5}]'}, "contributions", "Entry 1, amountMinor: This is not a whole number."),
    ({"contributions": '[{"note": "a", "note": "b"}]'}, "contributions", "This line names note twice."),
    ({"milestones": "[" * 100_000}, "milestones", "This cell is nested too deeply."),
    ({"title\x00": "x"}, "title\ufffd", "There is no column"),
    ({"note": "x"}, "note", "There is no column “note”."),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "column", "reason"), WRONG)
async def test_a_wrong_row_is_refused_by_its_cell(
    db: OneAtATime, wrong: dict[str, Any], column: str, reason: str
) -> None:
    row = {"lab": await one_lab(db)}
    before = await everything(db)
    report = await EXCHANGES["labs"].bring(db, SYSTEM, GivenRows("rows", [row, row | wrong]), as_drafts=False)
    assert [(one.line, one.column, one.reason[: len(reason)]) for one in report.refused] == [(2, column, reason)]
    assert await everything(db) == before


async def test_a_lab_stands_in_a_file_once(db: OneAtATime) -> None:
    row = {"lab": await one_lab(db)}
    report = await EXCHANGES["labs"].bring(db, SYSTEM, GivenRows("rows", [row, row]), as_drafts=False)
    assert [(one.column, one.reason) for one in report.refused] == [("lab", "This lab stands on line 1 already.")]
