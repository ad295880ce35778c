"""What can be read of nominations."""

from enum import StrEnum

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.policy import may, reasons_against
from services.core.read.shape import Connection, Filter, One, Order, Shape, extend, global_id
from services.identity.shapes import PERSON
from services.membership import nomination_policy as policy
from services.membership.nomination_tables import Nomination
from services.membership.shapes import DELEGATION


class NominationOrder(StrEnum):
    """Orders of nominations."""

    NEWEST = "newest"


NOMINATION = Shape.of(
    "Nomination",
    Nomination,
    policy.visible_nomination,
    {
        "id": global_id("nomination"),
        "delegation": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.delegation_id),
        "person": One(lambda: PERSON, on=lambda row, person: person.id == row.person_id),
        "reference": Nomination.reference,
        "referenceOn": Nomination.reference_on,
        "status": Nomination.status,
        "reason": Nomination.reason,
        "nominatedBy": One(lambda: PERSON, on=lambda row, person: person.id == row.nominated_by),
        "createdAt": Nomination.created_at,
        "closedBy": One(lambda: PERSON, on=lambda row, person: person.id == row.closed_by),
        "closedAt": Nomination.closed_at,
        "viewerCanClose": may(policy.refusals_to_close),
        "viewerCannotCloseReasons": reasons_against(policy.refusals_to_close),
    },
)
NOMINATIONS = Connection(
    lambda: NOMINATION,
    orders={
        NominationOrder.NEWEST: Order(
            "nominations.newest",
            lambda row, _: [(row.created_at, True), (row.id, True)],
            (sa.DateTime(timezone=True), sa.Uuid()),
        )
    },
    default=lambda _: NominationOrder.NEWEST,
    where={
        "status": Filter(lambda row, status: row.status == status),
        "delegation": Filter(lambda row, key: row.delegation_id == key, of_kind("delegation"), (sa.Uuid(),)),
    },
)
NOMINATION_BY_ID = One(
    lambda: NOMINATION, by={"id": Filter(lambda row, key: row.id == key, of_kind("nomination"), (sa.Uuid(),))}
)
extend(
    PERSON,
    {"viewerCanNominate": may(policy.refusals_to_nominate), "viewerCanHandOverTo": may(policy.refusals_to_succeed)},
)
