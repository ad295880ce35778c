"""GraphQL types of expressions of interest."""

from datetime import date, datetime

import strawberry

from schema.core.arguments import After, First
from schema.core.fields import may, why_not
from schema.core.page import Connection, answered_by_shape
from schema.core.scalars import LanguageTag
from schema.core.texts import Node
from schema.membership.types import Delegation
from schema.proposals.thread_types import ThreadMessage, Threads
from schema.proposals.types import Proposal
from services.proposals.terms import ExpressionStatus, Party, TurnKind
from services.proposals.thread_shapes import ThreadOrder


@strawberry.type(description="One step of the exchange. Seen by the two delegations alone.")
class ExpressionTurn:
    """Turn."""

    kind: TurnKind = strawberry.field(description="What was done.")
    by: Party = strawberry.field(description="Which side did it.")
    language: LanguageTag = strawberry.field(description="The language of `text`.")
    text: str = strawberry.field(description="What was said, up to 5,000 characters; may be empty.")
    at: datetime = strawberry.field(description="When.")


@strawberry.type(
    description="A delegation's written wish to join another's proposal; it binds no one. Seen by the two delegations "
    "alone, by the receiver from the day it is sent; neither the secretariat nor anyone else sees it."
)
class ExpressionOfInterest(Node):
    """Expression of interest."""

    revision: int = strawberry.field(description="Counts the changes; name it when you revise.")
    proposal: Proposal | None = strawberry.field(description="What it answers; null if you may not read it any more.")
    own_proposal: Proposal | None = strawberry.field(
        description="The sender's own proposal that it answers with; null if none was named, or none you may read."
    )
    sender: Delegation | None = strawberry.field(description="Who made it; null if you may not know of it.")
    receiver: Delegation | None = strawberry.field(
        description="Whose proposal it answers; null if you may not know of it."
    )
    status: ExpressionStatus = strawberry.field(description="Where it is in its life.")
    turn: Party | None = strawberry.field(
        description="Which side is to answer; null while it is a draft and when it has ended."
    )
    turn_deadline: date | None = strawberry.field(
        description="The last day to answer (UTC), 14 days after the turn began; null where it is nobody's turn."
    )
    viewer_is_on_turn: bool = strawberry.field(description="Whether your delegation is to answer.")
    language: LanguageTag = strawberry.field(description="The language of `message`.")
    message: str = strawberry.field(description="What the sender writes, 1 to 5,000 characters.")
    turns: list[ExpressionTurn] = strawberry.field(description="All steps of the exchange, the first one first.")
    unread_count: int = strawberry.field(
        description="How many messages of the thread others have written that you have not marked as read."
    )
    decline_reason: str = strawberry.field(description="Why the receiver declined; else empty.")
    sent_at: datetime | None = strawberry.field(description="When it was sent; null before.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    is_demo: bool = strawberry.field(description="Whether it was made by the demonstration data.")
    viewer_can_revise: bool = may("revise it")
    viewer_cannot_revise_reasons: list[str] = why_not("revise it")
    viewer_can_delete: bool = may("delete it")
    viewer_cannot_delete_reasons: list[str] = why_not("delete it")
    viewer_can_send: bool = may("send it")
    viewer_cannot_send_reasons: list[str] = why_not("send it")
    viewer_can_take_up_talks: bool = may("take up talks")
    viewer_cannot_take_up_talks_reasons: list[str] = why_not("take up talks")
    viewer_can_ask: bool = may("ask the sender something")
    viewer_cannot_ask_reasons: list[str] = why_not("ask the sender something")
    viewer_can_reply: bool = may("reply to the receiver")
    viewer_cannot_reply_reasons: list[str] = why_not("reply to the receiver")
    viewer_can_agree: bool = may("agree")
    viewer_cannot_agree_reasons: list[str] = why_not("agree")
    viewer_can_decline: bool = may("decline it")
    viewer_cannot_decline_reasons: list[str] = why_not("decline it")
    viewer_can_withdraw: bool = may("withdraw it")
    viewer_cannot_withdraw_reasons: list[str] = why_not("withdraw it")
    viewer_can_write_message: bool = may("write in its thread")
    viewer_cannot_write_message_reasons: list[str] = why_not("write in its thread")

    @strawberry.field(
        description="All that the two delegations have said, steps of the exchange and messages beside them in one "
        "line. Empty while it is a draft."
    )
    def thread(
        self, first: First = 20, after: After = None, order: Threads = ThreadOrder.OLDEST
    ) -> Connection[ThreadMessage]:
        """Answered by the root's Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]
