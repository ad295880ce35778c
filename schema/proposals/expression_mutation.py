"""Writes of expressions of interest; every mutation is one command in one transaction, failures are data."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED, Id
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS
from schema.core.mutation import act, act_on, given
from schema.proposals.expression_inputs import (
    ExpressionOfInterestDraftInput,
    ExpressionOfInterestInput,
    ExpressionOfInterestReasonInput,
    ExpressionOfInterestReviseInput,
    ExpressionOfInterestSendInput,
    ExpressionOfInterestStepInput,
    ExpressionOfInterestTextInput,
    own_key,
)
from schema.proposals.expression_types import ExpressionOfInterest
from services.core.actor import Actor
from services.core.db import Writer
from services.core.ids import typed_id, write_id
from services.proposals import expression_commands as commands
from services.proposals import expression_shapes
from services.proposals.exchange import Words

KIND = "expression_of_interest"
ANSWER = "The expression of interest as it now is, or why it was not done."
Step = Callable[[Writer, Actor, UUID], Awaitable[UUID]]
Speak = Callable[[Writer, Actor, UUID, Words], Awaitable[UUID]]


@strawberry.type(description=ANSWER)
class ExpressionOfInterestPayload:
    """What every act on an expression of interest answers."""

    expression_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The expression of interest as it now is; null if nothing was done.")
    async def expression_of_interest(self, info: Info) -> ExpressionOfInterest | None:
        """Read back after the commit, through the same Shape."""
        if self.expression_id is None:
            return None
        given_id = write_id(KIND, self.expression_id)
        return await read(info, expression_shapes.EXPRESSION_OF_INTEREST_BY_ID, id=given_id)  # type: ignore[no-any-return]


@strawberry.type(description=ANSWER)
class ExpressionOfInterestDraftPayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestDraft."""


@strawberry.type(description=ANSWER)
class ExpressionOfInterestRevisePayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestRevise."""


@strawberry.type(description=ANSWER)
class ExpressionOfInterestSendPayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestSend."""


@strawberry.type(description=ANSWER)
class ExpressionOfInterestSendDraftPayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestSendDraft."""


@strawberry.type(description=ANSWER)
class ExpressionOfInterestTakeUpTalksPayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestTakeUpTalks."""


@strawberry.type(description=ANSWER)
class ExpressionOfInterestAskPayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestAsk."""


@strawberry.type(description=ANSWER)
class ExpressionOfInterestReplyPayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestReply."""


@strawberry.type(description=ANSWER)
class ExpressionOfInterestAgreePayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestAgree."""


@strawberry.type(description=ANSWER)
class ExpressionOfInterestDeclinePayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestDecline."""


@strawberry.type(description=ANSWER)
class ExpressionOfInterestWithdrawPayload(ExpressionOfInterestPayload):
    """Answer of expressionOfInterestWithdraw."""


@strawberry.type(description="The id of the draft that is gone, or why it is not.")
class ExpressionOfInterestDeletePayload:
    """Answer of expressionOfInterestDelete."""

    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="What is gone; null if nothing is.")
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


async def _say(
    info: Info, asked: ExpressionOfInterestStepInput | ExpressionOfInterestTextInput, speak: Speak
) -> tuple[UUID | None, list[UserError]]:
    """Take a step that says something."""
    words = Words(asked.text, asked.language)
    return await act_on(info, KIND, asked, lambda session, actor, key: speak(session, actor, key, words))


