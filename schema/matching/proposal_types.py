"""What matching adds to proposals."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.page import Connection, answered_by_shape
from schema.matching.answer_types import StandingSearch
from schema.matching.triangle_types import Triangle
from schema.matching.types import Match, MatchWhere
from services.matching.terms import MatchOrder, TriangleOrder


@strawberry.type
class ProposalMatching:
    """What matching adds to Proposal; ``root`` composes it."""

    standing_search: StandingSearch | None = strawberry.field(
        description="Its standing search; null where there is none, and for other delegations."
    )

    @strawberry.field(
        description="The open proposals of other delegations that it could be matched with, the best first: for a need "
        "offers and joint ones, for an offer needs and joint ones, for a joint one all. Only a draft or an open "
        "proposal has any. A pair that breaks a hard constraint is none: the other side, open and unexpired, another "
        "delegation that takes part, a working language in common or interpretation, regions, modalities and period "
        "that both accept, places left. What is set aside is left out. `extensions.foundBy.matches` of the answer tells "
        "which way they were found, `index` or `statement`; they are the same either way."
    )
    def matches(
        self,
        first: First = 20,
        after: After = None,
        where: Annotated[MatchWhere | None, strawberry.argument(description="Which ones; all when absent.")] = None,
        order: Annotated[MatchOrder, strawberry.argument(description="In which order.")] = MatchOrder.SCORE,
    ) -> Connection[Match]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(
        description="The up to 100 best triangles that it could be the need of, the best first: for needs and joint proposals "
        "of developing states, else none. Modalities must admit TRIANGULAR; for the rest each pair keeps what a match keeps."
    )
    def triangles(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[TriangleOrder, strawberry.argument(description="In which order.")] = TriangleOrder.SCORE,
    ) -> Connection[Triangle]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]
