"""What the mutations of passkeys take and answer."""

from uuid import UUID

import strawberry

from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS
from schema.identity.factor_inputs import ANSWER, CODE, RecoveryCodes
from schema.identity.inputs import COOKIES, Done, Signed
from schema.identity.types import Passkey
from services.core.ids import write_id
from services.identity import shapes

OPTIONS = "As JSON: a page gives it, parsed by `PublicKeyCredential.parse…OptionsFromJSON`, to `navigator.credentials`."
PROOF = "Where you have a second factor. "


@strawberry.input(description="For what a passkey is asked.")
class PasskeyAskInput:
    """Question to a device."""

    ticket: str | None = strawberry.field(
        default=None,
        description="The ticket of `signIn`, for its second half. Without it a passkey proves a change that you make, "
        "signed in; or, not signed in, signs in alone.",
    )


@strawberry.input(description="The answer of a passkey.")
class PasskeySignInInput:
    """Sign-in."""

    ticket: str = strawberry.field(description="The ticket of `passkeyAsk`, or that of `signIn` which it was given.")
    passkey: str = strawberry.field(description="What it answered to `passkeyAsk`, as JSON (`credential.toJSON()`).")
    cookies: bool = strawberry.field(default=False, description=COOKIES)


@strawberry.input(description="Your password, and the second factor if you have one, before anything is added.")
class PasskeyAddInput:
    """New passkey."""

    password: str = strawberry.field(description="Your present password.")
    code: str | None = strawberry.field(default=None, description=PROOF + CODE)
    passkey: str | None = strawberry.field(default=None, description=ANSWER)


@strawberry.input(description="A new passkey and its name.")
class PasskeyConfirmInput:
    """Answer of a device."""

    name: str = strawberry.field(description="What you call it, 1 to 100 characters, such as the name of the device.")
    passkey: str = strawberry.field(description="What the device answered, as JSON (`credential.toJSON()`).")


@strawberry.input(description="One of your passkeys, by its id, and another name.")
class PasskeyRenameInput:
    """Name."""

    id: strawberry.ID = strawberry.field(description="The passkey.")
    name: str = strawberry.field(description="What you call it, 1 to 100 characters.")


@strawberry.input(description="One of your passkeys, by its id, your password, and a code or a passkey.")
class PasskeyRemoveInput:
    """Removal."""

    id: strawberry.ID = strawberry.field(description="The passkey.")
    password: str = strawberry.field(description="Your present password.")
    code: str | None = strawberry.field(default=None, description=CODE)
    passkey: str | None = strawberry.field(default=None, description=ANSWER)


@strawberry.type(description="What a device is to be asked for, or why not.")
class PasskeyOptions:
    """Base of what begins with a question to a device."""

    options: str | None = strawberry.field(default=None, description=OPTIONS)
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="What a device is to be asked for, once and within 5 minutes, or why not.")
class PasskeyAskPayload(PasskeyOptions):
    """Answer of passkeyAsk."""

    ticket: str | None = strawberry.field(
        default=None, description="What `passkeySignIn` takes with the answer; null where a change is proven."
    )


@strawberry.type(description="What you hold once you are signed in, or why you are not.")
class PasskeySignInPayload(Signed):
    """Answer of passkeySignIn."""


@strawberry.type(description="What a device is to be asked for, once and within 5 minutes, or why not.")
class PasskeyAddPayload(PasskeyOptions):
    """Answer of passkeyAdd."""


@strawberry.type(
    description="The new passkey, and your recovery codes where it is your first second factor; or why not."
)
class PasskeyConfirmPayload(RecoveryCodes):
    """Answer of passkeyConfirm."""

    passkey_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="The passkey; null if nothing was done.")
    async def passkey(self, info: Info) -> Passkey | None:
        """Read back after the commit, through the same Shape."""
        return await _read(info, self.passkey_id)


@strawberry.type(description="The passkey as it now is, or why it was not done.")
class PasskeyRenamePayload:
    """Answer of passkeyRename."""

    passkey_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The passkey; null if nothing was done.")
    async def passkey(self, info: Info) -> Passkey | None:
        """Read back after the commit, through the same Shape."""
        return await _read(info, self.passkey_id)


@strawberry.type(description="Whether it was taken away.")
class PasskeyRemovePayload(Done):
    """Answer of passkeyRemove."""


async def _read(info: Info, key: UUID | None) -> Passkey | None:
    if key is None:
        return None
    return await read(info, shapes.PASSKEY_BY_ID, id=write_id("passkey", key))  # type: ignore[no-any-return]
