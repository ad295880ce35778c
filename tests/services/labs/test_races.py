"""What happens to a lab when two act on it at once, on connections of their own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from services.core import postgres
from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.labs import founding, milestone_commands
from services.labs.tables import Lab, LabParty
from services.labs.terms import ContributionStatus, LabPartyStatus, LabStatus, MilestoneStatus
from services.labs.work_tables import LabContribution, LabMilestone
from services.matching.cooperation_tables import Cooperation
from services.practices.tables import Practice
from tests.conftest import WORKER, clone
from tests.services.labs.world import (
    a_contribution,
    a_lab,
    a_milestone,
    a_party,
    act_on,
    an_agreed,
    content,
    party_of,
)
from tests.services.proposals.test_races import ROUNDS, Place

FRA, ZMB = "FRA focal point", "ZMB focal point"
STALE = "STALE_REVISION"


@pytest.fixture(scope="module")
def own(cluster: postgres.Cluster) -> str:
    """The address of a database of these tests alone."""
    return clone(cluster, f"gof_lab_races_{WORKER}").app


@pytest.fixture(scope="module")
async def place(own: str) -> AsyncIterator[Place]:
    """A database whose transactions are kept."""
    db = Database(own, size=12)
    yield Place(db)
    await db.close()


async def count(place: Place, table: Any, *conditions: sa.ColumnElement[bool]) -> int:
    """How many rows there are."""
    async with place.db.read(SYSTEM) as session:
        found = sa.select(sa.func.count()).select_from(table_of(table)).where(*conditions)
        return int(await session.scalar(found) or 0)


async def active(place: Place) -> Lab:
    """An active lab of France and Zambia."""
    found: Lab = await place.make(a_lab)
    return found


async def test_of_two_who_found_the_lab_of_one_agreement_at_once_one_does(place: Place) -> None:
    agreed = await place.make(an_agreed)
    found = partial(founding.found_lab, expression_id=agreed.id, content=content())
    assert await place.while_first((FRA, found), (ZMB, found)) == ["done", "LAB_EXISTS"]
    assert await count(place, Lab, table_of(Lab).c.expression_id == agreed.id) == 1


async def test_a_party_confirms_once_though_two_of_its_people_do_at_once(place: Place) -> None:
    lab = await place.make(partial(a_lab, status=LabStatus.PLANNED))
    party = await place.make(lambda session: party_of(session, lab, "ZMB"))
    confirm = act_on("confirm", party.id)
    assert await place.while_first((ZMB, confirm), (ZMB, confirm)) == ["done", "LAB_PARTY_WRONG_STATUS"]


async def test_two_parties_confirm_at_once_and_the_lab_is_both_s(place: Place) -> None:
    for _ in range(ROUNDS):
        lab = await place.make(partial(a_lab, status=LabStatus.PLANNED))
        await place.make(partial(a_party, lab=lab, code="SEN", status=LabPartyStatus.INVITED))
        mine, theirs = [await place.make(partial(party_of, lab=lab, code=code)) for code in ("ZMB", "SEN")]
        ends = await asyncio.gather(
            place.act(ZMB, act_on("confirm", mine.id)), place.act("SEN focal point", act_on("confirm", theirs.id))
        )
        assert set(ends) == {"done"}
        row = table_of(LabParty).c
        assert await count(place, LabParty, row.lab_id == lab.id, row.status == LabPartyStatus.CONFIRMED) == 3
        assert await place.act(FRA, act_on("activate", lab.id)) == "done"


async def test_a_lab_whose_terms_are_being_revised_is_not_started_on_the_old_ones(place: Place) -> None:
    lab = await place.make(partial(a_lab, status=LabStatus.PLANNED, partner_status=LabPartyStatus.CONFIRMED))
    ends = await place.while_first((FRA, act_on("revise", lab.id)), (ZMB, act_on("activate", lab.id)))
    assert ends[0] == "done"
    assert ends[1] != "done", "the revision asks the other parties anew"


async def test_of_two_who_revise_at_once_the_second_is_told_that_it_is_stale(place: Place) -> None:
    lab = await place.make(partial(a_lab, status=LabStatus.PLANNED))
    revise = act_on("revise", lab.id)
    assert await place.while_first((FRA, revise), (ZMB, revise)) == ["done", STALE]


@pytest.mark.parametrize("first", ["conclude", "reach"])
async def test_concluding_and_reaching_at_once_leave_a_lab_that_holds_together(place: Place, first: str) -> None:
    lab = await active(place)
    milestone = await place.make(partial(a_milestone, lab=lab))
    acts = {"conclude": (FRA, act_on("conclude", lab.id)), "reach": (ZMB, act_on("reach", milestone.id))}
    second = {"conclude": "reach", "reach": "conclude"}[first]
    ends = dict(zip((first, second), await place.while_first(acts[first], acts[second]), strict=True))
    async with place.db.read(SYSTEM) as session:
        lab_is = (await session.get_one(Lab, lab.id)).status
        milestone_is = (await session.get_one(LabMilestone, milestone.id)).status
    assert (lab_is == LabStatus.CONCLUDED) is (ends["conclude"] == "done")
    assert (milestone_is == MilestoneStatus.REACHED) is (ends["reach"] == "done")
    assert ends[first] == "done" or ends[second] == "done"


async def test_of_two_who_conclude_at_once_one_does_and_its_experience_is_counted_once(place: Place) -> None:
    for _ in range(ROUNDS):
        lab = await active(place)
        conclude = act_on("conclude", lab.id)
        ends = await asyncio.gather(place.act(FRA, conclude), place.act(ZMB, conclude))
        assert Counter(ends) == {"done": 1, "LAB_WRONG_STATUS": 1}
        assert await count(place, Cooperation, table_of(Cooperation).c.lab_id == lab.id) == 1
        async with place.db.read(SYSTEM) as session:
            assert (await session.get_one(Lab, lab.id)).practice_id is not None
    practices = table_of(Practice).c
    assert await count(place, Practice, practices.id.not_in(sa.select(table_of(Lab).c.practice_id))) == 0


async def test_a_milestone_is_reached_or_missed_and_never_both(place: Place) -> None:
    lab = await active(place)
    milestone = await place.make(partial(a_milestone, lab=lab, due=-1))
    ends = await place.while_first((FRA, act_on("reach", milestone.id)), (ZMB, act_on("miss", milestone.id)))
    assert ends == ["done", "LAB_MILESTONE_WRONG_STATUS"]


async def test_what_is_being_declined_delivers_nothing(place: Place) -> None:
    lab = await place.make(partial(a_lab, status=LabStatus.PLANNED))
    party = await place.make(partial(party_of, lab=lab, code="ZMB"))
    given = await place.make(partial(a_contribution, lab=lab, code="ZMB"))
    ends = await place.while_first((ZMB, act_on("decline", party.id)), (ZMB, act_on("withdraw", given.id)))
    assert ends[0] == "done"
    assert ends[1] != "done", "declining has withdrawn it"
    row = table_of(LabContribution).c
    assert await count(place, LabContribution, row.id == given.id, row.status == ContributionStatus.WITHDRAWN) == 1


async def test_overdue_milestones_are_told_of_once_by_workers_at_once_and_parties_do_not_wait_in_a_circle(
    place: Place,
) -> None:
    async def tell() -> int:
        async with place.db.write(SYSTEM) as session:
            return await milestone_commands.tell_overdue(session)

    while await tell():
        pass
    for _ in range(ROUNDS):
        lab = await active(place)
        due = [await place.make(partial(a_milestone, lab=lab, due=-1)) for _ in range(4)]
        *told, end = await asyncio.gather(tell(), tell(), place.act(FRA, act_on("reach", due[0].id)))
        assert end == "done"
        left = await tell()
        assert sum(map(int, told)) + left in {3, 4}
