"""Reads of recoveries."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.identity.recovery_types import Recovery, RecoveryWhere
from services.identity import recovery_shapes as shapes
from services.identity.recovery_shapes import RecoveryOrder


@strawberry.type
class RecoveryQuery:
    """Root fields of recoveries."""

    @strawberry.field(
        description="Recoveries of lost second factors: your own; for focal points those of their delegation, for the "
        "secretariat all."
    )
    async def recoveries(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[RecoveryWhere | None, strawberry.argument(description="Which ones; all when absent.")] = None,
        order: Annotated[RecoveryOrder, strawberry.argument(description="In which order.")] = RecoveryOrder.NEWEST,
    ) -> Connection[Recovery]:
        """Answered by the Shape."""
        return await answer(info, shapes.RECOVERIES)  # type: ignore[no-any-return]
