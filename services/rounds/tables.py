"""Rounds, their computations with what these were frozen from, and what is allocated to whom."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.core.protection import AUDIENCE, CO_CHAIR, DELEGATION, PLATFORM, SECRETARIAT, either, protect
from services.core.table import Row, text_enum
from services.rounds.terms import (
    AllocationAnswer,
    AllocationOrigin,
    ComputationStage,
    ComputationState,
    RoundStatus,
)


class AllocationRound(Row, table=True):
    """One allocation of scarce offers to needs, with what it takes in and the terms it is computed under."""

    __tablename__ = "allocation_round"
    __table_args__ = (
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        sa.CheckConstraint("char_length(note) <= 2000", name="note_length"),
        sa.CheckConstraint(
            "status NOT IN ('computed', 'confirmed') OR computation_id IS NOT NULL", name="computed_by_one"
        ),
        sa.CheckConstraint("(confirmed_at IS NOT NULL) = (status = 'confirmed')", name="confirmed_at"),
        sa.Index(
            "ix_allocation_round_created_at",
            sa.text("created_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["status"],
        ),
    )

    title: str
    note: str = ""
    status: RoundStatus = Field(default=RoundStatus.DRAFT, sa_type=text_enum(RoundStatus))
    selection: dict[str, Any] = Field(sa_type=JSONB)
    """``rules.Selection.as_json``: which needs and offers it takes in."""
    terms: dict[str, Any] = Field(sa_type=JSONB)
    """``frozen.RoundTerms.as_json``."""
    weights_id: UUID | None = Field(default=None, foreign_key="matching_weights.id")
    """The version of the weights that pairs are scored by; None for the one in force when it is computed."""
    author_id: UUID | None = Field(default=None, foreign_key="person.id")
    computation_id: UUID | None = None
    """The computation that it stands for, once there is one."""
    confirmed_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    confirmed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    discard_reason: str = ""


class AllocationComputation(Row, table=True):
    """One computation of a round, or a preview of it under other terms; a worker does it."""

    __tablename__ = "allocation_computation"
    __table_args__ = (
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR total >= 0)", name="progress"),
        sa.CheckConstraint("(claim IS NOT NULL) = (state = 'running')", name="claimed"),
        sa.CheckConstraint("(ended_at IS NULL) = (state IN ('waiting', 'running'))", name="ended"),
        sa.CheckConstraint("state <> 'failed' OR reason <> ''", name="reason"),
        sa.CheckConstraint("state <> 'done' OR certificate IS NOT NULL AND input_hash IS NOT NULL", name="whole"),
        sa.Index(
            "ix_allocation_computation_round_id",
            *("round_id", sa.text("created_at DESC"), sa.text("id DESC")),
            postgresql_include=["shown"],
        ),
        sa.Index(
            "ix_allocation_computation_live", "seen_at", postgresql_where=sa.text("state IN ('waiting', 'running')")
        ),
    )

    round_id: UUID = Field(foreign_key="allocation_round.id")
    is_preview: bool = False
    """Whether it is computed to be looked at only."""
    terms: dict[str, Any] = Field(sa_type=JSONB)
    weights_id: UUID | None = Field(default=None, foreign_key="matching_weights.id")
    weights_version: int | None = None
    """The version that pairs were scored by; None until they are."""
    asked_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    state: ComputationState = Field(default=ComputationState.WAITING, sa_type=text_enum(ComputationState))
    stage: ComputationStage = Field(default=ComputationStage.SCORING, sa_type=text_enum(ComputationStage))
    done: int = 0
    """How many needs are scored of ``total``."""
    total: int | None = None
    claim: UUID | None = None
    """The worker's own mark while it runs: only who holds it may end the computation."""
    seen_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    """When a worker last gave a sign of life; before the first, when it was asked for."""
    attempts: int = 0
    is_stop_asked: bool = False
    ended_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    reason: str = ""
    """Why it failed."""
    certificate: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    """``certificate.certify``."""
    input_hash: bytes | None = None
    """The SHA-256 of the frozen input."""
    shown: bool = False
    """Whether members see it: its round is confirmed, and it is the one the round stands for."""


class AllocationInput(SQLModel, table=True):
    """What a computation was frozen from, packed; it never changes."""

    __tablename__ = "allocation_input"

    computation_id: UUID = Field(foreign_key="allocation_computation.id", ondelete="CASCADE", primary_key=True)
    content: bytes


class Allocation(Row, table=True):
    """A place of an offer for a need, and what both sides say to it."""

    __tablename__ = "allocation"
    __table_args__ = (
        sa.UniqueConstraint("computation_id", "need_id", "offer_id"),
        sa.CheckConstraint("value BETWEEN 1 AND 1000000", name="value"),
        sa.CheckConstraint("need_delegation_id <> offer_delegation_id", name="two_delegations"),
        sa.CheckConstraint("char_length(reason) <= 2000", name="reason_length"),
        sa.Index(
            "ix_allocation_computation_id",
            *("computation_id", sa.text("value DESC"), sa.text("id DESC")),
            postgresql_include=["shown", "need_delegation_id", "offer_delegation_id"],
        ),
        *(
            sa.Index(
                f"ix_allocation_{side}_delegation_id",
                *(f"{side}_delegation_id", sa.text("created_at DESC"), sa.text("id DESC")),
                postgresql_include=["shown"],
            )
            for side in ("need", "offer")
        ),
        *(sa.Index(f"ix_allocation_{side}_id", f"{side}_id") for side in ("need", "offer")),
        sa.Index("ix_allocation_round_id", "round_id", postgresql_where=sa.text("shown AND told_at IS NULL")),
    )

    round_id: UUID = Field(foreign_key="allocation_round.id")
    computation_id: UUID = Field(foreign_key="allocation_computation.id")
    need_id: UUID = Field(foreign_key="proposal.id")
    offer_id: UUID = Field(foreign_key="proposal.id")
    need_delegation_id: UUID = Field(foreign_key="delegation.id")
    offer_delegation_id: UUID = Field(foreign_key="delegation.id")
    value: int
    """The score of the pair, in millionths."""
    origin: AllocationOrigin = Field(default=AllocationOrigin.SOLVED, sa_type=text_enum(AllocationOrigin))
    need_answer: AllocationAnswer = Field(
        default=AllocationAnswer.OPEN, sa_type=text_enum(AllocationAnswer, name="need_answer")
    )
    offer_answer: AllocationAnswer = Field(
        default=AllocationAnswer.OPEN, sa_type=text_enum(AllocationAnswer, name="offer_answer")
    )
    reason: str = ""
    """Why the side that declined did."""
    shown: bool = False
    """Whether its two delegations see it: its round is confirmed."""
    told_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    """When its two delegations were told of it."""


_STAFF = either(SECRETARIAT, CO_CHAIR, PLATFORM)
_PARTIES = f"shown AND (need_delegation_id = {DELEGATION} OR offer_delegation_id = {DELEGATION})"
protect(
    "allocation_round",
    seen=either(_STAFF, f"status = 'confirmed' AND {AUDIENCE} = 'members'"),
    written=_STAFF,
    private=True,
)
protect(
    "allocation_computation", seen=either(_STAFF, f"shown AND {AUDIENCE} = 'members'"), written=_STAFF, private=True
)
protect("allocation_input", seen=_STAFF, written=PLATFORM, private=True)
protect("allocation", seen=either(_STAFF, _PARTIES), written=either(PLATFORM, _PARTIES), private=True)
