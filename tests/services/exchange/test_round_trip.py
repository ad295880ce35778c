"""What is exported comes back in unchanged, and from an empty database the same octets go out again."""

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import SQLModel

from services.core.actor import SYSTEM
from services.core.exporting.formats import Format
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import LIMITS, Text, add_translation
from services.exchange.kinds import EXCHANGES
from services.practices.tables import Practice
from services.practices.terms import PracticeStatus
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import CooperationForm, Modality, ProposalStatus, Side
from services.taxonomy.terms import CapacityArea
from tests.builders import actor, delegation_id
from tests.conftest import OneAtATime
from tests.services.exchange.drawn import bring, check_round_trip, few, in_languages, nasty, row, written

TABLES: dict[str, type[SQLModel]] = {"proposals": Proposal, "practices": Practice}
common = {
    **in_languages,
    "capacityAreas": st.lists(st.sampled_from(CapacityArea), max_size=3, unique=True),
    "sectors": st.lists(st.sampled_from(["11130", "43081"]), max_size=2, unique=True),
    "licence": st.none() | st.just("CC-BY-4.0"),
    "visibility": st.sampled_from(["PUBLIC", "MEMBERS", "DELEGATION"]),
    "isDemo": st.booleans(),
}
proposals = st.fixed_dictionaries(
    common
    | {
        "side": st.sampled_from(Side),
        "status": st.sampled_from(ProposalStatus).map(lambda one: one.value.upper()),
        "forms": st.lists(st.sampled_from(CooperationForm), max_size=3, unique=True),
        "modalitiesAccepted": st.lists(st.sampled_from(Modality), max_size=3, unique=True),
        "regionsAccepted": st.lists(st.sampled_from(["002", "145"]), max_size=2, unique=True),
        "quantity": st.none() | st.decimals(Decimal("0.001"), Decimal(10) ** 15 - 1, places=3),
        "unit": nasty,
        "places": st.none() | st.integers(1, 100_000),
        "periodFrom": st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)),
        "opensOn": st.just(today()),
        "expiresOn": st.integers(1, 300).map(lambda days: today() + timedelta(days)),
        "interpretationOffered": st.booleans(),
        "readiness": st.none() | st.integers(1, 9),
    }
)
practices = st.fixed_dictionaries(
    common | {"status": st.sampled_from(PracticeStatus).map(lambda one: one.value.upper())}
)


async def emptied(db: OneAtATime, what: str) -> None:
    async with db.write(SYSTEM) as session:
        table = table_of(TABLES[what])
        await session.execute(sa.delete(table).where(table.c.delegation_id == delegation_id("EGY")))


@pytest.fixture
async def empty(db: OneAtATime) -> OneAtATime:
    for what in TABLES:
        await emptied(db, what)
    return db


async def check_delegation(db: OneAtATime, folder: Path, what: str, drawn: list[dict[str, Any]]) -> None:
    rows = [row(number, one) | {"delegation": "EGY"} for number, one in enumerate(drawn)]
    await check_round_trip(db, folder, what, rows, lambda: emptied(db, what), "EGY")


@pytest.mark.slow
@few
@given(drawn=st.lists(proposals, min_size=1, max_size=4))
async def test_proposals_go_out_and_come_in_as_the_same_octets(
    db: OneAtATime, tmp_path: Path, drawn: list[dict[str, Any]]
) -> None:
    await check_delegation(db, tmp_path, "proposals", drawn)


@pytest.mark.slow
@few
@given(drawn=st.lists(practices, min_size=1, max_size=4))
async def test_practices_go_out_and_come_in_as_the_same_octets(
    db: OneAtATime, tmp_path: Path, drawn: list[dict[str, Any]]
) -> None:
    await check_delegation(db, tmp_path, "practices", drawn)


TEACHERS = {
    "externalId": "A", "delegation": "EGY", "side": "NEED", "title": "Teachers", "language": "en", "status": "DRAFT",
    "title.fr": "Enseignants", "title.ar": "معلمون", "summary.ar": "ملخص",
}  # fmt: skip


async def stored_texts(db: OneAtATime) -> dict[str, tuple[str, str, str, bool]]:
    text = table_of(ProposalText).c
    async with db.read(SYSTEM) as session:
        wanted = sa.select(text.language, text.title, text.summary, text.translation_status, text.is_stale)
        rows = await session.execute(wanted.where(text.delegation_id == delegation_id("EGY")))
        return {language: (title, summary, str(status), stale) for language, title, summary, status, stale in rows}


async def test_a_row_brings_translations_that_its_delegation_accepts(empty: OneAtATime) -> None:
    await bring(empty, "proposals", GivenRows("rows", [TEACHERS]))
    expected = {
        "en": ("Teachers", "", "original", False),
        "fr": ("Enseignants", "", "accepted", False),
        "ar": ("معلمون", "ملخص", "accepted", False),
    }
    assert await stored_texts(empty) == expected
    for again in (TEACHERS, {**TEACHERS, "title.fr": "", "title.ar": None, "summary.ar": ""}):
        assert (await bring(empty, "proposals", GivenRows("rows", [again]))).unchanged == 1
    listed = {name: cell for name, cell in TEACHERS.items() if "." not in name and name != "title"}
    given = [{"language": "fr", "title": "Maîtres"}, {"language": "en", "title": "Teachers"}]
    assert (await bring(empty, "proposals", GivenRows("rows", [listed | {"texts": given}]))).changed == 1
    assert (await stored_texts(empty))["fr"] == ("Maîtres", "", "accepted", False)
    assert (await stored_texts(empty))["ar"] == expected["ar"]


