"""Loading the reference data into a database, and reading it back through its Shapes."""

import json
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.core import migration, postgres
from services.core.actor import PUBLIC, SYSTEM, Actor, Viewer
from services.core.db import Database, Writer
from services.core.errors import Invalid
from services.core.read.compile import compile_read
from services.core.read.selection import Selection
from services.core.read.shape import Connection, FieldOf, Many, One, Part, table_of
from services.core.table import today
from services.membership.commands import refresh_names
from services.membership.tables import Delegation
from services.membership.terms import DelegationKind, Standing
from services.practices.tables import Practice
from services.taxonomy import lists, tables
from services.taxonomy.commands import Changes, TableChanges, load_reference
from services.taxonomy.facts import Region
from services.taxonomy.lists import NameOrCodeOrder
from services.taxonomy.queries import UnknownCode, check_codes
from services.taxonomy.reference import Reference, read_reference
from services.taxonomy.terms import LicenceUse, NamedKind, RegionLevel, SectorStatus

LISTS = {name: one for name, one in vars(lists).items() if isinstance(one, Connection)}


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


@pytest.fixture(scope="module")
def app_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="gof-taxonomy-") as folder:
        Path(folder).chmod(0o711)  # the server's account must be able to pass; pytest's own folders are 0700
        cluster = postgres.start(Path(folder), say=lambda _: None, durable=False)
        migration.upgrade(cluster.owner_url, cluster.app_url)
        yield cluster.app_url
        cluster.stop()


@pytest.fixture(scope="module")
async def empty(app_url: str) -> AsyncIterator[Database]:
    """The database before anything is loaded."""
    database = Database(app_url, size=2)
    await database.open()
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def first(empty: Database, reference: Reference) -> Changes:
    """What the first load did."""
    async with empty.write(SYSTEM) as session:
        return await load_reference(session, reference)


@pytest.fixture
async def database(empty: Database, first: Changes) -> Database:
    """The database with all reference data, which tests leave as it is."""
    assert first.tables
    return empty


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[Writer]:
    """A session of the platform whose changes are undone at the end."""
    async with database.read(SYSTEM) as session:
        yield Writer(session)


def field(name: str, *fields: Selection, **arguments: Any) -> Selection:
    return Selection(name, name, arguments=arguments, fields=fields)


async def ask(database: Database, name: str, *fields: Selection, actor: Actor = PUBLIC, **arguments: Any) -> Any:
    """What ``nodes { fields } totalCount pageInfo { endCursor }`` of a list answers."""
    page = field("nodes", *fields), field("totalCount"), field("pageInfo", field("endCursor"))
    plan = compile_read(LISTS[name], field(name, *page, **arguments), Viewer(actor))
    return json.loads(await database.document(plan, actor, {}))


async def codes(database: Database, name: str, *, actor: Actor = PUBLIC, **arguments: Any) -> list[str]:
    answer = await ask(database, name, field("code"), actor=actor, **{"first": 100, **arguments})
    return [node["code"] for node in answer["nodes"]]


def everything(fields: Mapping[str, FieldOf], depth: int) -> tuple[Selection, ...]:
    """A selection of all fields, with the fields of the objects in them ``depth`` levels down."""
    found = []
    for name, one in fields.items():
        if isinstance(one, Part):
            found.append(field(name, *everything(one.fields, depth)))
        elif isinstance(one, One | Many):
            below = one.shape().fields if depth else {}
            found += [field(name, *everything(below, depth - 1))] if below else []
        else:
            found.append(field(name))
    return tuple(found)


async def test_the_first_load_adds_every_row_of_the_files(first: Changes, reference: Reference) -> None:
    counted = {name: len(one.added) for name, one in first.tables.items()}
    assert counted == {
        "reference_source": len(reference.sources),
        "region": len(reference.regions),
        "member_state": 195,
        "state_classification": len(reference.classifications),
        "language": len(reference.languages),
        "vision": 5,
        "plan_action": 10,
        "capacity_area": 12,
        "sdg_goal": 17,
        "sdg_target": 169,
        "sector_category": len(reference.sector_categories),
        "sector": len(reference.sectors),
        "licence": len(reference.licences),
    }
    assert "ldc STP 1982-12-31" in first.tables["state_classification"].added
    assert not first.nothing


