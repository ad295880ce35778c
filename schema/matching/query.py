"""Reads of matching; ``Proposal.matches`` is a field of its own."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First, Id
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.matching.cooperation_types import Cooperation, Cooperations, CooperationsOrder
from schema.matching.failing_types import WhyNot
from schema.matching.types import MatchingWeights, MatchingWeightsWhere
from services.matching import cooperation_shapes, failing_shapes, shapes
from services.matching.terms import WeightsOrder


@strawberry.type
class MatchingQuery:
    """Root fields of matching."""

    @strawberry.field(description="All versions of the weights that matches are scored by. Public.")
    async def matching_weights(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[
            MatchingWeightsWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: Annotated[WeightsOrder, strawberry.argument(description="In which order.")] = WeightsOrder.NEWEST,
    ) -> Connection[MatchingWeights]:
        """Answered by the Shape."""
        return await answer(info, shapes.MATCHING_WEIGHTS)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Why a need and an offer are no match now, and what would make them one; null if you may not see both."
    )
    async def why_not(
        self,
        info: Info,
        need: Annotated[strawberry.ID, strawberry.argument(description="A need or a joint proposal.")],
        offer: Annotated[strawberry.ID, strawberry.argument(description="An offer or a joint proposal.")],
    ) -> WhyNot | None:
        """Answered by the Shape."""
        return await answer(info, failing_shapes.WHY_NOT_OF)  # type: ignore[no-any-return]

    @strawberry.field(description="Finished cooperations that you may see, of all states.")
    async def cooperations(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Cooperations = None,
        order: CooperationsOrder = None,
    ) -> Connection[Cooperation]:
        """Answered by the Shape."""
        return await answer(info, cooperation_shapes.COOPERATIONS)  # type: ignore[no-any-return]

    @strawberry.field(description="One finished cooperation; null if there is none that you may know of.")
    async def cooperation(self, info: Info, id: Id) -> Cooperation | None:
        """Answered by the Shape."""
        return await answer(info, cooperation_shapes.COOPERATION_BY_ID)  # type: ignore[no-any-return]
