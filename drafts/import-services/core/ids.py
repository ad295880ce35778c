"""Global ids: opaque to clients, typed, and readable: ``practice_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6``."""

import re
from collections.abc import Callable
from uuid import UUID

from services.core.errors import Invalid

_FORM = re.compile(r"([a-z][a-z0-9_]*)_([0-9a-f]{32})", re.ASCII)


class WrongId(Invalid):
    """What was given is no id, or the id of another type than the argument needs."""

    code = "WRONG_ID"


def write_id(kind: str, value: UUID) -> str:
    """Return the global id of the thing of type ``kind`` (snake case) whose key is ``value``."""
    return f"{kind}_{value.hex}"


def split_id(text: str, *, path: tuple[str, ...] = ("id",)) -> tuple[str, UUID]:
    """Return type name and key of a global id.

    Raises:
        WrongId: ``text`` has not the form of an id.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        shown = text if len(text) <= 60 else f"{text[:60]}…"
        raise WrongId(f"“{shown}” is not an id; an id looks like practice_0192f0e1… .", path=path)
    return match[1], UUID(match[2])


def typed_id(text: str, kind: str, *, path: tuple[str, ...] = ("id",)) -> UUID:
    """Return the key in a global id that must be of type ``kind``.

    Raises:
        WrongId: no id, or an id of another type; the sentence names both.
    """
    given, value = split_id(text, path=path)
    if given != kind:
        raise WrongId(f"This is the id of a {given}, and the id of a {kind} is needed.", path=path)
    return value


def of_kind(kind: str) -> Callable[[str], UUID]:
    """Return a converter for read arguments that take the id of a ``kind``."""
    return lambda text: typed_id(text, kind, path=())
