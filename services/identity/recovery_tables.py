"""Lost second factors: what was asked for, and which two people agreed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.core.protection import OWN, PERSON, PLATFORM, ROLE, SECRETARIAT, either, protect
from services.core.table import Row, text_enum
from services.identity.terms import RecoveryStatus


class Recovery(Row, table=True):
    """A person who lost every second factor: two others agree, then after a while the person sets one up anew."""

    __tablename__ = "recovery"
    __table_args__ = (
        sa.CheckConstraint("char_length(reason) <= 500", name="reason_length"),
        # That two people agreed, and neither for themselves, holds even against a mistake in the code.
        sa.CheckConstraint("first_approver_id <> person_id AND second_approver_id <> person_id", name="not_one_s_own"),
        sa.CheckConstraint("first_approver_id <> second_approver_id", name="two_people"),
        sa.CheckConstraint("second_approver_id IS NULL OR first_approver_id IS NOT NULL", name="one_after_the_other"),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'completed') OR second_approver_id IS NOT NULL", name="approved_by_two"
        ),
        sa.Index(
            "uq_recovery_open", "person_id", unique=True, postgresql_where=sa.text("status IN ('waiting', 'approved')")
        ),
        sa.Index("ix_recovery_created_at", sa.text("created_at DESC"), sa.text("id DESC")),
    )

    person_id: UUID = Field(foreign_key="person.id", index=True)
    delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id", index=True)
    status: RecoveryStatus = Field(default=RecoveryStatus.WAITING, sa_type=text_enum(RecoveryStatus))
    requested_by_id: UUID = Field(foreign_key="person.id")
    first_approver_id: UUID | None = Field(default=None, foreign_key="person.id")
    second_approver_id: UUID | None = Field(default=None, foreign_key="person.id")
    by_focal_point: bool = False
    """Whether a focal point of the delegation is among those who agreed."""
    ready_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    """Before that it is not completed, so that the person can object."""
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    reason: str = ""
    """Why it was refused."""


_APPROVERS = either(f"{OWN} AND {ROLE} = 'focal_point'", SECRETARIAT)
protect(
    "recovery",
    seen=either(f"person_id = {PERSON}", _APPROVERS, PLATFORM),
    written=either(f"person_id = {PERSON}", _APPROVERS, PLATFORM),
    private=True,
)
