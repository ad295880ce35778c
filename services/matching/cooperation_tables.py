"""Finished cooperations: experience of states, which the next match counts."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.core.actor import Audience
from services.core.protection import PLATFORM, SECRETARIAT, SHARED, either, protect
from services.core.table import Row, text_enum, text_enum_array
from services.core.texts import TextRow, text_arguments
from services.matching.terms import CooperationSource
from services.taxonomy.terms import CapacityArea

ANY_CODE = ""
"""In ``state_experience``, what the cooperation is about as a whole."""
FINISHED = "finished"
"""The one status of a cooperation, which has its life behind it."""


class Cooperation(Row, table=True):
    """A cooperation that has ended; no delegation owns it, for it is evidence about states.

    Its texts stand in ``cooperation_text``.
    """

    __tablename__ = "cooperation"
    __table_args__ = (
        sa.UniqueConstraint("external_id"),
        sa.UniqueConstraint("lab_id"),
        sa.CheckConstraint("(source = 'lab') = (lab_id IS NOT NULL)", name="lab"),
        sa.CheckConstraint("visibility <> 'delegation'", name="shared"),
        sa.CheckConstraint("ended_on >= started_on", name="dates_in_order"),
        sa.CheckConstraint("isfinite(started_on) AND isfinite(ended_on)", name="finite_dates"),
        sa.CheckConstraint("host_state <> ALL (partner_states)", name="host_once"),
        sa.Index(
            "ix_cooperation_ended_on",
            sa.text("ended_on DESC"),
            sa.text("id DESC"),
            postgresql_include=["visibility", "source"],
        ),
        sa.Index(
            "ix_cooperation_source",
            "source",
            sa.text("ended_on DESC"),
            sa.text("id DESC"),
            postgresql_include=["visibility"],
        ),
    )

    external_id: str | None = None
    """The number by which an import finds it again; one for the whole platform."""
    source: CooperationSource = Field(sa_type=text_enum(CooperationSource))
    lab_id: UUID | None = None
    """The lab whose conclusion recorded it."""
    visibility: Audience = Field(default=Audience.MEMBERS, sa_type=text_enum(Audience))
    """Members or the public."""
    language: str
    host_state: str = Field(foreign_key="member_state.iso3")
    partner_states: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    """ISO 3166-1 alpha-3; empty where no other party was a state."""
    started_on: date
    ended_on: date
    """The first and the last day, UTC."""
    capacity_areas: list[CapacityArea] = Field(default_factory=list, sa_type=text_enum_array(CapacityArea))
    sectors: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    is_demo: bool = False


class CooperationText(TextRow, table=True):
    """A cooperation in one language; what was done stands in ``description``."""

    __tablename__ = "cooperation_text"
    __table_args__ = text_arguments("cooperation")

    cooperation_id: UUID = Field(foreign_key="cooperation.id", ondelete="CASCADE", primary_key=True)
    delegation_id: UUID | None = None  # type: ignore[assignment]
    """Always None: no delegation owns a cooperation."""
    status: str = FINISHED


class StateExperience(SQLModel, table=True):
    """That a state took part in a cooperation about a code; triggers keep it.

    ``code`` is a capacity area or an OECD-DAC purpose code, which have none in common, or ``ANY_CODE`` for the
    cooperation as a whole. Under row security an index is reached by it, and would not be by the arrays themselves.
    """

    __tablename__ = "state_experience"
    __table_args__ = (
        sa.PrimaryKeyConstraint("code", "state", "ended_on", "cooperation_id", postgresql_include=["visibility"]),
        sa.Index("ix_state_experience_cooperation_id", "cooperation_id"),
    )

    code: str
    state: str
    ended_on: date
    cooperation_id: UUID = Field(foreign_key="cooperation.id", ondelete="CASCADE")
    visibility: Audience = Field(sa_type=text_enum(Audience))


for _table in ("cooperation", "cooperation_text", "state_experience"):
    protect(
        _table,
        seen=either(SHARED, SECRETARIAT, PLATFORM),
        written=either(SECRETARIAT, PLATFORM),
        # A changed text or code takes the place of the one before; what was recorded stays.
        removed=PLATFORM if _table == "cooperation" else either(SECRETARIAT, PLATFORM),
    )
