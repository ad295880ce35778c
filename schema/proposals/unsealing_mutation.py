"""Breaking the seal of a thread."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act_on
from schema.proposals.unsealing_types import ThreadUnsealing
from services.core.ids import write_id
from services.proposals.unsealing_commands import unseal_thread
from services.proposals.unsealing_shapes import UNSEALING_BY_ID


@strawberry.input(description="A thread to open, and why.")
class ThreadUnsealInput:
    """A reason."""

    id: strawberry.ID = strawberry.field(description="The expression of interest whose thread it is.")
    reason: str = strawberry.field(description="Why, 1 to 2,000 characters; both delegations read it.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The thread that is open now, or why it is not.")
class ThreadUnsealPayload:
    """Answer of threadUnseal."""

    unsealing_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="What was opened; null if nothing was.")
    async def unsealing(self, info: Info) -> ThreadUnsealing | None:
        """Read back after the commit, through the same Shape."""
        if self.unsealing_id is None:
            return None
        return await read(info, UNSEALING_BY_ID, id=write_id("thread_unsealing", self.unsealing_id))  # type: ignore[no-any-return]


@strawberry.type
class UnsealingMutation:
    """The one mutation of seals."""

    @strawberry.mutation(
        description="Open a thread that is sealed to you, to read it for an hour. Both delegations are told at once, by notice and by "
        "mail, and members see it in the record. Secretariat; there is no other way in."
    )
    async def thread_unseal(self, info: Info, input: Annotated[ThreadUnsealInput, ASKED]) -> ThreadUnsealPayload:
        """One command."""
        done, errors = await act_on(
            info,
            "expression_of_interest",
            input,
            lambda session, actor, key: unseal_thread(session, actor, key, input.reason),
        )
        return ThreadUnsealPayload(unsealing_id=done, errors=errors)
