"""Nominations of focal points, each with the note verbale that it rests on."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.core.protection import OWN, PLATFORM, ROLE, SECRETARIAT, either, protect
from services.core.table import Row, text_enum
from services.membership.terms import NominationStatus


class Nomination(Row, table=True):
    """A person of a delegation named to act for it, until a focal point of the delegation confirms or declines."""

    __tablename__ = "nomination"
    __table_args__ = (
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
        sa.CheckConstraint("status <> 'declined' OR reason <> ''", name="reason"),
        sa.Index("uq_nomination_open", "person_id", unique=True, postgresql_where=sa.text("status = 'open'")),
        sa.Index("ix_nomination_delegation_id", "delegation_id", sa.text("created_at DESC"), sa.text("id DESC")),
        sa.Index("ix_nomination_created_at", sa.text("created_at DESC"), sa.text("id DESC")),
    )

    delegation_id: UUID = Field(foreign_key="delegation.id")
    person_id: UUID = Field(foreign_key="person.id")
    reference: str
    """The note verbale that names the person."""
    reference_on: date | None = None
    """The day that stands on it."""
    status: NominationStatus = Field(default=NominationStatus.OPEN, sa_type=text_enum(NominationStatus))
    reason: str = ""
    """Why it was declined."""
    nominated_by: UUID | None = Field(default=None, foreign_key="person.id")
    closed_by: UUID | None = Field(default=None, foreign_key="person.id")
    closed_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))


protect(
    "nomination",
    seen=either(OWN, SECRETARIAT, PLATFORM),
    written=either(
        f"{OWN} AND {ROLE} = 'focal_point'", f"{OWN} AND {ROLE} = 'contributor' AND status = 'open'", PLATFORM
    ),
    private=True,
)
