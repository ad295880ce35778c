"""Delegations, their standings, the proposals to change them, and the co-chairs' voices on those."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.core.protection import (
    AUDIENCE,
    CO_CHAIR,
    DELEGATION,
    OWN,
    PLATFORM,
    ROLE,
    SECRETARIAT,
    either,
    protect,
)
from services.core.table import Row, text_enum
from services.membership.terms import DelegationKind, Participation, Standing, StandingProposalStatus


class Delegation(Row, table=True):
    """The people through whom one state or observer acts here."""

    __tablename__ = "delegation"
    __table_args__ = (sa.UniqueConstraint("state"),)

    kind: DelegationKind = Field(sa_type=text_enum(DelegationKind))
    state: str | None = Field(default=None, foreign_key="member_state.iso3")
    names: dict[str, Any] = Field(sa_type=JSONB)
    """Names by language: those of its state, copied by ``gof reference load``, or its own."""
    places: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """Language -> place in the order of names; empty for an observer that is no state, which comes last."""
    standing: Standing = Field(sa_type=text_enum(Standing))
    """The standing of today, copied from the dated rows by the commands that write them."""
    standing_since: date
    took_part_as: Participation | None = Field(default=None, sa_type=text_enum(Participation))
    """What it last took part as before its standing of today; None if it never did."""
    is_demo: bool = False


class StandingPeriod(Row, table=True):
    """One standing of one delegation, from a day on until the day before ``valid_to``.

    Whoever begins one ends the one before: a trigger closes it, and refuses one that would begin before others.
    """

    __tablename__ = "standing_period"
    __table_args__ = (
        sa.UniqueConstraint("delegation_id", "valid_from"),
        sa.CheckConstraint("valid_to > valid_from", name="dates_in_order"),
    )

    delegation_id: UUID = Field(foreign_key="delegation.id")
    standing: Standing = Field(sa_type=text_enum(Standing))
    valid_from: date
    valid_to: date | None = None
    """The first day on which it no longer holds; of a co-chair's term known from its beginning."""
    reference: str = ""
    """The note verbale or decision it rests on."""
    reference_on: date | None = None
    """The day that stands on it."""


class StandingProposal(Row, table=True):
    """The secretariat's proposal to change a standing, and what the co-chairs decided on it."""

    __tablename__ = "standing_proposal"
    __table_args__ = (
        sa.CheckConstraint("(standing = 'co_chair') = (until IS NOT NULL)", name="term"),
        sa.CheckConstraint("since IS NULL OR since < until", name="dates_in_order"),
        sa.CheckConstraint("status <> 'agreed' OR since IS NOT NULL", name="agreed"),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
        sa.CheckConstraint("status <> 'rejected' OR reason <> ''", name="reason"),
        sa.Index(
            "uq_standing_proposal_open", "delegation_id", unique=True, postgresql_where=sa.text("status = 'open'")
        ),
        sa.Index("ix_standing_proposal_created_at", sa.text("created_at DESC"), sa.text("id DESC")),
    )

    delegation_id: UUID = Field(foreign_key="delegation.id", index=True)
    standing: Standing = Field(sa_type=text_enum(Standing))
    """The standing proposed."""
    since: date | None = None
    """The first day of the term of a co-chair; None where it begins with the decision."""
    until: date | None = None
    """The first day after the term of a co-chair."""
    reference: str
    reference_on: date | None = None
    status: StandingProposalStatus = Field(
        default=StandingProposalStatus.OPEN, sa_type=text_enum(StandingProposalStatus)
    )
    reason: str = ""
    """Why it was rejected, or what the co-chair said on accepting it."""
    closed_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    proposed_by: UUID | None = Field(default=None, foreign_key="person.id")
    decided_by: UUID | None = Field(default=None, foreign_key="person.id")
    """Whose voice was the last one needed, or the objection."""
    decided_by_delegation: UUID | None = Field(default=None, foreign_key="delegation.id")


class StandingVoice(Row, table=True):
    """What one co-chairing state says on a proposal: one voice, whatever its number of focal points."""

    __tablename__ = "standing_voice"
    __table_args__ = (
        sa.UniqueConstraint("proposal_id", "delegation_id"),
        sa.CheckConstraint("accepts OR reason <> ''", name="reason"),
    )

    proposal_id: UUID = Field(foreign_key="standing_proposal.id")
    about_id: UUID = Field(foreign_key="delegation.id")
    """Whom the proposal is about, copied from it: they see what is said of them."""
    delegation_id: UUID = Field(foreign_key="delegation.id")
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    accepts: bool
    reason: str = ""


_LISTED = "standing IN ('member', 'co_chair', 'observer', 'suspended', 'withdrawn')"
_RECORDED = f"{SECRETARIAT} AND standing IN ('invited', 'applicant')"
_FOCAL_POINT = f"{ROLE} = 'focal_point'"
_BY_ITSELF = "standing IN ('applicant', 'declined', 'withdrawn')"
"""What a delegation does by itself: accept or decline an invitation, and leave."""
protect(
    "delegation",
    seen=either(
        f"({_LISTED} OR took_part_as IS NOT NULL) AND {AUDIENCE} IS NOT NULL",
        f"id = {DELEGATION}",
        SECRETARIAT,
        CO_CHAIR,
        PLATFORM,
    ),
    written=either(
        _RECORDED,
        f"{CO_CHAIR} AND id <> {DELEGATION}",
        f"id = {DELEGATION} AND {_FOCAL_POINT} AND {_BY_ITSELF}",
        PLATFORM,
    ),
)
protect(
    "standing_period",
    seen=either(f"{_LISTED} AND {AUDIENCE} IS NOT NULL", OWN, SECRETARIAT, CO_CHAIR, PLATFORM),
    written=either(
        _RECORDED,
        f"{CO_CHAIR} AND delegation_id <> {DELEGATION}",
        f"{OWN} AND {_FOCAL_POINT} AND {_BY_ITSELF}",
        PLATFORM,
    ),
)
protect(
    "standing_proposal",
    seen=either(OWN, SECRETARIAT, CO_CHAIR, PLATFORM),
    written=either(
        f"{SECRETARIAT} AND status = 'open'",
        f"{CO_CHAIR} AND delegation_id <> {DELEGATION} AND status <> 'open'",
        f"{OWN} AND {_FOCAL_POINT} AND status = 'lapsed'",
        PLATFORM,
    ),
    private=True,
)
protect(
    "standing_voice",
    seen=either(f"about_id = {DELEGATION}", SECRETARIAT, CO_CHAIR, PLATFORM),
    written=either(f"{CO_CHAIR} AND {OWN} AND about_id <> {DELEGATION}", PLATFORM),
    private=True,
)
