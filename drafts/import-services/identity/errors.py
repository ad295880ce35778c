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

    def __init__(self) -> None:
        super().__init__("This is not your present password.", path=("oldPassword",))


class InvitationNotValid(Invalid):
    """The secret is no invitation, or one that was used, has expired or was taken back."""

    code = "INVITATION_NOT_VALID"

    def __init__(self) -> None:
        super().__init__(
            "This invitation is not valid: it was used, has expired or was taken back. Ask for a new one.",
            path=("secret",),
        )


class WrongEmail(Invalid):
    """What was given is no e-mail address."""

    code = "WRONG_EMAIL"


class EmailTaken(Conflict):
    """Someone with this e-mail address takes part already."""

    code = "EMAIL_TAKEN"

    def __init__(self) -> None:
        super().__init__("Someone with this e-mail address takes part already.", path=("email",))


class FocalPointThere(Conflict):
    """The secretariat invites only the first focal point of a delegation, and there is one."""

    code = "FOCAL_POINT_THERE"

    def __init__(self) -> None:
        super().__init__(
            "This delegation has a focal point, who invites its other people; the secretariat invites only the first.",
            path=("delegation",),
        )
