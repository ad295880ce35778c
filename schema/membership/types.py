"""GraphQL types of membership."""

from datetime import date
from typing import Annotated

import strawberry

from schema.core.arguments import Prefer
from schema.core.enums import describe
from schema.core.page import answered_by_shape
from schema.core.texts import LocalizedText, Node
from schema.taxonomy.types import MemberState
from services.membership.shapes import NameOrder
from services.membership.terms import DelegationKind, Standing
from services.taxonomy.terms import ClassificationScheme

describe(NameOrder, "Orders of states and delegations; never by size.", NAME="By name in the reader's language.")
describe(
    Standing,
    "How a delegation stands to the Group; each standing is dated, and past ones stay.",
    INVITED="Invited to become a member or observer.",
    APPLICANT="Has applied.",
    DECLINED="Its application was declined.",
    MEMBER="Member of the Group.",
    CO_CHAIR="Member that chairs the Group together with others, for a dated term.",
    OBSERVER="Takes part without being a member.",
    SUSPENDED="Suspended: reads as the public does and acts on nothing.",
    WITHDRAWN="Has left; its past acts stay.",
)
describe(
    DelegationKind,
    "Whom a delegation stands for.",
    STATE="A member state of the United Nations.",
    OBSERVER="An observer state, UN entity or organisation taking part without being a member.",
)


@strawberry.type(description="One standing of one delegation, dated.")
class StandingPeriod:
    """Standing period."""

    standing: Standing = strawberry.field(description="The standing.")
    valid_from: date = strawberry.field(description="The first day.")
    valid_to: date | None = strawberry.field(
        description="The first day on which it no longer holds; null while it does."
    )
    reference: str = strawberry.field(description="The note verbale or decision it rests on; empty if none is named.")


@strawberry.type(
    description="The people through whom one state or observer acts here. Everyone sees members, co-chairs, observers, "
    "suspended and withdrawn ones; invited, applying and declined ones only themselves and the secretariat."
)
class Delegation(Node):
    """Delegation."""

    kind: DelegationKind = strawberry.field(description="Whom it stands for.")
    state: MemberState | None = strawberry.field(description="Its state; null for an observer that is no state.")
    standing: Standing = strawberry.field(description="How it stands to the Group today.")
    standing_since: date = strawberry.field(description="Since when.")
    standings: list[StandingPeriod] = strawberry.field(description="All its standings, the newest first.")
    is_demo: bool = strawberry.field(description="Whether it was made by the demonstration data.")

    @strawberry.field(description="Its name.")
    def name(self, language: Prefer = None) -> LocalizedText:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.input(description="A group of states on a day.")
class ClassificationWhere:
    """Classification filter."""

    scheme: ClassificationScheme = strawberry.field(description="Which group.")
    as_of: date | None = strawberry.field(default=None, description="On which day; today when absent.")


@strawberry.input(description="Which states or delegations; everything given must hold.")
class StateWhere:
    """State filter."""

    region: str | None = strawberry.field(default=None, description="Lies in this region (M49 code).")
    classification: ClassificationWhere | None = strawberry.field(default=None, description="Is in this group.")
    standing: Standing | None = strawberry.field(default=None, description="Stands to the Group like this today.")


Where = Annotated[StateWhere | None, strawberry.argument(description="Which ones; all when absent.")]
Sorted = Annotated[NameOrder, strawberry.argument(description="In which order.")]
