"""GraphQL types of the Group's settings."""

from datetime import datetime

import strawberry

from schema.core.enums import describe
from schema.core.texts import Node
from schema.identity.types import Person
from services.membership.setting_shapes import GroupSettingsOrder
from services.membership.terms import VoicesNeeded

describe(GroupSettingsOrder, "Orders of the versions of the settings.", NEWEST="The newest version first.")
describe(
    VoicesNeeded,
    "How many co-chairs accept a change of a standing; one objection rejects it in any case.",
    ALL="All in office but the delegation itself.",
    ONE="Any one of them.",
)


@strawberry.type(
    description="One version of the settings of the Group. Public. The secretariat proposes, a co-chair confirms, and the "
    "version that was confirmed last is in force."
)
class GroupSettings(Node):
    """Settings."""

    version: int = strawberry.field(description="1 is the first.")
    voices_needed: VoicesNeeded = strawberry.field(description="How many co-chairs accept a change of a standing.")
    open_days: int = strawberry.field(
        description="For how many days a proposal is open when its delegation names no last day."
    )
    longest_open_days: int = strawberry.field(description="How many days ahead the last day of a proposal may be.")
    note: str = strawberry.field(description="Why these values.")
    author: Person | None = strawberry.field(
        description="Who proposed it; null for the first version, or if you may not see the person."
    )
    created_at: datetime = strawberry.field(description="When it was proposed.")
    confirmed_at: datetime | None = strawberry.field(description="When it was confirmed; null before.")
    confirmed_by: Person | None = strawberry.field(
        description="Who confirmed it; null before, for the first version, or if you may not see the person."
    )
    in_force: bool = strawberry.field(description="Whether the Group works by it now.")
    viewer_can_confirm: bool = strawberry.field(description="Whether you may confirm it now.")


@strawberry.input(description="Which versions; everything given must hold.")
class GroupSettingsWhere:
    """Settings filter."""

    in_force: bool | None = strawberry.field(default=None, description="Is the one in force, or is not.")
