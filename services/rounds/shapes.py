"""What can be read of rounds: the rounds, their computations with certificates, and what is allocated."""

from typing import Any

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.policy import may
from services.core.read.shape import (
    Ask,
    Condition,
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
from services.core.table import text_enum
from services.identity.shapes import PERSON
from services.matching.shapes import WEIGHTS
from services.membership.shapes import DELEGATION
from services.proposals.shapes import PROPOSAL
from services.rounds import policy
from services.rounds.certificate_shapes import CERTIFICATE, whole
from services.rounds.tables import Allocation, AllocationComputation, AllocationRound
from services.rounds.terms import (
    LIVE,
    AllocationAnswer,
    AllocationOrder,
    ComputationOrder,
    NeedGroup,
    RoundOrder,
)


def _floors(row: Row, _: Ask) -> sa.FromClause:
    """The floors among the terms of a round or a computation, a row for each group."""
    each = sa.func.jsonb_each_text(row.terms.op("->")("floors")).table_valued(
        sa.column("key", sa.Text), sa.column("value", sa.Text)
    )
    each = each.render_derived()
    share = sa.cast(each.c.value, sa.Float) / sa.cast(sa.literal(1000.0), sa.Float)
    return within(row, sa.select(each.c.key.label("group"), share.label("share"))).subquery()


FLOOR = Shape.of(
    "AllocationFloor",
    None,
    None,
    {
        "group": Value(lambda row, _: sa.type_coerce(row.group, text_enum(NeedGroup))),
        "share": Value(lambda row, _: row.share),
    },
)


def _terms() -> dict[str, Any]:
    return {
        "floors": Many(lambda: FLOOR, over=_floors, order=lambda row, _: [row.group]),
        "maxLoad": Value(lambda row, _: whole(row.terms.op("->>")("max_load")), null=True),
        "leastServedFirst": Value(lambda row, _: sa.cast(row.terms.op("->>")("least_served_first"), sa.Boolean)),
    }


def _certified(row: Row, _: Ask) -> sa.FromClause:
    """The computation itself, where it has a certificate."""
    table = table_of(AllocationComputation).alias()
    found = sa.select(table).where(table.c.id == row.id, table.c.certificate.is_not(None))
    return within(row, found).subquery()


def _can_cancel(row: Row, ask: Ask) -> Expression:
    return sa.and_(sa.literal(policy.is_staff(ask.viewer)), row.state.in_(LIVE), sa.not_(row.is_stop_asked))


COMPUTATION = Shape.of(
    "AllocationComputation",
    AllocationComputation,
    policy.visible_computation,
    {
        "id": global_id("allocation_computation"),
        "isPreview": AllocationComputation.is_preview,
        **_terms(),
        "weightsVersion": AllocationComputation.weights_version,
        "state": AllocationComputation.state,
        "stage": AllocationComputation.stage,
        "done": AllocationComputation.done,
        "total": AllocationComputation.total,
        "reason": AllocationComputation.reason,
        "createdAt": AllocationComputation.created_at,
        "endedAt": AllocationComputation.ended_at,
        "certificate": One(lambda: CERTIFICATE, over=_certified),
        "viewerCanCancel": Value(_can_cancel),
    },
)

ALLOCATION = Shape.of(
    "Allocation",
    Allocation,
    policy.visible_allocation,
    {
        "id": global_id("allocation"),
        "need": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.need_id),
        "offer": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.offer_id),
        "needDelegation": One(lambda: DELEGATION, on=lambda row, it: it.id == row.need_delegation_id),
        "offerDelegation": One(lambda: DELEGATION, on=lambda row, it: it.id == row.offer_delegation_id),
        "value": Value(lambda row, _: sa.cast(row.value, sa.Float) / sa.cast(sa.literal(1e6), sa.Float)),
        "origin": Allocation.origin,
        "needAnswer": Allocation.need_answer,
        "offerAnswer": Allocation.offer_answer,
        "reason": Allocation.reason,
        "createdAt": Allocation.created_at,
        "updatedAt": Allocation.updated_at,
        "viewerCanAnswer": may(policy.refusals_to_answer),
    },
)


