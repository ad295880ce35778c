"""A concluded lab becomes experience: recorded once, by the platform, as evidence about states that nobody owns."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.core.actor import SYSTEM, Actor, Audience
from services.core.audit import RecordLeaf
from services.core.db import Database
from services.core.errors import DomainError
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import Text
from services.matching.cooperation_commands import CooperationContent, record_cooperation
from services.matching.cooperation_tables import ANY_CODE, Cooperation, CooperationText, StateExperience
from services.matching.errors import WrongCooperation
from services.matching.rules import check_cooperation
from services.taxonomy.terms import CapacityArea
from tests.builders import actor, count, id_of

LAB = CooperationContent(
    lab_id=id_of("a lab"),
    text=Text("fr", "Des données pour les écoles", description="Deux ans de travail commun."),
    host_state="SEN",
    partner_states=("CHN", "ZMB"),
    started_on=date(2024, 1, 15),
    ended_on=date(2025, 12, 31),
    capacity_areas=(CapacityArea.SKILLS_TRAINING, CapacityArea.DATA_RESOURCES),
    sectors=("11130",),
)
TABLES = (Cooperation, CooperationText, StateExperience)


async def recorded(db: Database, content: CooperationContent = LAB, by: str = "SEN focal point") -> UUID:
    async with db.write(actor(by)) as session:
        return await record_cooperation(session, actor(by), content)


async def experience(db: Database, who: Actor = SYSTEM) -> set[tuple[str, str]]:
    row = table_of(StateExperience).c
    async with db.read(who) as session:
        return {(state, code) for state, code in await session.execute(sa.select(row.state, row.code))}


async def test_a_lab_is_recorded_with_its_text_its_experience_and_a_leaf(db: Database) -> None:
    made = await recorded(db)
    cooperation, leaf = table_of(Cooperation), table_of(RecordLeaf)
    async with db.read(SYSTEM) as session:
        kept = (await session.execute(sa.select(cooperation).where(cooperation.c.id == made))).mappings().one()
        said = (await session.execute(sa.select(table_of(CooperationText)))).mappings().one()
        act = (await session.execute(sa.select(leaf).where(leaf.c.object_id == made))).mappings().one()
    assert (kept["source"], kept["lab_id"], kept["external_id"]) == ("lab", LAB.lab_id, None)
    assert (kept["host_state"], kept["partner_states"]) == ("SEN", ["CHN", "ZMB"])
    assert (kept["started_on"], kept["ended_on"]) == (LAB.started_on, LAB.ended_on)
    assert (said["title"], said["is_original"], said["language"]) == (LAB.text.title, True, "fr")
    assert None not in {said["sketch"], said["search"], said["embedding_model"]}
    assert (act["act"], act["person_id"]) == ("cooperation.recorded", actor("SEN focal point").person_id)
    codes = {ANY_CODE, "skills_training", "data_resources", "11130"}
    assert await experience(db) == {(state, code) for state in ("SEN", "CHN", "ZMB") for code in codes}


async def test_a_lab_is_recorded_once_whoever_concludes_it_again(db: Database) -> None:
    first = await recorded(db)
    again = await recorded(db, replace(LAB, host_state="ZMB", partner_states=()), by="ZMB focal point")
    assert again == first
    async with db.read(SYSTEM) as session:
        assert [await count(session, table) for table in TABLES] == [1, 1, 12]  # type: ignore[arg-type]
        assert await session.scalar(sa.select(table_of(Cooperation).c.host_state)) == "SEN"


async def test_a_change_of_what_it_was_about_changes_the_experience(db: Database) -> None:
    made = await recorded(db)
    table = table_of(Cooperation)
    async with db.write(SYSTEM) as session:
        changes = {"partner_states": ["EGY"], "sectors": [], "visibility": "public", "capacity_areas": ["financing"]}
        await session.execute(sa.update(table).where(table.c.id == made).values(changes))
    assert await experience(db, Actor()) == {
        (state, code) for state in ("SEN", "EGY") for code in (ANY_CODE, "financing")
    }
    async with db.read(Actor()) as session:
        assert await count(session, CooperationText) == 1  # type: ignore[arg-type]
    async with db.write(SYSTEM) as session:
        await session.execute(sa.delete(table).where(table.c.id == made))
    assert await experience(db) == set()


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"partner_states": ("CHN", "SEN")}, "partnerStates", "SEN is the host state; name it once."),
        ({"partner_states": ("XXX",)}, "partnerStates", "“XXX” is no ISO 3166-1 alpha-3 code of a state."),
        ({"host_state": "sen"}, "hostState", "“sen” is no ISO 3166-1"),
        ({"ended_on": date(2024, 1, 14)}, "to", "A cooperation does not end before it begins."),
        ({"started_on": date(1899, 12, 31)}, "from", "A cooperation begins in 1900 or later."),
        ({"ended_on": today() + timedelta(1)}, "to", "This day is to come"),
        ({"visibility": Audience.DELEGATION}, "visibility", "Experience is shown to MEMBERS or to the PUBLIC."),
        ({"sectors": ("11",)}, "sectors", "“11” is no OECD-DAC purpose code"),
        ({"text": Text("fr", " ")}, "title", "A title is needed."),
    ],
)
async def test_what_is_no_finished_cooperation_is_refused_and_nothing_is_kept(
    db: Database, changes: dict[str, Any], path: str, message: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await recorded(db, replace(LAB, **changes))
    assert refused.value.path == (path,)
    assert message in refused.value.message
    async with db.read(SYSTEM) as session:
        assert [await count(session, table) for table in TABLES] == [0, 0, 0]  # type: ignore[arg-type]


@given(st.dates(), st.dates(), st.dates())
def test_a_cooperation_lies_in_order_and_in_the_past(started: date, ended: date, day: date) -> None:
    fine = started.year >= 1900 and started <= ended <= day
    if fine:
        check_cooperation("SEN", ["CHN"], started, ended, Audience.PUBLIC, day)
        return
    with pytest.raises(WrongCooperation) as refused:
        check_cooperation("SEN", ["CHN"], started, ended, Audience.PUBLIC, day)
    assert refused.value.path in {("from",), ("to",)}


@pytest.mark.parametrize(
    ("who", "audiences"),
    [
        ("public", {"public"}),
        ("suspended viewer", {"public"}),
        ("applicant viewer", {"public"}),
        ("EGY viewer", {"public", "members"}),
        ("secretariat", {"public", "members"}),
    ],
)
async def test_row_security_shows_what_is_meant_for_the_reader(db: Database, who: str, audiences: set[str]) -> None:
    for audience in (Audience.PUBLIC, Audience.MEMBERS):
        await recorded(db, replace(LAB, lab_id=id_of(audience), visibility=audience))
    async with db.read(actor(who)) as session:
        for table in TABLES:
            seen = await session.execute(sa.select(table_of(table).c.visibility))
            assert set(seen.scalars()) == audiences


@pytest.mark.parametrize("who", ["public", "SEN focal point", "CHN focal point", "suspended focal point"])
async def test_row_security_lets_no_delegation_write_experience(db: Database, who: str) -> None:
    made = await recorded(db)
    row: dict[str, Any] = {"source": "lab", "lab_id": id_of("another"), "language": "en", "host_state": "SEN"}
    row |= {"started_on": LAB.started_on, "ended_on": LAB.ended_on, "visibility": "public"}
    with pytest.raises(Exception, match="row-level security"):
        async with db.write(actor(who)) as session:
            session.add(Cooperation(**row))
    table = table_of(Cooperation)
    async with db.write(actor(who)) as session:
        gone = await session.execute(sa.delete(table).where(table.c.id == made).returning(table.c.id))
        assert gone.all() == []
    assert len(await experience(db)) == 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"visibility": "delegation"},
        {"ended_on": date(2023, 1, 1)},
        {"ended_on": date.max},
        {"partner_states": ["SEN"]},
        {"lab_id": None},
        {"source": "import"},
        {"host_state": "XXX"},
    ],
)
async def test_the_database_itself_keeps_no_wrong_cooperation(db: Database, wrong: dict[str, Any]) -> None:
    row: dict[str, Any] = {"source": "lab", "lab_id": id_of("another"), "language": "en", "host_state": "SEN"}
    row |= {"started_on": LAB.started_on, "ended_on": LAB.ended_on} | wrong
    with pytest.raises(Exception, match="violates"):
        async with db.write(SYSTEM) as session:
            session.add(Cooperation(**row))