async def test_a_second_load_reports_only_unchanged_rows_in_few_statements(
    database: Database, first: Changes, reference: Reference
) -> None:
    asked: list[str] = []

    def count(*call: Any) -> None:
        asked.append(call[2])

    async with undone(database) as session:
        connection = (await session.connection()).sync_connection
        sa.event.listen(connection, "before_cursor_execute", count)
        second = await load_reference(session, reference)
        sa.event.remove(connection, "before_cursor_execute", count)
    assert second.nothing
    assert second.tables == {name: TableChanges(unchanged=len(one.added)) for name, one in first.tables.items()}
    assert len(asked) == 1 + len(second.tables)


async def test_a_changed_name_is_written_and_reported_alone(database: Database, reference: Reference) -> None:
    vision = replace(reference.visions[0], names={**reference.visions[0].names, "en": "New"})
    async with undone(database) as session:
        changes = await load_reference(session, replace(reference, visions=(vision, *reference.visions[1:])))
        table = table_of(tables.VisionEntry).c
        written = await session.scalar(sa.select(table.names).where(table.code == vision.vision))
    assert changes.tables["vision"] == TableChanges(changed=("V1",), unchanged=4)
    assert sum(len(one.changed) for one in changes.tables.values()) == 1
    assert written == vision.names


async def test_a_row_that_left_the_files_goes_unless_something_refers_to_it(
    database: Database, reference: Reference
) -> None:
    async with undone(database) as session:
        zambia = Delegation(
            kind=DelegationKind.STATE, state="ZMB", names={}, standing=Standing.MEMBER, standing_since=today()
        )
        session.add(zambia)
        await session.flush()
        session.add(Practice(delegation_id=zambia.id, language="en", sectors=["11110"], licence="MIT"))
        await session.flush()
        changes = await load_reference(
            session,
            replace(
                reference,
                states=tuple(one for one in reference.states if one.iso3 not in {"ZMB", "ZWE"}),
                classifications=tuple(one for one in reference.classifications if one.iso3 not in {"ZMB", "ZWE"}),
                licences=tuple(one for one in reference.licences if one.id not in {"MIT", "MIT-0"}),
                sectors=tuple(one for one in reference.sectors if one.code not in {"11110", "11120"}),
            ),
        )
        again = await load_reference(session, reference)
    for table, kept, removed in (
        ("member_state", "ZMB", "ZWE"), ("licence", "MIT", "MIT-0"), ("sector", "11110", "11120"),
    ):  # fmt: skip
        assert changes.tables[table].kept == (kept,)
        assert changes.tables[table].removed == (removed,)
        assert again.tables[table] == TableChanges(added=(removed,), unchanged=again.tables[table].unchanged)
    gone = changes.tables["state_classification"].removed
    assert {code.split()[1] for code in gone} == {"ZMB", "ZWE"}


async def test_a_region_and_the_region_it_lies_in_go_together(database: Database, reference: Reference) -> None:
    more = (
        Region("901", None, RegionLevel.REGION, {"en": "Outer"}, "un_m49"),
        Region("902", "901", RegionLevel.SUB_REGION, {"en": "Inner"}, "un_m49"),
    )
    async with undone(database) as session:
        with_places = replace(
            reference,
            regions=(*reference.regions, *more),
            name_places=(
                *reference.name_places,
                *(replace(reference.name_places[0], kind=NamedKind.REGION, code=one.code) for one in more),
            ),
        )
        added = await load_reference(session, with_places)
        removed = await load_reference(session, reference)
    assert added.tables["region"].added == ("901", "902")
    assert removed.tables["region"] == TableChanges(removed=("901", "902"), unchanged=len(reference.regions))


async def test_a_state_is_stored_with_its_regions_widest_first_and_its_places(database: Database) -> None:
    table = table_of(tables.MemberState).c
    async with database.read(SYSTEM) as session:
        found = (await session.execute(sa.select(table.regions, table.places).where(table.iso3 == "ZMB"))).one()
        last = await session.scalar(sa.select(table.iso3).where(table.places["en"].as_integer() == 195))
    assert found.regions == ["002", "202", "014"]
    assert set(found.places) == {"ar", "zh", "en", "fr", "ru", "es"}
    assert last == "ZWE"


async def test_delegations_take_the_names_of_their_states_once(database: Database) -> None:
    async with undone(database) as session:
        session.add_all(
            [
                Delegation(kind=kind, state=state, names={"en": "?"}, standing=Standing.MEMBER, standing_since=today())
                for kind, state in ((DelegationKind.STATE, "ZMB"), (DelegationKind.OBSERVER, None))
            ]
        )
        await session.flush()
        assert await refresh_names(session) == 1
        assert await refresh_names(session) == 0
        table = table_of(Delegation).c
        named = await session.execute(sa.select(table.names["zh"].as_string()).order_by(table.state))
        assert list(named.scalars()) == ["赞比亚", None]


