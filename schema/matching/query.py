"""Reads of matching; ``Proposal.matches`` is a field of its own."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.context import Info
from schema.core.execution import read
from schema.core.page import Connection
from schema.matching.types import MatchingWeights, MatchingWeightsWhere
from services.matching import shapes
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
        return await read(info, shapes.MATCHING_WEIGHTS)  # type: ignore[no-any-return]
