"""What can be read of long work, by the person who asked for it."""

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.read.shape import (
    Ask,
    Condition,
    Connection,
    Expression,
    Filter,
    One,
    Order,
    Part,
    Row,
    Shape,
    Value,
    extend,
    global_id,
)
from services.exchange import policy
from services.exchange.tables import Work, WorkRefusal
from services.exchange.terms import LIVE, RefusalOrder, WorkOrder
from services.identity.shapes import VIEWER

KILO = 1_000


def _kilobytes(name: str) -> Value:
    def expression(row: Row, _: Ask) -> Expression:
        # whole numbers of GraphQL end at 2^31; a sheet may unpack to that many octets
        return sa.cast(sa.func.div(sa.cast(row[name], sa.Numeric), KILO), sa.Integer)

    return Value(expression, null=name == "total")


def _has_report(row: Row, _: Ask) -> Condition:
    has: Condition = row.added.is_not(None)
    return has


def _added(row: Row, _: Ask) -> Expression:
    added: Expression = row.added
    return added


def _can_stop(row: Row, _: Ask) -> Expression:
    return sa.and_(row.state.in_(LIVE), sa.not_(row.is_stop_asked))


REFUSAL = Shape.of(
    "ImportRefusal",
    WorkRefusal,
    policy.visible_to,
    {name: getattr(WorkRefusal, name) for name in ("line", "cell", "column", "value", "code", "message")},
)

REFUSALS = Connection(
    lambda: REFUSAL,
    orders={RefusalOrder.LINE: Order("refusals.line", lambda row, _: [(row.number, False)], (sa.Integer(),))},
    default=lambda _: RefusalOrder.LINE,
    on=lambda work, refusal: refusal.work_id == work.id,
)

WORK = Shape.of(
    "Work",
    Work,
    policy.visible_to,
    {
        "id": global_id("work"),
        "kind": Work.kind,
        "format": Work.format,
        "dryRun": Work.dry_run,
        "skipBad": Work.skip_bad,
        "asDrafts": Work.as_drafts,
        "state": Work.state,
        "done": _kilobytes("done"),
        "total": _kilobytes("total"),
        "reason": Work.reason,
        "createdAt": Work.created_at,
        "endedAt": Work.ended_at,
        "report": Part(
            "ImportReport",
            {
                "source": Value(lambda row, _: row.source),
                "kept": Value(lambda row, _: row.kept),
                "added": Value(_added),
                "changed": Value(lambda row, _: row.changed),
                "unchanged": Value(lambda row, _: row.unchanged),
                "refusedRows": Value(lambda row, _: row.refused_rows),
                "refusals": REFUSALS,
            },
            present=_has_report,
        ),
        "viewerCanCancel": Value(_can_stop),
    },
)

WORKS = Connection(
    lambda: WORK,
    orders={
        WorkOrder.NEWEST: Order(
            "works.newest",
            lambda row, _: [(row.created_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        )
    },
    default=lambda _: WorkOrder.NEWEST,
    on=lambda viewer, work: work.person_id == viewer.id,
)

WORK_BY_ID = One(lambda: WORK, by={"id": Filter(lambda row, key: row.id == key, of_kind("work"), (sa.Uuid(),))})

extend(VIEWER, {"works": WORKS})
