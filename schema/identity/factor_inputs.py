"""What the mutations of second factors take and answer."""

import strawberry

from schema.core.errors import UserError
from schema.core.fields import ERRORS
from schema.identity.inputs import COOKIES, Done, Signed

CODE = "The six digits that your authenticator shows now, each good once, or an unused recovery code."

ANSWER = "Instead of a code: what a passkey of yours answered to `passkeyAsk`, as JSON (`credential.toJSON()`)."


@strawberry.input(description="The second half of a sign-in.")
class SignInConfirmInput:
    """Confirmation."""

    ticket: str = strawberry.field(description="The ticket that `signIn` gave.")
    code: str = strawberry.field(description=CODE)
    cookies: bool = strawberry.field(default=False, description=COOKIES)


@strawberry.input(description="Your password, before anything is added.")
class AuthenticatorAddInput:
    """New authenticator."""

    password: str = strawberry.field(description="Your present password.")


@strawberry.input(description="The first code of a new authenticator.")
class AuthenticatorConfirmInput:
    """First code."""

    code: str = strawberry.field(description="The six digits that it shows now.")


@strawberry.input(description="Your password, and a code or a passkey, before anything is taken away.")
class AuthenticatorRemoveInput:
    """Removal."""

    password: str = strawberry.field(description="Your present password.")
    code: str | None = strawberry.field(default=None, description=CODE)
    passkey: str | None = strawberry.field(default=None, description=ANSWER)


@strawberry.input(description="A code, or the answer of a passkey.")
class RecoveryCodesRenewInput:
    """Renewal."""

    code: str | None = strawberry.field(default=None, description=CODE)
    passkey: str | None = strawberry.field(default=None, description=ANSWER)


@strawberry.type(description="What you hold once you are signed in, or why you are not.")
class SignInConfirmPayload(Signed):
    """Answer of signInConfirm."""


@strawberry.type(description="The secret of a new authenticator, or why there is none.")
class AuthenticatorAddPayload:
    """Answer of authenticatorAdd."""

    secret: str | None = strawberry.field(
        default=None, description="Type it into the authenticator (base32); never shown again."
    )
    address: str | None = strawberry.field(
        default=None, description="The same as an `otpauth://` address: what a QR code for the authenticator holds."
    )
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="Your recovery codes, or why there are none.")
class RecoveryCodes:
    """Base of what answers with recovery codes."""

    recovery_codes: list[str] = strawberry.field(
        default_factory=list,
        description="Ten codes that stand in for a lost second factor, each once: keep them apart from it. Never shown again. Empty where the codes you have stay good.",
    )
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)


@strawberry.type(description="Your recovery codes, now that the authenticator counts, or why it does not.")
class AuthenticatorConfirmPayload(RecoveryCodes):
    """Answer of authenticatorConfirm."""


@strawberry.type(description="Your new recovery codes, or why there are none.")
class RecoveryCodesRenewPayload(RecoveryCodes):
    """Answer of recoveryCodesRenew."""


@strawberry.type(description="Whether it was taken away.")
class AuthenticatorRemovePayload(Done):
    """Answer of authenticatorRemove."""
