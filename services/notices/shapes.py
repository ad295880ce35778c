"""What can be read of notices: one's own, on one's own Viewer."""

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.names import named
from services.core.read.shape import (
    Ask,
    Connection,
    Expression,
    Filter,
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
from services.core.table import text_enum
from services.identity.shapes import VIEWER
from services.notices import policy
from services.notices.tables import Notice
from services.notices.terms import NoticeEvent, NoticeOrder


def about(row: Row, _: Ask) -> Expression:
    """The global id of what a row is about: its ``about_kind`` and ``about_id``."""
    key = sa.func.replace(sa.cast(row.about_id, sa.Text), "-", "", type_=sa.Text())
    return row.about_kind.concat("_").concat(key)  # type: ignore[no-any-return]


def _event(row: Row, _: Ask) -> Expression:
    return sa.type_coerce(row.event, text_enum(NoticeEvent))


def _unread(row: Row, _: Ask) -> Expression:
    notice = table_of(Notice).alias()
    count = sa.select(sa.func.count(type_=sa.Integer())).where(notice.c.person_id == row.id, notice.c.read_at.is_(None))
    return within(row, count).scalar_subquery()


NOTICE = Shape.of(
    "Notice",
    Notice,
    policy.visible_to,
    {
        "id": global_id("notice"),
        "event": Value(_event),
        "createdAt": Notice.created_at,
        "readAt": Notice.read_at,
        "about": Value(about),
        "title": named("titles"),
        "text": named("texts"),
    },
)

NOTICES = Connection(
    lambda: NOTICE,
    orders={
        NoticeOrder.NEWEST: Order(
            "notices.newest",
            lambda row, _: [(row.created_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        )
    },
    default=lambda _: NoticeOrder.NEWEST,
    on=lambda viewer, notice: notice.person_id == viewer.id,
    where={"unread": Filter(lambda row, unread: row.read_at.is_(None) == unread)},
)

NOTICE_BY_ID = One(lambda: NOTICE, by={"id": Filter(lambda row, key: row.id == key, of_kind("notice"), (sa.Uuid(),))})

extend(VIEWER, {"notices": NOTICES, "unreadCount": Value(_unread)})
