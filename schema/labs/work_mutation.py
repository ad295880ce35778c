"""Writes of milestones, progress updates and outputs."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED, Id
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS
from schema.core.mutation import act, act_on, given
from schema.labs.work_inputs import (
    LabMilestoneAddInput,
    LabMilestoneReachInput,
    LabMilestoneReasonInput,
    LabMilestoneReviseInput,
    LabOutputDeliverInput,
    LabUpdatePostInput,
)
from schema.labs.work_types import LabMilestone, LabOutput, LabUpdate
from services.core.ids import typed_id, write_id
from services.labs import milestone_commands as commands
from services.labs import shapes, update_commands

KIND = "lab_milestone"
ANSWER = "What was written as it now is, or why it was not done."


@strawberry.type(description=ANSWER)
class LabMilestonePayload:
    """What every act on a milestone answers."""

    milestone_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The milestone as it now is; null if nothing was done.")
    async def milestone(self, info: Info) -> LabMilestone | None:
        """Read back after the commit, through the same Shape."""
        if self.milestone_id is None:
            return None
        return await read(info, shapes.MILESTONE_BY_ID, id=write_id("lab_milestone", self.milestone_id))  # type: ignore[no-any-return]


@strawberry.type(description=ANSWER)
class LabMilestoneAddPayload(LabMilestonePayload):
    """Answer of labMilestoneAdd."""


@strawberry.type(description=ANSWER)
class LabMilestoneRevisePayload(LabMilestonePayload):
    """Answer of labMilestoneRevise."""


@strawberry.type(description=ANSWER)
class LabMilestoneReachPayload(LabMilestonePayload):
    """Answer of labMilestoneReach."""


@strawberry.type(description=ANSWER)
class LabMilestoneMissPayload(LabMilestonePayload):
    """Answer of labMilestoneMiss."""


@strawberry.type(description=ANSWER)
class LabMilestoneDropPayload(LabMilestonePayload):
    """Answer of labMilestoneDrop."""


@strawberry.type(description=ANSWER)
class LabUpdatePostPayload:
    """Answer of labUpdatePost."""

    update_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The progress update; null if nothing was done.")
    async def update(self, info: Info) -> LabUpdate | None:
        """Read back after the commit, through the same Shape."""
        if self.update_id is None:
            return None
        return await read(info, shapes.UPDATE_BY_ID, id=write_id("lab_update", self.update_id))  # type: ignore[no-any-return]


@strawberry.type(description=ANSWER)
class LabOutputDeliverPayload:
    """Answer of labOutputDeliver."""

    output_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The output; null if nothing was done.")
    async def output(self, info: Info) -> LabOutput | None:
        """Read back after the commit, through the same Shape."""
        if self.output_id is None:
            return None
        return await read(info, shapes.OUTPUT_BY_ID, id=write_id("lab_output", self.output_id))  # type: ignore[no-any-return]


@strawberry.type
class LabWorkMutation:
    """Mutations of milestones, progress updates and outputs."""

    @strawberry.mutation(description="Plan a milestone, until the lab is concluded. Focal points of its parties.")
    async def lab_milestone_add(
        self, info: Info, input: Annotated[LabMilestoneAddInput, ASKED]
    ) -> LabMilestoneAddPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.add_milestone(
                session, actor, typed_id(input.lab, "lab", path=("lab",)), input.content()
            ),
            input,
            key=input.idempotency_key,
        )
        return LabMilestoneAddPayload(milestone_id=done, errors=errors)

    @strawberry.mutation(description="Change a planned milestone. Focal points of the lab's parties.")
    async def lab_milestone_revise(
        self, info: Info, id: Id, input: Annotated[LabMilestoneReviseInput, ASKED]
    ) -> LabMilestoneRevisePayload:
        """One command."""
        changes: dict[str, Any] = given(input)
        revision = changes.pop("revision")
        done, errors = await act(
            info,
            lambda session, actor: commands.revise_milestone(session, actor, typed_id(id, KIND), revision, changes),
        )
        return LabMilestoneRevisePayload(milestone_id=done, errors=errors)

    @strawberry.mutation(
        description="Say that a planned milestone of an active lab was reached, in time or late. Focal points of the lab's parties."
    )
    async def lab_milestone_reach(
        self, info: Info, input: Annotated[LabMilestoneReachInput, ASKED]
    ) -> LabMilestoneReachPayload:
        """One command."""
        done, errors = await act_on(
            info,
            KIND,
            input,
            lambda session, actor, key: commands.reach_milestone(session, actor, key, input.evidence, input.reached_on),
        )
        return LabMilestoneReachPayload(milestone_id=done, errors=errors)

    @strawberry.mutation(
        description="Say that an overdue milestone of an active lab was missed. Focal points of the lab's parties."
    )
    async def lab_milestone_miss(
        self, info: Info, input: Annotated[LabMilestoneReasonInput, ASKED]
    ) -> LabMilestoneMissPayload:
        """One command."""
        done, errors = await act_on(
            info, KIND, input, lambda session, actor, key: commands.miss_milestone(session, actor, key, input.reason)
        )
        return LabMilestoneMissPayload(milestone_id=done, errors=errors)

    @strawberry.mutation(description="Take a planned milestone out of the workplan. Focal points of the lab's parties.")
    async def lab_milestone_drop(
        self, info: Info, input: Annotated[LabMilestoneReasonInput, ASKED]
    ) -> LabMilestoneDropPayload:
        """One command."""
        done, errors = await act_on(
            info, KIND, input, lambda session, actor, key: commands.drop_milestone(session, actor, key, input.reason)
        )
        return LabMilestoneDropPayload(milestone_id=done, errors=errors)

    @strawberry.mutation(
        description="Tell of the progress of an active or suspended lab. Contributors and focal points of its parties."
    )
    async def lab_update_post(self, info: Info, input: Annotated[LabUpdatePostInput, ASKED]) -> LabUpdatePostPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: update_commands.post_update(
                session, actor, typed_id(input.lab, "lab", path=("lab",)), input.content()
            ),
            input,
            key=input.idempotency_key,
        )
        return LabUpdatePostPayload(update_id=done, errors=errors)

    @strawberry.mutation(description="Say what an active lab has delivered. Focal points of its parties.")
    async def lab_output_deliver(
        self, info: Info, input: Annotated[LabOutputDeliverInput, ASKED]
    ) -> LabOutputDeliverPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: update_commands.deliver_output(
                session, actor, typed_id(input.lab, "lab", path=("lab",)), input.content()
            ),
            input,
            key=input.idempotency_key,
        )
        return LabOutputDeliverPayload(output_id=done, errors=errors)
