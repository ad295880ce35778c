"""What delegations say to pairs of proposals, and the standing searches that tell them of new ones."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.core.protection import DELEGATION, OWN, PLATFORM, either, protect
from services.core.table import Row, now, text_enum
from services.matching.terms import MatchAnswerKind, MatchBand

_TOLD = "answer IN ('accepted', 'declined')"


class MatchAnswer(Row, table=True):
    """What one delegation says to the pair of a proposal of its own with another's; one row for each side at most.

    It holds while neither proposal is revised and the weights stay: the numbers that it was said about are kept.
    """

    __tablename__ = "match_answer"
    __table_args__ = (
        sa.UniqueConstraint("proposal_id", "other_id"),
        sa.CheckConstraint("delegation_id <> other_delegation_id", name="two_delegations"),
        sa.CheckConstraint("(answer = 'declined') = (reason <> '')", name="reason"),
        sa.CheckConstraint("char_length(reason) <= 2000", name="reason_length"),
        sa.CheckConstraint("(answer = 'accepted') = (deadline IS NOT NULL)", name="deadline"),
        sa.Index(
            "ix_match_answer_delegation_id",
            *("delegation_id", sa.text("created_at DESC"), sa.text("id DESC")),
            postgresql_include=["answer"],
        ),
        sa.Index(
            "ix_match_answer_other_delegation_id",
            *("other_delegation_id", sa.text("created_at DESC"), sa.text("id DESC")),
            postgresql_include=["answer"],
            postgresql_where=sa.text(_TOLD),
        ),
        sa.Index("ix_match_answer_other_id", "other_id"),
    )

    proposal_id: UUID = Field(foreign_key="proposal.id", ondelete="CASCADE")
    """The proposal of the delegation that says it."""
    other_id: UUID = Field(foreign_key="proposal.id", ondelete="CASCADE")
    delegation_id: UUID = Field(foreign_key="delegation.id")
    other_delegation_id: UUID = Field(foreign_key="delegation.id")
    answer: MatchAnswerKind = Field(sa_type=text_enum(MatchAnswerKind))
    reason: str = ""
    """Why it was declined; the other side reads it."""
    deadline: date | None = None
    """Of an acceptance: the last day on which it waits for the other side."""
    proposal_revision: int
    other_revision: int
    weights_version: int


class StandingSearch(Row, table=True):
    """A delegation's wish to be told of new matches of a proposal of its own."""

    __tablename__ = "standing_search"
    __table_args__ = (
        sa.UniqueConstraint("proposal_id"),
        sa.Index("ix_standing_search_delegation_id", "delegation_id", sa.text("created_at DESC"), sa.text("id DESC")),
        sa.Index("ix_standing_search_looked_at", "looked_at"),
    )

    proposal_id: UUID = Field(foreign_key="proposal.id", ondelete="CASCADE")
    delegation_id: UUID = Field(foreign_key="delegation.id")
    band: MatchBand = Field(default=MatchBand.GOOD, sa_type=text_enum(MatchBand))
    """The least band of which it tells."""
    looked_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    """When its matches were last looked at."""


class StandingSearchMatch(SQLModel, table=True):
    """A match that a standing search knows of: there when it began, or told; so none is told twice."""

    __tablename__ = "standing_search_match"
    __table_args__ = (sa.Index("ix_standing_search_match_other_id", "other_id"),)

    search_id: UUID = Field(foreign_key="standing_search.id", ondelete="CASCADE", primary_key=True)
    other_id: UUID = Field(foreign_key="proposal.id", ondelete="CASCADE", primary_key=True)
    delegation_id: UUID


protect(
    "match_answer",
    seen=either(OWN, f"other_delegation_id = {DELEGATION} AND {_TOLD}", PLATFORM),
    written=either(OWN, PLATFORM),
    removed=either(OWN, PLATFORM),
    private=True,
)
for _table in ("standing_search", "standing_search_match"):
    protect(
        _table,
        seen=either(OWN, PLATFORM),
        written=either(OWN, PLATFORM),
        removed=either(OWN, PLATFORM),
        private=True,
    )
