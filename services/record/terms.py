"""The words of the record."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

PAGE = 4_096
"""How many leaves a page of the tree has at most: 16 * 16 * 16, so that pages and stored subtrees end together."""


class HeadOrder(StrEnum):
    """Orders of heads."""

    NEWEST = "newest"


class EntryOrder(StrEnum):
    """Orders of entries."""

    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Subtree:
    """A stored node above the leaves: the root of the ``place``-th 16 ** level leaves; None where it is missing."""

    level: int
    place: int
    hash: bytes | None


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the tree from place ``first`` on: hashes of leaves, and of subtrees that end within it.

    A hash is None where the tree has a hole. ``damaged`` are places whose leaf the platform itself finds ``missing`` or
    ``changed``; None where it was not asked to look.
    """

    first: int
    hashes: list[bytes | None]
    subtrees: list[Subtree] = field(default_factory=list)
    damaged: dict[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A head as it was published; ``note`` is all of it, signed."""

    size: int
    root: bytes
    signed_at: datetime
    key: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf that the asker may see: its place, the text that is hashed, and the salt of its content (hexadecimal)."""

    place: int
    text: str
    salt: str
