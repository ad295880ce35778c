"""Writes of allocation rounds; every mutation is one command in one transaction, failures are data."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED, Id
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS
from schema.core.mutation import act, act_on
from schema.rounds.inputs import (
    AllocationAcceptInput,
    AllocationComputationCancelInput,
    AllocationDeclineInput,
    AllocationRoundComputeInput,
    AllocationRoundConfirmInput,
    AllocationRoundDiscardInput,
    AllocationRoundDraftInput,
    AllocationRoundPreviewInput,
    AllocationRoundReviseInput,
    weights_key,
)
from schema.rounds.types import Allocation, AllocationComputation, AllocationRound
from services.core.ids import typed_id, write_id
from services.rounds import answers, commands, shapes

ROUND, COMPUTATION, ALLOCATION = "allocation_round", "allocation_computation", "allocation"


@strawberry.type(description="The round as it now is, or why it was not done.")
class AllocationRoundPayload:
    """What every act on a round answers."""

    round_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The round as it now is; null if nothing was done.")
    async def allocation_round(self, info: Info) -> AllocationRound | None:
        """Read back after the commit, through the same Shape."""
        if self.round_id is None:
            return None
        return await read(info, shapes.ROUND_BY_ID, id=write_id(ROUND, self.round_id))  # type: ignore[no-any-return]


@strawberry.type(description="The computation as it now is, or why it was not done.")
class AllocationComputationPayload:
    """What every act on a computation answers."""

    computation_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The computation as it now is; null if nothing was done.")
    async def computation(self, info: Info) -> AllocationComputation | None:
        """Read back after the commit, through the same Shape."""
        if self.computation_id is None:
            return None
        key = write_id(COMPUTATION, self.computation_id)
        return await read(info, shapes.COMPUTATION_BY_ID, id=key)  # type: ignore[no-any-return]


@strawberry.type(description="What was allocated as it now is, or why it was not done.")
class AllocationPayload:
    """What every answer to an allocation answers."""

    allocation_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="What was allocated as it now is; null if nothing was done.")
    async def allocation(self, info: Info) -> Allocation | None:
        """Read back after the commit, through the same Shape."""
        if self.allocation_id is None:
            return None
        key = write_id(ALLOCATION, self.allocation_id)
        return await read(info, shapes.ALLOCATION_BY_ID, id=key)  # type: ignore[no-any-return]


@strawberry.type
class RoundMutation:
    """Mutations of rounds."""

    @strawberry.mutation(
        description="Draft an allocation round: which open needs and offers it takes in, floors, and loads. Secretariat."
    )
    async def allocation_round_draft(
        self, info: Info, input: Annotated[AllocationRoundDraftInput, ASKED]
    ) -> AllocationRoundPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.draft_round(session, actor, input.content()),
            input,
            key=input.idempotency_key,
        )
        return AllocationRoundPayload(round_id=done, errors=errors)

    @strawberry.mutation(description="Change a drafted round. Secretariat.")
    async def allocation_round_revise(
        self,
        info: Info,
        id: Id,
        revision: Annotated[int, strawberry.argument(description="The revision that you changed.")],
        input: Annotated[AllocationRoundReviseInput, ASKED],
    ) -> AllocationRoundPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.revise_round(
                session, actor, typed_id(id, ROUND), revision, input.content()
            ),
            input,
            key=input.idempotency_key,
        )
        return AllocationRoundPayload(round_id=done, errors=errors)

    @strawberry.mutation(
        description="Have a round computed by a worker, under its own terms; it answers at once. Follow it by "
        "`allocationRoundChanged`. A computed round may be computed anew. Secretariat."
    )
    async def allocation_round_compute(
        self, info: Info, input: Annotated[AllocationRoundComputeInput, ASKED]
    ) -> AllocationComputationPayload:
        """One command."""
        done, errors = await act_on(info, ROUND, input, commands.compute_round)
        return AllocationComputationPayload(computation_id=done, errors=errors)

    @strawberry.mutation(
        description="Have a worker compute what a round would give under other floors, loads or weights; the round stays as it "
        "is. With unchanged weights it takes the needs, offers and scores that the round was computed from. The secretariat, and "
        "focal points of co-chairing states."
    )
    async def allocation_round_preview(
        self, info: Info, input: Annotated[AllocationRoundPreviewInput, ASKED]
    ) -> AllocationComputationPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.preview_round(
                session, actor, typed_id(input.id, ROUND), input.terms.terms(), weights_key(input.weights)
            ),
            input,
            key=input.idempotency_key,
        )
        return AllocationComputationPayload(computation_id=done, errors=errors)

    @strawberry.mutation(
        description="Stop a computation: at once while it waits, within seconds while it runs; nothing of it is kept. The "
        "secretariat, and focal points of co-chairing states."
    )
    async def allocation_computation_cancel(
        self, info: Info, input: Annotated[AllocationComputationCancelInput, ASKED]
    ) -> AllocationComputationPayload:
        """One command."""
        done, errors = await act_on(info, COMPUTATION, input, commands.cancel_computation)
        return AllocationComputationPayload(computation_id=done, errors=errors)

    @strawberry.mutation(
        description="Confirm a computed round: its delegations see what is theirs, are told, and accept or decline. Focal points "
        "of co-chairing states."
    )
    async def allocation_round_confirm(
        self, info: Info, input: Annotated[AllocationRoundConfirmInput, ASKED]
    ) -> AllocationRoundPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.confirm_round(
                session,
                actor,
                typed_id(input.id, ROUND),
                typed_id(input.computation, COMPUTATION, path=("computation",)),
            ),
            input,
            key=input.idempotency_key,
        )
        return AllocationRoundPayload(round_id=done, errors=errors)

    @strawberry.mutation(
        description="Give up a round that is not confirmed. The secretariat, and focal points of co-chairing states."
    )
    async def allocation_round_discard(
        self, info: Info, input: Annotated[AllocationRoundDiscardInput, ASKED]
    ) -> AllocationRoundPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.discard_round(session, actor, typed_id(input.id, ROUND), input.reason),
            input,
            key=input.idempotency_key,
        )
        return AllocationRoundPayload(round_id=done, errors=errors)

    @strawberry.mutation(
        description="Accept what was allocated, for your delegation; when both sides have, it is settled. Focal points of the two "
        "delegations."
    )
    async def allocation_accept(self, info: Info, input: Annotated[AllocationAcceptInput, ASKED]) -> AllocationPayload:
        """One command."""
        done, errors = await act_on(info, ALLOCATION, input, answers.accept_allocation)
        return AllocationPayload(allocation_id=done, errors=errors)

    @strawberry.mutation(
        description="Decline what was allocated, for your delegation. The place goes to the next need: of a group below its "
        "floor first, then the highest score; and a need that an offer declined to the next offer with a place. A need that you "
        "decline for is offered nothing else in this round. Focal points of the two delegations."
    )
    async def allocation_decline(
        self, info: Info, input: Annotated[AllocationDeclineInput, ASKED]
    ) -> AllocationPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: answers.decline_allocation(
                session, actor, typed_id(input.id, ALLOCATION), input.reason
            ),
            input,
            key=input.idempotency_key,
        )
        return AllocationPayload(allocation_id=done, errors=errors)
