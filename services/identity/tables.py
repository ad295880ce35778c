"""People, their sessions and their API tokens."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.core.actor import Role, Scope
from services.core.protection import DELEGATION, PERSON, PLATFORM, SECRETARIAT, either, protect
from services.core.table import Row, text_enum, text_enum_array


class Person(Row, table=True):
    """Someone who acts for a delegation, or for the secretariat (then without a delegation)."""

    __tablename__ = "person"
    __table_args__ = (
        sa.CheckConstraint("email = lower(email) AND char_length(email) BETWEEN 3 AND 254", name="email_form"),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        sa.CheckConstraint("(role = 'secretariat') = (delegation_id IS NULL)", name="secretariat_or_delegation"),
        sa.UniqueConstraint("email"),
    )

    delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id", index=True)
    email: str
    name: str
    role: Role = Field(sa_type=text_enum(Role))
    languages: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    password_hash: str | None = None
    left_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    is_demo: bool = False


class SignInSession(Row, table=True):
    """One sign-in: a family of refresh tokens of which only the newest is good."""

    __tablename__ = "sign_in_session"
    __table_args__ = (sa.UniqueConstraint("refresh_hash"),)

    person_id: UUID = Field(foreign_key="person.id", index=True)
    delegation_id: UUID | None = Field(default=None)
    refresh_hash: bytes
    spent_hashes: list[bytes] = Field(default_factory=list, sa_type=ARRAY(sa.LargeBinary))
    """Refresh tokens of this family that were used already; seeing one again ends the family."""
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))


class ApiToken(Row, table=True):
    """A named secret for a program; shown once, stored as its hash."""

    __tablename__ = "api_token"
    __table_args__ = (
        sa.UniqueConstraint("secret_hash"),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
    )

    person_id: UUID = Field(foreign_key="person.id", index=True)
    delegation_id: UUID | None = Field(default=None)
    name: str
    secret_hash: bytes
    scopes: list[Scope] = Field(sa_type=text_enum_array(Scope))
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    revoked_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))


protect(
    "person",
    seen=either(f"id = {PERSON}", f"delegation_id = {DELEGATION}", SECRETARIAT, PLATFORM),
    written=either(f"id = {PERSON}", f"delegation_id = {DELEGATION}", SECRETARIAT, PLATFORM),
)
protect(
    "sign_in_session",
    seen=either(f"person_id = {PERSON}", PLATFORM),
    written=either(f"person_id = {PERSON}", PLATFORM),
)
protect(
    "api_token",
    seen=either(f"person_id = {PERSON}", PLATFORM),
    written=either(f"person_id = {PERSON}", PLATFORM),
)
