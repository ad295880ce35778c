"""Reads of identity."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.identity.types import Person, PersonWhere, Viewer
from services.identity import shapes
from services.identity.shapes import PersonOrder


@strawberry.type
class IdentityQuery:
    """Root fields of identity."""

    @strawberry.field(description="Who asks; null for the public.")
    async def viewer(self, info: Info) -> Viewer | None:
        """Answered by the Shape."""
        return await answer(info, shapes.MYSELF)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The people of your delegation; for the secretariat, all people. Those who left are not listed."
    )
    async def people(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[PersonWhere | None, strawberry.argument(description="Which ones; all when absent.")] = None,
        order: Annotated[PersonOrder, strawberry.argument(description="In which order.")] = PersonOrder.NAME,
    ) -> Connection[Person]:
        """Answered by the Shape."""
        return await answer(info, shapes.PEOPLE)  # type: ignore[no-any-return]
