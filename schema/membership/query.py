"""Reads of membership."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First, Id
from schema.core.context import Info
from schema.core.execution import answer
from schema.core.page import Connection
from schema.core.scalars import CountryCode
from schema.membership.nomination_types import Nomination, NominationWhere
from schema.membership.organisation_types import Organisation, OrganisationsSorted, OrganisationWhere
from schema.membership.setting_types import GroupSettings, GroupSettingsWhere
from schema.membership.types import Delegation, Sorted, StandingProposal, StandingProposalWhere, Where
from schema.taxonomy.types import MemberState
from services.membership import nomination_shapes, organisation_shapes, setting_shapes, shapes
from services.membership.nomination_shapes import NominationOrder
from services.membership.organisation_shapes import OrganisationOrder
from services.membership.setting_shapes import GroupSettingsOrder
from services.membership.shapes import NameOrder, StandingProposalOrder

Code = Annotated[CountryCode, strawberry.argument(description="ISO 3166-1 alpha-3, such as `ZMB`.")]


@strawberry.type
class MembershipQuery:
    """Root fields of membership."""

    @strawberry.field(description="The 193 member states of the United Nations, by name. Public.")
    async def member_states(
        self, info: Info, first: First = 20, after: After = None, where: Where = None, order: Sorted = NameOrder.NAME
    ) -> Connection[MemberState]:
        """Answered by the Shape."""
        return await answer(info, shapes.MEMBER_STATES)  # type: ignore[no-any-return]

    @strawberry.field(description="One state by its code, member or observer state; null if there is none. Public.")
    async def member_state(self, info: Info, code: Code) -> MemberState | None:
        """Answered by the Shape."""
        return await answer(info, shapes.MEMBER_STATE_BY_CODE)  # type: ignore[no-any-return]

    @strawberry.field(description="The delegations that you may know of, by name.")
    async def delegations(
        self, info: Info, first: First = 20, after: After = None, where: Where = None, order: Sorted = NameOrder.NAME
    ) -> Connection[Delegation]:
        """Answered by the Shape."""
        return await answer(info, shapes.DELEGATIONS)  # type: ignore[no-any-return]

    @strawberry.field(description="One delegation; null if there is none that you may know of.")
    async def delegation(self, info: Info, id: Id) -> Delegation | None:
        """Answered by the Shape."""
        return await answer(info, shapes.DELEGATION_BY_ID)  # type: ignore[no-any-return]

    @strawberry.field(description="The organisations that delegations sponsor, or did, by name. Public.")
    async def organisations(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[
            OrganisationWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: OrganisationsSorted = OrganisationOrder.NAME,
    ) -> Connection[Organisation]:
        """Answered by the Shape."""
        return await answer(info, organisation_shapes.ORGANISATIONS)  # type: ignore[no-any-return]

    @strawberry.field(description="One sponsored organisation; null if there is none. Public.")
    async def organisation(self, info: Info, id: Id) -> Organisation | None:
        """Answered by the Shape."""
        return await answer(info, organisation_shapes.ORGANISATION_BY_ID)  # type: ignore[no-any-return]

    @strawberry.field(description="All versions of the settings of the Group, the newest first. Public.")
    async def group_settings(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[
            GroupSettingsWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: Annotated[
            GroupSettingsOrder, strawberry.argument(description="In which order.")
        ] = GroupSettingsOrder.NEWEST,
    ) -> Connection[GroupSettings]:
        """Answered by the Shape."""
        return await answer(info, setting_shapes.ALL_GROUP_SETTINGS)  # type: ignore[no-any-return]

    @strawberry.field(description="Nominations of focal points, of your own delegation; for the secretariat of all.")
    async def nominations(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[
            NominationWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: Annotated[NominationOrder, strawberry.argument(description="In which order.")] = NominationOrder.NEWEST,
    ) -> Connection[Nomination]:
        """Answered by the Shape."""
        return await answer(info, nomination_shapes.NOMINATIONS)  # type: ignore[no-any-return]

    @strawberry.field(description="One nomination; null if there is none that you may know of.")
    async def nomination(self, info: Info, id: Id) -> Nomination | None:
        """Answered by the Shape."""
        return await answer(info, nomination_shapes.NOMINATION_BY_ID)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Proposals to change a standing: for the secretariat and co-chairs all of them, else those about your "
        "own delegation."
    )
    async def standing_proposals(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        where: Annotated[
            StandingProposalWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: Annotated[
            StandingProposalOrder, strawberry.argument(description="In which order.")
        ] = StandingProposalOrder.NEWEST,
    ) -> Connection[StandingProposal]:
        """Answered by the Shape."""
        return await answer(info, shapes.STANDING_PROPOSALS)  # type: ignore[no-any-return]

    @strawberry.field(description="One proposal to change a standing; null if there is none that you may know of.")
    async def standing_proposal(self, info: Info, id: Id) -> StandingProposal | None:
        """Answered by the Shape."""
        return await answer(info, shapes.STANDING_PROPOSAL_BY_ID)  # type: ignore[no-any-return]
