"""GraphQL types of the figures of labs."""

import strawberry

from schema.core.scalars import BigInt
from schema.labs import types as lab_types  # noqa: F401 - describes the enums
from schema.taxonomy.types import MemberState, Region
from services.labs.terms import LabStatus
from services.taxonomy.terms import CapacityArea

LABS = "How many labs, of those asked for that you may see."


@strawberry.type(description="How many labs are at a point of their life.")
class LabStatusCount:
    """Count by status."""

    status: LabStatus = strawberry.field(description="Where they are in their life.")
    labs: int = strawberry.field(description=LABS)


@strawberry.type(description="In how many labs a state is a party.")
class LabStateCount:
    """Count by state."""

    state: MemberState = strawberry.field(description="The state.")
    labs: int = strawberry.field(description=LABS)


@strawberry.type(description="In how many labs a state of a region is a party; a lab counts in each of its regions.")
class LabRegionCount:
    """Count by region."""

    region: Region = strawberry.field(description="The region, of any level of UN M49.")
    labs: int = strawberry.field(description=LABS)


@strawberry.type(description="How many labs build a capacity; a lab counts in each of its areas.")
class LabCapacityAreaCount:
    """Count by capacity area."""

    capacity_area: CapacityArea = strawberry.field(description="The capacity.")
    labs: int = strawberry.field(description=LABS)


@strawberry.type(description="What was committed in one currency; amounts are never converted.")
class LabMoneyTotal:
    """Sum of money."""

    currency: str = strawberry.field(description="ISO 4217 code.")
    amount_minor: BigInt = strawberry.field(
        description="The sum in the currency's minor unit; as a sum it may need more than 64 bits."
    )
    contributions: int = strawberry.field(description="How many contributions it is the sum of.")


@strawberry.type(description="Figures of the labs asked for, as far as you may see them. Lists name what is not zero.")
class LabDashboard:
    """Figures."""

    labs: int = strawberry.field(description=LABS)
    overdue_milestones: int = strawberry.field(
        description="How many of their milestones are still planned though their due day has passed."
    )
    by_status: list[LabStatusCount] = strawberry.field(description="By where they are in their life.")
    by_state: list[LabStateCount] = strawberry.field(
        description="By state among their parties, in the order of names in your language."
    )
    by_region: list[LabRegionCount] = strawberry.field(
        description="By region of their parties, in the order of names in your language."
    )
    by_capacity_area: list[LabCapacityAreaCount] = strawberry.field(description="By capacity that they build.")
    committed: list[LabMoneyTotal] = strawberry.field(
        description="Money committed or delivered, by currency; pledges and what is in kind are not counted."
    )
