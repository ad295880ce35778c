"""What the mutations of identity take and answer."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.scalars import LanguageTag
from schema.identity.types import ApiToken, Person, Session, Viewer
from schema.record.types import RecordHead
from services.core.actor import Role, Scope
from services.core.ids import write_id
from services.identity import shapes
from services.identity.terms import MailSetting
from services.record.shapes import NEWEST_HEAD

COOKIES = (
    "Whether HttpOnly cookies hold the tokens instead of the answer: for pages of the platform itself, whose scripts then "
    "never see them."
)


@strawberry.input(description="E-mail address and password.")
class SignInInput:
    """Sign-in."""

    email: str = strawberry.field(description="E-mail address.")
    password: str = strawberry.field(description="Password.")
    cookies: bool = strawberry.field(default=False, description=COOKIES)


@strawberry.input(description="A refresh token; it is spent by this.")
class SessionRefreshInput:
    """Refresh."""

    refresh_token: str | None = strawberry.field(
        default=None, description="The newest refresh token of the session; left out where a cookie holds it."
    )


@strawberry.input(description="An invitation and the password that you choose.")
class InvitationAcceptInput:
    """Acceptance."""

    secret: str = strawberry.field(description="The secret of the invitation.")
    password: str = strawberry.field(description="12 to 128 characters, not easy to guess.")


@strawberry.input(description="Whose password was forgotten.")
class PasswordResetRequestInput:
    """Request for a mail."""

    email: str = strawberry.field(description="E-mail address.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="The secret of a mail and the password that you choose.")
class PasswordResetInput:
    """Another password."""

    secret: str = strawberry.field(description="The secret that the link of the mail carries.")
    password: str = strawberry.field(description="12 to 128 characters, not easy to guess.")


@strawberry.input(description="Your present password and the one to come.")
class PasswordChangeInput:
    """Change of password."""

    old_password: str = strawberry.field(description="The present one.")
    new_password: str = strawberry.field(description="The new one: 12 to 128 characters, not easy to guess.")


@strawberry.input(description="Whom to invite.")
class PersonInviteInput:
    """Invitation."""

    email: str = strawberry.field(description="E-mail address.")
    name: str = strawberry.field(description="Name, 1 to 200 characters.")
    role: Role = strawberry.field(description="VIEWER, CONTRIBUTOR or FOCAL_POINT; the secretariat also SECRETARIAT.")
    languages: list[LanguageTag] = strawberry.field(
        default_factory=list, description="Languages they read in, best first."
    )
    delegation: strawberry.ID | None = strawberry.field(
        default=None, description="For the secretariat: the delegation whose first focal point this is."
    )


@strawberry.input(description="A person, by their id.")
class PersonRemoveInput:
    """Removal."""

    id: strawberry.ID = strawberry.field(description="The person.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A person and their new role.")
class PersonGiveRoleInput:
    """Role."""

    id: strawberry.ID = strawberry.field(description="The person.")
    role: Role = strawberry.field(description="VIEWER, CONTRIBUTOR or FOCAL_POINT.")


@strawberry.input(description="Your own settings; what is left out stays as it is.")
class SettingsChangeInput:
    """Settings."""

    name: str | None = strawberry.field(default=None, description="Your name, 1 to 200 characters.")
    languages: list[LanguageTag] | None = strawberry.field(
        default=None, description="Languages you read in, best first."
    )
    mail: MailSetting | None = strawberry.field(default=None, description="Which notices you want by e-mail.")


@strawberry.input(description="One of your sessions, by its id.")
class SessionEndInput:
    """End of a session."""

    id: strawberry.ID = strawberry.field(description="The session.")


@strawberry.input(description="A new API token.")
class ApiTokenCreateInput:
    """New token."""

    name: str = strawberry.field(description="What you call it, 1 to 100 characters.")
    scopes: list[Scope] = strawberry.field(description="What it may do; READ is always among them.")
    days: int = strawberry.field(default=90, description="How long it is good, 1 to 365 days.")


@strawberry.input(description="One of your API tokens, by its id.")
class ApiTokenRevokeInput:
    """End of a token."""

    id: strawberry.ID = strawberry.field(description="The token.")


@strawberry.type(description="What you hold once you are signed in, or why you are not.")
class Signed:
    """Base of what begins or renews a session."""

    access_token: str | None = strawberry.field(
        default=None,
        description="Send it as `Authorization: Bearer …`; null if you are not signed in, or a cookie holds it.",
    )
    access_expires_at: datetime | None = strawberry.field(default=None, description="Until when it is good.")
    refresh_token: str | None = strawberry.field(
        default=None,
        description="Gets the next access token, once; used twice, it ends the session. Null if a cookie holds it.",
    )
    refresh_expires_at: datetime | None = strawberry.field(default=None, description="Until when it is good.")
    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why you are not signed in; empty if you are."
    )

    @strawberry.field(description="You; null if you are not signed in.")
    async def viewer(self, info: Info) -> Viewer | None:
        """Read as the person who just signed in."""
        return await read(info, shapes.MYSELF) if self.access_expires_at else None


@strawberry.type(description="What you hold once you are signed in, or why you are not.")
class SignInPayload(Signed):
    """Answer of signIn."""

    ticket: str | None = strawberry.field(
        default=None,
        description="With the error SECOND_FACTOR_NEEDED: what `signInConfirm` takes, good for 10 minutes; else null.",
    )

    @strawberry.field(
        description="The newest signed head of the record; null if you are not signed in, and before the first. Keep it: "
        "against it any later change to the record is found."
    )
    async def record_head(self, info: Info) -> RecordHead | None:
        """Handed out with each sign-in, so that many hold many of them."""
        return await read(info, NEWEST_HEAD) if self.access_expires_at else None


@strawberry.type(description="The next tokens of your session. A spent refresh token ends the session.")
class SessionRefreshPayload(Signed):
    """Answer of sessionRefresh."""


@strawberry.type(description="Whether it was done, or why not.")
class Done:
    """Base of what answers with nothing to read."""

    done: bool = strawberry.field(default=False, description="Whether it was done.")
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="Whether you are signed out.")
class SignOutPayload(Done):
    """Answer of signOut."""


@strawberry.type(description="Whether the invitation was accepted; sign in then.")
class InvitationAcceptPayload(Done):
    """Answer of invitationAccept."""


@strawberry.type(description="Whether it was asked for: true whether there is such a person or not.")
class PasswordResetRequestPayload(Done):
    """Answer of passwordResetRequest."""


@strawberry.type(description="Whether the password was set; all your sessions have ended then: sign in.")
class PasswordResetPayload(Done):
    """Answer of passwordReset."""


@strawberry.type(description="Whether the password was changed; your other sessions have ended then.")
class PasswordChangePayload(Done):
    """Answer of passwordChange."""


@strawberry.type(description="The person as they now are, or why it was not done.")
class PersonPayload:
    """Base of acts on people."""

    person_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The person; null if nothing was done.")
    async def person(self, info: Info) -> Person | None:
        """Read back after the commit, through the same Shape."""
        if self.person_id is None:
            return None
        return await read(info, shapes.PERSON_BY_ID, id=write_id("person", self.person_id))  # type: ignore[no-any-return]


@strawberry.type(description="The person invited, or why it was not done.")
class PersonInvitePayload(PersonPayload):
    """Answer of personInvite."""


@strawberry.type(description="The person as they now are, or why it was not done.")
class PersonRemovePayload(PersonPayload):
    """Answer of personRemove."""


@strawberry.type(description="The person as they now are, or why it was not done.")
class PersonGiveRolePayload(PersonPayload):
    """Answer of personGiveRole."""


@strawberry.type(description="You as you now are, or why it was not done.")
class SettingsChangePayload(PersonPayload):
    """Answer of settingsChange."""


@strawberry.type(description="The session as it now is, or why it was not done.")
class SessionEndPayload:
    """Answer of sessionEnd."""

    session_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The session; null if nothing was done.")
    async def session(self, info: Info) -> Session | None:
        """Read back after the commit, through the same Shape."""
        if self.session_id is None:
            return None
        return await read(info, shapes.SESSION_BY_ID, id=write_id("session", self.session_id))  # type: ignore[no-any-return]


@strawberry.type(description="The token as it now is, or why it was not done.")
class ApiTokenPayload:
    """Base of acts on API tokens."""

    token_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The token; null if nothing was done.")
    async def api_token(self, info: Info) -> ApiToken | None:
        """Read back after the commit, through the same Shape."""
        if self.token_id is None:
            return None
        return await read(info, shapes.API_TOKEN_BY_ID, id=write_id("api_token", self.token_id))  # type: ignore[no-any-return]


@strawberry.type(description="The new token and its secret, shown this once.")
class ApiTokenCreatePayload(ApiTokenPayload):
    """Answer of apiTokenCreate."""

    secret: str | None = strawberry.field(
        default=None, description="Send it as `Authorization: Bearer …`; never shown again."
    )


@strawberry.type(description="The token as it now is, or why it was not done.")
class ApiTokenRevokePayload(ApiTokenPayload):
    """Answer of apiTokenRevoke."""
