"""Writes of milestones: hold the lab, check policy, apply rule, write, record, announce."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Actor
from services.core.db import Reader, Writer
from services.core.errors import NotFound
from services.core.policy import Refusals, check_revision
from services.core.table import today
from services.labs import milestone_policy, policy, rules
from services.labs.acts import hold_lab, hold_part, keep, keep_and_announce, said
from services.labs.errors import TooMany
from services.labs.tables import Lab
from services.labs.terms import LabStatus, MilestoneStatus
from services.labs.work_tables import LabMilestone
from services.proposals.commands import a_reason
from services.proposals.content import language_tag

KIND = "lab_milestone"
TITLE_LIMIT, TEXT_LIMIT = 200, 5_000
BATCH = 500
"""How many milestones one call of ``tell_overdue`` announces at most."""


@dataclass(frozen=True, slots=True)
class MilestoneContent:
    """A milestone as a party writes it; ``due_on`` is the last day on which it is reached in time."""

    language: str
    title: str
    due_on: date
    description: str = ""

    def columns(self) -> dict[str, Any]:
        """Its columns, well-formed.

        Raises:
            Invalid: a text, day or language is wrong; ``path`` names the field.
        """
        return {
            "language": language_tag(self.language),
            "title": said(self.title, "title", TITLE_LIMIT, needed=True),
            "description": said(self.description, "description", TEXT_LIMIT),
            "due_on": rules.check_day(self.due_on, "dueOn"),
        }


async def add_milestone(session: Writer, actor: Actor, lab_id: UUID, content: MilestoneContent) -> UUID:
    """Plan a milestone.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_add_milestone``.
        TooMany: the lab has ``rules.MOST_MILESTONES``.
        Invalid: a text, day or language is wrong.
    """
    lab = await hold_lab(session, actor, lab_id, policy.refusals_to_add_milestone, path=("lab",))
    counted = sa.select(sa.func.count()).select_from(LabMilestone).where(col(LabMilestone.lab_id) == lab.id)
    if (await session.scalar(counted) or 0) >= rules.MOST_MILESTONES:
        raise TooMany(f"A lab has up to {rules.MOST_MILESTONES} milestones.", path=("lab",))
    milestone = LabMilestone(lab_id=lab.id, **content.columns())
    session.add(milestone)
    return await keep(session, actor, "lab.milestone_added", lab.id, KIND, milestone.id, title=milestone.title)


async def revise_milestone(
    session: Writer, actor: Actor, milestone_id: UUID, revision: int, changes: Mapping[str, Any]
) -> UUID:
    """Change what ``changes`` names (fields of MilestoneContent) of a planned milestone.

    Raises:
        NotFound, NotPermitted, Conflict: see ``milestone_policy.refusals_to_revise``.
        StaleRevision: someone changed it since.
        Invalid: a text, day or language is wrong.
    """
    milestone = await _hold(session, actor, milestone_id, milestone_policy.refusals_to_revise)
    check_revision(milestone, revision)
    before = {one.name: getattr(milestone, one.name) for one in fields(MilestoneContent)}
    columns = MilestoneContent(**{**before, **{name: changes[name] for name in before if name in changes}}).columns()
    if columns["due_on"] != milestone.due_on:
        milestone.overdue_told_on = None
    for name, value in columns.items():
        setattr(milestone, name, value)
    return await keep(session, actor, "lab.milestone_revised", milestone.lab_id, KIND, milestone.id, **columns)


async def reach_milestone(
    session: Writer, actor: Actor, milestone_id: UUID, evidence: str, reached_on: date | None = None
) -> UUID:
    """Say that a milestone was reached, in time or late, and what shows it; today where no day is named.

    Raises:
        NotFound, NotPermitted, Conflict: see ``milestone_policy.refusals_to_reach``.
        Invalid: no evidence, too much of it, or a day that has not come.
    """
    milestone = await _hold(session, actor, milestone_id, milestone_policy.refusals_to_reach)
    milestone.evidence = said(evidence, "evidence", TEXT_LIMIT, needed=True)
    milestone.reached_on = rules.check_day(reached_on or today(), "reachedOn", until=today())
    return await _end(session, actor, milestone, MilestoneStatus.REACHED, reached_on=milestone.reached_on.isoformat())


async def miss_milestone(session: Writer, actor: Actor, milestone_id: UUID, reason: str) -> UUID:
    """Say that a milestone was missed, and why; the platform never says so by itself.

    Raises:
        NotFound, NotPermitted, Conflict: see ``milestone_policy.refusals_to_miss``.
        ReasonNeeded: no reason, or one that is too long.
    """
    milestone = await _hold(session, actor, milestone_id, milestone_policy.refusals_to_miss)
    milestone.reason = a_reason(reason)
    return await _end(session, actor, milestone, MilestoneStatus.MISSED, reason=milestone.reason)


async def drop_milestone(session: Writer, actor: Actor, milestone_id: UUID, reason: str) -> UUID:
    """Take a planned milestone out of the workplan, saying why.

    Raises:
        NotFound, NotPermitted, Conflict: see ``milestone_policy.refusals_to_drop``.
        ReasonNeeded: no reason, or one that is too long.
    """
    milestone = await _hold(session, actor, milestone_id, milestone_policy.refusals_to_drop)
    milestone.reason = a_reason(reason)
    return await _end(session, actor, milestone, MilestoneStatus.DROPPED, reason=milestone.reason)


async def check_milestone(session: Reader, lab: Lab, milestone_id: UUID | None) -> None:
    """Make sure that a milestone that something is about belongs to the lab.

    Raises:
        NotFound: it does not, or there is none.
    """
    if milestone_id is not None:
        found = sa.select(col(LabMilestone.id)).where(
            col(LabMilestone.id) == milestone_id, col(LabMilestone.lab_id) == lab.id
        )
        if await session.scalar(found) is None:
            raise NotFound("The lab has no such milestone.", path=("milestone",))


async def tell_overdue(session: Writer) -> int:
    """Announce up to ``BATCH`` milestones of active labs that have become overdue; return how many, 0 when none is left.

    Work of the platform itself: the session is ``SYSTEM``'s. It tells once for each due day and decides nothing.
    """
    due = sa.select(LabMilestone).where(
        col(LabMilestone.status) == MilestoneStatus.PLANNED,
        col(LabMilestone.overdue_told_on).is_(None),
        col(LabMilestone.due_on) < today(),
        col(LabMilestone.lab_status) == LabStatus.ACTIVE,
    )
    held = due.order_by(col(LabMilestone.due_on)).limit(BATCH).with_for_update(skip_locked=True)
    found = (await session.execute(held)).scalars().all()
    for one in found:
        one.overdue_told_on = today()
        facts = {"title": one.title, "due_on": one.due_on.isoformat()}
        await keep_and_announce(session, SYSTEM, "lab.milestone_overdue", one.lab_id, KIND, one.id, **facts)
    return len(found)


async def _hold(session: Writer, actor: Actor, milestone_id: UUID, refusals: Refusals) -> LabMilestone:
    return await hold_part(session, actor, LabMilestone, milestone_id, refusals, what="milestone")


async def _end(session: Writer, actor: Actor, milestone: LabMilestone, wanted: MilestoneStatus, **facts: str) -> UUID:
    milestone.status = rules.step_milestone(milestone.status, wanted)
    milestone.revision += 1
    act = f"lab.milestone_{wanted.value}"
    return await keep_and_announce(
        session, actor, act, milestone.lab_id, KIND, milestone.id, title=milestone.title, **facts
    )
