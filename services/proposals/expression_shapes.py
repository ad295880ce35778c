"""What can be read of expressions of interest, by their two delegations alone."""

from enum import StrEnum

import sqlalchemy as sa

from services.core.days import or_last
from services.core.ids import of_kind
from services.core.read.shape import (
    Ask,
    Condition,
    Connection,
    Filter,
    Many,
    One,
    Order,
    Row,
    Shape,
    Value,
    extend,
    global_id,
)
from services.membership.shapes import DELEGATION
from services.proposals import expression_policy as policy
from services.proposals.shapes import PROPOSAL, acts
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import Direction
from services.proposals.thread_tables import ThreadMessage


class ExpressionOrder(StrEnum):
    """Orders of expressions of interest."""

    NEWEST = "newest"
    DEADLINE = "deadline"


TURN = Shape.of(
    "ExpressionTurn",
    ThreadMessage,
    policy.visible_message,
    {
        "kind": Value(lambda row, _: row.kind),
        "by": ThreadMessage.by,
        "language": ThreadMessage.language,
        "text": ThreadMessage.text,
        "at": ThreadMessage.created_at,
    },
)

EXPRESSION_OF_INTEREST = Shape.of(
    "ExpressionOfInterest",
    ExpressionOfInterest,
    policy.visible_to,
    {
        "id": global_id("expression_of_interest"),
        "revision": ExpressionOfInterest.revision,
        "proposal": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.proposal_id),
        "ownProposal": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.own_proposal_id),
        "sender": One(lambda: DELEGATION, on=lambda row, it: it.id == row.sender_id),
        "receiver": One(lambda: DELEGATION, on=lambda row, it: it.id == row.receiver_id),
        "status": ExpressionOfInterest.status,
        "turn": ExpressionOfInterest.turn,
        "turnDeadline": ExpressionOfInterest.turn_deadline,
        "viewerIsOnTurn": Value(lambda row, ask: policy.is_on_turn(ask.viewer, row)),
        "language": ExpressionOfInterest.language,
        "message": ExpressionOfInterest.message,
        "turns": Many(
            lambda: TURN,
            on=lambda row, it: sa.and_(it.expression_id == row.id, it.kind.is_not(None)),
            order=lambda it, _: [it.number],
        ),
        "declineReason": ExpressionOfInterest.decline_reason,
        "sentAt": ExpressionOfInterest.sent_at,
        "updatedAt": ExpressionOfInterest.updated_at,
        "isDemo": ExpressionOfInterest.is_demo,
        **acts(
            Revise=policy.refusals_to_revise,
            Delete=policy.refusals_to_delete,
            Send=policy.refusals_to_send,
            TakeUpTalks=policy.refusals_to_take_up_talks,
            Ask=policy.refusals_to_ask,
            Reply=policy.refusals_to_reply,
            Agree=policy.refusals_to_agree,
            Decline=policy.refusals_to_decline,
            Withdraw=policy.refusals_to_withdraw,
        ),
    },
)


def _went(row: Row, ask: Ask, direction: Direction) -> Condition:
    """Whether the viewer's delegation made it, or received it."""
    party = row.sender_id if direction is Direction.SENT else row.receiver_id
    return party == ask.viewer.delegation_id  # type: ignore[no-any-return]


def _awaits(row: Row, ask: Ask, awaiting: bool) -> Condition:  # noqa: FBT001 - the value of a filter
    return policy.is_on_turn(ask.viewer, row) == awaiting


EXPRESSIONS_OF_INTEREST = Connection(
    lambda: EXPRESSION_OF_INTEREST,
    orders={
        ExpressionOrder.NEWEST: Order(
            "expressions.newest",
            lambda row, _: [(row.listed_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        ),
        ExpressionOrder.DEADLINE: Order(
            "expressions.deadline",
            lambda row, _: [(or_last(row.turn_deadline), False), (row.id, False)],
            (sa.Date(), sa.Uuid()),
        ),
    },
    default=lambda _: ExpressionOrder.NEWEST,
    where={
        "status": Filter(lambda row, status: row.status == status),
        "direction": Filter(_went, asks=True),
        "awaitingMe": Filter(_awaits, asks=True),
        "proposal": Filter(lambda row, key: row.proposal_id == key, of_kind("proposal"), (sa.Uuid(),)),
    },
    ways=policy.ways,
)

EXPRESSION_OF_INTEREST_BY_ID = One(
    lambda: EXPRESSION_OF_INTEREST,
    by={"id": Filter(lambda row, key: row.id == key, of_kind("expression_of_interest"), (sa.Uuid(),))},
)

extend(
    PROPOSAL,
    {
        "expressionsOfInterest": Connection(
            EXPRESSIONS_OF_INTEREST.shape,
            orders=EXPRESSIONS_OF_INTEREST.orders,
            default=EXPRESSIONS_OF_INTEREST.default,
            on=lambda row, it: it.proposal_id == row.id,
            where=EXPRESSIONS_OF_INTEREST.where,
        )
    },
)
