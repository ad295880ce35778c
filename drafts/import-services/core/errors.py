"""The kinds of expected failure; a door decides by kind how to show one, a client by its code."""

from typing import ClassVar


class DomainError(Exception):
    """Base of every expected failure.

    ``code`` is stable and machine-readable, ``message`` is for people, and ``path`` names the argument at
    fault, outermost first (empty: the whole call).
    """

    code: ClassVar[str] = "DOMAIN_ERROR"

    def __init__(self, message: str, *, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class NotFound(DomainError):
    """There is no such thing, or none that the actor may know of: the two are one answer."""

    code = "NOT_FOUND"


class NotPermitted(DomainError):
    """The actor may see the thing but not do this to it."""

    code = "NOT_PERMITTED"


class Invalid(DomainError):
    """The input cannot be right, whatever the state of things."""

    code = "INVALID"


class Conflict(DomainError):
    """The input could be right, but not as things stand now."""

    code = "CONFLICT"


class OutcomeUnknown(DomainError):
    """The connection broke while the change was being kept; the same idempotency key tells the outcome."""

    code = "OUTCOME_UNKNOWN"


class NotSignedIn(DomainError):
    """The call needs an actor and none was given, or the token given is not good any more."""

    code = "NOT_SIGNED_IN"


class Unavailable(DomainError):
    """A part the answer needs is not there now: the database is starting, a deadline passed."""

    code = "UNAVAILABLE"
