"""GraphQL types of finished cooperations."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.page import Connection, answered_by_shape
from schema.core.scalars import LanguageTag
from schema.core.texts import Node
from schema.taxonomy.types import MemberState
from schema.translations.types import Translated
from services.core.actor import Audience
from services.matching.terms import CooperationOrder, CooperationSource
from services.taxonomy.terms import CapacityArea

describe(
    CooperationSource,
    "How the platform knows of a finished cooperation.",
    IMPORT="The secretariat or an operator brought it in.",
    LAB="A joint lab of the platform was concluded.",
)
describe(
    CooperationOrder,
    "Orders of finished cooperations.",
    NEWEST="The last finished first.",
    RELEVANCE="Best found first; needs `where.search`.",
)


@strawberry.type(
    description="A finished cooperation: evidence of what its states have experience in, which matches count. No "
    "delegation owns it. It is seen by members and observers, or by everyone, as its `visibility` says."
)
class Cooperation(Node, Translated):
    """Cooperation."""

    external_id: str | None = strawberry.field(
        description="The number by which an import finds it again; null for one that was a joint lab."
    )
    source: CooperationSource = strawberry.field(description="How the platform knows of it.")
    visibility: Audience = strawberry.field(description="MEMBERS or PUBLIC: who reads it, and whose matches count it.")
    original_language: LanguageTag = strawberry.field(description="The language it was written in.")
    host_state: MemberState = strawberry.field(description="The state that hosted it.")
    partner_states: list[MemberState] = strawberry.field(
        description="The other states that took part, by name; empty where no other party was a state."
    )
    started_on: date = strawberry.field(description="Its first day (UTC).")
    ended_on: date = strawberry.field(description="Its last day (UTC).")
    capacity_areas: list[CapacityArea] = strawberry.field(description="Which capacity it built.")
    sectors: list[str] = strawberry.field(description="OECD-DAC purpose codes.")
    created_at: datetime = strawberry.field(description="When the platform came to know of it.")
    is_demo: bool = strawberry.field(description="Whether it was made by the demonstration data.")


@strawberry.input(description="Which finished cooperations; everything given must hold.")
class CooperationWhere:
    """Cooperation filter."""

    search: str | None = strawberry.field(
        default=None,
        description="Words in any language, up to 300 characters; finds by word and across languages by meaning.",
    )
    state: str | None = strawberry.field(
        default=None, description="This state hosted it or took part (ISO 3166-1 alpha-3, in capitals)."
    )
    sector: str | None = strawberry.field(default=None, description="Was about this OECD-DAC purpose code.")
    capacity_area: CapacityArea | None = strawberry.field(default=None, description="Built this capacity.")
    source: CooperationSource | None = strawberry.field(default=None, description="Is known in this way.")


Cooperations = Annotated[CooperationWhere | None, strawberry.argument(description="Which ones; all when absent.")]
CooperationsOrder = Annotated[
    CooperationOrder | None,
    strawberry.argument(description="In which order; RELEVANCE when absent and something is searched, else NEWEST."),
]


@strawberry.type
class MemberStateExperience:
    """What matching adds to MemberState; ``root`` composes it."""

    @strawberry.field(description="The finished cooperations that it hosted or took part in, as far as you see them.")
    def cooperations(
        self, first: First = 20, after: After = None, where: Cooperations = None, order: CooperationsOrder = None
    ) -> Connection[Cooperation]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]
