"""GraphQL types of identity."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.page import Connection, answered_by_shape
from schema.core.scalars import LanguageTag
from schema.core.texts import Node
from schema.membership.types import Delegation
from services.core.actor import Role, Scope
from services.identity.shapes import ApiTokenOrder, PasskeyOrder, PersonOrder, SessionOrder
from services.identity.terms import MailSetting

describe(
    Role,
    "What a person is to the platform.",
    PUBLIC="Everyone; no person has this role.",
    VIEWER="May read what its delegation may read.",
    CONTRIBUTOR="May also draft for its delegation.",
    FOCAL_POINT="Nominated by a delegation to act for it.",
    SECRETARIAT="One of those who run the platform.",
    SYSTEM="The platform itself; no person has this role.",
)
describe(
    Scope,
    "What an API token may do; never more than its person.",
    READ="Read; every token may.",
    WRITE="Also act.",
    IMPORT="Also import for its delegation.",
)
describe(
    MailSetting,
    "Which notices you want by e-mail. Invitations and what touches your own access always come.",
    EACH="Each notice, as it is written.",
    NONE="None of them; they stand in `viewer.notices`.",
)
describe(PersonOrder, "Orders of people.", NAME="By name.")
describe(SessionOrder, "Orders of sessions.", NEWEST="Last used first.")
describe(PasskeyOrder, "Orders of passkeys.", NEWEST="Last made first.")
describe(ApiTokenOrder, "Orders of API tokens.", NEWEST="Last made first.")


@strawberry.type(
    description="Someone who acts for a delegation, or for the secretariat. Seen by themselves, their delegation and the "
    "secretariat."
)
class Person(Node):
    """Person."""

    name: str = strawberry.field(description="Name.")
    email: str = strawberry.field(description="E-mail address, by which they sign in.")
    role: Role = strawberry.field(description="What they are.")
    languages: list[LanguageTag] = strawberry.field(description="The languages they read in, best first.")
    delegation: Delegation | None = strawberry.field(description="Whom they act for; null for the secretariat.")
    created_at: datetime = strawberry.field(description="When they were invited.")
    invitation_expires_at: datetime | None = strawberry.field(
        description="Until when they may accept the invitation; null once they did."
    )
    left_at: datetime | None = strawberry.field(description="When they left; null while they take part.")
    is_demo: bool = strawberry.field(description="Whether they were made by the demonstration data.")
    viewer_can_change_settings: bool = strawberry.field(description="Whether these are your own settings.")
    viewer_can_give_role: bool = strawberry.field(description="Whether you may give them another role now.")
    viewer_cannot_give_role_reasons: list[str] = strawberry.field(description="Codes of why not; or empty.")
    viewer_can_remove: bool = strawberry.field(description="Whether you may remove them now.")
    viewer_cannot_remove_reasons: list[str] = strawberry.field(description="Codes of why not; or empty.")


@strawberry.type(description="One of your sign-ins. Seen by its person only.")
class Session(Node):
    """Session."""

    device: str = strawberry.field(description="What the client called itself; may be empty.")
    created_at: datetime = strawberry.field(description="When you signed in.")
    last_used_at: datetime = strawberry.field(description="When it was last renewed.")
    expires_at: datetime = strawberry.field(description="When it ends unless it is renewed before.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null while it lasts.")
    viewer_can_end: bool = strawberry.field(description="Whether you may end it now.")


@strawberry.type(description="A named secret for a program. Seen by its person only; the secret is shown once.")
class ApiToken(Node):
    """API token."""

    name: str = strawberry.field(description="What you called it.")
    scopes: list[Scope] = strawberry.field(description="What it may do.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it ends.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null while it is good.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to the minute; null if it never was."
    )
    viewer_can_revoke: bool = strawberry.field(description="Whether you may revoke it now.")


@strawberry.type(
    description="A key pair in one of your devices, of which the platform has the public half (WebAuthn). Seen by its person "
    "only."
)
class Passkey(Node):
    """Passkey."""

    name: str = strawberry.field(description="What you called it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    last_used_at: datetime | None = strawberry.field(description="When it last proved you; null if it never did.")


@strawberry.type(description="Who asks, and what is theirs alone.")
class Viewer:
    """Viewer."""

    person: Person = strawberry.field(description="You.")
    reads_members: bool = strawberry.field(description="Whether you may read what is meant for members.")
    acts: bool = strawberry.field(description="Whether you may act: your delegation takes part, your token may write.")
    is_co_chair: bool = strawberry.field(description="Whether your delegation is a co-chair today.")
    mail: MailSetting = strawberry.field(description="Which of your notices also come by e-mail.")
    second_factor_due_at: datetime | None = strawberry.field(
        description="From when on you can do nothing but add a second factor, until you have one; null where you need none."
    )
    must_add_second_factor: bool = strawberry.field(
        description="Whether that is so now: see `authenticatorAdd` and `passkeyAdd`."
    )
    authenticator_since: datetime | None = strawberry.field(
        description="Since when an authenticator is your second factor; null while none is."
    )
    recovery_codes_left: int = strawberry.field(description="How many of your recovery codes are unused.")
    viewer_can_invite: bool = strawberry.field(description="Whether you may invite people.")

    @strawberry.field(description="Your sign-ins.")
    def sessions(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[SessionOrder, strawberry.argument(description="In which order.")] = SessionOrder.NEWEST,
    ) -> Connection[Session]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="Your API tokens.")
    def api_tokens(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[ApiTokenOrder, strawberry.argument(description="In which order.")] = ApiTokenOrder.NEWEST,
    ) -> Connection[ApiToken]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="Your passkeys; each is a second factor.")
    def passkeys(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[PasskeyOrder, strawberry.argument(description="In which order.")] = PasskeyOrder.NEWEST,
    ) -> Connection[Passkey]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.input(description="Which people; everything given must hold.")
class PersonWhere:
    """Person filter."""

    role: Role | None = strawberry.field(default=None, description="Has this role.")
    delegation: strawberry.ID | None = strawberry.field(default=None, description="Acts for this delegation.")
