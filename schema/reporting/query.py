"""Reads of figures."""

from typing import Annotated

import strawberry

from schema.core.context import Info
from schema.core.execution import answer
from schema.reporting.types import EquityBoard
from services.reporting import shapes


@strawberry.type
class ReportingQuery:
    """Root fields of figures."""

    @strawberry.field(description="Who gave, who received, and who received nothing, in one statement.")
    async def equity_board(
        self,
        info: Info,
        year: Annotated[int | None, strawberry.argument(description="Of one year; of all when absent.")] = None,
    ) -> EquityBoard:
        """Answered by the Shape."""
        return await answer(info, shapes.EQUITY_BOARD)  # type: ignore[no-any-return]
