"""GraphQL types of sponsored organisations."""

from datetime import date
from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.page import Connection, answered_by_shape
from schema.core.texts import Node
from schema.membership.types import Delegation
from services.membership.organisation_shapes import OrganisationOrder
from services.membership.terms import OrganisationKind

describe(OrganisationOrder, "Orders of organisations.", NAME="By name.")
describe(
    OrganisationKind,
    "What an organisation is.",
    UNIVERSITY="A university or research institute.",
    COMPANY="A company.",
    ALLIANCE="An alliance or association of others.",
    AGENCY="A public agency.",
    OTHER="Another organisation.",
)


@strawberry.type(
    description="A university, company, alliance or agency that takes part through the delegation that sponsors it. "
    "Everyone sees it."
)
class Organisation(Node):
    """Organisation."""

    name: str = strawberry.field(description="Its name, as the delegation wrote it.")
    kind: OrganisationKind = strawberry.field(description="What it is.")
    sponsor: Delegation | None = strawberry.field(
        description="The delegation that sponsors it, or did; null if you may not know of it."
    )
    sponsored_since: date = strawberry.field(description="The first day on which it was sponsored.")
    sponsored_until: date | None = strawberry.field(
        description="The first day on which it was sponsored no more; null while it is. Past acts stay."
    )
    viewer_can_end_sponsorship: bool = strawberry.field(description="Whether you may end its sponsorship now.")


@strawberry.input(description="Which organisations of a delegation; everything given must hold.")
class DelegationOrganisationWhere:
    """Organisation filter of one delegation."""

    kind: OrganisationKind | None = strawberry.field(default=None, description="Is of this kind.")
    sponsored_on: date | None = strawberry.field(default=None, description="Was sponsored on this day.")


@strawberry.input(description="Which organisations; everything given must hold.")
class OrganisationWhere(DelegationOrganisationWhere):
    """Organisation filter."""

    delegation: strawberry.ID | None = strawberry.field(
        default=None, description="Is sponsored by this delegation, or was."
    )


OrganisationsSorted = Annotated[OrganisationOrder, strawberry.argument(description="In which order.")]


@strawberry.type(description="What sponsoring adds to a delegation.")
class DelegationOrganisations:
    """Fields that ``root.py`` composes onto ``Delegation``."""

    @strawberry.field(description="The organisations that it sponsors, or did, by name.")
    def organisations(
        self,
        first: First = 20,
        after: After = None,
        where: Annotated[
            DelegationOrganisationWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: OrganisationsSorted = OrganisationOrder.NAME,
    ) -> Connection[Organisation]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]
