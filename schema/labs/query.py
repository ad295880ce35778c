"""Reads of labs; ``ExpressionOfInterest.lab`` is a field of its own."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First, Id
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.labs.dashboard_types import LabDashboard
from schema.labs.types import Lab, LabDashboardWhere, LabWhere
from services.labs import dashboard_shapes, shapes
from services.labs.shapes import LabOrder


@strawberry.type
class LabQuery:
    """Root fields of labs."""

    @strawberry.field(description="Labs that you may know of: those of your delegation, and what is meant for you.")
    async def labs(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[LabWhere | None, strawberry.argument(description="Which ones; all when absent.")] = None,
        order: Annotated[
            LabOrder | None,
            strawberry.argument(
                description="In which order; RELEVANCE when absent and something is searched, else NEWEST."
            ),
        ] = None,
    ) -> Connection[Lab]:
        """Answered by the Shape."""
        return await answer(info, shapes.LABS)  # type: ignore[no-any-return]

    @strawberry.field(description="One lab; null if there is none that you may know of.")
    async def lab(self, info: Info, id: Id) -> Lab | None:
        """Answered by the Shape."""
        return await answer(info, shapes.LAB_BY_ID)  # type: ignore[no-any-return]

    @strawberry.field(description="Figures of the labs that you may know of, in one statement.")
    async def lab_dashboard(
        self,
        info: Info,
        where: Annotated[
            LabDashboardWhere | None, strawberry.argument(description="Of which labs; of all when absent.")
        ] = None,
    ) -> LabDashboard:
        """Answered by the Shape."""
        return await answer(info, dashboard_shapes.LAB_DASHBOARD)  # type: ignore[no-any-return]
