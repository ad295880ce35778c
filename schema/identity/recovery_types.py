"""GraphQL types of recoveries."""

from datetime import datetime

import strawberry

from schema.core.enums import describe
from schema.core.texts import Node
from schema.identity.types import Person
from services.identity.recovery_shapes import RecoveryOrder
from services.identity.terms import RecoveryStatus

describe(
    RecoveryStatus,
    "How far the recovery of a lost second factor has come.",
    WAITING="Fewer than two people have agreed.",
    APPROVED="Two people have agreed; it is completed once it has waited.",
    COMPLETED="All second factors of the person were removed, and all sessions ended.",
    REFUSED="It was refused, with a reason.",
    CANCELLED="Its person called it off.",
    EXPIRED="Two people did not agree in time.",
)
describe(RecoveryOrder, "Orders of recoveries.", NEWEST="The newest first.")


@strawberry.type(
    description="A person lost every second factor: two others agree, and after a day the person sets one up anew. Seen by "
    "the person, the focal points of the delegation and the secretariat, who are told of each step."
)
class Recovery(Node):
    """Recovery."""

    status: RecoveryStatus = strawberry.field(description="How far it has come.")
    person: Person | None = strawberry.field(description="Whose second factor; null if you may not know of them.")
    requested_by: Person | None = strawberry.field(description="Who asked; null if you may not know of them.")
    first_approver: Person | None = strawberry.field(
        description="Who agreed first; null before that, or if you may not know of them."
    )
    second_approver: Person | None = strawberry.field(
        description="Who agreed second; null before that, or if you may not know of them."
    )
    created_at: datetime = strawberry.field(description="When it was asked for.")
    ready_at: datetime = strawberry.field(description="Before that it is not completed, so that the person can object.")
    expires_at: datetime = strawberry.field(description="By when two people must have agreed.")
    ended_at: datetime | None = strawberry.field(description="When it was completed or stopped; null while it is open.")
    reason: str = strawberry.field(description="Why it was refused; else empty.")
    viewer_can_approve: bool = strawberry.field(description="Whether you may agree now.")
    viewer_cannot_approve_reasons: list[str] = strawberry.field(description="Codes of why not; or empty.")
    viewer_can_refuse: bool = strawberry.field(description="Whether you may refuse it now.")
    viewer_can_cancel: bool = strawberry.field(description="Whether you may call it off now.")


@strawberry.input(description="Which recoveries; everything given must hold.")
class RecoveryWhere:
    """Recovery filter."""

    status: RecoveryStatus | None = strawberry.field(default=None, description="Has come so far.")
