"""What can be read of unsealings: the act by both delegations and the secretariat, the messages by who broke the seal."""

from enum import StrEnum

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.read.shape import Ask, Connection, Filter, Many, One, Order, Row, Shape, Value, extend, global_id
from services.core.table import text_enum
from services.membership.shapes import DELEGATION
from services.proposals import expression_policy as policy
from services.proposals.expression_shapes import EXPRESSION_OF_INTEREST
from services.proposals.terms import Party
from services.proposals.unsealing_tables import ThreadUnsealing


class UnsealedOrder(StrEnum):
    """Orders of the messages of an unsealed thread."""

    OLDEST = "oldest"


def _messages(_: Row, __: Ask) -> sa.FromClause:
    """The messages of all threads that are open to who asks; the database itself looks to whom and for how long."""
    found = sa.func.unsealed_messages().table_valued(
        sa.column("unsealing_id", sa.Uuid()),
        sa.column("number", sa.Integer()),
        sa.column("by", text_enum(Party)),
        sa.column("author_name", sa.Text()),
        sa.column("language", sa.Text()),
        sa.column("text", sa.Text()),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    return sa.select(found).subquery()


UNSEALED_MESSAGE = Shape.of(
    "UnsealedMessage",
    None,
    None,
    {
        "number": Value(lambda row, _: row.number),
        "by": Value(lambda row, _: row.by),
        "authorName": Value(lambda row, _: row.author_name),
        "language": Value(lambda row, _: row.language),
        "text": Value(lambda row, _: row.text),
        "createdAt": Value(lambda row, _: row.created_at),
    },
)

THREAD_UNSEALING = Shape.of(
    "ThreadUnsealing",
    ThreadUnsealing,
    policy.visible_unsealing,
    {
        "id": global_id("thread_unsealing"),
        "reason": ThreadUnsealing.reason,
        "createdAt": ThreadUnsealing.created_at,
        "until": ThreadUnsealing.until,
        "sender": One(lambda: DELEGATION, on=lambda row, it: it.id == row.sender_id),
        "receiver": One(lambda: DELEGATION, on=lambda row, it: it.id == row.receiver_id),
        "messages": Connection(
            lambda: UNSEALED_MESSAGE,
            orders={
                UnsealedOrder.OLDEST: Order("unsealed.oldest", lambda row, _: [(row.number, False)], (sa.Integer(),))
            },
            default=lambda _: UnsealedOrder.OLDEST,
            over=_messages,
            on=lambda row, it: it.unsealing_id == row.id,
        ),
    },
)

extend(
    EXPRESSION_OF_INTEREST,
    {
        "unsealings": Many(
            lambda: THREAD_UNSEALING,
            on=lambda row, it: it.expression_id == row.id,
            order=lambda it, _: [it.created_at, it.id],
        ),
    },
)

UNSEALING_BY_ID = One(
    lambda: THREAD_UNSEALING,
    by={"id": Filter(lambda row, key: row.id == key, of_kind("thread_unsealing"), (sa.Uuid(),))},
)
