"""What can be read of threads, by the two delegations of an expression of interest alone."""

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.read.shape import (
    Ask,
    Connection,
    Expression,
    Filter,
    Many,
    One,
    Order,
    Row,
    Shape,
    Value,
    extend,
    global_id,
    table_of,
    within,
)
from services.identity.shapes import PERSON
from services.identity.tables import Person
from services.membership.shapes import DELEGATION
from services.proposals import expression_policy as policy
from services.proposals.expression_shapes import EXPRESSION_OF_INTEREST
from services.proposals.shapes import acts
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import Party
from services.proposals.thread_tables import Attachment, ThreadMark, ThreadMessage


class ThreadOrder(StrEnum):
    """Orders of a thread's messages."""

    OLDEST = "oldest"
    NEWEST = "newest"


def _url(row: Row, ask: Ask) -> Expression:
    """The path to the file, signed for the viewer (``core.links``): HMAC-SHA-256 over the 16 octets of its id."""
    viewer = ask.viewer
    inner = sa.func.sha256(_octets(viewer.link_inner).concat(sa.func.uuid_send(row.id, type_=sa.LargeBinary())))
    signature = sa.func.encode(sa.func.sha256(_octets(viewer.link_outer).concat(inner)), "hex", type_=sa.Text())
    query = sa.literal("?").concat(sa.cast(viewer.link_query, sa.Text)).concat("&signature=").concat(signature)
    path = sa.literal("/files/attachment_").concat(sa.func.replace(sa.cast(row.id, sa.Text), "-", ""))
    return path.concat(sa.func.coalesce(query, "", type_=sa.Text()))


def _octets(value: Any) -> Expression:
    octets: Expression = sa.cast(value, sa.LargeBinary)
    return octets


def _sha256(row: Row, _: Ask) -> Expression:
    return sa.func.encode(row.sha256, "hex", type_=sa.Text())


def _my_mark(row: Row, ask: Ask, expression_id: Expression) -> Expression:
    """The number up to which the viewer has read, 0 before the first time."""
    mark = table_of(ThreadMark).alias()
    mine = sa.select(mark.c.up_to).where(
        mark.c.expression_id == expression_id, mark.c.person_id == ask.viewer.person_id
    )
    return sa.func.coalesce(within(row, mine).scalar_subquery(), 0, type_=sa.Integer())


def _is_mine(row: Row, ask: Ask) -> Expression:
    return sa.func.coalesce(row.author_id == ask.viewer.person_id, sa.false(), type_=sa.Boolean())


def _is_read_by_me(row: Row, ask: Ask) -> Expression:
    return sa.or_(_is_mine(row, ask), row.number <= _my_mark(row, ask, row.expression_id))


def _is_read_by_other_side(row: Row, _: Ask) -> Expression:
    expression = table_of(ExpressionOfInterest).alias()
    read_to = sa.case((row.by == Party.SENDER, expression.c.receiver_read_to), else_=expression.c.sender_read_to)
    found = sa.select(read_to).where(expression.c.id == row.expression_id)
    is_read: Expression = row.number <= sa.func.coalesce(within(row, found).scalar_subquery(), 0, type_=sa.Integer())
    return is_read


def _readers(_: Row, __: Ask) -> sa.FromClause:
    """People with how far they have read each thread."""
    person, mark = table_of(Person).alias(), table_of(ThreadMark).alias()
    reading = sa.select(person, mark.c.expression_id, mark.c.up_to)
    return reading.join_from(person, mark, mark.c.person_id == person.c.id).subquery()


def _unread(row: Row, ask: Ask) -> Expression:
    message = table_of(ThreadMessage).alias()
    unread = sa.select(sa.func.count()).where(
        message.c.expression_id == row.id,
        message.c.author_id.is_distinct_from(ask.viewer.person_id),
        message.c.number > _my_mark(row, ask, row.id),
        policy.visible_message(ask.viewer, message.c),
    )
    return sa.cast(within(row, unread.select_from(message)).scalar_subquery(), sa.Integer)


ATTACHMENT = Shape.of(
    "Attachment",
    Attachment,
    policy.visible_attachment,
    {
        "id": global_id("attachment"),
        "name": Attachment.name,
        "mediaType": Attachment.media_type,
        "size": Attachment.size,
        "sha256": Value(_sha256),
        "createdAt": Attachment.created_at,
        "url": Value(_url),
    },
)

THREAD_MESSAGE = Shape.of(
    "ThreadMessage",
    ThreadMessage,
    policy.visible_message,
    {
        "id": global_id("thread_message"),
        "number": ThreadMessage.number,
        "kind": ThreadMessage.kind,
        "by": ThreadMessage.by,
        "delegation": One(
            lambda: DELEGATION,
            on=lambda row, it: it.id == sa.case((row.by == Party.SENDER, row.sender_id), else_=row.receiver_id),
        ),
        "authorName": ThreadMessage.author_name,
        "language": ThreadMessage.language,
        "text": ThreadMessage.text,
        "createdAt": ThreadMessage.created_at,
        "attachments": Many(
            lambda: ATTACHMENT, on=lambda row, it: it.message_id == row.id, order=lambda it, _: [it.place]
        ),
        "isMine": Value(_is_mine),
        "isReadByMe": Value(_is_read_by_me),
        "isReadByOtherSide": Value(_is_read_by_other_side),
        "readBy": Many(
            lambda: PERSON,
            over=_readers,
            on=lambda row, it: sa.and_(it.expression_id == row.expression_id, it.up_to >= row.number),
            order=lambda it, _: [it.name, it.id],
        ),
    },
)


def _numbered(name: str, *, descending: bool) -> Order:
    return Order(
        f"thread.{name}",
        lambda row, _: [(row.number, descending), (row.id, descending)],
        (sa.Integer(), sa.Uuid()),
    )


extend(
    EXPRESSION_OF_INTEREST,
    {
        "thread": Connection(
            lambda: THREAD_MESSAGE,
            orders={
                ThreadOrder.OLDEST: _numbered("oldest", descending=False),
                ThreadOrder.NEWEST: _numbered("newest", descending=True),
            },
            default=lambda _: ThreadOrder.OLDEST,
            on=lambda row, it: it.expression_id == row.id,
        ),
        "unreadCount": Value(_unread),
        **acts(WriteMessage=policy.refusals_to_write_message),
    },
)

THREAD_MESSAGE_BY_ID = One(
    lambda: THREAD_MESSAGE,
    by={"id": Filter(lambda row, key: row.id == key, of_kind("thread_message"), (sa.Uuid(),))},
)
ATTACHMENT_BY_ID = One(
    lambda: ATTACHMENT, by={"id": Filter(lambda row, key: row.id == key, of_kind("attachment"), (sa.Uuid(),))}
)
