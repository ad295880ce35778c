"""The work of a lab: milestones, contributions, progress updates and outputs."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.core.protection import DELEGATION, PLATFORM, either, protect
from services.core.table import Row, text_enum
from services.labs.tables import COPIES, MINE, SEEN, LabCopies
from services.labs.terms import ContributionStatus, MilestoneStatus, OutputKind
from services.proposals.terms import CooperationForm


class LabMilestone(Row, LabCopies, table=True):
    """A dated check of a lab's workplan."""

    __tablename__ = "lab_milestone"
    __table_args__ = (
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        sa.CheckConstraint("char_length(description) <= 5000", name="description_length"),
        sa.CheckConstraint("char_length(evidence) <= 5000", name="evidence_length"),
        sa.CheckConstraint("char_length(reason) <= 2000", name="reason_length"),
        sa.CheckConstraint("isfinite(due_on) AND isfinite(reached_on)", name="finite_dates"),
        sa.CheckConstraint("(status = 'reached') = (reached_on IS NOT NULL)", name="reached_on"),
        sa.CheckConstraint("(status = 'reached') <= (evidence <> '')", name="reached_with_evidence"),
        sa.CheckConstraint("(status IN ('missed', 'dropped')) <= (reason <> '')", name="given_up_with_reason"),
        sa.Index("ix_lab_milestone_lab_id", "lab_id", "due_on", "id", postgresql_include=["status", *COPIES]),
        sa.Index(
            "ix_lab_milestone_untold",
            "due_on",
            postgresql_where=sa.text("status = 'planned' AND overdue_told_on IS NULL"),
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id", ondelete="CASCADE")
    language: str
    title: str
    description: str = ""
    due_on: date
    """The last day on which it can be reached in time."""
    status: MilestoneStatus = Field(default=MilestoneStatus.PLANNED, sa_type=text_enum(MilestoneStatus))
    reached_on: date | None = None
    evidence: str = ""
    reason: str = ""
    """Why it was missed or dropped."""
    overdue_told_on: date | None = None
    """When the parties were told that it is overdue; once for each due day."""


class LabContribution(Row, LabCopies, table=True):
    """What a party gives: money, or something in kind that is never forced into money."""

    __tablename__ = "lab_contribution"
    __table_args__ = (
        sa.CheckConstraint("(amount_minor IS NOT NULL) <> (kind IS NOT NULL)", name="money_or_kind"),
        sa.CheckConstraint("(kind IS NULL) = (quantity IS NULL)", name="kind_has_quantity"),
        sa.CheckConstraint("amount_minor > 0 AND valued_minor > 0", name="amounts"),
        sa.CheckConstraint(
            "(currency IS NOT NULL) = (amount_minor IS NOT NULL OR valued_minor IS NOT NULL)", name="currency"
        ),
        sa.CheckConstraint("(valued_minor IS NOT NULL) = (valuation_method <> '')", name="valued_by_a_method"),
        sa.CheckConstraint("kind IS NOT NULL OR valued_minor IS NULL AND unit = ''", name="money_needs_no_value"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("char_length(currency) = 3", name="currency_length"),
        sa.CheckConstraint("char_length(unit) <= 100", name="unit_length"),
        sa.CheckConstraint("char_length(valuation_method) <= 500", name="method_length"),
        sa.CheckConstraint("char_length(note) <= 2000", name="note_length"),
        sa.CheckConstraint("period_to IS NULL OR period_from IS NULL OR period_to >= period_from", name="period"),
        sa.CheckConstraint("isfinite(period_from) AND isfinite(period_to)", name="finite_dates"),
        sa.Index(
            "ix_lab_contribution_lab_id", "lab_id", "created_at", "id", postgresql_include=["delegation_id", *COPIES]
        ),
        sa.Index("ix_lab_contribution_party_id", "party_id", "created_at", "id"),
    )

    lab_id: UUID = Field(foreign_key="lab.id", ondelete="CASCADE")
    party_id: UUID = Field(foreign_key="lab_party.id", ondelete="CASCADE")
    delegation_id: UUID = Field(foreign_key="delegation.id")
    """Who speaks for the party."""
    status: ContributionStatus = Field(default=ContributionStatus.PLEDGED, sa_type=text_enum(ContributionStatus))
    amount_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    currency: str | None = None
    """Of the amount, or of the value of what is in kind."""
    kind: CooperationForm | None = Field(default=None, sa_type=text_enum(CooperationForm))
    quantity: Decimal | None = Field(default=None, sa_type=sa.Numeric(18, 3))
    unit: str = ""
    valued_minor: int | None = Field(default=None, sa_type=sa.BigInteger)
    valuation_method: str = ""
    period_from: date | None = None
    period_to: date | None = None
    note: str = ""
    pledged_on: date
    committed_on: date | None = None
    delivered_on: date | None = None
    withdrawn_on: date | None = None


class LabUpdate(Row, LabCopies, table=True):
    """What a party tells of a lab's progress."""

    __tablename__ = "lab_update"
    __table_args__ = (
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 5000", name="text_length"),
        sa.CheckConstraint("isfinite(reported_on)", name="finite_dates"),
        sa.Index(
            "ix_lab_update_lab_id",
            "lab_id",
            sa.text("created_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["delegation_id", *COPIES],
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id", ondelete="CASCADE")
    delegation_id: UUID = Field(foreign_key="delegation.id")
    milestone_id: UUID | None = Field(default=None, foreign_key="lab_milestone.id", ondelete="SET NULL")
    language: str
    text: str
    reported_on: date
    """The day that it tells of."""


class LabOutput(Row, LabCopies, table=True):
    """What a lab delivered."""

    __tablename__ = "lab_output"
    __table_args__ = (
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_length"),
        sa.CheckConstraint("char_length(description) <= 5000", name="description_length"),
        sa.CheckConstraint("char_length(url) <= 2000", name="url_length"),
        sa.CheckConstraint("isfinite(delivered_on)", name="finite_dates"),
        sa.Index(
            "ix_lab_output_lab_id",
            "lab_id",
            sa.text("delivered_on DESC"),
            sa.text("id DESC"),
            postgresql_include=["delegation_id", *COPIES],
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id", ondelete="CASCADE")
    delegation_id: UUID = Field(foreign_key="delegation.id")
    milestone_id: UUID | None = Field(default=None, foreign_key="lab_milestone.id", ondelete="SET NULL")
    kind: OutputKind = Field(sa_type=text_enum(OutputKind))
    language: str
    title: str
    description: str = ""
    url: str = ""
    delivered_on: date


_OWN = either(f"{MINE} AND delegation_id = {DELEGATION}", PLATFORM)
protect("lab_milestone", seen=SEEN, written=either(MINE, PLATFORM))
for _table in ("lab_contribution", "lab_update", "lab_output"):
    protect(_table, seen=SEEN, written=_OWN)
