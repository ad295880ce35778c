"""What can go wrong with people and their ways in, each with a stable code."""

from services.core.errors import Conflict, Invalid


class WrongSignIn(Invalid):
    """The e-mail address or the password is not right; which of them, nobody is told."""

    code = "WRONG_SIGN_IN"

    def __init__(self) -> None:
        super().__init__("E-mail or password is not right.")


class WrongPassword(Invalid):
    """The password given with a change of it is not the present one."""

    code = "WRONG_PASSWORD"

    def __init__(self, path: tuple[str, ...] = ("oldPassword",)) -> None:
        super().__init__("This is not your present password.", path=path)


class SecondFactorNeeded(Conflict):
    """The password was right, and the person has a second factor: the sign-in goes on with it and the ticket."""

    code = "SECOND_FACTOR_NEEDED"

    def __init__(self, ticket: str) -> None:
        super().__init__("Now the code that your authenticator shows, or one of your recovery codes.")
        self.ticket = ticket


class TicketNotValid(Invalid):
    """No sign-in waits for a second factor under this ticket, or it has waited too long."""

    code = "TICKET_NOT_VALID"

    def __init__(self) -> None:
        super().__init__("This sign-in took too long, or is done already. Begin again.", path=("ticket",))


class WrongCode(Invalid):
    """A code is neither what the authenticator shows now nor an unused recovery code."""

    code = "WRONG_CODE"

    def __init__(self) -> None:
        super().__init__(
            "This code is not right: give the six digits that your authenticator shows now, each once, or an unused"
            " recovery code.",
            path=("code",),
        )


class AuthenticatorThere(Conflict):
    """A person has one authenticator."""

    code = "AUTHENTICATOR_THERE"

    def __init__(self) -> None:
        super().__init__("You have an authenticator. Remove it before you add another.")


class NoAuthenticator(Conflict):
    """What is asked for needs an authenticator, and there is none."""

    code = "NO_AUTHENTICATOR"


class NoSecondFactor(Conflict):
    """What is asked for is proven by a second factor, and there is none."""

    code = "NO_SECOND_FACTOR"

    def __init__(self) -> None:
        super().__init__("You have no second factor: add an authenticator or a passkey first.")


class ProofMissing(Invalid):
    """A change of second factors is proven by one that is there: by a code, or by the answer of a passkey."""

    code = "PROOF_MISSING"

    def __init__(self) -> None:
        super().__init__("Give a code, or the answer of a passkey, but not both.", path=("code",))


class PasskeyThere(Conflict):
    """The device holds a passkey that is known here already."""

    code = "PASSKEY_THERE"

    def __init__(self) -> None:
        super().__init__("This device holds a passkey that is known here already.", path=("passkey",))


class TooManyPasskeys(Conflict):
    """A person has as many passkeys as there may be."""

    code = "TOO_MANY_PASSKEYS"


class RecoveryThere(Conflict):
    """A recovery of this person's second factor is open already."""

    code = "RECOVERY_THERE"

    def __init__(self) -> None:
        super().__init__("A recovery of this second factor has been asked for already, and waits.")


class NotKnownToProvider(Conflict):
    """The provider vouches for someone, but for nobody who takes part for its delegation under a verified address."""

    code = "NOT_KNOWN_TO_PROVIDER"

    def __init__(self) -> None:
        super().__init__(
            "Your delegation's provider vouches for nobody who takes part here: accept your invitation first, under the"
            " same e-mail address."
        )


class FactorFirst(Conflict):
    """Who acts for a state signs in with a provider once they have a second factor here."""

    code = "SECOND_FACTOR_FIRST"

    def __init__(self) -> None:
        super().__init__(
            "Your role needs a second factor here: sign in with your password once, and add one. From then on you can"
            " sign in with your delegation's provider."
        )


class TooManyTries(Conflict):
    """Too many wrong tries were made of late; after a while there may be another."""

    code = "TOO_MANY_TRIES"

    def __init__(self, wait: str) -> None:
        super().__init__(f"Too many tries went wrong. Try again in {wait}.")


class InvitationNotValid(Invalid):
    """The secret is no invitation, or one that was used, has expired or was taken back."""

    code = "INVITATION_NOT_VALID"

    def __init__(self) -> None:
        super().__init__(
            "This invitation is not valid: it was used, has expired or was taken back. Ask for a new one.",
            path=("secret",),
        )


class ResetNotValid(Invalid):
    """The secret sets no other password: it was used, has expired, or a newer mail took its place."""

    code = "RESET_NOT_VALID"

    def __init__(self) -> None:
        super().__init__(
            "This link is not valid: it was used, has expired, or a newer one took its place. Ask for another.",
            path=("secret",),
        )


class WrongEmail(Invalid):
    """What was given is no e-mail address."""

    code = "WRONG_EMAIL"


class EmailTaken(Conflict):
    """Someone of the same delegation has this e-mail address, or was invited to it."""

    code = "EMAIL_TAKEN"

    def __init__(self) -> None:
        super().__init__("Someone of this delegation has this e-mail address already.", path=("email",))


class TakesPartElsewhere(Conflict):
    """Who accepts an invitation takes part already under the same address, for another delegation."""

    code = "TAKES_PART_ELSEWHERE"

    def __init__(self) -> None:
        super().__init__(
            "You take part already under this e-mail address, for another delegation. Let it remove you first, or ask"
            " for an invitation to another address.",
            path=("secret",),
        )


class FocalPointThere(Conflict):
    """The secretariat invites only the first focal point of a delegation, and there is one."""

    code = "FOCAL_POINT_THERE"

    def __init__(self) -> None:
        super().__init__(
            "This delegation has a focal point, who invites its other people; the secretariat invites only the first.",
            path=("delegation",),
        )
