"""What came of the demonstration's proposals: threads, joint labs in every state, translations, experience; once."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core import postgres
from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.db import Database, connect
from services.core.read.shape import table_of
from services.core.table import today
from services.demo.commands import ask_for_exchanges, load_demo, load_proposals
from services.demo.jobs import JOB, go_on
from services.identity.tables import Person
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import LabPartyStatus, LabStatus, MilestoneStatus
from services.labs.work_tables import LabMilestone
from services.matching.cooperation_tables import Cooperation, CooperationText
from services.practices.tables import Practice
from services.practices.terms import PracticeStatus
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import ExpressionStatus, Modality
from services.proposals.thread_tables import ThreadMessage
from services.translations.tables import TranslationSuggestion
from services.translations.terms import SuggestionStatus
from tests.conftest import WORKER, Urls, clone
from tests.services.demo.test_demo_content import FICTION, MARKS

TABLES = (Lab, LabText, LabParty, LabMilestone, ExpressionOfInterest, ThreadMessage, Cooperation, CooperationText)
LATER = (*TABLES, TranslationSuggestion, Practice, RecordLeaf, Person)


def objects(name: str) -> list[Any]:
    """The lines of one file of the demonstration data."""
    text = (files("services.demo") / "data" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


ACTS = [act for line in objects("exchanges") for act in line["acts"]]
TEXTS = [act["text"] for act in ACTS if isinstance(act.get("text"), dict) and "language" in act["text"]]
COOPERATIONS = objects("cooperations")
SAID = [act for act in ACTS if isinstance(act.get("text"), str)]


@pytest.fixture(scope="module")
def own(cluster: postgres.Cluster) -> Urls:
    """The addresses of a database of these tests alone."""
    return clone(cluster, f"gof_exchanges_{WORKER}")


@pytest.fixture(scope="module")
async def demo(own: Urls) -> AsyncIterator[Database]:
    """The whole demonstration, and nothing else but reference data."""
    owner = await connect(own.owner)
    await owner.execute("CREATE TEMP TABLE kept AS SELECT * FROM group_settings")  # refers to delegations, too
    await owner.execute("TRUNCATE delegation, person CASCADE")
    await owner.execute("INSERT INTO group_settings SELECT * FROM kept")
    await owner.close()
    db = Database(own.app)
    await db.open()
    assert await load_proposals(db, lambda _: None)
    await ask_for_exchanges(db)
    await ask_for_exchanges(db)
    assert await waiting(db) == 1
    await go_on(db)
    yield db
    await db.close()


async def waiting(db: Database) -> int:
    """How many jobs wait that load what came of the proposals."""
    async with db.read(SYSTEM) as session:
        counted = sa.text("SELECT count(*) FROM pgqueuer WHERE entrypoint = :job")
        return int(await session.scalar(counted, {"job": JOB}) or 0)


async def rows(db: Database, table: type[SQLModel]) -> list[Any]:
    """All rows of a table."""
    columns = table_of(table)
    async with db.read(SYSTEM) as session:
        return list(await session.execute(sa.select(columns).order_by(*columns.primary_key.columns)))


@pytest.mark.slow
async def test_labs_of_every_state_with_their_work_are_there(demo: Database) -> None:
    labs = {lab.status: lab for lab in await rows(demo, Lab)}
    assert sorted(labs) == sorted(LabStatus)
    assert all(lab.is_demo for lab in labs.values())
    running = labs[LabStatus.ACTIVE]
    assert running.modality is Modality.TRIANGULAR
    overdue = [
        (milestone.lab_id, milestone.title)
        for milestone in await rows(demo, LabMilestone)
        if milestone.status is MilestoneStatus.PLANNED and milestone.due_on < today()
    ]
    assert overdue == [(running.id, "Quarante formateurs formés")]
    asked = [party.lab_id for party in await rows(demo, LabParty) if party.status is LabPartyStatus.INVITED]
    assert asked == [labs[LabStatus.PLANNED].id]
    assert labs[LabStatus.SUSPENDED].suspension_reason
    concluded = labs[LabStatus.CONCLUDED]
    assert (concluded.concluded_at - concluded.activated_at).days >= 300
    [draft] = [one for one in await rows(demo, Practice) if one.id == concluded.practice_id]
    assert (draft.status, draft.is_demo) == (PracticeStatus.DRAFT, True)
    [recorded] = [one for one in await rows(demo, Cooperation) if one.lab_id == concluded.id]
    assert (recorded.host_state, recorded.partner_states, recorded.is_demo) == ("ZMB", ["CHN"], True)


@pytest.mark.slow
async def test_threads_are_in_several_languages_and_one_waits_for_an_answer(demo: Database) -> None:
    expressions = await rows(demo, ExpressionOfInterest)
    assert Counter(one.status for one in expressions) == {ExpressionStatus.AGREED: 4, ExpressionStatus.IN_TALKS: 1}
    assert all(one.is_demo for one in expressions)
    assert {one.language for one in await rows(demo, ThreadMessage)} == {"ar", "en", "fr", "zh"}


@pytest.mark.slow
async def test_translations_are_accepted_suggested_machine_made_and_stale(demo: Database) -> None:
    texts = [one for one in await rows(demo, LabText) if not one.is_original]
    assert Counter((one.translation_status, one.is_stale) for one in texts) == {
        ("accepted", False): 2,
        ("accepted", True): 1,
        ("suggested", False): 1,
        ("machine", False): 1,
    }
    waiting = [one for one in await rows(demo, TranslationSuggestion) if one.decided_at is None]
    assert {one.status for one in waiting} == {SuggestionStatus.SUGGESTED, SuggestionStatus.MACHINE}
    finished = [one for one in await rows(demo, CooperationText) if not one.is_original]
    assert [one.translation_status for one in finished] == ["accepted"]


@pytest.mark.slow
async def test_loaded_again_it_changes_nothing(demo: Database) -> None:
    before = {table: await rows(demo, table) for table in LATER}
    assert not await load_demo(demo, lambda _: None)
    await go_on(demo)
    await ask_for_exchanges(demo)
    assert await waiting(demo) == 1, "that of the first start, which no worker of these tests takes"
    assert {table: await rows(demo, table) for table in LATER} == before


@pytest.mark.parametrize(
    "text",
    TEXTS + COOPERATIONS + [one for line in COOPERATIONS for one in line["translations"]],
    ids=lambda text: text["title"][:40],
)
def test_a_text_says_that_it_is_a_demo(text: dict[str, Any]) -> None:
    assert text["title"].startswith(MARKS[text["language"]])
    assert text["description"].endswith(FICTION[text["language"]])
    assert text["summary"].strip()


@pytest.mark.parametrize("act", SAID, ids=lambda act: f"{act['who']} {act['act']}")
def test_what_is_said_is_in_the_script_of_its_language(act: dict[str, Any]) -> None:
    script = {"ar": r"[\u0600-\u06ff]", "zh": r"[\u4e00-\u9fff]"}.get(act["language"], "[A-Za-zÀ-ÿœŒ]")
    letters = [letter for letter in act["text"] if letter.isalpha()]
    assert sum(bool(re.match(script, letter)) for letter in letters) / len(letters) > 0.8


def test_who_acts_in_the_exchanges_is_a_person_of_the_demonstration() -> None:
    people = {one["email"].removesuffix("@demo.example") for line in objects("delegations") for one in line["people"]}
    assert {act["who"] for act in ACTS} <= people


@pytest.mark.slow
async def test_a_delegation_that_is_there_already_is_left_alone(cluster: postgres.Cluster) -> None:
    db = Database((await asyncio.to_thread(clone, cluster, f"gof_taken_{WORKER}")).app)
    await db.open()
    before = await rows(db, Person)
    assert await load_demo(db, lambda _: None)
    assert before == [one for one in await rows(db, Person) if not one.is_demo]
    assert await rows(db, Lab) == []
    assert len(await rows(db, Cooperation)) == len(COOPERATIONS)
    await db.close()