@pytest.mark.parametrize("name", sorted(LISTS))
async def test_every_field_of_every_list_answers(database: Database, name: str) -> None:
    shape = LISTS[name].shape()
    answer = await ask(database, name, *everything(shape.fields, 2), first=100)
    assert answer["nodes"]
    assert len(answer["nodes"]) == min(100, answer["totalCount"])
    assert all(set(node) == set(shape.fields) for node in answer["nodes"])


@pytest.mark.parametrize(
    ("name", "language", "arguments", "expected"),
    [
        ("REGIONS", "en", {"where": {"level": RegionLevel.REGION}}, "002 019 142 150 009"),
        ("REGIONS", "ar", {"where": {"level": RegionLevel.REGION}}, "142 002 019 150 009"),
        ("LANGUAGES", "fr", {"where": {"codes": ["zh", "en", "ar", "zz"]}}, "en ar zh"),
        ("LANGUAGES", "en", {"where": {"codes": ["zh", "en", "ar", "zz"]}, "order": NameOrCodeOrder.CODE}, "ar en zh"),
        ("LANGUAGES", "en", {"where": {"search": "斯瓦希"}}, "sw"),
        ("LANGUAGES", "en", {"where": {"search": "kisw"}}, "sw"),
        ("CAPACITY_AREAS", "en", {"first": 2}, "COMPUTE_INFRASTRUCTURE CONNECTIVITY_ENERGY"),
        ("PLAN_ACTIONS", "en", {}, "A1 A2 A3 A4 A5 A6 A7 A8 A9 A10"),
        ("VISIONS", "en", {}, "V1 V2 V3 V4 V5"),
        ("SDG_GOALS", "en", {"first": 11}, "1 2 3 4 5 6 7 8 9 10 11"),
        ("SDG_TARGETS", "en", {"where": {"goal": "8"}}, "8.1 8.2 8.3 8.4 8.5 8.6 8.7 8.8 8.9 8.10 8.a 8.b"),
        ("SDG_TARGETS", "en", {"where": {"search": "17.1"}, "first": 3}, "17.1 17.10 17.11"),
        ("SECTORS", "en", {"where": {"search": "Formation enseign"}}, "11130"),
        ("SECTORS", "en", {"where": {"search": "1122"}}, "11220"),
        ("SECTORS", "en", {"where": {"category": "114", "status": SectorStatus.ACTIVE}}, "11420 11430"),
        ("LICENCES", "en", {"where": {"suggestedFor": LicenceUse.MODEL, "search": "cc by"}}, ""),
        ("LICENCES", "en", {"where": {"suggestedFor": LicenceUse.DATA, "search": "CC-BY"}}, "CC-BY-4.0 CC-BY-SA-4.0"),
    ],
)
async def test_lists_are_ordered_and_searched(
    database: Database, name: str, language: str, arguments: dict[str, Any], expected: str
) -> None:
    assert await codes(database, name, actor=Actor(languages=(language,)), **arguments) == expected.split()


async def test_pages_of_a_list_by_name_follow_one_another(database: Database) -> None:
    chinese = Actor(languages=("zh",))
    whole = await codes(database, "LANGUAGES", actor=chinese, first=6)
    start = await ask(database, "LANGUAGES", field("code"), actor=chinese, first=3)
    after = start["pageInfo"]["endCursor"]
    assert start["nodes"] == [{"code": code} for code in whole[:3]]
    assert await codes(database, "LANGUAGES", actor=chinese, first=3, after=after) == whole[3:]
    assert whole != await codes(database, "LANGUAGES", first=6)


@pytest.mark.parametrize("where", [{"search": " . "}, {"search": "a" * 101}, {"codes": ["\x00"]}])
async def test_a_search_for_nothing_or_for_no_text_is_refused(database: Database, where: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        await codes(database, "SECTORS", where=where)
    assert refused.value.path == ("where", *where)


async def test_unknown_codes_are_named_and_known_ones_pass(database: Database) -> None:
    async with database.read(SYSTEM) as session:
        await check_codes(session, sectors=["11420", "11420"], sdgTargets=["1.a"], licence=["MIT"], regionsAccepted=[])
        for given_codes, shown in (({"sectors": ["11420", "99"], "licence": ["no"]}, "“99” is no OECD"),
                             ({"licence": ["\x00"]}, "This is no SPDX")):  # fmt: skip
            with pytest.raises(UnknownCode, match=shown):
                await check_codes(session, **given_codes)