@strawberry.type
class ExpressionOfInterestMutation:
    """Mutations of expressions of interest."""

    @strawberry.mutation(
        description="Write an expression of interest that only your delegation sees. Contributors and focal points."
    )
    async def expression_of_interest_draft(
        self, info: Info, input: Annotated[ExpressionOfInterestDraftInput, ASKED]
    ) -> ExpressionOfInterestDraftPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.draft_expression(session, actor, input.content()),
            input,
            key=input.idempotency_key,
        )
        return ExpressionOfInterestDraftPayload(expression_id=done, errors=errors)

    @strawberry.mutation(
        description="Write an expression of interest and send it in one act; the receiver has 14 days to answer. "
        "Focal points."
    )
    async def expression_of_interest_send(
        self, info: Info, input: Annotated[ExpressionOfInterestSendInput, ASKED]
    ) -> ExpressionOfInterestSendPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.send_expression(session, actor, input.content()),
            input,
            key=input.idempotency_key,
        )
        return ExpressionOfInterestSendPayload(expression_id=done, errors=errors)

    @strawberry.mutation(description="Change a draft. Contributors and focal points of its delegation.")
    async def expression_of_interest_revise(
        self, info: Info, id: Id, input: Annotated[ExpressionOfInterestReviseInput, ASKED]
    ) -> ExpressionOfInterestRevisePayload:
        """One command."""
        changes = given(input)
        revision = changes.pop("revision")

        async def revise(session: Writer, actor: Actor) -> UUID:
            if "own_proposal" in changes:
                changes["own_proposal_id"] = own_key(changes.pop("own_proposal"))
            return await commands.revise_expression(session, actor, typed_id(id, KIND), revision, changes)

        done, errors = await act(info, revise)
        return ExpressionOfInterestRevisePayload(expression_id=done, errors=errors)

    @strawberry.mutation(description="Remove a draft for good. Contributors and focal points of its delegation.")
    async def expression_of_interest_delete(
        self, info: Info, input: Annotated[ExpressionOfInterestInput, ASKED]
    ) -> ExpressionOfInterestDeletePayload:
        """One command."""
        done, errors = await act_on(info, KIND, input, commands.delete_expression)
        gone = None if done is None else strawberry.ID(input.id)
        return ExpressionOfInterestDeletePayload(deleted_id=gone, errors=errors)

    @strawberry.mutation(
        description="Send a draft; the receiver has 14 days to answer. Focal points of its delegation."
    )
    async def expression_of_interest_send_draft(
        self, info: Info, input: Annotated[ExpressionOfInterestInput, ASKED]
    ) -> ExpressionOfInterestSendDraftPayload:
        """One command."""
        done, errors = await act_on(info, KIND, input, commands.send_draft)
        return ExpressionOfInterestSendDraftPayload(expression_id=done, errors=errors)

    @strawberry.mutation(
        description="Answer that you take up talks; the turn goes to the sender. Focal points of the receiver, on "
        "their turn."
    )
    async def expression_of_interest_take_up_talks(
        self, info: Info, input: Annotated[ExpressionOfInterestStepInput, ASKED]
    ) -> ExpressionOfInterestTakeUpTalksPayload:
        """One command."""
        done, errors = await _say(info, input, commands.take_up_talks)
        return ExpressionOfInterestTakeUpTalksPayload(expression_id=done, errors=errors)

    @strawberry.mutation(
        description="Ask the sender something; the turn goes to the sender. Focal points of the receiver, on its turn."
    )
    async def expression_of_interest_ask(
        self, info: Info, input: Annotated[ExpressionOfInterestTextInput, ASKED]
    ) -> ExpressionOfInterestAskPayload:
        """One command."""
        done, errors = await _say(info, input, commands.ask_sender)
        return ExpressionOfInterestAskPayload(expression_id=done, errors=errors)

    @strawberry.mutation(
        description="Reply to the receiver; the turn goes to the receiver. Focal points of the sender, on their turn."
    )
    async def expression_of_interest_reply(
        self, info: Info, input: Annotated[ExpressionOfInterestTextInput, ASKED]
    ) -> ExpressionOfInterestReplyPayload:
        """One command."""
        done, errors = await _say(info, input, commands.reply_to_receiver)
        return ExpressionOfInterestReplyPayload(expression_id=done, errors=errors)

    @strawberry.mutation(
        description="In talks, agree to what the other side said last; it takes one place of the proposal. Focal "
        "points of the side whose turn it is."
    )
    async def expression_of_interest_agree(
        self, info: Info, input: Annotated[ExpressionOfInterestStepInput, ASKED]
    ) -> ExpressionOfInterestAgreePayload:
        """One command."""
        done, errors = await _say(info, input, commands.agree_expression)
        return ExpressionOfInterestAgreePayload(expression_id=done, errors=errors)

    @strawberry.mutation(
        description="Decline, with a reason that the sender is told. Focal points of the receiver, until it ends."
    )
    async def expression_of_interest_decline(
        self, info: Info, input: Annotated[ExpressionOfInterestReasonInput, ASKED]
    ) -> ExpressionOfInterestDeclinePayload:
        """One command."""
        done, errors = await act_on(
            info,
            KIND,
            input,
            lambda session, actor, key: commands.decline_expression(session, actor, key, input.reason, input.language),
        )
        return ExpressionOfInterestDeclinePayload(expression_id=done, errors=errors)

    @strawberry.mutation(description="Take back what was sent. Focal points of the sender, at any time until it ends.")
    async def expression_of_interest_withdraw(
        self, info: Info, input: Annotated[ExpressionOfInterestStepInput, ASKED]
    ) -> ExpressionOfInterestWithdrawPayload:
        """One command."""
        done, errors = await _say(info, input, commands.withdraw_expression)
        return ExpressionOfInterestWithdrawPayload(expression_id=done, errors=errors)
