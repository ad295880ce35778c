"""Reads of allocation rounds."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First, Id
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.rounds.types import Allocation, AllocationRound, AllocationRoundWhere, AllocationsOrder, AllocationsWhere
from services.rounds import shapes
from services.rounds.terms import AllocationOrder, RoundOrder


@strawberry.type
class RoundQuery:
    """Root fields of rounds."""

    @strawberry.field(description="Allocation rounds that you may know of: members see those that are confirmed.")
    async def allocation_rounds(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[
            AllocationRoundWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: Annotated[RoundOrder, strawberry.argument(description="In which order.")] = RoundOrder.NEWEST,
    ) -> Connection[AllocationRound]:
        """Answered by the Shape."""
        return await answer(info, shapes.ROUNDS)  # type: ignore[no-any-return]

    @strawberry.field(description="One allocation round; null if there is none that you may know of.")
    async def allocation_round(self, info: Info, id: Id) -> AllocationRound | None:
        """Answered by the Shape."""
        return await answer(info, shapes.ROUND_BY_ID)  # type: ignore[no-any-return]

    @strawberry.field(
        description="What is allocated, of all rounds and computations, as far as you may see it: your delegation's own of "
        "confirmed rounds, or for the secretariat and co-chairs all."
    )
    async def allocations(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: AllocationsWhere = None,
        order: AllocationsOrder = AllocationOrder.VALUE,
    ) -> Connection[Allocation]:
        """Answered by the Shape."""
        return await answer(info, shapes.ALLOCATIONS)  # type: ignore[no-any-return]
