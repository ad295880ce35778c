"""Proposals, their texts, and expressions of interest; what is said about one stands in ``thread_tables``."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlmodel import Field

from services.core.actor import Audience
from services.core.days import indexed
from services.core.meanings import PassageRow
from services.core.protection import DELEGATION, OWN, PLATFORM, SECRETARIAT, SHARED, either, protect
from services.core.table import Row, now, text_enum, text_enum_array
from services.core.texts import TextRow, text_arguments
from services.proposals.terms import (
    CooperationForm,
    ExpressionStatus,
    Modality,
    Party,
    ProposalStatus,
    Side,
)
from services.taxonomy.terms import CapacityArea


class Proposal(Row, table=True):
    """A cooperation proposal by a delegation; its texts stand in ``proposal_text``."""

    __tablename__ = "proposal"
    __table_args__ = (
        sa.UniqueConstraint("delegation_id", "external_id"),
        sa.CheckConstraint("places IS NULL OR places BETWEEN 1 AND 100000", name="places"),
        sa.CheckConstraint("agreed >= 0 AND (places IS NULL OR agreed <= places)", name="agreed_within_places"),
        sa.CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity"),
        sa.CheckConstraint("readiness IS NULL OR readiness BETWEEN 1 AND 9", name="readiness"),
        sa.CheckConstraint("expires_on IS NULL OR opens_on IS NULL OR expires_on > opens_on", name="dates_in_order"),
        sa.CheckConstraint("period_to IS NULL OR period_from IS NULL OR period_to >= period_from", name="period"),
        sa.CheckConstraint(
            "isfinite(opens_on) AND isfinite(expires_on) AND isfinite(period_from) AND isfinite(period_to)",
            name="finite_dates",
        ),
        sa.CheckConstraint("status <> 'open' OR opened_at IS NOT NULL AND expires_on IS NOT NULL", name="open_whole"),
        sa.Index(
            "ix_proposal_listed_at",
            sa.text("listed_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["delegation_id", "status", "visibility", "side", "expires_on"],
        ),
        sa.Index(
            "ix_proposal_delegation_id",
            "delegation_id",
            sa.text("listed_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["status", "visibility", "side", "expires_on"],
        ),
        sa.Index(
            "ix_proposal_expiring",
            indexed("expires_on"),
            "id",
            postgresql_include=["expires_on", "delegation_id", "status", "visibility", "side"],
        ),
        sa.Index(
            "ix_proposal_delegation_id_expiring",
            "delegation_id",
            indexed("expires_on"),
            "id",
            postgresql_include=["expires_on", "status", "visibility", "side"],
        ),
        sa.Index(
            "ix_proposal_status",
            "status",
            sa.text("listed_at DESC"),
            sa.text("id DESC"),
            postgresql_include=["delegation_id", "visibility", "side", "expires_on"],
        ),
        sa.Index(
            "ix_proposal_status_expiring",
            "status",
            indexed("expires_on"),
            "id",
            postgresql_include=["expires_on", "delegation_id", "visibility", "side"],
        ),
        sa.Index(
            "ix_proposal_codes",
            *("capacity_areas", "sectors", "sdg_targets", "forms", "working_languages"),
            postgresql_using="gin",
        ),
        sa.Index("ix_proposal_open", "delegation_id", postgresql_where=sa.text("status = 'open'")),
        sa.Index("ix_proposal_expires_on", "expires_on", postgresql_where=sa.text("status = 'open'")),
    )

    delegation_id: UUID = Field(foreign_key="delegation.id")
    external_id: str | None = None
    side: Side = Field(sa_type=text_enum(Side))
    status: ProposalStatus = Field(default=ProposalStatus.DRAFT, sa_type=text_enum(ProposalStatus))
    visibility: Audience = Field(default=Audience.MEMBERS, sa_type=text_enum(Audience))
    """Who reads it once it is open; until then only the delegation."""
    language: str
    capacity_areas: list[CapacityArea] = Field(default_factory=list, sa_type=text_enum_array(CapacityArea))
    sectors: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    sdg_targets: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    forms: list[CooperationForm] = Field(default_factory=list, sa_type=text_enum_array(CooperationForm))
    quantity: Decimal | None = Field(default=None, sa_type=sa.Numeric(18, 3))
    unit: str = ""
    period_from: date | None = None
    period_to: date | None = None
    """When the cooperation itself would take place."""
    places: int | None = None
    """How many partners it can serve; None has no limit."""
    agreed: int = 0
    """How many expressions of interest are agreed; a trigger counts them, and closes the proposal with the last place.

    The expressions themselves are nobody's business but their two delegations'; how many places remain is everyone's.
    """
    modalities_accepted: list[Modality] = Field(default_factory=list, sa_type=text_enum_array(Modality))
    """Empty accepts every modality."""
    regions_accepted: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    """M49 codes; a partner's state must lie in one of them. Empty accepts every region."""
    working_languages: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    interpretation_offered: bool = False
    licence: str | None = Field(default=None, foreign_key="licence.code")
    readiness: int | None = None
    """Technology readiness level, 1 to 9 (ISO 16290)."""
    opens_on: date | None = None
    expires_on: date | None = None
    expiry_announced_for: date | None = None
    """The day of expiry that its delegation was told of in advance; renewed to another, it is told again."""
    opened_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    listed_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    """What lists are ordered by: when it was first opened, before that when it was made."""
    closed_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    withdrawal_reason: str = ""
    is_demo: bool = False


_MATCHED = sa.text("is_original AND status = 'open' AND visibility <> 'delegation'")
"""The texts of which words are counted when proposals are matched."""


