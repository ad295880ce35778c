"""Writes of contributions; each party gives its own."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS
from schema.core.mutation import act, act_on
from schema.labs.work_inputs import LabContributionInput, LabContributionPledgeInput
from schema.labs.work_types import LabContribution
from services.core.ids import typed_id, write_id
from services.labs import contribution_commands as commands
from services.labs import shapes

KIND = "lab_contribution"
ANSWER = "The contribution as it now is, or why it was not done."


@strawberry.type(description=ANSWER)
class LabContributionPayload:
    """What every act on a contribution answers."""

    contribution_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The contribution as it now is; null if nothing was done.")
    async def contribution(self, info: Info) -> LabContribution | None:
        """Read back after the commit, through the same Shape."""
        if self.contribution_id is None:
            return None
        return await read(info, shapes.CONTRIBUTION_BY_ID, id=write_id("lab_contribution", self.contribution_id))  # type: ignore[no-any-return]


@strawberry.type(description=ANSWER)
class LabContributionPledgePayload(LabContributionPayload):
    """Answer of labContributionPledge."""


@strawberry.type(description=ANSWER)
class LabContributionCommitPayload(LabContributionPayload):
    """Answer of labContributionCommit."""


@strawberry.type(description=ANSWER)
class LabContributionDeliverPayload(LabContributionPayload):
    """Answer of labContributionDeliver."""


@strawberry.type(description=ANSWER)
class LabContributionWithdrawPayload(LabContributionPayload):
    """Answer of labContributionWithdraw."""


@strawberry.type
class LabContributionMutation:
    """Mutations of contributions."""

    @strawberry.mutation(
        description="Pledge what a party of your own delegation gives, until the lab is concluded. Focal points."
    )
    async def lab_contribution_pledge(
        self, info: Info, input: Annotated[LabContributionPledgeInput, ASKED]
    ) -> LabContributionPledgePayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.pledge_contribution(
                session, actor, typed_id(input.party, "lab_party", path=("party",)), input.given.content(), input.note
            ),
            input,
            key=input.idempotency_key,
        )
        return LabContributionPledgePayload(contribution_id=done, errors=errors)

    @strawberry.mutation(description="Commit what your delegation pledged. Focal points.")
    async def lab_contribution_commit(
        self, info: Info, input: Annotated[LabContributionInput, ASKED]
    ) -> LabContributionCommitPayload:
        """One command."""
        done, errors = await act_on(info, KIND, input, commands.commit_contribution)
        return LabContributionCommitPayload(contribution_id=done, errors=errors)

    @strawberry.mutation(
        description="Say that what your delegation committed is delivered, once the lab is active. Focal points."
    )
    async def lab_contribution_deliver(
        self, info: Info, input: Annotated[LabContributionInput, ASKED]
    ) -> LabContributionDeliverPayload:
        """One command."""
        done, errors = await act_on(info, KIND, input, commands.deliver_contribution)
        return LabContributionDeliverPayload(contribution_id=done, errors=errors)

    @strawberry.mutation(
        description="Take back what your delegation pledged or committed; it stays readable as withdrawn. Focal points."
    )
    async def lab_contribution_withdraw(
        self, info: Info, input: Annotated[LabContributionInput, ASKED]
    ) -> LabContributionWithdrawPayload:
        """One command."""
        done, errors = await act_on(info, KIND, input, commands.withdraw_contribution)
        return LabContributionWithdrawPayload(contribution_id=done, errors=errors)
