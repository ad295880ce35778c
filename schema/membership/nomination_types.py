"""GraphQL types of nominations."""

from datetime import date, datetime

import strawberry

from schema.core.enums import describe
from schema.core.texts import Node
from schema.identity.types import Person
from schema.membership.types import Delegation
from services.membership.nomination_shapes import NominationOrder
from services.membership.terms import NominationStatus

describe(NominationOrder, "Orders of nominations.", NEWEST="Last made first.")
describe(
    NominationStatus,
    "What became of a nomination.",
    OPEN="A focal point of the delegation is to confirm it.",
    CONFIRMED="The person has been a focal point since.",
    DECLINED="It was declined, with a reason.",
)


@strawberry.type(
    description="A person of a delegation named to act for it as focal point, on a note verbale. A sitting focal point of the "
    "delegation confirms or declines. Seen by the delegation's people and the secretariat."
)
class Nomination(Node):
    """Nomination."""

    delegation: Delegation | None = strawberry.field(description="The delegation; null if you may not know of it.")
    person: Person | None = strawberry.field(description="Who is nominated; null if you may not know of them.")
    reference: str = strawberry.field(description="The note verbale that names the person.")
    reference_on: date | None = strawberry.field(description="The day that stands on it; null if none is named.")
    status: NominationStatus = strawberry.field(description="What became of it.")
    reason: str = strawberry.field(description="Why it was declined; else empty.")
    nominated_by: Person | None = strawberry.field(description="Who nominated; null if you may not know of them.")
    created_at: datetime = strawberry.field(description="When it was made.")
    closed_by: Person | None = strawberry.field(
        description="Who confirmed or declined; null while it is open, or if you may not know of them."
    )
    closed_at: datetime | None = strawberry.field(description="When; null while it is open.")
    viewer_can_close: bool = strawberry.field(description="Whether you may confirm or decline it now.")
    viewer_cannot_close_reasons: list[str] = strawberry.field(description="Codes of why you may not; or empty.")


@strawberry.input(description="Which nominations; everything given must hold.")
class NominationWhere:
    """Nomination filter."""

    status: NominationStatus | None = strawberry.field(default=None, description="Has come to this.")
    delegation: strawberry.ID | None = strawberry.field(default=None, description="Is of this delegation.")


@strawberry.type(description="What nominations add to a person.")
class PersonNominations:
    """Fields that ``root.py`` composes onto ``Person``."""

    viewer_can_nominate: bool = strawberry.field(description="Whether you may nominate them as focal point now.")
    viewer_can_hand_over_to: bool = strawberry.field(
        description="Whether you may leave now and let them be focal point instead."
    )
