"""What the mutations of recoveries take and answer."""

from uuid import UUID

import strawberry

from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.identity.inputs import Done
from schema.identity.recovery_types import Recovery
from services.core.ids import write_id
from services.identity.recovery_shapes import RECOVERY_BY_ID


@strawberry.input(description="The ticket of your sign-in.")
class RecoveryRequestInput:
    """Request for oneself."""

    ticket: str = strawberry.field(description="The ticket that `signIn` gave, after the right password.")


@strawberry.input(description="The person who lost every second factor.")
class RecoveryRequestForInput:
    """Request for another."""

    person: strawberry.ID = strawberry.field(description="The person.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A recovery, by its id.")
class RecoveryApproveInput:
    """Agreement."""

    id: strawberry.ID = strawberry.field(description="The recovery.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A recovery, by its id, and why it is refused.")
class RecoveryRefuseInput:
    """Refusal."""

    id: strawberry.ID = strawberry.field(description="The recovery.")
    reason: str = strawberry.field(description="Why, 1 to 500 characters; all concerned are told.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Your recovery, by its id.")
class RecoveryCancelInput:
    """End by its person."""

    id: strawberry.ID = strawberry.field(description="The recovery.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="Whether it was asked for; you are told by mail of each step.")
class RecoveryRequestPayload(Done):
    """Answer of recoveryRequest."""


@strawberry.type(description="The recovery as it now is, or why it was not done.")
class RecoveryPayload:
    """Base of acts on recoveries."""

    recovery_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The recovery; null if nothing was done.")
    async def recovery(self, info: Info) -> Recovery | None:
        """Read back after the commit, through the same Shape."""
        if self.recovery_id is None:
            return None
        return await read(info, RECOVERY_BY_ID, id=write_id("recovery", self.recovery_id))  # type: ignore[no-any-return]


@strawberry.type(description="The recovery as it now is, or why it was not done.")
class RecoveryRequestForPayload(RecoveryPayload):
    """Answer of recoveryRequestFor."""


@strawberry.type(description="The recovery as it now is, or why it was not done.")
class RecoveryApprovePayload(RecoveryPayload):
    """Answer of recoveryApprove."""


@strawberry.type(description="The recovery as it now is, or why it was not done.")
class RecoveryRefusePayload(RecoveryPayload):
    """Answer of recoveryRefuse."""


@strawberry.type(description="The recovery as it now is, or why it was not done.")
class RecoveryCancelPayload(RecoveryPayload):
    """Answer of recoveryCancel."""
