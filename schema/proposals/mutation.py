"""Writes of proposals; every mutation is one command in one transaction, failures are data."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED, Id
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS
from schema.core.mutation import act, act_on, given
from schema.proposals.inputs import (
    ProposalDraftInput,
    ProposalInput,
    ProposalPostInput,
    ProposalReasonInput,
    ProposalRenewInput,
    ProposalReviseInput,
)
from schema.proposals.types import Proposal
from services.core.ids import typed_id, write_id
from services.proposals import commands, shapes

ANSWER = "The proposal as it now is, or why it was not done."


@strawberry.type(description=ANSWER)
class ProposalPayload:
    """What every act on a proposal answers."""

    proposal_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The proposal as it now is; null if nothing was done.")
    async def proposal(self, info: Info) -> Proposal | None:
        """Read back after the commit, through the same Shape."""
        if self.proposal_id is None:
            return None
        return await read(info, shapes.PROPOSAL_BY_ID, id=write_id("proposal", self.proposal_id))  # type: ignore[no-any-return]


@strawberry.type(description=ANSWER)
class ProposalDraftPayload(ProposalPayload):
    """Answer of proposalDraft."""


@strawberry.type(description=ANSWER)
class ProposalPostPayload(ProposalPayload):
    """Answer of proposalPost."""


@strawberry.type(description=ANSWER)
class ProposalRevisePayload(ProposalPayload):
    """Answer of proposalRevise."""


@strawberry.type(description=ANSWER)
class ProposalOpenPayload(ProposalPayload):
    """Answer of proposalOpen."""


@strawberry.type(description=ANSWER)
class ProposalRenewPayload(ProposalPayload):
    """Answer of proposalRenew."""


@strawberry.type(description=ANSWER)
class ProposalClosePayload(ProposalPayload):
    """Answer of proposalClose."""


@strawberry.type(description=ANSWER)
class ProposalWithdrawPayload(ProposalPayload):
    """Answer of proposalWithdraw."""


@strawberry.type(description="The id of the draft that is gone, or why it is not.")
class ProposalDeletePayload:
    """Answer of proposalDelete."""

    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="What is gone; null if nothing is.")
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type
class ProposalMutation:
    """Mutations of proposals."""

    @strawberry.mutation(description="Draft a proposal; only your delegation sees it. Contributors and focal points.")
    async def proposal_draft(self, info: Info, input: Annotated[ProposalDraftInput, ASKED]) -> ProposalDraftPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.draft_proposal(session, actor, input.content()),
            input,
            key=input.idempotency_key,
        )
        return ProposalDraftPayload(proposal_id=done, errors=errors)

    @strawberry.mutation(description="Draft a proposal and open it in one act. Focal points.")
    async def proposal_post(self, info: Info, input: Annotated[ProposalPostInput, ASKED]) -> ProposalPostPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.post_proposal(session, actor, input.content()),
            input,
            key=input.idempotency_key,
        )
        return ProposalPostPayload(proposal_id=done, errors=errors)

    @strawberry.mutation(
        description="Change a draft (contributors and focal points of its delegation), or what is open (focal points)."
    )
    async def proposal_revise(
        self, info: Info, id: Id, input: Annotated[ProposalReviseInput, ASKED]
    ) -> ProposalRevisePayload:
        """One command."""
        changes: dict[str, Any] = given(input)
        revision = changes.pop("revision")
        done, errors = await act(
            info,
            lambda session, actor: commands.revise_proposal(
                session, actor, typed_id(id, "proposal"), revision, changes
            ),
        )
        return ProposalRevisePayload(proposal_id=done, errors=errors)

    @strawberry.mutation(description="Remove a draft for good. Contributors and focal points of its delegation.")
    async def proposal_delete(self, info: Info, input: Annotated[ProposalInput, ASKED]) -> ProposalDeletePayload:
        """One command."""
        done, errors = await act_on(info, "proposal", input, commands.delete_proposal)
        return ProposalDeletePayload(deleted_id=None if done is None else strawberry.ID(input.id), errors=errors)

    @strawberry.mutation(
        description="Show a draft to its audience, from today until its last day. Focal points of its delegation."
    )
    async def proposal_open(self, info: Info, input: Annotated[ProposalInput, ASKED]) -> ProposalOpenPayload:
        """One command."""
        done, errors = await act_on(info, "proposal", input, commands.open_proposal)
        return ProposalOpenPayload(proposal_id=done, errors=errors)

    @strawberry.mutation(
        description="Keep a proposal open until another day, or open again what has expired. Its focal points."
    )
    async def proposal_renew(self, info: Info, input: Annotated[ProposalRenewInput, ASKED]) -> ProposalRenewPayload:
        """One command."""
        done, errors = await act_on(
            info,
            "proposal",
            input,
            lambda session, actor, key: commands.renew_proposal(session, actor, key, input.expires_on),
        )
        return ProposalRenewPayload(proposal_id=done, errors=errors)

    @strawberry.mutation(
        description="Take no more expressions of interest; talks under way may still end in agreement. Its focal "
        "points."
    )
    async def proposal_close(self, info: Info, input: Annotated[ProposalInput, ASKED]) -> ProposalClosePayload:
        """One command."""
        done, errors = await act_on(info, "proposal", input, commands.close_proposal)
        return ProposalClosePayload(proposal_id=done, errors=errors)

    @strawberry.mutation(
        description="Take an open proposal out of sight, with the reason; nothing in talks can be agreed any more. "
        "Its focal points, or the secretariat."
    )
    async def proposal_withdraw(
        self, info: Info, input: Annotated[ProposalReasonInput, ASKED]
    ) -> ProposalWithdrawPayload:
        """One command."""
        done, errors = await act_on(
            info,
            "proposal",
            input,
            lambda session, actor, key: commands.withdraw_proposal(session, actor, key, input.reason),
        )
        return ProposalWithdrawPayload(proposal_id=done, errors=errors)
