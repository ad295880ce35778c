"""What can be read of matters: one's own, on one's own Viewer."""

import sqlalchemy as sa

from services.core.days import or_last
from services.core.read.shape import Ask, Connection, Filter, Many, Order, Row, Shape, Value, extend
from services.identity.shapes import VIEWER
from services.notices.matter_sources import SOURCES
from services.notices.shapes import about
from services.notices.terms import MatterOrder


def _all(_: Row, ask: Ask) -> sa.FromClause:
    return sa.union_all(*(source(ask.viewer) for source in SOURCES)).subquery()


def _counted(parent: Row, ask: Ask) -> sa.FromClause:
    found = _all(parent, ask)
    return sa.select(found.c.kind, sa.func.count(type_=sa.Integer()).label("count")).group_by(found.c.kind).subquery()


MATTER = Shape.of(
    "Matter",
    None,
    None,
    {
        "kind": Value(lambda row, _: row.kind),
        "about": Value(about),
        "deadline": Value(lambda row, _: row.deadline, null=True),
        "since": Value(lambda row, _: row.since),
    },
)
MATTER_COUNT = Shape.of(
    "MatterCount", None, None, {"kind": Value(lambda row, _: row.kind), "count": Value(lambda row, _: row.count)}
)

MATTERS = Connection(
    lambda: MATTER,
    orders={
        MatterOrder.DEADLINE: Order(
            "matters.deadline",
            lambda row, _: [
                (or_last(row.deadline), False),
                (row.since, False),
                (sa.cast(row.kind, sa.Text), False),
                (row.about_id, False),
            ],
            (sa.Date(), sa.DateTime(timezone=True), sa.Text(), sa.Uuid()),
        )
    },
    default=lambda _: MatterOrder.DEADLINE,
    over=_all,
    where={"kind": Filter(lambda row, kind: row.kind == kind)},
)

extend(
    VIEWER,
    {"matters": MATTERS, "matterCounts": Many(lambda: MATTER_COUNT, over=_counted, order=lambda row, _: [row.kind])},
)
