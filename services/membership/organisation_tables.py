"""Organisations that take part through the delegation that sponsors them."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.core.protection import AUDIENCE, OWN, PLATFORM, ROLE, either, protect
from services.core.table import Row, text_enum
from services.membership.terms import OrganisationKind


class Organisation(Row, table=True):
    """A university, company, alliance or agency, while one delegation sponsors it."""

    __tablename__ = "organisation"
    __table_args__ = (
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        sa.CheckConstraint("sponsored_until >= sponsored_since", name="dates_in_order"),
        sa.Index(
            "uq_organisation_sponsored",
            "delegation_id",
            "name",
            unique=True,
            postgresql_where=sa.text("sponsored_until IS NULL"),
        ),
        sa.Index("ix_organisation_name", "name", "id"),
        sa.Index("ix_organisation_delegation_id", "delegation_id", "name", "id"),
    )

    delegation_id: UUID = Field(foreign_key="delegation.id")
    """The delegation that sponsors it."""
    name: str
    kind: OrganisationKind = Field(sa_type=text_enum(OrganisationKind))
    sponsored_since: date
    sponsored_until: date | None = None
    """The first day on which it is sponsored no more; its past acts stay."""
    ended_by: UUID | None = Field(default=None, foreign_key="person.id")


protect(
    "organisation",
    seen=f"{AUDIENCE} IS NOT NULL",
    written=either(f"{OWN} AND {ROLE} = 'focal_point' AND {AUDIENCE} = 'members'", PLATFORM),
)
