"""Reads of long work."""

import strawberry

from schema.core.arguments import Id
from schema.core.context import Info
from schema.core.execution import answer
from schema.exchange.types import Work
from services.exchange.shapes import WORK_BY_ID


@strawberry.type
class ExchangeQuery:
    """Root fields of long work."""

    @strawberry.field(description="A piece of long work of yours, by its id; null when there is none.")
    async def work(self, info: Info, id: Id) -> Work | None:
        """Answered by the Shape."""
        return await answer(info, WORK_BY_ID)  # type: ignore[no-any-return]
