"""Suggested translations, of whatever kind of thing; what readers see of them stands among the thing's own texts."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.core.protection import DELEGATION, OWN, PLATFORM, SECRETARIAT, either, protect
from services.core.table import Row, text_enum
from services.translations.terms import SuggestionStatus


class TranslationSuggestion(Row, table=True):
    """A translation as someone wrote it; its words never change (a trigger sees to it), only what became of it."""

    __tablename__ = "translation_suggestion"
    __table_args__ = (
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        sa.CheckConstraint("char_length(summary) <= 1000", name="summary_length"),
        sa.CheckConstraint("char_length(description) <= 20000", name="description_length"),
        sa.CheckConstraint("char_length(machine_made_by) BETWEEN 1 AND 100", name="machine_made_by_length"),
        sa.CheckConstraint("status <> 'machine' OR machine_made_by IS NOT NULL", name="machine"),
        sa.CheckConstraint("status <> 'suggested' OR machine_made_by IS NULL", name="by_people"),
        sa.CheckConstraint("(status IN ('machine', 'suggested')) = (decided_at IS NULL)", name="decided"),
        # each delegation (or the secretariat) has one of people and one of a machine waiting in a language
        sa.Index(
            "uq_translation_suggestion_waiting",
            "kind",
            "thing_id",
            "language",
            "by_delegation_id",
            "status",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sa.text("decided_at IS NULL"),
        ),
        sa.Index(
            "ix_translation_suggestion_thing_id",
            "thing_id",
            sa.text("created_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["kind", "delegation_id", "by_delegation_id"],
        ),
        sa.Index(
            "ix_translation_suggestion_delegation_id",
            "delegation_id",
            sa.text("created_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["status", "by_delegation_id"],
        ),
    )

    kind: str
    """The type name in the thing's global id; ``<kind>_text`` holds its texts."""
    thing_id: UUID
    delegation_id: UUID | None = None
    """The delegation whose text it is, which alone accepts, None where the secretariat does; triggers copy it."""
    language: str
    title: str
    summary: str = ""
    description: str = ""
    status: SuggestionStatus = Field(sa_type=text_enum(SuggestionStatus))
    is_stale: bool = False
    """Whether the original has changed since; a trigger keeps it while nobody has decided."""
    machine_made_by: str | None = None
    """The engine that made it."""
    by_delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id")
    """Who suggested it; None for the secretariat. A trigger takes it from who is asking."""
    by_person_id: UUID | None = Field(default=None, foreign_key="person.id")
    decided_by_person_id: UUID | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    """When it was accepted, declined or withdrawn."""
    decline_reason: str = ""


_BY_US = f"by_delegation_id = {DELEGATION}"
_BY_SECRETARIAT = f"{SECRETARIAT} AND by_delegation_id IS NULL"
_OF_NOBODY = f"{SECRETARIAT} AND delegation_id IS NULL"
_NOT_DECIDED_BY_OWNER = "status IN ('machine', 'suggested', 'withdrawn')"
protect(
    "translation_suggestion",
    seen=either(OWN, _BY_US, _BY_SECRETARIAT, _OF_NOBODY, PLATFORM),
    written=either(
        OWN,
        f"{_BY_US} AND {_NOT_DECIDED_BY_OWNER}",
        f"{_BY_SECRETARIAT} AND {_NOT_DECIDED_BY_OWNER}",
        _OF_NOBODY,
        PLATFORM,
    ),
    private=True,
)
