"""Writes of who acts for a delegation."""

from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act, act_on
from schema.membership.inputs import REFERENCE_ON
from schema.membership.nomination_types import Nomination
from services.core.ids import typed_id, write_id
from services.membership import nomination_commands as commands
from services.membership.nomination_shapes import NOMINATION_BY_ID


@strawberry.input(description="Whom to nominate as focal point of your delegation.")
class FocalPointNominateInput:
    """Nomination."""

    person: strawberry.ID = strawberry.field(description="Someone of your delegation who has come.")
    reference: str = strawberry.field(
        description="The note verbale that names the person, one line of 1 to 200 characters."
    )
    reference_on: date | None = strawberry.field(default=None, description=REFERENCE_ON)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A nomination, by its id.")
class FocalPointConfirmInput:
    """Confirmation."""

    id: strawberry.ID = strawberry.field(description="The nomination.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A nomination to decline.")
class FocalPointDeclineInput:
    """Refusal."""

    id: strawberry.ID = strawberry.field(description="The nomination.")
    reason: str = strawberry.field(description="Why, up to 2,000 characters; your delegation's people are told.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Who follows you as focal point.")
class FocalPointHandOverInput:
    """Hand-over."""

    successor: strawberry.ID = strawberry.field(description="Someone of your delegation who has come.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The nomination as it now is, or why it was not done.")
class NominationPayload:
    """What every act on a nomination answers."""

    nomination_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The nomination as it now is; null if nothing was done.")
    async def nomination(self, info: Info) -> Nomination | None:
        """Read back after the commit, through the same Shape."""
        if self.nomination_id is None:
            return None
        return await read(info, NOMINATION_BY_ID, id=write_id("nomination", self.nomination_id))  # type: ignore[no-any-return]


@strawberry.type(description="The nomination, or why it was not made.")
class FocalPointNominatePayload(NominationPayload):
    """Answer of focalPointNominate."""


@strawberry.type(description="The nomination as it now is, or why it was not confirmed.")
class FocalPointConfirmPayload(NominationPayload):
    """Answer of focalPointConfirm."""


@strawberry.type(description="The nomination as it now is, or why it was not declined.")
class FocalPointDeclinePayload(NominationPayload):
    """Answer of focalPointDecline."""


@strawberry.type(description="Whether you have handed over, or why not. You are signed out then.")
class FocalPointHandOverPayload:
    """Answer of focalPointHandOver."""

    done: bool = strawberry.field(default=False, description="Whether it was done.")
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type
class NominationMutation:
    """Mutations of who acts for a delegation."""

    @strawberry.mutation(
        description="Nominate someone of your delegation as its focal point, on a note verbale. Contributors and focal points."
    )
    async def focal_point_nominate(
        self, info: Info, input: Annotated[FocalPointNominateInput, ASKED]
    ) -> FocalPointNominatePayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.nominate(
                session,
                actor,
                typed_id(input.person, "person", path=("person",)),
                input.reference,
                input.reference_on,
            ),
            input,
            key=input.idempotency_key,
        )
        return FocalPointNominatePayload(nomination_id=done, errors=errors)

    @strawberry.mutation(
        description="Confirm a nomination: the person is a focal point from now on. Focal points of the delegation."
    )
    async def focal_point_confirm(
        self, info: Info, input: Annotated[FocalPointConfirmInput, ASKED]
    ) -> FocalPointConfirmPayload:
        """One command."""
        done, errors = await act_on(info, "nomination", input, commands.confirm_nomination)
        return FocalPointConfirmPayload(nomination_id=done, errors=errors)

    @strawberry.mutation(description="Decline a nomination, with a reason. Focal points of the delegation.")
    async def focal_point_decline(
        self, info: Info, input: Annotated[FocalPointDeclineInput, ASKED]
    ) -> FocalPointDeclinePayload:
        """One command."""
        decline = partial(commands.decline_nomination, reason=input.reason)
        done, errors = await act_on(info, "nomination", input, decline)
        return FocalPointDeclinePayload(nomination_id=done, errors=errors)

    @strawberry.mutation(
        description="Leave your delegation and let someone of it be focal point instead, in one act. Your sessions and API "
        "tokens are good no more within 5 seconds; drafts, turns and all else of the delegation stay with it. Focal points."
    )
    async def focal_point_hand_over(
        self, info: Info, input: Annotated[FocalPointHandOverInput, ASKED]
    ) -> FocalPointHandOverPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.hand_over(
                session, actor, typed_id(input.successor, "person", path=("successor",))
            ),
            input,
            key=input.idempotency_key,
        )
        if done is not None and info.context.cookies is not None:
            info.context.cookies.clear()
        return FocalPointHandOverPayload(done=done is not None, errors=errors)
