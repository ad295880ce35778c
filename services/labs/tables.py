"""Labs, their texts and their parties.

Whoever speaks for a party is in ``lab.parties``, which triggers keep together with the lab's states and regions; every
row that belongs to a lab carries copies of its parties, visibility and status, for policies look at no other table.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.core.actor import Audience
from services.core.days import indexed
from services.core.protection import DELEGATION, PLATFORM, SHARED, either, protect
from services.core.table import Row, now, text_enum, text_enum_array
from services.core.texts import TextRow, text_arguments
from services.labs.terms import LabModalityReason, LabPartyRole, LabPartyStatus, LabStatus
from services.proposals.terms import Modality
from services.taxonomy.terms import CapacityArea

UUIDS: ARRAY[Any] = ARRAY(sa.Uuid)
COPIES = ["parties", "visibility", "lab_status"]


class Lab(Row, table=True):
    """Standing cooperation of two or more parties; its texts stand in ``lab_text``."""

    __tablename__ = "lab"
    __table_args__ = (
        sa.UniqueConstraint("expression_id"),
        sa.CheckConstraint("char_length(terms_of_reference) BETWEEN 1 AND 20000", name="terms_length"),
        sa.CheckConstraint("char_length(lessons) <= 20000", name="lessons_length"),
        sa.CheckConstraint("char_length(suspension_reason) <= 2000", name="reason_length"),
        sa.CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        sa.CheckConstraint("isfinite(starts_on) AND isfinite(ends_on) AND isfinite(modality_on)", name="finite_dates"),
        sa.CheckConstraint("(modality = 'other') = (modality_reason IS NOT NULL)", name="other_has_reason"),
        sa.CheckConstraint("status = 'planned' OR activated_at IS NOT NULL", name="activated"),
        sa.CheckConstraint("(status = 'suspended') <= (suspension_reason <> '')", name="suspended_with_reason"),
        sa.CheckConstraint("(status = 'concluded') = (concluded_at IS NOT NULL)", name="concluded"),
        sa.CheckConstraint("(status = 'concluded') <= (lessons <> '')", name="concluded_with_lessons"),
        sa.Index(
            "ix_lab_listed_at",
            sa.text("listed_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["parties", "visibility", "status"],
        ),
        sa.Index(
            "ix_lab_next_due_on",
            indexed("next_due_on"),
            "id",
            postgresql_include=["next_due_on", "parties", "visibility", "status"],
        ),
        sa.Index("ix_lab_proposal_id", "proposal_id"),
        sa.Index("ix_lab_practice_id", "practice_id", postgresql_where=sa.text("practice_id IS NOT NULL")),
    )

    expression_id: UUID = Field(foreign_key="expression_of_interest.id")
    proposal_id: UUID = Field(foreign_key="proposal.id")
    """The proposal that the expression of interest answered."""
    founder_id: UUID = Field(foreign_key="delegation.id")
    delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id", nullable=False)
    """Whose texts they are, which decides about translations: the founder's; where that has declined by the day the lab
    is active, the first party's that has not. A trigger keeps it.
    """
    status: LabStatus = Field(default=LabStatus.PLANNED, sa_type=text_enum(LabStatus))
    visibility: Audience = Field(default=Audience.MEMBERS, sa_type=text_enum(Audience))
    """Who reads it from the day it is active; ``delegation`` is the people of its parties."""
    language: str
    terms_of_reference: str
    """In the language of the lab; what the parties confirm."""
    starts_on: date | None = None
    ends_on: date | None = None
    capacity_areas: list[CapacityArea] = Field(default_factory=list, sa_type=text_enum_array(CapacityArea))
    sectors: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    sdg_targets: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    modality: Modality = Field(sa_type=text_enum(Modality))
    modality_on: date
    """The founding day, whose classifications the modality follows from."""
    modality_reason: LabModalityReason | None = Field(default=None, sa_type=text_enum(LabModalityReason))
    parties: list[UUID] = Field(default_factory=list, sa_type=UUIDS)
    """The delegations that speak for a party; who declined is among them only while the lab is planned."""
    states: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    """ISO 3166-1 alpha-3 of the states among the parties, and the M49 codes of their regions."""
    regions: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    next_due_on: date | None = None
    """The earliest day on which a planned milestone is due; a trigger keeps it."""
    suspension_reason: str = ""
    lessons: str = ""
    lessons_language: str | None = None
    practice_id: UUID | None = Field(default=None, foreign_key="practice.id", ondelete="SET NULL")
    """The draft that its lessons became when it was concluded."""
    activated_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    concluded_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    listed_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    """What lists are ordered by: when it became active, before that when it was founded."""
    is_demo: bool = False


class LabText(TextRow, table=True):
    """A lab in one language; triggers copy the lab's ``delegation_id``, ``status``, ``visibility`` and ``parties``."""

    __tablename__ = "lab_text"
    __table_args__ = text_arguments("lab", "parties")

    lab_id: UUID = Field(foreign_key="lab.id", ondelete="CASCADE", primary_key=True)
    parties: list[UUID] = Field(default_factory=list, sa_type=UUIDS)


class LabCopies(SQLModel):
    """What policies need to know of the lab that a row belongs to; triggers keep it, whatever is written."""

    parties: list[UUID] = Field(default_factory=list, sa_type=UUIDS)
    visibility: Audience = Field(default=Audience.DELEGATION, sa_type=text_enum(Audience))
    lab_status: LabStatus = Field(default=LabStatus.PLANNED, sa_type=text_enum(LabStatus))


class LabParty(Row, LabCopies, table=True):
    """A delegation, or an organisation that a delegation sponsors, with its role in a lab; one voice each."""

    __tablename__ = "lab_party"
    __table_args__ = (
        sa.UniqueConstraint("lab_id", "delegation_id", "organisation"),
        sa.CheckConstraint("char_length(organisation) <= 200", name="organisation_length"),
        sa.CheckConstraint("char_length(reason) <= 2000", name="reason_length"),
        sa.CheckConstraint("(status = 'confirmed') = (confirmed_on IS NOT NULL)", name="confirmed_on"),
        sa.Index("ix_lab_party_delegation_id", "delegation_id", "lab_id", postgresql_include=["status", *COPIES]),
    )

    lab_id: UUID = Field(foreign_key="lab.id", ondelete="CASCADE")
    delegation_id: UUID = Field(foreign_key="delegation.id")
    """Who speaks for the party: the delegation that it is, or the one that sponsors it."""
    organisation: str = ""
    """The organisation that is the party; empty where the delegation itself is."""
    role: LabPartyRole = Field(default=LabPartyRole.PARTNER, sa_type=text_enum(LabPartyRole))
    status: LabPartyStatus = Field(default=LabPartyStatus.INVITED, sa_type=text_enum(LabPartyStatus))
    confirmed_on: date | None = None
    reason: str = ""
    """Why it declined."""


MINE = f"{DELEGATION} = ANY (parties)"
LAB_SEEN = either(MINE, f"status <> 'planned' AND {SHARED}", PLATFORM)
SEEN = either(MINE, f"lab_status <> 'planned' AND {SHARED}", PLATFORM)
"""For the rows that belong to a lab."""
PARTY_WRITTEN = either(f"{MINE} AND (delegation_id = {DELEGATION} OR status = 'invited')", PLATFORM)
"""Nobody signs for another: of others' parties only the question can be put."""
protect("lab", seen=LAB_SEEN, written=either(MINE, PLATFORM))
protect("lab_text", seen=LAB_SEEN, written=either(MINE, PLATFORM), removed=either(MINE, PLATFORM))
protect("lab_party", seen=SEEN, written=PARTY_WRITTEN)
