"""Reads of reference data; everyone may see all of it."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.taxonomy.types import (
    CapacityAreaEntry,
    Language,
    Licence,
    PlanAction,
    ReferenceSource,
    Region,
    SdgGoal,
    SdgTarget,
    Sector,
    SectorCategory,
    VisionEntry,
)
from services.taxonomy import lists
from services.taxonomy.lists import CodeOrder, NameOrCodeOrder, PlaceOrder
from services.taxonomy.terms import LicenceUse, RegionLevel, SectorStatus

_SORTED = strawberry.argument(description="In which order.")
_CHOSEN = strawberry.argument(description="Which ones; all when absent.")

ByNameOrCode = Annotated[NameOrCodeOrder, _SORTED]
ByCode = Annotated[CodeOrder, _SORTED]
ByPlace = Annotated[PlaceOrder, _SORTED]


def _codes() -> list[str] | None:
    return strawberry.field(  # type: ignore[no-any-return]
        default=None, description="Has one of these codes; an unknown code finds nothing."
    )


def _search() -> str | None:
    return strawberry.field(  # type: ignore[no-any-return]
        default=None,
        description="Up to 100 characters; each of its words begins a word of the name in any language, or all of it "
        "begins the code.",
    )


@strawberry.input(description="Which regions; everything given must hold.")
class RegionWhere:
    """Region filter."""

    codes: list[str] | None = _codes()
    level: RegionLevel | None = strawberry.field(default=None, description="Is of this level.")


@strawberry.input(description="Which languages; everything given must hold.")
class LanguageWhere:
    """Language filter."""

    codes: list[str] | None = _codes()
    search: str | None = _search()


@strawberry.input(description="Which SDG targets; everything given must hold.")
class SdgTargetWhere:
    """SDG target filter."""

    codes: list[str] | None = _codes()
    search: str | None = _search()
    goal: str | None = strawberry.field(default=None, description="Belongs to the goal of this code, `1` to `17`.")


@strawberry.input(description="Which sectors; everything given must hold.")
class SectorWhere:
    """Sector filter."""

    codes: list[str] | None = _codes()
    search: str | None = _search()
    category: str | None = strawberry.field(default=None, description="Belongs to the category of this code.")
    status: SectorStatus | None = strawberry.field(default=None, description="Is still given out, or no longer.")


@strawberry.input(description="Which licences; everything given must hold.")
class LicenceWhere:
    """Licence filter."""

    codes: list[str] | None = _codes()
    search: str | None = _search()
    suggested_for: LicenceUse | None = strawberry.field(default=None, description="Is suggested for this use.")


@strawberry.type
class TaxonomyQuery:
    """Root fields of reference data."""

    @strawberry.field(description="The regions of the UN's M49 geography that states lie in. Public.")
    async def regions(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[RegionWhere | None, _CHOSEN] = None,
        order: ByNameOrCode = NameOrCodeOrder.NAME,
    ) -> Connection[Region]:
        """Answered by the Shape."""
        return await answer(info, lists.REGIONS)  # type: ignore[no-any-return]

    @strawberry.field(description="Languages that are official in a state or widely written. Public.")
    async def languages(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[LanguageWhere | None, _CHOSEN] = None,
        order: ByNameOrCode = NameOrCodeOrder.NAME,
    ) -> Connection[Language]:
        """Answered by the Shape."""
        return await answer(info, lists.LANGUAGES)  # type: ignore[no-any-return]

    @strawberry.field(description="The five visions of the Action Plan. Public.")
    async def visions(
        self, info: Info, first: First = 20, after: After = None, order: ByPlace = PlaceOrder.PLACE
    ) -> Connection[VisionEntry]:
        """Answered by the Shape."""
        return await answer(info, lists.VISIONS)  # type: ignore[no-any-return]

    @strawberry.field(description="The ten actions of the Action Plan. Public.")
    async def plan_actions(
        self, info: Info, first: First = 20, after: After = None, order: ByPlace = PlaceOrder.PLACE
    ) -> Connection[PlanAction]:
        """Answered by the Shape."""
        return await answer(info, lists.PLAN_ACTIONS)  # type: ignore[no-any-return]

    @strawberry.field(description="The twelve capacity areas. Public.")
    async def capacity_areas(
        self, info: Info, first: First = 20, after: After = None, order: ByPlace = PlaceOrder.PLACE
    ) -> Connection[CapacityAreaEntry]:
        """Answered by the Shape."""
        return await answer(info, lists.CAPACITY_AREAS)  # type: ignore[no-any-return]

    @strawberry.field(description="The 17 Sustainable Development Goals. Public.")
    async def sdg_goals(
        self, info: Info, first: First = 20, after: After = None, order: ByPlace = PlaceOrder.PLACE
    ) -> Connection[SdgGoal]:
        """Answered by the Shape."""
        return await answer(info, lists.SDG_GOALS)  # type: ignore[no-any-return]

    @strawberry.field(description="The 169 targets of the Sustainable Development Goals. Public.")
    async def sdg_targets(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[SdgTargetWhere | None, _CHOSEN] = None,
        order: ByPlace = PlaceOrder.PLACE,
    ) -> Connection[SdgTarget]:
        """Answered by the Shape."""
        return await answer(info, lists.SDG_TARGETS)  # type: ignore[no-any-return]

    @strawberry.field(description="The categories of OECD-DAC purpose codes. Public.")
    async def sector_categories(
        self, info: Info, first: First = 20, after: After = None, order: ByCode = CodeOrder.CODE
    ) -> Connection[SectorCategory]:
        """Answered by the Shape."""
        return await answer(info, lists.SECTOR_CATEGORIES)  # type: ignore[no-any-return]

    @strawberry.field(description="OECD-DAC purpose codes, withdrawn ones too unless `where` says otherwise. Public.")
    async def sectors(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[SectorWhere | None, _CHOSEN] = None,
        order: ByCode = CodeOrder.CODE,
    ) -> Connection[Sector]:
        """Answered by the Shape."""
        return await answer(info, lists.SECTORS)  # type: ignore[no-any-return]

    @strawberry.field(description="Licences by SPDX id; ask `suggestedFor` for a short list. Public.")
    async def licences(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[LicenceWhere | None, _CHOSEN] = None,
        order: ByCode = CodeOrder.CODE,
    ) -> Connection[Licence]:
        """Answered by the Shape."""
        return await answer(info, lists.LICENCES)  # type: ignore[no-any-return]

    @strawberry.field(description="What the reference data was taken from, and of which day. Public.")
    async def reference_sources(
        self, info: Info, first: First = 20, after: After = None, order: ByCode = CodeOrder.CODE
    ) -> Connection[ReferenceSource]:
        """Answered by the Shape."""
        return await answer(info, lists.REFERENCE_SOURCES)  # type: ignore[no-any-return]
