"""A delegation's own provider of sign-ins (OpenID Connect), whom it knows, and the sign-ins that are under way."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.core.protection import OWN, PLATFORM, either, protect
from services.core.table import Row


class IdentityProvider(Row, table=True):
    """Where people of one delegation may sign in; it gives no rights, and lets nobody in who is not invited."""

    __tablename__ = "identity_provider"
    __table_args__ = (
        sa.UniqueConstraint("delegation_id"),
        sa.CheckConstraint("char_length(issuer) BETWEEN 1 AND 300", name="issuer_length"),
        sa.CheckConstraint("char_length(client_id) BETWEEN 1 AND 200", name="client_id_length"),
        sa.CheckConstraint("cardinality(domains) BETWEEN 1 AND 10", name="domains_number"),
    )

    delegation_id: UUID = Field(foreign_key="delegation.id")
    issuer: str
    client_id: str
    sealed_secret: bytes
    """Sealed for the delegation (``core.sealing``)."""
    domains: list[str] = Field(sa_type=ARRAY(sa.Text))
    """The domains of e-mail addresses that it may vouch for, in small letters."""
    trusts_factor: bool = False
    """Whether its word that it asked for more than a password stands for the second factor here."""


class ProviderLink(SQLModel, table=True):
    """Whom a provider means by its own name of someone; from then on an e-mail address is no matter."""

    __tablename__ = "provider_link"
    __table_args__ = (sa.UniqueConstraint("provider_id", "person_id"),)

    provider_id: UUID = Field(primary_key=True, foreign_key="identity_provider.id", ondelete="CASCADE")
    subject: str = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)


class ProviderSignIn(SQLModel, table=True):
    """A sign-in that went to a provider and has not come back."""

    __tablename__ = "provider_sign_in"

    ticket_hash: bytes = Field(primary_key=True)
    """The hash of what only the browser holds that began it."""
    provider_id: UUID = Field(foreign_key="identity_provider.id", ondelete="CASCADE", index=True)
    provider_revision: int
    state: str
    nonce: str
    verifier: str
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True), index=True)


protect("identity_provider", seen=either(OWN, PLATFORM), written=PLATFORM, removed=PLATFORM, private=True)
protect("provider_link", seen=PLATFORM, written=PLATFORM, removed=PLATFORM, private=True)
protect("provider_sign_in", seen=PLATFORM, written=PLATFORM, removed=PLATFORM, private=True)
