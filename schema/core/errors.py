"""Expected failures as data: the UserError interface, one type for each kind of DomainError."""

import strawberry

from services.core.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotFound,
    NotPermitted,
    NotSignedIn,
    OutcomeUnknown,
    Unavailable,
)


@strawberry.interface(description="Something the caller can put right.")
class UserError:
    """What a payload's ``errors`` holds."""

    code: str = strawberry.field(description="Stable and machine-readable; the manual lists all codes.")
    message: str = strawberry.field(description="One sentence for people, in English: what was wrong, what is allowed.")
    path: list[str] = strawberry.field(description="The argument at fault, outermost first; empty for the whole call.")


@strawberry.type(description="There is no such thing, or none that you may know of: the two are one answer.")
class NotFoundError(UserError):
    """Kind of ``NotFound``."""


@strawberry.type(description="You may see the thing but not do this to it.")
class NotPermittedError(UserError):
    """Kind of ``NotPermitted``."""


@strawberry.type(description="The input cannot be right, whatever the state of things.")
class InvalidError(UserError):
    """Kind of ``Invalid``."""


@strawberry.type(description="The input could be right, but not as things stand now; read the object again.")
class ConflictError(UserError):
    """Kind of ``Conflict``."""


@strawberry.type(
    description="It is not known whether the change was kept: ask again with the same idempotencyKey to learn it."
)
class OutcomeUnknownError(UserError):
    """Kind of ``OutcomeUnknown``."""


_TYPES: tuple[tuple[type[DomainError], type[UserError]], ...] = (
    (NotFound, NotFoundError),
    (NotPermitted, NotPermittedError),
    (Invalid, InvalidError),
    (Conflict, ConflictError),
    (OutcomeUnknown, OutcomeUnknownError),
)
ERROR_TYPES: tuple[type[UserError], ...] = tuple(shown for _, shown in _TYPES)


def as_user_error(error: DomainError) -> UserError:
    """Return ``error`` as data for a payload.

    Raises:
        DomainError: not signed in, or overload: these stand among the top-level errors.
    """
    if isinstance(error, NotSignedIn | Unavailable):
        raise error
    for kind, shown in _TYPES:
        if isinstance(error, kind):
            return shown(code=error.code, message=error.message, path=list(error.path))
    raise error
