"""The words of identity: what people give and what they are given."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.core.actor import Role


class MailSetting(StrEnum):
    """Which notices a person wants by e-mail; invitations and what touches one's own access always come."""

    EACH = "each"
    NONE = "none"


class RecoveryStatus(StrEnum):
    """How far the recovery of a lost second factor has come."""

    WAITING = "waiting"
    APPROVED = "approved"
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN = (RecoveryStatus.WAITING, RecoveryStatus.APPROVED)
"""A recovery that is not over."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to invite, and as what.

    ``delegation_id`` is None for the inviter's own delegation, and for people of the secretariat. ``languages``
    are BCP 47 tags, best first.
    """

    email: str
    name: str
    role: Role
    languages: tuple[str, ...] = ()
    delegation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Slowing:
    """How fast tries may come: ``free`` at once, then one each ``pause``."""

    free: int
    pause: timedelta


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a second factor: a code of an authenticator, a recovery code, or the answer of a passkey (JSON)."""

    code: str | None = field(default=None, repr=False)
    passkey: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a device was asked to sign, and whose passkey must have signed it; None where the passkey tells who it is."""

    challenge: bytes = field(repr=False)
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Issued:
    """What was made, and the secret that stands for it: shown this once, never stored."""

    id: UUID
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a person who signed in holds: an access token and the refresh token that gets the next one.

    The access token is good until ``access_expires_at``. The refresh token is good once, until
    ``refresh_expires_at``; used twice, it ends the session.
    """

    person_id: UUID
    session_id: UUID
    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_expires_at: datetime
