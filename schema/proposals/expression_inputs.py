"""Inputs of the mutations of expressions of interest."""

from uuid import UUID

import strawberry

from schema.core.fields import KEY
from schema.core.scalars import LanguageTag
from services.core.ids import typed_id
from services.proposals.expression_commands import ExpressionContent

OTHERWISE = "The language of it; that of the expression of interest when absent."


def own_key(own_proposal: strawberry.ID | None) -> UUID | None:
    """Return the key of the proposal that an expression of interest answers with.

    Raises:
        WrongId: no id, or that of another type.
    """
    return None if own_proposal is None else typed_id(own_proposal, "proposal", path=("ownProposal",))


@strawberry.input(
    description="An expression of interest in another delegation's open proposal, to be written as a draft."
)
class ExpressionOfInterestDraftInput:
    """New expression of interest."""

    proposal: strawberry.ID = strawberry.field(description="What it answers.")
    language: LanguageTag = strawberry.field(description="The language of `message`.")
    message: str = strawberry.field(description="What you write, 1 to 5,000 characters.")
    own_proposal: strawberry.ID | None = strawberry.field(
        default=None, description="An open proposal of your own that you answer with."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def content(self) -> ExpressionContent:
        """What the slice takes.

        Raises:
            WrongId: an id is none, or that of another type.
        """
        return ExpressionContent(
            proposal_id=typed_id(self.proposal, "proposal", path=("proposal",)),
            language=self.language,
            message=self.message,
            own_proposal_id=own_key(self.own_proposal),
        )


@strawberry.input(
    description="An expression of interest in another delegation's open proposal, to be written and sent in one act."
)
class ExpressionOfInterestSendInput(ExpressionOfInterestDraftInput):
    """New expression of interest, sent at once."""


@strawberry.input(description="What of a draft changes; what is left out stays as it is.")
class ExpressionOfInterestReviseInput:
    """Changes."""

    revision: int = strawberry.field(description="The revision that you changed.")
    language: strawberry.Maybe[LanguageTag] = strawberry.field(description="The language of `message`.")
    message: strawberry.Maybe[str] = strawberry.field(description="What you write, 1 to 5,000 characters.")
    own_proposal: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="An open proposal of your own that you answer with; null for none."
    )


@strawberry.input(description="An expression of interest, by its id.")
class ExpressionOfInterestInput:
    """One expression of interest."""

    id: strawberry.ID = strawberry.field(description="The expression of interest.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="An expression of interest, by its id, and what you say with the step if you like.")
class ExpressionOfInterestStepInput(ExpressionOfInterestInput):
    """One expression of interest and words."""

    text: str = strawberry.field(default="", description="What you say, up to 5,000 characters.")
    language: LanguageTag | None = strawberry.field(default=None, description=OTHERWISE)


@strawberry.input(description="An expression of interest, by its id, and what you say.")
class ExpressionOfInterestTextInput(ExpressionOfInterestInput):
    """One expression of interest and a question or reply."""

    text: str = strawberry.field(description="What you say, 1 to 5,000 characters.")
    language: LanguageTag | None = strawberry.field(default=None, description=OTHERWISE)


@strawberry.input(description="An expression of interest, by its id, and a reason that the sender is told.")
class ExpressionOfInterestReasonInput(ExpressionOfInterestInput):
    """One expression of interest and a reason."""

    reason: str = strawberry.field(description="The reason, 1 to 2,000 characters.")
    language: LanguageTag | None = strawberry.field(default=None, description=OTHERWISE)
