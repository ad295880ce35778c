"""The large demonstration at a small size: whole, resumed where it ended, and as the commands would have left it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col

from services.core import postgres
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.demo.large import Size, load_large
from services.labs import rules
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import LabStatus, MilestoneStatus
from services.labs.work_tables import LabMilestone
from services.matching.cooperation_tables import Cooperation
from services.practices.tables import Practice, PracticeText, PracticeVersion
from services.practices.terms import PracticeStatus
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import ExpressionStatus
from tests.conftest import WORKER, clone

pytestmark = pytest.mark.slow
SIZE = Size(cooperations=40, practices=60, proposals=60, expressions=240, labs=9, step=20)
BATCHES = 2 + 3 + 3
MADE: dict[type[SQLModel], int] = {Cooperation: 40, Practice: 60, Proposal: 60, ExpressionOfInterest: 240, Lab: 9}


class Stopped(Exception):
    """Someone pressed Ctrl-C."""


@pytest.fixture(scope="module")
def own(cluster: postgres.Cluster) -> str:
    """The address of a database of these tests alone."""
    return clone(cluster, f"gof_large_{WORKER}").app


@pytest.fixture(scope="module")
async def large(own: str) -> AsyncIterator[Database]:
    """The demonstration, which was stopped halfway once and begun again."""
    found = Database(own)
    await found.open()

    def stop(done: int, total: int | None) -> None:
        if total and done > total // 2:
            raise Stopped

    with pytest.raises(Stopped):
        await load_large(found, stop, SIZE)
    assert 0 < await count(found, Practice) < 60 or await count(found, Proposal) < 60
    seen: list[int] = []
    assert 0 < await load_large(found, lambda done, _: seen.append(done), SIZE) < BATCHES
    assert seen == sorted(seen)
    assert seen[0] >= 80
    assert seen[-1] == 160
    yield found
    await found.close()


async def count(db: Database, table: type[SQLModel], *conditions: sa.ColumnElement[bool]) -> int:
    """How many rows of a table there are that the demonstration made."""
    demo = [table_of(table).c.is_demo] if "is_demo" in table_of(table).c else []
    async with db.read(SYSTEM) as session:
        found = sa.select(sa.func.count()).select_from(table_of(table)).where(*demo, *conditions)
        return int(await session.scalar(found) or 0)


async def rows(db: Database, table: type[SQLModel]) -> list[Any]:
    """All rows of a table."""
    async with db.read(SYSTEM) as session:
        return list(await session.execute(sa.select(table_of(table))))


async def test_there_is_as_much_as_was_asked_for_and_a_second_load_adds_nothing(large: Database) -> None:
    assert {table: await count(large, table) for table in MADE} == MADE
    assert await load_large(large, size=SIZE) == 0
    assert {table: await count(large, table) for table in MADE} == MADE


async def test_every_published_practice_has_its_version_and_every_thing_one_original(large: Database) -> None:
    assert await count(large, PracticeVersion) == await count(
        large, Practice, col(Practice.status).in_([PracticeStatus.PUBLISHED, PracticeStatus.WITHDRAWN])
    )
    demo = sa.select(col(Practice.id)).where(col(Practice.is_demo))
    ours = col(PracticeText.practice_id).in_(demo)
    assert await count(large, PracticeText, ours, col(PracticeText.is_original).is_(True)) == 60
    assert await count(large, PracticeText, ours, col(PracticeText.embedding).is_(None)) == 0


async def test_nobody_answers_their_own_proposal_and_labs_come_of_agreed_ones(large: Database) -> None:
    own = col(ExpressionOfInterest.sender_id) == col(ExpressionOfInterest.receiver_id)
    assert await count(large, ExpressionOfInterest, own) == 0
    founded = sa.select(col(Lab.expression_id))
    agreed = col(ExpressionOfInterest.status) == ExpressionStatus.AGREED
    assert await count(large, ExpressionOfInterest, agreed, col(ExpressionOfInterest.id).in_(founded)) == 9


async def test_labs_are_as_their_triggers_and_rules_keep_them(large: Database) -> None:
    labs, parties, due = [await rows(large, table) for table in (Lab, LabParty, LabMilestone)]
    for lab in labs:
        mine = [one for one in parties if one.lab_id == lab.id]
        assert len(mine) >= rules.FEWEST_PARTIES
        assert set(lab.parties) == {one.delegation_id for one in mine}
        assert lab.states
        assert lab.regions
        assert all((one.lab_status, one.visibility) == (lab.status, lab.visibility) for one in mine)
        planned = [one.due_on for one in due if one.lab_id == lab.id and one.status == MilestoneStatus.PLANNED]
        assert lab.next_due_on == min(planned, default=None)
        assert lab.status != LabStatus.CONCLUDED or not planned
    assert await count(large, LabText, col(LabText.is_original).is_(True)) == len(labs)
