"""Reads of practices."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First, Id
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.practices.types import Practice, PracticeWhere
from services.practices import shapes
from services.practices.shapes import PracticeOrder


@strawberry.type
class PracticeQuery:
    """Root fields of practices."""

    @strawberry.field(
        description="Published practices, your own delegation's drafts, and for the secretariat those in review."
    )
    async def practices(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[PracticeWhere | None, strawberry.argument(description="Which ones; all when absent.")] = None,
        order: Annotated[
            PracticeOrder | None,
            strawberry.argument(
                description="In which order; RELEVANCE when absent and something is searched, else NEWEST."
            ),
        ] = None,
    ) -> Connection[Practice]:
        """Answered by the Shape."""
        return await answer(info, shapes.PRACTICES)  # type: ignore[no-any-return]

    @strawberry.field(description="One practice; null if there is none that you may know of.")
    async def practice(self, info: Info, id: Id) -> Practice | None:
        """Answered by the Shape."""
        return await answer(info, shapes.PRACTICE_BY_ID)  # type: ignore[no-any-return]
