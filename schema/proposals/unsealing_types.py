"""GraphQL types of unsealings."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.page import Connection, answered_by_shape
from schema.core.scalars import LanguageTag
from schema.core.texts import Node
from schema.membership.types import Delegation
from services.proposals.terms import Party
from services.proposals.unsealing_shapes import UnsealedOrder

describe(UnsealedOrder, "Orders of the messages of an unsealed thread.", OLDEST="The first message first.")
Unsealed = Annotated[UnsealedOrder, strawberry.argument(description="In which order.")]


@strawberry.type(
    description="What was said in a thread that the secretariat has unsealed: words, no files. Seen by who broke the seal alone, "
    "and for its hour."
)
class UnsealedMessage:
    """Unsealed message."""

    number: int = strawberry.field(description="Its place in the thread, from 1.")
    by: Party = strawberry.field(description="Which side wrote it.")
    author_name: str = strawberry.field(description="The name of who wrote it, as it was then; empty for the platform.")
    language: LanguageTag = strawberry.field(description="The language of `text`.")
    text: str = strawberry.field(description="What was said; empty in a step without words.")
    created_at: datetime = strawberry.field(description="When.")


@strawberry.type(
    description="That the secretariat opened a thread which is sealed to it, to read it for an hour. Both delegations were told at "
    "once. Seen by the two delegations, for ever, and by the secretariat."
)
class ThreadUnsealing(Node):
    """Unsealing."""

    reason: str = strawberry.field(description="Why, in the words of who broke the seal.")
    created_at: datetime = strawberry.field(description="When the seal was broken.")
    until: datetime = strawberry.field(description="When it closed again by itself: an hour later.")
    sender: Delegation | None = strawberry.field(description="One of the two; null if you may not know of it.")
    receiver: Delegation | None = strawberry.field(description="The other one; null if you may not know of it.")

    @strawberry.field(description="The thread, for the person who broke the seal and until then; empty for all others.")
    def messages(
        self, first: First = 20, after: After = None, order: Unsealed = UnsealedOrder.OLDEST
    ) -> Connection[UnsealedMessage]:
        """Answered by the root's Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.type
class ExpressionOfInterestUnsealings:
    """What unsealing adds to ExpressionOfInterest; ``root`` composes it."""

    unsealings: list[ThreadUnsealing] = strawberry.field(
        description="Each time that the secretariat opened its thread, the first one first. It tells you at once when it does."
    )
