"""Experience goes out and comes back in; the secretariat and the platform bring it, and nobody else."""

import base64
import io
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.core.actor import PUBLIC, SYSTEM
from services.core.embedding_jobs import embed_missing
from services.core.errors import NotPermitted
from services.core.exporting.formats import Format
from services.core.ids import typed_id
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.importing.xlsx_writing import SheetWriter
from services.core.read.shape import table_of
from services.core.table import today
from services.exchange.jobs import do_work
from services.exchange.kinds import EXCHANGES
from services.exchange.tables import WorkContent
from services.matching.cooperation_tables import ANY_CODE, Cooperation, CooperationText, StateExperience
from services.taxonomy.terms import CapacityArea
from tests.builders import actor
from tests.conftest import Ask, OneAtATime
from tests.schema.exchange.test_import_run import REPORT, RUN
from tests.services.exchange.drawn import bring, check_round_trip, few, in_languages, row, written
from tests.services.matching.test_cooperations import recorded
from tests.services.translations.world import announced

SCHOOLS = {
    "externalId": "7", "title": "Data for schools", "description": "Two years of work.", "language": "en",
    "hostState": "SEN", "partnerStates": ["CHN", "ZMB"], "from": "2023-01-15", "to": "2024-12-31",
    "capacityAreas": ["SKILLS_TRAINING"], "sectors": ["11130"],
    "title.fr": "Des données", "title.es": "Datos", "title.ru": "Данные", "title.zh": "数据", "title.ar": "بيانات",
}  # fmt: skip
drawn_rows = st.fixed_dictionaries(
    in_languages
    | {
        "hostState": st.just("SEN"),
        "partnerStates": st.lists(st.sampled_from(["CHN", "ZMB", "FRA"]), max_size=3, unique=True),
        "from": st.dates(date(1900, 1, 1), date(2001, 1, 1)),
        "to": st.dates(date(2001, 1, 1), today()),
        "capacityAreas": st.lists(st.sampled_from(CapacityArea), max_size=3, unique=True),
        "sectors": st.lists(st.sampled_from(["11130", "43081"]), max_size=2, unique=True),
        "visibility": st.sampled_from(["PUBLIC", "MEMBERS"]),
        "isDemo": st.booleans(),
    }
)


