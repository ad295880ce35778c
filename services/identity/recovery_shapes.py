"""What can be read of recoveries of lost second factors."""

from enum import StrEnum

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.policy import may, reasons_against
from services.core.read.shape import Connection, Filter, One, Order, Shape, global_id
from services.identity import recovery_policy as policy
from services.identity.recovery_tables import Recovery
from services.identity.shapes import PERSON


class RecoveryOrder(StrEnum):
    """Orders of recoveries."""

    NEWEST = "newest"


RECOVERY = Shape.of(
    "Recovery",
    Recovery,
    policy.visible_to,
    {
        "id": global_id("recovery"),
        "status": Recovery.status,
        "person": One(lambda: PERSON, on=lambda row, it: it.id == row.person_id),
        "requestedBy": One(lambda: PERSON, on=lambda row, it: it.id == row.requested_by_id),
        "firstApprover": One(lambda: PERSON, on=lambda row, it: it.id == row.first_approver_id),
        "secondApprover": One(lambda: PERSON, on=lambda row, it: it.id == row.second_approver_id),
        "createdAt": Recovery.created_at,
        "readyAt": Recovery.ready_at,
        "expiresAt": Recovery.expires_at,
        "endedAt": Recovery.ended_at,
        "reason": Recovery.reason,
        "viewerCanApprove": may(policy.refusals_to_approve),
        "viewerCannotApproveReasons": reasons_against(policy.refusals_to_approve),
        "viewerCanRefuse": may(policy.refusals_to_refuse),
        "viewerCanCancel": may(policy.refusals_to_cancel),
    },
)

RECOVERIES = Connection(
    lambda: RECOVERY,
    orders={
        RecoveryOrder.NEWEST: Order(
            "recoveries.newest",
            lambda row, _: [(row.created_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        )
    },
    default=lambda _: RecoveryOrder.NEWEST,
    where={"status": Filter(lambda row, status: row.status == status)},
)
"""One's own, for focal points those of their delegation, for the secretariat all."""

RECOVERY_BY_ID = One(
    lambda: RECOVERY, by={"id": Filter(lambda row, key: row.id == key, of_kind("recovery"), (sa.Uuid(),))}
)
