"""Reads of the record."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.record.types import (
    Place,
    RecordConsistency,
    RecordEntry,
    RecordEntryWhere,
    RecordHead,
    RecordInclusion,
    Size,
)
from services.record import shapes
from services.record.terms import EntryOrder, HeadOrder


@strawberry.type
class RecordQuery:
    """Root fields of the record."""

    @strawberry.field(description="The newest signed head of the record; null before the first. Public.")
    async def record_head(self, info: Info) -> RecordHead | None:
        """Answered by the Shape."""
        return await answer(info, shapes.NEWEST_HEAD)  # type: ignore[no-any-return]

    @strawberry.field(description="All signed heads of the record. Public.")
    async def record_heads(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        order: Annotated[HeadOrder, strawberry.argument(description="In which order.")] = HeadOrder.NEWEST,
    ) -> Connection[RecordHead]:
        """Answered by the Shape."""
        return await answer(info, shapes.HEADS)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The entries of the record that you may see: your delegation's, and for members the secretariat's."
    )
    async def record_entries(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[
            RecordEntryWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: Annotated[EntryOrder, strawberry.argument(description="In which order.")] = EntryOrder.NEWEST,
    ) -> Connection[RecordEntry]:
        """Answered by the Shape."""
        return await answer(info, shapes.ENTRIES)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Proof that what stands at a place is part of the record of a size; null where there is none. Public."
    )
    async def record_inclusion(self, info: Info, place: Place, size: Size) -> RecordInclusion | None:
        """Answered by the Shape."""
        return await answer(info, shapes.INCLUSION)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Proof that the record of one size begins with that of another, from 1; null where there is none. "
        "Public."
    )
    async def record_consistency(self, info: Info, first: Size, second: Size) -> RecordConsistency | None:
        """Answered by the Shape."""
        return await answer(info, shapes.CONSISTENCY)  # type: ignore[no-any-return]
