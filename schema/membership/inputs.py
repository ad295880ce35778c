"""What the mutations of membership take and answer."""

from datetime import date
from uuid import UUID

import strawberry

from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import KEY
from schema.core.scalars import CountryCode, LanguageTag
from schema.membership.types import Delegation
from services.core.ids import write_id
from services.membership import shapes
from services.membership.terms import Standing

REFERENCE_ON = "The day that stands on it, today or before."
REFERENCE = "The note verbale or decision it rests on, one line of 1 to 200 characters."
UNDONE = "Why it was not done; empty if it was."


@strawberry.input(description="A name in one language.")
class DelegationNameInput:
    """Name."""

    language: LanguageTag = strawberry.field(description="The language.")
    text: str = strawberry.field(description="The name, one line of 1 to 200 characters.")


@strawberry.input(description="A delegation to make: of a state, or of an observer that is no state.")
class DelegationOpenInput:
    """New delegation."""

    standing: Standing = strawberry.field(description="INVITED or APPLICANT.")
    reference: str = strawberry.field(description=REFERENCE)
    reference_on: date | None = strawberry.field(default=None, description=REFERENCE_ON)
    state: CountryCode | None = strawberry.field(
        default=None, description="The state, member or observer of the United Nations; absent for any other observer."
    )
    names: list[DelegationNameInput] = strawberry.field(
        default_factory=list, description="Names of an observer that is no state, English among them; else empty."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A standing to propose for a delegation.")
class DelegationStandingProposeInput:
    """Proposal."""

    id: strawberry.ID = strawberry.field(description="The delegation.")
    standing: Standing = strawberry.field(
        description="The standing that it shall have; its life cycle says which it can."
    )
    since: date | None = strawberry.field(
        default=None,
        description="The first day of the term of a co-chair, today or later; absent where it is the decision's.",
    )
    until: date | None = strawberry.field(
        default=None, description="The first day after the term of a co-chair; absent for every other standing."
    )
    reference: str = strawberry.field(description=REFERENCE)
    reference_on: date | None = strawberry.field(default=None, description=REFERENCE_ON)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A decision on a proposal.")
class DelegationStandingDecideInput:
    """Decision."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    accept: bool = strawberry.field(
        description="True accepts: with the last voice missing, the delegation stands so from today on. False rejects it."
    )
    reason: str = strawberry.field(default="", description="The reason, up to 2,000 characters; needed to reject.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A delegation, by its id, and what its act rests on.")
class DelegationReferenceInput:
    """One delegation and a reference."""

    id: strawberry.ID = strawberry.field(description="The delegation.")
    reference: str = strawberry.field(description=REFERENCE)
    reference_on: date | None = strawberry.field(default=None, description=REFERENCE_ON)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="The answer to an invitation.")
class DelegationInvitationAnswerInput:
    """Answer."""

    id: strawberry.ID = strawberry.field(description="The delegation invited, your own.")
    accept: bool = strawberry.field(description="True accepts: it is an applicant then. False declines.")
    reference: str = strawberry.field(description=REFERENCE)
    reference_on: date | None = strawberry.field(default=None, description=REFERENCE_ON)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The delegation as it now is, or why it was not done.")
class DelegationPayload:
    """What every act on a delegation answers."""

    delegation_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=UNDONE)

    @strawberry.field(description="The delegation as it now is; null if nothing was done.")
    async def delegation(self, info: Info) -> Delegation | None:
        """Read back after the commit, through the same Shape."""
        if self.delegation_id is None:
            return None
        return await read(info, shapes.DELEGATION_BY_ID, id=write_id("delegation", self.delegation_id))  # type: ignore[no-any-return]


@strawberry.type(description="The delegation as it now is, or why it was not made.")
class DelegationOpenPayload(DelegationPayload):
    """Answer of delegationOpen."""


@strawberry.type(description="The delegation with its open proposal, or why it was not proposed.")
class DelegationStandingProposePayload(DelegationPayload):
    """Answer of delegationStandingPropose."""


@strawberry.type(description="The delegation as it stands now, or why nothing was decided.")
class DelegationStandingDecidePayload(DelegationPayload):
    """Answer of delegationStandingDecide."""


@strawberry.type(description="The delegation as it now is, or why it has not left.")
class DelegationWithdrawPayload(DelegationPayload):
    """Answer of delegationWithdraw."""


@strawberry.type(description="The delegation as it now is, or why it was not recorded.")
class DelegationApplyAgainPayload(DelegationPayload):
    """Answer of delegationApplyAgain."""


@strawberry.type(description="The delegation as it now is, or why the invitation was not answered.")
class DelegationInvitationAnswerPayload(DelegationPayload):
    """Answer of delegationInvitationAnswer."""
