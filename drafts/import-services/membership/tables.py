"""Delegations and their standings."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.core.protection import AUDIENCE, DELEGATION, PLATFORM, SECRETARIAT, either, protect
from services.core.table import Row, text_enum
from services.membership.terms import DelegationKind, Standing


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
    is_demo: bool = False


class StandingPeriod(Row, table=True):
    """One standing of one delegation, from a day on until the day before ``valid_to``."""

    __tablename__ = "standing_period"
    __table_args__ = (sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),)

    delegation_id: UUID = Field(foreign_key="delegation.id", index=True)
    standing: Standing = Field(sa_type=text_enum(Standing))
    valid_from: date
    valid_to: date | None = None
    reference: str = ""
    """The note verbale or decision it rests on."""


_LISTED = "standing IN ('member', 'co_chair', 'observer', 'suspended', 'withdrawn')"
protect(
    "delegation",
    seen=either(f"{_LISTED} AND {AUDIENCE} IS NOT NULL", f"id = {DELEGATION}", SECRETARIAT, PLATFORM),
    written=either(SECRETARIAT, PLATFORM, f"{AUDIENCE} = 'members'"),
)
protect(
    "standing_period",
    seen=either(f"{_LISTED} AND {AUDIENCE} IS NOT NULL", f"delegation_id = {DELEGATION}", SECRETARIAT, PLATFORM),
    written=either(SECRETARIAT, PLATFORM, f"{AUDIENCE} = 'members'"),
)