def _declined(row: Row, declined: bool) -> Condition:  # noqa: FBT001 - a value of the filter
    said = sa.or_(*(one == AllocationAnswer.DECLINED for one in (row.need_answer, row.offer_answer)))
    return said if declined else sa.not_(said)


def _mine(row: Row, ask: Ask, mine: bool) -> Condition:  # noqa: FBT001 - as above
    own = sa.or_(*(row[f"{side}_delegation_id"] == ask.viewer.delegation_id for side in ("need", "offer")))
    own = sa.func.coalesce(own, sa.false(), type_=sa.Boolean())
    return own if mine else sa.not_(own)


def _allocations(on: Any) -> Connection:
    return Connection(
        lambda: ALLOCATION,
        orders={
            AllocationOrder.VALUE: Order(
                "allocations.value", lambda row, _: [(row.value, True), (row.id, True)], (sa.Integer(), sa.Uuid())
            )
        },
        default=lambda _: AllocationOrder.VALUE,
        on=on,
        where={"declined": Filter(_declined), "mine": Filter(_mine, asks=True)},
    )


extend(COMPUTATION, {"allocations": _allocations(lambda row, it: it.computation_id == row.id)})


def _selected(name: str) -> Value:
    def listed(row: Row, _: Ask) -> Expression:
        each = sa.func.jsonb_array_elements_text(row.selection.op("->")(name)).column_valued()
        return sa.func.array(within(row, sa.select(each)).scalar_subquery(), type_=sa.ARRAY(sa.Text))

    return Value(listed)


ROUND = Shape.of(
    "AllocationRound",
    AllocationRound,
    policy.visible_to,
    {
        "id": global_id("allocation_round"),
        "title": AllocationRound.title,
        "note": AllocationRound.note,
        "status": AllocationRound.status,
        "revision": AllocationRound.revision,
        "sectors": _selected("sectors"),
        "candidates": Value(lambda row, _: whole(row.selection.op("->>")("candidates"))),
        **_terms(),
        "weights": One(lambda: WEIGHTS, on=lambda row, it: it.id == row.weights_id),
        "author": One(lambda: PERSON, on=lambda row, it: it.id == row.author_id),
        "createdAt": AllocationRound.created_at,
        "updatedAt": AllocationRound.updated_at,
        "confirmedAt": AllocationRound.confirmed_at,
        "confirmedBy": One(lambda: PERSON, on=lambda row, it: it.id == row.confirmed_by_id),
        "discardReason": AllocationRound.discard_reason,
        "computation": One(lambda: COMPUTATION, on=lambda row, it: it.id == row.computation_id),
        "computations": Connection(
            lambda: COMPUTATION,
            orders={
                ComputationOrder.NEWEST: Order(
                    "allocation_computations.newest",
                    lambda row, _: [(row.created_at, True), (row.id, True)],
                    (sa.DateTime(timezone=True), sa.Uuid()),
                )
            },
            default=lambda _: ComputationOrder.NEWEST,
            on=lambda row, it: it.round_id == row.id,
        ),
        "viewerCanRevise": may(policy.refusals_to_revise),
        "viewerCanCompute": may(policy.refusals_to_compute),
        "viewerCanPreview": may(policy.refusals_to_preview),
        "viewerCanConfirm": may(policy.refusals_to_confirm),
        "viewerCanDiscard": may(policy.refusals_to_discard),
    },
)

ROUNDS = Connection(
    lambda: ROUND,
    orders={
        RoundOrder.NEWEST: Order(
            "allocation_rounds.newest",
            lambda row, _: [(row.created_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        )
    },
    default=lambda _: RoundOrder.NEWEST,
    where={"status": Filter(lambda row, status: row.status == status)},
)
extend(
    ALLOCATION,
    {"round": One(lambda: ROUND, on=lambda row, it: it.id == row.round_id)},
)


def _by_id(shape: Shape, kind: str) -> One:
    key = Filter(lambda row, key: row.id == key, of_kind(kind), (sa.Uuid(),))
    return One(lambda: shape, by={"id": key})


ROUND_BY_ID = _by_id(ROUND, "allocation_round")
COMPUTATION_BY_ID = _by_id(COMPUTATION, "allocation_computation")
ALLOCATION_BY_ID = _by_id(ALLOCATION, "allocation")
ALLOCATIONS = _allocations(None)
