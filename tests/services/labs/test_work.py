"""Milestones, contributions, progress updates and outputs."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.db import Database
from services.core.errors import DomainError, Invalid, NotFound
from services.core.money import MOST_MINOR, Money, WrongMoney
from services.core.read.shape import table_of
from services.core.table import today
from services.labs import milestone_commands, rules
from services.labs.contribution_commands import InKind, pledge_contribution
from services.labs.errors import TextNeeded, TooMany, WrongAddress, WrongAmount, WrongDates
from services.labs.jobs import overdue
from services.labs.milestone_commands import MilestoneContent, add_milestone, reach_milestone, revise_milestone
from services.labs.tables import Lab
from services.labs.terms import ContributionStatus, LabStatus, MilestoneStatus, OutputKind
from services.labs.update_commands import OutputContent, UpdateContent, deliver_output, post_update
from services.labs.work_tables import LabContribution, LabMilestone, LabOutput, LabUpdate
from services.proposals.terms import CooperationForm
from tests.builders import actor, delegation_id
from tests.services.labs.world import JOB, a_contribution, a_lab, a_milestone, act_on, code_of, party_of, refused
from tests.services.proposals.world import kept

FRA, ZMB = actor("FRA focal point"), actor("ZMB focal point")
M = MilestoneStatus
C = ContributionStatus


async def events(db: Database) -> list[dict[str, Any]]:
    async with db.read(SYSTEM) as session:
        return [orjson.loads(one) for one in (await session.execute(sa.text(JOB))).scalars()]


async def test_a_milestone_is_reached_late_with_what_shows_it(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        milestone = await a_milestone(session, lab, due=-3)
    assert (await kept(db, Lab, lab.id)).next_due_on == milestone.due_on
    assert await code_of(db, ZMB, act_on("reach", milestone.id)) is None
    found = await kept(db, LabMilestone, milestone.id)
    assert (found.status, found.reached_on, found.evidence, found.revision) == (M.REACHED, today(), "The map.", 2)
    assert (await kept(db, Lab, lab.id)).next_due_on is None
    [event] = await events(db)
    assert (event["event"], event["about"]) == ("lab.milestone_reached", str(lab.id))
    assert event["facts"]["milestone"] == str(milestone.id)
    assert event["facts"]["title"] == "First map"


@pytest.mark.parametrize("name", ["reach", "miss", "drop", "revise milestone"])
async def test_what_a_milestone_has_come_to_stands(db: Database, name: str) -> None:
    for status in M:
        async with db.write(SYSTEM) as session:
            milestone = await a_milestone(session, await a_lab(session), status, due=-1)
        code = await code_of(db, FRA, act_on(name, milestone.id))
        assert code == (None if status is M.PLANNED else "LAB_MILESTONE_WRONG_STATUS")


@pytest.mark.parametrize(("name", "allowed"), [("reach", {LabStatus.ACTIVE}), ("miss", {LabStatus.ACTIVE})])
async def test_milestones_are_reached_and_missed_while_the_lab_is_active(
    db: Database, name: str, allowed: set[LabStatus]
) -> None:
    for status in (LabStatus.PLANNED, LabStatus.ACTIVE, LabStatus.SUSPENDED):
        async with db.write(SYSTEM) as session:
            milestone = await a_milestone(session, await a_lab(session, status=status), due=-1)
        code = await code_of(db, FRA, act_on(name, milestone.id))
        assert code == (None if status in allowed else "LAB_WRONG_STATUS")


@pytest.mark.parametrize(("due", "code"), [(-1, None), (0, "LAB_MILESTONE_NOT_DUE"), (1, "LAB_MILESTONE_NOT_DUE")])
async def test_a_milestone_is_missed_after_its_due_day_not_before(db: Database, due: int, code: str | None) -> None:
    async with db.write(SYSTEM) as session:
        milestone = await a_milestone(session, await a_lab(session), due=due)
    assert await code_of(db, FRA, act_on("miss", milestone.id)) == code


@pytest.mark.parametrize(
    ("evidence", "days", "error", "path"),
    [
        (" ", 0, TextNeeded, ("evidence",)),
        ("x" * 5_001, 0, TextNeeded, ("evidence",)),
        ("The map.", 1, WrongDates, ("reachedOn",)),
    ],
)
async def test_a_milestone_is_not_reached_without_evidence_or_before_its_day(
    db: Database, evidence: str, days: int, error: type[DomainError], path: tuple[str, ...]
) -> None:
    async with db.write(SYSTEM) as session:
        milestone = await a_milestone(session, await a_lab(session))
    act = partial(
        reach_milestone, milestone_id=milestone.id, evidence=evidence, reached_on=today() + timedelta(days=days)
    )
    await refused(db, FRA, act, error, path)


async def test_the_platform_tells_once_of_each_due_day_that_passed_and_decides_nothing(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab, resting = await a_lab(session), await a_lab(session, status=LabStatus.SUSPENDED)
        late = await a_milestone(session, lab, due=-1)
        for due, status in ((0, M.PLANNED), (-5, M.REACHED), (-5, M.DROPPED)):
            await a_milestone(session, lab, status, due=due)
        await a_milestone(session, resting, due=-9)
    for _ in range(2):
        await overdue(db)
        told = await events(db)
        assert [(one["event"], one["about"], one["facts"]["milestone"]) for one in told] == [
            ("lab.milestone_overdue", str(lab.id), str(late.id))
        ]
    found = await kept(db, LabMilestone, late.id)
    assert (found.status, found.revision) == (M.PLANNED, 1)
    moved = partial(revise_milestone, milestone_id=late.id, revision=1, changes={"due_on": today() - timedelta(days=2)})
    assert await code_of(db, FRA, moved) is None
    await overdue(db)
    assert len(await events(db)) == 2


async def test_more_overdue_milestones_than_one_batch_are_all_told(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milestone_commands, "BATCH", 2)
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        made = {str((await a_milestone(session, lab, due=-1)).id) for _ in range(5)}
    await overdue(db)
    assert {one["facts"]["milestone"] for one in await events(db)} == made


async def test_a_lab_has_so_many_milestones_and_no_more(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_MILESTONES", 1)
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
    act = partial(add_milestone, lab_id=lab.id, content=MilestoneContent("en", "A map", today()))
    assert await code_of(db, FRA, act) is None
    await refused(db, FRA, act, TooMany, ("lab",))


async def test_a_revision_made_from_an_older_one_is_refused(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        milestone = await a_milestone(session, await a_lab(session))
    assert await code_of(db, FRA, act_on("revise milestone", milestone.id)) is None
    assert await code_of(db, ZMB, act_on("revise milestone", milestone.id)) == "STALE_REVISION"


async def test_a_contribution_is_pledged_committed_and_delivered_each_on_its_day(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        party = await party_of(session, lab, "ZMB")
    async with db.write(ZMB) as session:
        key = await pledge_contribution(session, ZMB, party.id, Money(MOST_MINOR, "XOF"), " From the budget. ")
    for name in ("commit", "deliver"):
        assert await code_of(db, ZMB, act_on(name, key)) is None
    found = await kept(db, LabContribution, key)
    assert (found.amount_minor, found.currency, found.note) == (MOST_MINOR, "XOF", "From the budget.")
    assert (found.status, found.delegation_id) == (C.DELIVERED, delegation_id("ZMB"))
    assert [found.pledged_on, found.committed_on, found.delivered_on, found.withdrawn_on] == [*[today()] * 3, None]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("commit", {C.PLEDGED}), ("deliver", {C.COMMITTED}), ("withdraw", {C.PLEDGED, C.COMMITTED})],
)
async def test_a_contribution_takes_only_the_steps_of_its_life(db: Database, name: str, allowed: set[C]) -> None:
    for status in C:
        async with db.write(SYSTEM) as session:
            contribution = await a_contribution(session, await a_lab(session), "FRA", status)
        code = await code_of(db, FRA, act_on(name, contribution.id))
        assert code == (None if status in allowed else "LAB_CONTRIBUTION_WRONG_STATUS")


async def test_what_is_given_in_kind_has_a_value_only_with_the_method_by_which_it_was_found(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        party = await party_of(session, lab, "FRA")
    experts = {"kind": CooperationForm.EXPERT, "quantity": Decimal("2.5"), "unit": "expert months"}
    for value in ({}, {"valued": Money(900_000, "EUR"), "valuation_method": "pay scale"}):
        async with db.write(FRA) as session:
            key = await pledge_contribution(session, FRA, party.id, InKind(**experts, **value))  # type: ignore[arg-type]
        found = await kept(db, LabContribution, key)
        assert (found.kind, found.quantity, found.unit, found.amount_minor) == (*experts.values(), None)
        assert (found.valued_minor, found.currency) == ((900_000, "EUR") if value else (None, None))


@pytest.mark.parametrize(
    ("given", "error", "path"),
    [
        (Money(0, "EUR"), WrongMoney, ("money", "amountMinor")),
        (Money(2**63, "EUR"), WrongMoney, ("money", "amountMinor")),
        (Money(1, "DEM"), WrongMoney, ("money", "currency")),
        (Money(1, "a\x00b"), WrongMoney, ("money", "currency")),
        (InKind(CooperationForm.FUNDING, Decimal(1), "grants"), Invalid, ("inKind", "kind")),
        (InKind(CooperationForm.EXPERT, Decimal(0), "months"), WrongAmount, ("inKind", "quantity")),
        (InKind(CooperationForm.EXPERT, Decimal(1), " "), TextNeeded, ("inKind", "unit")),
        (
            InKind(CooperationForm.EXPERT, Decimal(1), "months", valued=Money(1, "EUR")),
            TextNeeded,
            ("inKind", "valuationMethod"),
        ),
        (
            InKind(CooperationForm.EXPERT, Decimal(1), "months", valued=Money(0, "EUR"), valuation_method="by hand"),
            WrongMoney,
            ("inKind", "valued", "amountMinor"),
        ),
        (
            InKind(CooperationForm.EXPERT, Decimal(1), "months", today(), today() - timedelta(days=1)),
            WrongDates,
            ("inKind", "periodTo"),
        ),
    ],
)
async def test_what_cannot_be_given_is_refused(
    db: Database, given: Money | InKind, error: type[DomainError], path: tuple[str, ...]
) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        party = await party_of(session, lab, "FRA")
    await refused(db, FRA, partial(pledge_contribution, party_id=party.id, given=given), error, path)


async def test_a_contributor_tells_of_progress_and_a_focal_point_of_what_was_delivered(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
        milestone = await a_milestone(session, lab)
    helper = actor("ZMB contributor")
    async with db.write(helper) as session:
        told = await post_update(session, helper, lab.id, UpdateContent("ar", " نتقدم ", None, milestone.id))
    output = OutputContent(OutputKind.MODEL, "en", "A model", "Of soils.", "https://data.example/m?v=1")
    async with db.write(FRA) as session:
        delivered = await deliver_output(session, FRA, lab.id, output)
    update, found = await kept(db, LabUpdate, told), await kept(db, LabOutput, delivered)
    assert (update.text, update.reported_on, update.milestone_id) == ("نتقدم", today(), milestone.id)
    assert (update.delegation_id, found.delegation_id) == (delegation_id("ZMB"), delegation_id("FRA"))
    assert (found.url, found.delivered_on, found.milestone_id) == (output.url, today(), None)
    assert [one["event"] for one in await events(db)] == ["lab.updated", "lab.output_delivered"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://a.example",
        "ftp://a.example/b",
        "https://",
        "a.example",
        "https://[::1",
        "https://a b.example",
    ],
)
async def test_a_link_that_leads_nowhere_or_runs_something_is_refused(db: Database, url: str) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session)
    act = partial(deliver_output, lab_id=lab.id, content=OutputContent(OutputKind.OTHER, "en", "It", url=url))
    await refused(db, FRA, act, WrongAddress, ("url",))


async def test_what_is_told_is_of_the_lab_s_own_milestones_and_not_of_tomorrow(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab, other = await a_lab(session), await a_lab(session)
        elsewhere = await a_milestone(session, other)
    content = UpdateContent("en", "We go on.", None, elsewhere.id)
    await refused(db, FRA, partial(post_update, lab_id=lab.id, content=content), NotFound, ("milestone",))
    tomorrow = UpdateContent("en", "We go on.", today() + timedelta(days=1))
    await refused(db, FRA, partial(post_update, lab_id=lab.id, content=tomorrow), WrongDates, ("reportedOn",))


async def test_the_record_has_a_leaf_for_every_act(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        milestone = await a_milestone(session, await a_lab(session))
    assert await code_of(db, FRA, act_on("drop", milestone.id)) is None
    async with db.read(SYSTEM) as session:
        leaf = (await session.execute(sa.select(table_of(RecordLeaf)))).one()
    assert (leaf.act, leaf.object_kind, leaf.object_id) == ("lab.milestone_dropped", "lab_milestone", milestone.id)
