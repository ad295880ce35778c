"""The weights of matching, version by version: the one in force is the one that was confirmed last."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.core.protection import CO_CHAIR, PLATFORM, SECRETARIAT, either, protect
from services.core.table import Row


class MatchingWeights(Row, table=True):
    """One version of the weights; its numbers never change once it is made."""

    __tablename__ = "matching_weights"
    __table_args__ = (
        sa.UniqueConstraint("version"),
        sa.CheckConstraint("char_length(note) <= 2000", name="note_length"),
        sa.CheckConstraint("version > 0", name="version"),
    )

    version: int
    weights: dict[str, Any] = Field(sa_type=JSONB)
    """``rules.Weights.as_json``."""
    author_id: UUID | None = Field(default=None, foreign_key="person.id")
    """Who proposed it; None for the one the platform comes with."""
    note: str = ""
    """Why these weights."""
    confirmed_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    confirmed_by_id: UUID | None = Field(default=None, foreign_key="person.id")


# Settings of the Group: everyone reads them; the secretariat proposes, co-chairs (people of members) confirm.
protect("matching_weights", seen="true", written=either(SECRETARIAT, PLATFORM, CO_CHAIR))
