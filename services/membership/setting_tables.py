"""The settings of the Group, version by version: the one in force is the one that was confirmed last."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.core.protection import CO_CHAIR, PLATFORM, SECRETARIAT, either, protect
from services.core.table import Row, text_enum
from services.membership.terms import VoicesNeeded


class GroupSettings(Row, table=True):
    """One version of the settings; its values never change once it is made."""

    __tablename__ = "group_settings"
    __table_args__ = (
        sa.UniqueConstraint("version"),
        sa.CheckConstraint("version > 0", name="version"),
        sa.CheckConstraint("char_length(note) BETWEEN 1 AND 2000", name="note_length"),
        sa.CheckConstraint("open_days BETWEEN 30 AND longest_open_days AND longest_open_days <= 3650", name="days"),
    )

    version: int
    voices_needed: VoicesNeeded = Field(sa_type=text_enum(VoicesNeeded))
    open_days: int
    """How long a proposal stays open when its delegation names no day."""
    longest_open_days: int
    """How far ahead a proposal may expire."""
    note: str
    """Why these values."""
    author_id: UUID | None = Field(default=None, foreign_key="person.id")
    """Who proposed it; None for the one the platform comes with."""
    confirmed_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    confirmed_by_id: UUID | None = Field(default=None, foreign_key="person.id")


protect(
    "group_settings",
    seen="true",
    written=either(f"{SECRETARIAT} AND confirmed_at IS NULL", f"{CO_CHAIR} AND confirmed_at IS NOT NULL", PLATFORM),
)
