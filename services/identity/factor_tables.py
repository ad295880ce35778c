"""Second factors: authenticators, recovery codes, and the tickets of sign-ins that still wait for one."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.core.protection import PERSON, PLATFORM, either, protect
from services.core.table import Row


class Authenticator(Row, table=True):
    """What shows a person one-time passwords (RFC 6238); it counts once its first code was given."""

    __tablename__ = "authenticator"
    __table_args__ = (sa.UniqueConstraint("person_id"),)

    person_id: UUID = Field(foreign_key="person.id")
    sealed_secret: bytes
    """Sealed for the person (``core.sealing``)."""
    confirmed_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    last_step: int = Field(default=0, sa_type=sa.BigInteger)
    """The step of time of the last code given: it and those before are good no more."""


class RecoveryCode(SQLModel, table=True):
    """One of ten codes that stand in for a lost authenticator, each once; kept as its hash."""

    __tablename__ = "recovery_code"

    code_hash: bytes = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    used_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))


class SignInTicket(SQLModel, table=True):
    """A sign-in whose password was right and whose second factor is still to come."""

    __tablename__ = "sign_in_ticket"

    secret_hash: bytes = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True), index=True)


_SEEN = either(f"person_id = {PERSON}", PLATFORM)
protect("authenticator", seen=_SEEN, written=PLATFORM, removed=PLATFORM, private=True)
protect("recovery_code", seen=_SEEN, written=PLATFORM, removed=PLATFORM, private=True)
protect("sign_in_ticket", seen=PLATFORM, written=PLATFORM, removed=PLATFORM, private=True)
