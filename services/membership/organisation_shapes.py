"""What can be read of sponsored organisations."""

from enum import StrEnum

import sqlalchemy as sa

from services.core.ids import of_kind
from services.core.policy import may
from services.core.read.shape import Connection, Filter, One, Order, Shape, extend, global_id
from services.membership import organisation_policy as policy
from services.membership.organisation_tables import Organisation
from services.membership.shapes import DELEGATION


class OrganisationOrder(StrEnum):
    """Orders of organisations."""

    NAME = "name"


ORGANISATION = Shape.of(
    "Organisation",
    Organisation,
    policy.visible_organisation,
    {
        "id": global_id("organisation"),
        "name": Organisation.name,
        "kind": Organisation.kind,
        "sponsor": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.delegation_id),
        "sponsoredSince": Organisation.sponsored_since,
        "sponsoredUntil": Organisation.sponsored_until,
        "viewerCanEndSponsorship": may(policy.refusals_to_end_sponsorship),
    },
)
_ORDERS = {
    OrganisationOrder.NAME: Order(
        "organisations.name", lambda row, _: [(row.name, False), (row.id, False)], (sa.Text(), sa.Uuid())
    )
}
_WHERE = {
    "kind": Filter(lambda row, kind: row.kind == kind),
    "sponsoredOn": Filter(
        lambda row, day: sa.and_(
            row.sponsored_since <= day, sa.or_(row.sponsored_until.is_(None), row.sponsored_until > day)
        ),
        lambda day: day,
        (sa.Date(),),
    ),
}
ORGANISATIONS = Connection(
    lambda: ORGANISATION,
    orders=_ORDERS,
    default=lambda _: OrganisationOrder.NAME,
    where={
        **_WHERE,
        "delegation": Filter(lambda row, key: row.delegation_id == key, of_kind("delegation"), (sa.Uuid(),)),
    },
)
ORGANISATION_BY_ID = One(
    lambda: ORGANISATION, by={"id": Filter(lambda row, key: row.id == key, of_kind("organisation"), (sa.Uuid(),))}
)
extend(
    DELEGATION,
    {
        "organisations": Connection(
            lambda: ORGANISATION,
            orders=_ORDERS,
            default=lambda _: OrganisationOrder.NAME,
            on=lambda row, organisation: organisation.delegation_id == row.id,
            where=_WHERE,
        )
    },
)
