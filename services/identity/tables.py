"""People, their sign-ins with the refresh tokens of each, and their API tokens."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.core.actor import Role, Scope
from services.core.protection import DELEGATION, OWN, PERSON, PLATFORM, ROLE, SECRETARIAT, either, protect
from services.core.table import Row, now, text_enum, text_enum_array
from services.identity.terms import MailSetting

# Membership owns this table and stands above identity, which may not import it: as in a foreign key, the table is
# named here by its text, with the one column that says what its people may do.
HOME = sa.table("delegation", sa.column("id", sa.Uuid()), sa.column("standing", sa.Text()))


class Person(Row, table=True):
    """Someone who acts for a delegation, or for the secretariat (then without a delegation).

    Who changes delegation leaves and is invited anew: a row, and with it past acts, stays with its delegation.
    """

    __tablename__ = "person"
    __table_args__ = (
        # Not lower(): which letters that changes differs from one PostgreSQL to another.
        sa.CheckConstraint("email !~ '[A-Z]' AND char_length(email) BETWEEN 3 AND 254", name="email_form"),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        sa.CheckConstraint("role NOT IN ('public', 'system')", name="role_of_person"),
        sa.CheckConstraint("(role = 'secretariat') = (delegation_id IS NULL)", name="secretariat_or_delegation"),
        sa.CheckConstraint("(invitation_hash IS NULL) = (invitation_expires_at IS NULL)", name="invitation_whole"),
        sa.CheckConstraint(
            "mailed_invitation_hash IS NULL OR invitation_hash IS NOT NULL", name="mailed_invitation_is_open"
        ),
        sa.UniqueConstraint("invitation_hash"),
        sa.UniqueConstraint("mailed_invitation_hash"),
        sa.UniqueConstraint("reset_hash"),
        sa.CheckConstraint("(reset_hash IS NULL) = (reset_expires_at IS NULL)", name="reset_whole"),
        sa.CheckConstraint("erased_at IS NULL OR left_at IS NOT NULL", name="erased_have_left"),
        sa.Index(
            "ix_person_erase_at", "erase_at", postgresql_where=sa.text("erase_at IS NOT NULL AND erased_at IS NULL")
        ),
        sa.Index(
            "uq_person_email",
            "email",
            unique=True,
            postgresql_where=sa.text("left_at IS NULL AND invitation_hash IS NULL"),
        ),
        sa.Index(
            "uq_person_delegation_id_email",
            "delegation_id",
            "email",
            unique=True,
            postgresql_where=sa.text("left_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id", index=True)
    email: str
    """In small letters. Of all who have come and not left, one person has it; each delegation may invite it once.

    So an invitation tells its delegation nothing of who takes part elsewhere.
    """
    name: str
    role: Role = Field(sa_type=text_enum(Role))
    languages: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))
    password_hash: str | None = None
    invitation_hash: bytes | None = None
    """The hash of the secret with which an invited person sets the first password; None once it was accepted."""
    mailed_invitation_hash: bytes | None = None
    """The same of the secret in the invitation's mail: a second one, so that the database never holds either."""
    invitation_expires_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    mail: MailSetting = Field(
        default=MailSetting.EACH, sa_type=text_enum(MailSetting), sa_column_kwargs={"server_default": "each"}
    )
    """Which notices also come by e-mail."""
    reset_hash: bytes | None = None
    """The hash of the secret in the newest mail that lets the person set another password."""
    reset_expires_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    second_factor_due_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    """From when on the person can only add a second factor until there is one; None where none is needed."""
    left_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    erase_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    """When name and address go, as the person asked; None unless they did."""
    erased_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    """When they went: a pseudonym stands in their place."""
    is_demo: bool = False


class SignInSession(Row, table=True):
    """One sign-in: a family of refresh tokens of which only the newest is good."""

    __tablename__ = "sign_in_session"
    __table_args__ = (sa.CheckConstraint("char_length(device) <= 200", name="device_length"),)

    person_id: UUID = Field(foreign_key="person.id", index=True)
    device: str = ""
    """What the client called itself, so that its person can tell one session from another."""
    last_used_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    """When the person signed in or last refreshed the access token."""
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))


class RefreshToken(SQLModel, table=True):
    """One refresh token of a session; a spent one is kept, since seeing it again means that it was stolen."""

    __tablename__ = "refresh_token"

    secret_hash: bytes = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="sign_in_session.id", ondelete="CASCADE", index=True)
    spent_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))


class Tries(SQLModel, table=True):
    """How many tries to guess something were made of late, of a person or from an address: a bucket that leaks.

    In the database, so that all servers count together. What it counts for is kept as a hash only.
    """

    __tablename__ = "tries"
    __table_args__ = (sa.CheckConstraint("level >= 0", name="level_range"),)

    key: bytes = Field(primary_key=True)
    level: float
    """How full it was at ``at``: each try adds 1, time takes away."""
    at: datetime = Field(sa_type=sa.DateTime(timezone=True), index=True)
    known_until: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    """Until when the person is known at the address, for having signed in from there."""


class ApiToken(Row, table=True):
    """A named secret for a program; shown once, stored as its hash."""

    __tablename__ = "api_token"
    __table_args__ = (
        sa.UniqueConstraint("secret_hash"),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
    )

    person_id: UUID = Field(foreign_key="person.id", index=True)
    name: str
    secret_hash: bytes
    scopes: list[Scope] = Field(sa_type=text_enum_array(Scope))
    expires_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    revoked_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    last_used_at: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    """When a program last asked with it, a minute early at most."""


_MINE = f"person_id = {PERSON}"
protect(
    "person",
    seen=either(f"id = {PERSON}", OWN, SECRETARIAT, PLATFORM),
    # Nobody moves to another delegation, and none but its focal points changes a delegation's people, except that
    # the secretariat names the first focal point.
    written=either(
        f"id = {PERSON} AND delegation_id IS NOT DISTINCT FROM {DELEGATION}",
        f"{OWN} AND {ROLE} = 'focal_point'",
        f"{SECRETARIAT} AND role = 'focal_point'",
        PLATFORM,
    ),
    private=True,
)
protect(
    "sign_in_session",
    seen=either(_MINE, PLATFORM),
    written=either(_MINE, PLATFORM),
    removed=PLATFORM,
    private=True,
)
protect("refresh_token", seen=PLATFORM, written=PLATFORM, removed=PLATFORM, private=True)
protect("tries", seen=PLATFORM, written=PLATFORM, removed=PLATFORM, private=True)
protect("api_token", seen=either(_MINE, PLATFORM), written=either(_MINE, PLATFORM), removed=PLATFORM, private=True)