async def test_a_new_original_makes_translations_stale_and_a_new_translation_is_fresh(empty: OneAtATime) -> None:
    await bring(empty, "proposals", GivenRows("rows", [TEACHERS]))
    changed = {**TEACHERS, "title": "Teacher training", "title.fr": "Formation"}
    assert (await bring(empty, "proposals", GivenRows("rows", [changed]))).changed == 1
    stale = {language: is_stale for language, (*_, is_stale) in (await stored_texts(empty)).items()}
    assert stale == {"en": False, "fr": False, "ar": True}


@pytest.mark.parametrize(
    ("wrong", "column", "reason"),
    [
        (
            {"title.en": "Teachers"},
            "title.en",
            "This is the language of the original, which has columns of its own.",
        ),
        ({"title.xx": "?"}, "title.xx", "There is no column “title.xx”."),
        ({"summary.es": "x"}, "title.es", "A title is needed."),
        ({"title.es": "x" * 201}, "title.es", "The title has 201 characters; it may have 200."),
        ({"title.ES": "x", "title.es": "y"}, "title.es", "There are two columns for this text."),
        ({"texts": "x"}, "texts", "Here stands a list of objects with language, title, summary and description."),
        ({"texts": [{"title": "x"}]}, "texts", "Each text is an object with language, title"),
        ({"texts": [{"language": "en", "title": "x"}]}, "texts", "The title in en stands twice."),
        ({"status": "CLOSED"}, "status", "This is DRAFT here; an import does not make it CLOSED."),
    ],
)
async def test_a_wrong_text_or_status_is_refused(
    empty: OneAtATime, wrong: dict[str, Any], column: str, reason: str
) -> None:
    await bring(empty, "proposals", GivenRows("rows", [TEACHERS]))
    before = await stored_texts(empty)
    report = await EXCHANGES["proposals"].bring(empty, SYSTEM, GivenRows("rows", [TEACHERS | wrong]), as_drafts=False)
    assert [(one.column, one.reason[: len(reason)]) for one in report.refused] == [(column, reason)]
    assert await stored_texts(empty) == before


async def test_a_focal_point_brings_nothing_that_is_over_or_published(empty: OneAtATime) -> None:
    who = actor("EGY focal point")
    for what, status in (("proposals", "CLOSED"), ("proposals", "EXPIRED"), ("practices", "PUBLISHED")):
        given = {name: cell for name, cell in TEACHERS.items() if what == "proposals" or name != "side"}
        report = await EXCHANGES[what].bring(
            empty, who, GivenRows("rows", [{**given, "status": status}]), as_drafts=False
        )
        assert [one.column for one in report.refused] == ["status"]


async def test_what_has_no_number_of_its_own_goes_by_its_id(empty: OneAtATime, tmp_path: Path) -> None:
    await bring(empty, "proposals", GivenRows("rows", [TEACHERS]))
    table = table_of(Proposal)
    async with empty.write(SYSTEM) as session:
        mine = table.c.delegation_id == delegation_id("EGY")
        await session.execute(sa.update(table).values(external_id=None).where(mine))
        key = await session.scalar(sa.select(table.c.id).where(mine))
    assert key is not None
    path = tmp_path / "rows.jsonl"
    path.write_bytes(await written(empty, "proposals", Format.JSONL, state="EGY"))
    found = json.loads(path.read_text())
    assert found["externalId"] == f"proposal_{key.hex}"
    assert (await bring(empty, "proposals", open_rows(path))).unchanged == 1
    found["places"] = 3
    assert (await bring(empty, "proposals", GivenRows("rows", [found]))).changed == 1
    assert (await bring(empty, "proposals", GivenRows("rows", [found]))).unchanged == 1


async def test_an_export_shows_an_actor_its_own_delegation_alone(empty: OneAtATime) -> None:
    await bring(empty, "proposals", GivenRows("rows", [TEACHERS, {**TEACHERS, "delegation": "ZMB"}]))
    for code in ("EGY", "ZMB"):
        lines = (await written(empty, "proposals", Format.JSONL, actor(f"{code} viewer"))).splitlines()
        assert {json.loads(line)["delegation"] for line in lines} == {code}
    with pytest.raises(Exception, match="This is the row of another delegation"):
        await written(empty, "proposals", Format.JSONL, actor("EGY focal point"), "ZMB")
    with pytest.raises(Exception, match="A delegation exports what is its own"):
        await written(empty, "proposals", Format.JSONL, actor("secretariat"))


async def test_what_is_only_suggested_is_not_exported(empty: OneAtATime) -> None:
    await bring(empty, "proposals", GivenRows("rows", [{**TEACHERS, "title.ar": "", "summary.ar": ""}]))
    text = table_of(ProposalText)
    async with empty.write(SYSTEM) as session:
        key = await session.scalar(sa.select(text.c.proposal_id).where(text.c.title == "Teachers"))
        await add_translation(session, ProposalText, {"proposal_id": key}, Text("ru", "Учителя"))
        mine = sa.and_(text.c.proposal_id == key, text.c.language == "ru")
        suggested = {"translation_status": "suggested", "accepted_at": None, "suggestion_id": key}
        await session.execute(sa.update(text).values(**suggested).where(mine))
    [line] = (await written(empty, "proposals", Format.JSONL, state="EGY")).splitlines()
    assert [one["language"] for one in json.loads(line)["texts"]] == ["fr"]
    header = next(
        csv.reader(io.StringIO((await written(empty, "proposals", Format.CSV, state="EGY")).decode("utf-8-sig")))
    )
    assert [name for name in header if "." in name] == [f"{part}.fr" for part in LIMITS]
