"""Practices."""

from datetime import datetime

import strawberry

from services.core.ids import write_id
from services.core.table import today
from services.practices.rules import freshness
from services.practices.tables import Practice
from services.practices.terms import Freshness
from services.taxonomy.terms import CapacityArea
from tests.bench.ordinary.shared import DelegationType, Info, LocalizedText, PageInfo


@strawberry.type
class EndorsementConnection:
    """The endorsements of a practice."""

    total_count: int


@strawberry.type(name="Practice")
class PracticeType:
    """A practice."""

    row: strawberry.Private[Practice]
    id: strawberry.ID
    published_at: datetime | None
    freshness: Freshness | None
    capacity_areas: list[CapacityArea]
    sectors: list[str]
    sdg_targets: list[str]

    @staticmethod
    def of(row: Practice) -> "PracticeType":
        """A practice as it is shown."""
        confirmed = row.last_confirmed_on
        return PracticeType(
            row=row,
            id=strawberry.ID(write_id("practice", row.id)),
            published_at=row.published_at,
            freshness=None if confirmed is None else freshness(confirmed, today()),
            capacity_areas=row.capacity_areas,
            sectors=row.sectors,
            sdg_targets=row.sdg_targets,
        )

    @strawberry.field
    async def title(self, info: Info) -> LocalizedText:
        """In the language that suits its reader."""
        return LocalizedText.of(await info.context.practice_texts.load(self.row.id), "title")

    @strawberry.field
    async def summary(self, info: Info) -> LocalizedText:
        """In the language that suits its reader."""
        return LocalizedText.of(await info.context.practice_texts.load(self.row.id), "summary")

    @strawberry.field
    async def delegation(self, info: Info) -> DelegationType | None:
        """The author."""
        row = await info.context.delegations.load(self.row.delegation_id)
        return None if row is None else DelegationType.of(row)

    @strawberry.field
    async def endorsements(self, info: Info) -> EndorsementConnection:
        """How many there are."""
        return EndorsementConnection(total_count=await info.context.endorsements.load(self.row.id))


@strawberry.type
class PracticeConnection:
    """A page of practices."""

    nodes: list[PracticeType]
    page_info: PageInfo
