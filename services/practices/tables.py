"""Practices, their texts, their versions and their endorsements."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.core.actor import Audience
from services.core.protection import AUDIENCE, OWN, PLATFORM, SECRETARIAT, SHARED, either, protect
from services.core.table import Row, now, text_enum, text_enum_array
from services.core.texts import TextRow, text_arguments
from services.practices.terms import PracticeStatus
from services.taxonomy.terms import CapacityArea


class Practice(Row, table=True):
    """A documented way of building AI capacity that others may reuse; its texts stand in ``practice_text``."""

    __tablename__ = "practice"
    __table_args__ = (
        sa.UniqueConstraint("delegation_id", "external_id"),
        sa.CheckConstraint("version >= 0", name="version"),
        sa.CheckConstraint("(status = 'published') <= (published_at IS NOT NULL)", name="published_at"),
        sa.Index(
            "ix_practice_listed_at",
            sa.text("listed_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["delegation_id", "status", "visibility"],
        ),
        sa.Index("ix_practice_in_review", "updated_at", "id", postgresql_where=sa.text("status = 'in_review'")),
        sa.Index("ix_practice_codes", "capacity_areas", "sectors", "sdg_targets", postgresql_using="gin"),
        sa.Index(
            "ix_practice_delegation_id",
            "delegation_id",
            sa.text("listed_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["status", "visibility"],
        ),
    )

    delegation_id: UUID = Field(foreign_key="delegation.id")
    external_id: str | None = None
    """The author's own number, by which an import finds the practice again."""
    status: PracticeStatus = Field(default=PracticeStatus.DRAFT, sa_type=text_enum(PracticeStatus))
    visibility: Audience = Field(default=Audience.PUBLIC, sa_type=text_enum(Audience))
    """Who reads it once it is published; until then only the delegation, from review on also the secretariat."""
    language: str
    capacity_areas: list[CapacityArea] = Field(default_factory=list, sa_type=text_enum_array(CapacityArea))
    sectors: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    sdg_targets: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    licence: str | None = Field(default=None, foreign_key="licence.code")
    version: int = 0
    """How many versions were published."""
    published_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    listed_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    """What lists are ordered by: when it was first published, before that when it was made."""
    last_confirmed_on: date | None = None
    return_reason: str = ""
    """What the secretariat asked for when it last returned the practice."""
    withdrawal_reason: str = ""
    is_demo: bool = False


class PracticeText(TextRow, table=True):
    """A practice in one language."""

    __tablename__ = "practice_text"
    __table_args__ = text_arguments("practice")

    practice_id: UUID = Field(foreign_key="practice.id", ondelete="CASCADE", primary_key=True)


class PracticeVersion(SQLModel, table=True):
    """A practice as it was published: number, day, and its texts of that day by language."""

    __tablename__ = "practice_version"

    practice_id: UUID = Field(foreign_key="practice.id", ondelete="CASCADE", primary_key=True)
    number: int = Field(primary_key=True)
    published_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    texts: dict[str, Any] = Field(sa_type=JSONB)
    delegation_id: UUID
    status: str
    visibility: Audience = Field(sa_type=text_enum(Audience))


class Endorsement(SQLModel, table=True):
    """One delegation's voice for a practice; one each."""

    __tablename__ = "endorsement"

    practice_id: UUID = Field(foreign_key="practice.id", ondelete="CASCADE", primary_key=True)
    delegation_id: UUID = Field(foreign_key="delegation.id", primary_key=True)
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))


_SEEN = either(f"status = 'published' AND {SHARED}", OWN, f"{SECRETARIAT} AND status <> 'draft'", PLATFORM)
_WRITTEN = either(OWN, f"{SECRETARIAT} AND status <> 'in_review'", PLATFORM)
for _table in ("practice", "practice_version"):
    protect(_table, seen=_SEEN, written=_WRITTEN, removed=either(f"{OWN} AND status = 'draft'", PLATFORM))
protect("practice_text", seen=_SEEN, written=_WRITTEN, removed=either(OWN, PLATFORM))  # a revision may change language
protect(
    "endorsement",
    seen=f"{AUDIENCE} IS NOT NULL",
    written=either(OWN, PLATFORM),
    removed=either(OWN, PLATFORM),
)