class ProposalText(TextRow, PassageRow, table=True):
    """A proposal in one language."""

    __tablename__ = "proposal_text"
    __table_args__ = (
        *text_arguments("proposal"),
        sa.Index(
            "ix_proposal_text_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=_MATCHED,
        ),
        sa.Index("ix_proposal_text_spoken", sa.text("split_part(language, '-', 1)"), postgresql_where=_MATCHED),
    )

    proposal_id: UUID = Field(foreign_key="proposal.id", ondelete="CASCADE", primary_key=True)
    words: str | None = Field(
        default=None,
        sa_type=TSVECTOR,
        sa_column_args=(sa.Computed("text_words(search)", persisted=True),),
    )
    """The words of its first 400, with marked copies of those that stand there more than once."""
    words_square: int | None = Field(default=None, sa_column_args=(sa.Computed("text_square(search)", persisted=True),))
    """The sum of the squares of what its words count."""


_READ = ("sender_id", "receiver_id", "proposal_id", "status", "turn")
"""What policies and filters read of an expression of interest: each of its list indexes has it."""


class ExpressionOfInterest(Row, table=True):
    """One delegation's written wish to join a proposal of another; binds no one."""

    __tablename__ = "expression_of_interest"
    __table_args__ = (
        sa.CheckConstraint("sender_id <> receiver_id", name="two_delegations"),
        sa.CheckConstraint("char_length(message) BETWEEN 1 AND 5000", name="message_length"),
        sa.CheckConstraint("(turn IS NULL) = (turn_deadline IS NULL)", name="turn_has_deadline"),
        sa.CheckConstraint("turn_reminders BETWEEN 0 AND 2", name="turn_reminders"),
        sa.CheckConstraint("(turn IS NOT NULL) = (status IN ('sent', 'in_talks'))", name="turn_while_live"),
        sa.Index(
            "uq_expression_of_interest_live",
            "proposal_id",
            "sender_id",
            unique=True,
            postgresql_where=sa.text("status IN ('draft', 'sent', 'in_talks')"),
        ),
        sa.Index("ix_expression_of_interest_awaits_sender", "sender_id", postgresql_where=sa.text("turn = 'sender'")),
        sa.Index(
            "ix_expression_of_interest_awaits_receiver", "receiver_id", postgresql_where=sa.text("turn = 'receiver'")
        ),
        *(
            sa.Index(
                f"ix_expression_of_interest_{one}",
                *(one, sa.text("listed_at DESC"), sa.text("id DESC")),
                postgresql_include=[other for other in _READ if other != one],
            )
            for one in ("proposal_id", "sender_id", "receiver_id")
        ),
        *(
            sa.Index(
                f"ix_expression_of_interest_{one}_deadline",
                *(one, indexed("turn_deadline"), "id"),
                postgresql_include=["turn_deadline", *(other for other in _READ if other != one)],
            )
            for one in ("sender_id", "receiver_id")
        ),
        sa.Index(
            "ix_expression_of_interest_own_proposal_id",
            "own_proposal_id",
            postgresql_where=sa.text("own_proposal_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_expression_of_interest_turn_deadline", "turn_deadline", postgresql_where=sa.text("turn IS NOT NULL")
        ),
    )

    proposal_id: UUID = Field(foreign_key="proposal.id")
    own_proposal_id: UUID | None = Field(default=None, foreign_key="proposal.id")
    """The sender's own need or offer that it answers with."""
    sender_id: UUID = Field(foreign_key="delegation.id")
    receiver_id: UUID = Field(foreign_key="delegation.id")
    status: ExpressionStatus = Field(default=ExpressionStatus.DRAFT, sa_type=text_enum(ExpressionStatus))
    turn: Party | None = Field(default=None, sa_type=text_enum(Party))
    turn_deadline: date | None = None
    """The last day of the turn; on the next it expires."""
    turn_reminders: int = 0
    """How many reminders of this turn were announced, as ``rules.reminders_due`` counts them."""
    language: str
    message: str
    decline_reason: str = ""
    sender_read_to: int = 0
    """The number of the last message of its thread that someone of the sender's delegation has read."""
    receiver_read_to: int = 0
    """The same of the receiver's; who read it is told to nobody of the other side (``thread_tables.ThreadMark``)."""
    sent_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    listed_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    """What lists are ordered by: when it was sent, before that when it was made."""
    is_demo: bool = False


# The secretariat may withdraw what it reads, and keeps reading what was withdrawn.
_WITHDRAWN = f"{SECRETARIAT} AND status = 'withdrawn' AND visibility <> 'delegation'"
_SEEN = either(f"status IN ('open', 'closed', 'expired') AND {SHARED}", OWN, _WITHDRAWN, PLATFORM)
_WRITTEN = either(OWN, _WITHDRAWN, PLATFORM)
protect("proposal", seen=_SEEN, written=_WRITTEN, removed=either(f"{OWN} AND status = 'draft'", PLATFORM))
# A text goes with its draft, and also when what is open is written in another language.
protect("proposal_text", seen=_SEEN, written=_WRITTEN, removed=either(OWN, PLATFORM))
protect(
    "expression_of_interest",
    seen=either(f"sender_id = {DELEGATION}", f"receiver_id = {DELEGATION} AND status <> 'draft'", PLATFORM),
    written=either(f"sender_id = {DELEGATION}", f"receiver_id = {DELEGATION} AND status <> 'draft'", PLATFORM),
    removed=either(f"sender_id = {DELEGATION} AND status = 'draft'", PLATFORM),
    private=True,
)