async def emptied(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        await session.execute(sa.delete(table_of(Cooperation)))


@pytest.fixture
async def empty(db: OneAtATime) -> OneAtATime:
    await emptied(db)
    return db


async def everything(db: OneAtATime) -> list[Any]:
    """All there is of experience, to see that nothing changed."""
    async with db.read(SYSTEM) as session:
        tables = [table_of(one) for one in (Cooperation, CooperationText, StateExperience)]
        return [sorted(map(str, await session.execute(sa.select(table)))) for table in tables]


@pytest.mark.slow
@few
@given(drawn=st.lists(drawn_rows, min_size=1, max_size=4))
async def test_experience_goes_out_and_comes_in_as_the_same_octets(
    db: OneAtATime, tmp_path: Path, drawn: list[dict[str, Any]]
) -> None:
    rows = [row(number, one) for number, one in enumerate(drawn)]
    await check_round_trip(db, tmp_path, "experience", rows, lambda: emptied(db))


async def test_a_row_counts_for_its_states_in_every_language_and_again_changes_nothing(empty: OneAtATime) -> None:
    report = await bring(empty, "experience", GivenRows("rows", [SCHOOLS]))
    assert (report.added, report.by_status) == (1, Counter(finished=1))
    experience, text = table_of(StateExperience).c, table_of(CooperationText).c
    async with empty.read(SYSTEM) as session:
        counted = {tuple(one) for one in await session.execute(sa.select(experience.state, experience.code))}
        texts = await session.execute(sa.select(text.language, text.title, text.translation_status, text.made_by_id))
        said = {language: (title, str(status)) for language, title, status, made_by in texts if made_by is None}
    codes = {ANY_CODE, "skills_training", "11130"}
    assert counted == {(state, code) for state in ("SEN", "CHN", "ZMB") for code in codes}
    assert said["en"] == ("Data for schools", "original")
    assert said["ar"] == ("بيانات", "accepted")
    assert len(said) == 6
    await embed_missing(empty, CooperationText)
    before = await everything(empty)
    assert (await bring(empty, "experience", GivenRows("rows", [SCHOOLS]))).unchanged == 1
    assert await everything(empty) == before


async def test_a_changed_row_changes_what_is_counted(empty: OneAtATime) -> None:
    await bring(empty, "experience", GivenRows("rows", [SCHOOLS]))
    again = {**SCHOOLS, "title": "Open data for schools", "partnerStates": "FRA", "sectors": ""}
    report = await bring(empty, "experience", GivenRows("rows", [again]), actor("secretariat"))
    assert (report.changed, report.by_status) == (1, Counter(finished=1))
    experience, text = table_of(StateExperience).c, table_of(CooperationText).c
    async with empty.read(SYSTEM) as session:
        counted = {tuple(one) for one in await session.execute(sa.select(experience.state, experience.code))}
        stale = set((await session.execute(sa.select(text.language).where(text.is_stale))).scalars())
    assert counted == {(state, code) for state in ("SEN", "FRA") for code in (ANY_CODE, "skills_training")}
    assert stale == {"fr", "es", "ru", "zh", "ar"}
    facts = {"kind": "cooperation", "languages": ["ar", "es", "fr", "ru", "zh"]}
    assert await announced(empty) == [("translation.stale", facts)]


TOMORROW = (today() + timedelta(1)).isoformat()


@pytest.mark.parametrize(
    ("wrong", "column", "reason"),
    [
        ({"hostState": ""}, "hostState", "This is blank, and it must say something."),
        ({"hostState": "XXX"}, "hostState", "This is no ISO 3166-1 alpha-3 code of a state, such as ZMB."),
        ({"partnerStates": "ZMB|Mars"}, "partnerStates", "This is no ISO 3166-1 alpha-3 code of a state, such as ZMB."),
        ({"partnerStates": ["SEN"]}, "partnerStates", "SEN is the host state; name it once."),
        ({"from": ""}, "from", "This is blank, and it must say something."),
        ({"from": "1899-12-31"}, "from", "A cooperation begins in 1900 or later."),
        ({"from": "2023-02-30"}, "from", "This is not a day of the calendar. Write YYYY-MM-DD."),
        ({"to": "2022-12-31"}, "to", "A cooperation does not end before it begins."),
        ({"to": TOMORROW}, "to", "This day is to come; only a cooperation that has ended is experience."),
        ({"visibility": "DELEGATION"}, "visibility", "Experience is shown to MEMBERS or to the PUBLIC."),
        ({"sectors": "99999"}, "sectors", "This is no OECD-DAC"),
        ({"delegation": "SEN"}, "delegation", "There is no column “delegation”."),
    ],
)
async def test_a_wrong_row_is_refused_by_its_cell_and_nothing_changes(
    empty: OneAtATime, wrong: dict[str, Any], column: str, reason: str
) -> None:
    await bring(empty, "experience", GivenRows("rows", [SCHOOLS]))
    before = await everything(empty)
    rows = [{**SCHOOLS, "externalId": "8"}, {**SCHOOLS, "externalId": "9"} | wrong]
    report = await EXCHANGES["experience"].bring(empty, SYSTEM, GivenRows("rows", rows), as_drafts=False)
    assert [(one.line, one.column, one.reason[: len(reason)]) for one in report.refused] == [(2, column, reason)]
    assert await everything(empty) == before


async def test_what_a_lab_recorded_goes_out_comes_in_unchanged_and_is_not_changed(
    empty: OneAtATime, tmp_path: Path
) -> None:
    made = await recorded(empty)
    for format_ in Format:
        path = tmp_path / f"rows.{format_}"
        path.write_bytes(await written(empty, "experience", format_))
        assert (await bring(empty, "experience", open_rows(path, "experience"))).unchanged == 1
    [line] = (await written(empty, "experience", Format.JSONL)).splitlines()
    found = json.loads(line)
    assert found["externalId"] == f"cooperation_{made.hex}"
    before = await everything(empty)
    for change in ({"to": "2025-12-30"}, {"texts": [*found["texts"], {"language": "en", "title": "Data"}]}):
        source = GivenRows("rows", [found | change])
        report = await EXCHANGES["experience"].bring(empty, SYSTEM, source, as_drafts=False)
        assert [(one.column, one.reason) for one in report.refused] == [
            ("externalId", "A lab recorded this when it was concluded; a file does not change it.")
        ]
    assert await everything(empty) == before


async def test_an_export_has_what_its_actor_sees_and_by_state_what_it_took_part_in(empty: OneAtATime) -> None:
    rows = [SCHOOLS, {**SCHOOLS, "externalId": "8", "partnerStates": "FRA", "visibility": "PUBLIC"}]
    await bring(empty, "experience", GivenRows("rows", rows))

    async def numbers(who: Any, state: str | None = None) -> list[str]:
        lines = (await written(empty, "experience", Format.JSONL, who, state)).splitlines()
        return [json.loads(line)["externalId"] for line in lines]

    assert await numbers(SYSTEM) == await numbers(actor("ZMB viewer")) == ["7", "8"]
    assert await numbers(PUBLIC) == ["8"]
    assert await numbers(SYSTEM, "sen") == ["7", "8"]
    assert await numbers(SYSTEM, "FRA") == ["8"]
    with pytest.raises(Exception, match="This is no ISO 3166-1 alpha-3 code of a state"):
        await numbers(SYSTEM, "Mars")


EVERYONE = ["public", "ZMB focal point", "CHN focal point", "ZMB contributor", "ZMB viewer", "applicant focal point"]


@pytest.mark.parametrize("who", EVERYONE)
async def test_only_the_secretariat_and_the_platform_bring_experience(empty: OneAtATime, who: str) -> None:
    before = await everything(empty)
    with pytest.raises(NotPermitted, match="Only the secretariat can import experience"):
        await EXCHANGES["experience"].bring(empty, actor(who), GivenRows("rows", [SCHOOLS]), as_drafts=False)
    assert await everything(empty) == before


def sheet(*rows: dict[str, Any]) -> str:
    """A spreadsheet in base64."""
    file = io.BytesIO()
    writer = SheetWriter(file, "Experience")
    writer.write(list(rows[0]))
    for one in rows:
        writer.write(list(one.values()))
    writer.close()
    return base64.b64encode(file.getvalue()).decode()


async def test_the_secretariat_brings_a_spreadsheet_and_is_told_by_cell(empty: OneAtATime, graphql: Ask) -> None:
    content = sheet(SCHOOLS, {**SCHOOLS, "externalId": "8", "hostState": "Mars"})
    for dry_run, state in ((True, "DONE"), (False, "REFUSED")):
        given = {"kind": "EXPERIENCE", "format": "XLSX", "content": content, "dryRun": dry_run}
        answer = (await graphql("secretariat", RUN, input=given))["data"]["importRun"]
        assert answer["errors"] == []
        await do_work(empty, str(typed_id(answer["work"]["id"], "work")))
        found = (await graphql("secretariat", REPORT, id=answer["work"]["id"]))["data"]["work"]
        assert (found["state"], found["report"]["kept"], found["report"]["added"]) == (state, False, 1)
        [refusal] = found["report"]["refusals"]["nodes"]
        assert (refusal["line"], refusal["cell"], refusal["column"]) == (3, "E3", "hostState")
    assert (await everything(empty))[0] == []
    given = {"kind": "EXPERIENCE", "format": "XLSX", "content": sheet(SCHOOLS)}
    answer = (await graphql("secretariat", RUN, input=given))["data"]["importRun"]
    await do_work(empty, str(typed_id(answer["work"]["id"], "work")))
    found = (await graphql("secretariat", REPORT, id=answer["work"]["id"]))["data"]["work"]
    assert (found["state"], found["report"]["added"]) == ("DONE", 1)


@pytest.mark.parametrize("who", EVERYONE[1:])
async def test_nobody_else_asks_for_an_import_of_experience(db: OneAtATime, graphql: Ask, who: str) -> None:
    given = {"kind": "EXPERIENCE", "format": "JSONL", "content": json.dumps(SCHOOLS)}
    answer = (await graphql(who, RUN, input=given))["data"]["importRun"]
    assert answer["work"] is None
    [error] = answer["errors"]
    assert (error["code"], error["message"]) == (
        "NOT_PERMITTED",
        "Only the secretariat can import experience: it is about states, and no delegation's own.",
    )
    async with db.read(SYSTEM) as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(WorkContent))) == 0
