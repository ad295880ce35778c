"""What the mutations of providers take and answer."""

from uuid import UUID

import strawberry

from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS
from schema.identity.factor_inputs import ANSWER, CODE
from schema.identity.inputs import COOKIES, Done, SignInPayload
from schema.identity.provider_types import IdentityProvider
from services.core.ids import write_id
from services.identity.provider_shapes import PROVIDER_BY_ID


@strawberry.input(description="The provider of your delegation, and a proof of your second factor.")
class IdentityProviderSetInput:
    """Provider."""

    issuer: str = strawberry.field(
        description="Its address, https, as it calls itself: `/.well-known/…` is read beneath it."
    )
    client_id: str = strawberry.field(description="What it calls the platform.")
    client_secret: str = strawberry.field(description="The secret it gave the platform; kept sealed and never shown.")
    domains: list[str] = strawberry.field(
        description="The domains of e-mail addresses that it may vouch for, 1 to 10, such as `ministry.example`."
    )
    trusts_factor: bool = strawberry.field(
        default=False,
        description="Whether its word that it made sure by two factors (`amr`, RFC 8176) stands for the second factor of viewers "
        "and contributors. Focal points always use their own.",
    )
    revision: int | None = strawberry.field(
        default=None, description="The revision of the one there is; null where there is none."
    )
    code: str | None = strawberry.field(default=None, description=CODE)
    passkey: str | None = strawberry.field(default=None, description=ANSWER)


@strawberry.input(description="The revision of your delegation's provider, and a proof of your second factor.")
class IdentityProviderRemoveInput:
    """Removal."""

    revision: int = strawberry.field(description="That of the one there is.")
    code: str | None = strawberry.field(default=None, description=CODE)
    passkey: str | None = strawberry.field(default=None, description=ANSWER)


@strawberry.input(description="Whose provider.")
class ProviderSignInBeginInput:
    """Beginning."""

    delegation: strawberry.ID = strawberry.field(description="The delegation that you act for.")


@strawberry.input(description="What the provider gave along, and the ticket of the beginning.")
class ProviderSignInFinishInput:
    """End."""

    ticket: str = strawberry.field(description="The ticket of `providerSignInBegin`, which the page kept to itself.")
    delegation: strawberry.ID = strawberry.field(description="The `provider` that came back: whose it is.")
    state: str = strawberry.field(description="The `state` that came back.")
    code: str = strawberry.field(description="The `code` that came back.")
    cookies: bool = strawberry.field(default=False, description=COOKIES)


@strawberry.type(description="The provider as it now is, or why it was not done.")
class IdentityProviderSetPayload:
    """Answer of identityProviderSet."""

    provider_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The provider; null if nothing was done.")
    async def identity_provider(self, info: Info) -> IdentityProvider | None:
        """Read back after the commit, through the same Shape."""
        if self.provider_id is None:
            return None
        key = write_id("identity_provider", self.provider_id)
        return await read(info, PROVIDER_BY_ID, id=key)  # type: ignore[no-any-return]


@strawberry.type(description="Whether it was removed.")
class IdentityProviderRemovePayload(Done):
    """Answer of identityProviderRemove."""


@strawberry.type(description="Where to go, or why not.")
class ProviderSignInBeginPayload:
    """Answer of providerSignInBegin."""

    address: str | None = strawberry.field(
        default=None,
        description="Lead the browser there; it comes back to `/#provider=…&state=…&code=…` within 10 minutes.",
    )
    ticket: str | None = strawberry.field(
        default=None,
        description="Keep it in the page: `providerSignInFinish` takes it, so that nobody finishes for another.",
    )
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What you hold once you are signed in, or why you are not.")
class ProviderSignInFinishPayload(SignInPayload):
    """Answer of providerSignInFinish."""
