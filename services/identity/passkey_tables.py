"""Passkeys of people, and what a device was asked to sign."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.core.protection import PERSON, PLATFORM, either, protect
from services.core.table import Row


class Passkey(Row, table=True):
    """A key pair in a device of a person (WebAuthn), of which the public half is here."""

    __tablename__ = "passkey"
    __table_args__ = (
        sa.UniqueConstraint("credential_id"),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
        sa.CheckConstraint("sign_count >= 0", name="sign_count_range"),
    )

    person_id: UUID = Field(foreign_key="person.id", index=True)
    name: str
    credential_id: bytes
    public_key: bytes
    sign_count: int = Field(default=0, sa_type=sa.BigInteger)
    """How often the device says it has signed; one that does not grow was copied. Many devices do not count: 0."""
    last_used_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))


class PasskeyChallenge(SQLModel, table=True):
    """What a device is to sign, once: for one session, for one sign-in, or for one that begins with it."""

    __tablename__ = "passkey_challenge"

    bound_to: bytes = Field(primary_key=True)
    """The hash of what it is for: there is one open challenge for each, the newest."""
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    """Whose passkey must answer; None where the passkey says who signs in."""
    challenge: bytes
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True), index=True)


protect(
    "passkey",
    seen=either(f"person_id = {PERSON}", PLATFORM),
    written=PLATFORM,
    removed=PLATFORM,
    private=True,
)
protect("passkey_challenge", seen=PLATFORM, written=PLATFORM, removed=PLATFORM, private=True)
