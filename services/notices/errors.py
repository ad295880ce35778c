"""What can become of a mail that is handed over; ``message`` is the reason that operators read."""

from services.core.errors import Conflict, DomainError


class MailPostponed(DomainError):
    """Nothing of it was accepted, for a reason that may pass: no connection, a busy server, a wrong password of ours."""

    code = "MAIL_POSTPONED"


class MailRefused(DomainError):
    """The server refused this mail for good (RFC 5321: a reply that begins with 5)."""

    code = "MAIL_REFUSED"


class MailUnconfirmed(DomainError):
    """The message was ended and the server's answer did not come: it may have been accepted."""

    code = "MAIL_UNCONFIRMED"


class MailNotTroubled(Conflict):
    """Only a mail that failed or is unconfirmed can be sent again."""

    code = "MAIL_NOT_TROUBLED"
