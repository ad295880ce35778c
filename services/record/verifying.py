"""Checking a record against the heads that one holds, and naming the places where it is not what was signed.

Whoever checks reads all hashes of the tree again, from a ``Source`` that is not trusted, and keeps a copy of them: 32
octets for each leaf. A head tells that something before it was changed; the copy, the leaves that one may see, and
what the platform finds itself tell which.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from services.core.merkle import Frontier, leaf_hash
from services.core.progress import Progress, quiet
from services.record.notes import Head
from services.record.tables import FAN
from services.record.terms import Entry, Page

GONE = bytes(32)
"""Stands for a hash that the source has lost; no leaf has it."""
HEIGHT = FAN.bit_length() - 1
"""How much higher a stored subtree is than those below it: ``FAN`` is 2 to this."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong from place ``first`` to before place ``behind``."""

    first: int
    behind: int
    sentence: str

    def __str__(self) -> str:
        where = (
            f"place {self.first:,}"
            if self.behind == self.first + 1
            else f"places {self.first:,} to {self.behind - 1:,}"
        )
        return f"{where}: {self.sentence}"


class Source(Protocol):
    """Where a record is read from: over HTTP, or from its database."""

    async def size(self) -> int:
        """How many leaves have their places."""

    async def page(self, first: int, size: int) -> Page:
        """The page that begins at ``first``, of the tree of ``size``."""

    async def entries(self, first: int) -> Sequence[Entry]:
        """The leaves of that page that may be seen."""


class Copy(Protocol):
    """The hashes that were found right the last time, in the order of their places, and those being read now."""

    def stretch(self, first: int, behind: int) -> list[bytes]:
        """Those that were right at the places ``first`` to ``behind`` - 1, as far as there are some."""

    def keep(self, first: int, hashes: Sequence[bytes]) -> None:
        """Put aside what is read now from ``first`` on; it is right once a head is found right behind it."""


@dataclass(slots=True)
class Walk:
    """How far a check has come; all that is needed to go on from there."""

    tree: Frontier = field(default_factory=Frontier)
    matched: int = 0
    """The size of the last head that was found right."""
    findings: list[Finding] = field(default_factory=list)

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Take the next leaf; return level, place and hash of the stored subtrees that end with it."""
        stored = self.tree.add(leaf)[HEIGHT::HEIGHT]
        return [(level, self.tree.size // FAN**level - 1, node) for level, node in enumerate(stored, 1)]

    def find(self, first: int, behind: int, sentence: str) -> None:
        """Add a finding; one that only goes on with the last makes that longer."""
        last = self.findings[-1] if self.findings else None
        if last is not None and last.behind == first and last.sentence == sentence:
            self.findings[-1] = Finding(last.first, behind, sentence)
        else:
            self.findings.append(Finding(first, behind, sentence))


async def check(
    source: Source, heads: Collection[Head], copy: Copy, walk: Walk, progress: Progress = quiet
) -> AsyncIterator[Walk]:
    """Check the whole record, page by page, and yield after each how far it is; the last one has all findings.

    ``heads`` are held or published, each with its signature checked. ``walk`` is new, or one that was yielded before
    an interruption.
    """
    size = await source.size()
    by_size = defaultdict[int, list[Head]](list)
    for head in sorted(heads, key=lambda head: head.signed_at):
        by_size[head.size].append(head)
    most = max(by_size, default=0)
    while walk.tree.size < size:
        first = walk.tree.size
        page = await source.page(first, size)
        entries = {entry.place: entry for entry in await source.entries(first)}
        _check_page(page, entries, by_size, copy, walk)
        progress(walk.tree.size, size)
        yield walk
    if most > size:
        walk.find(size, most, "gone from the end, for a head was signed with them")
    yield walk


def _check_page(
    page: Page, entries: Mapping[int, Entry], by_size: Mapping[int, Sequence[Head]], copy: Copy, walk: Walk
) -> None:
    known = copy.stretch(page.first, page.first + len(page.hashes))
    stored = {(one.level, one.place): one.hash for one in page.subtrees}
    fresh: list[bytes] = []
    for number, hashed in enumerate(page.hashes):
        place = page.first + number
        before = known[number] if number < len(known) else None
        _check_leaf(place, hashed, before, entries.get(place), page, walk)
        leaf = hashed or before or GONE
        fresh.append(leaf)
        for level, parent, made in walk.add(leaf):
            if stored.get((level, parent)) != made:
                width = FAN**level
                what = f"a stored subtree of {width:,} entries has another hash than they have"
                walk.find(parent * width, (parent + 1) * width, what)
        _check_heads(by_size.get(walk.tree.size, ()), walk)
    copy.keep(page.first, fresh)


def _check_leaf(
    place: int, hashed: bytes | None, known: bytes | None, entry: Entry | None, page: Page, walk: Walk
) -> None:
    """Find what is wrong with one leaf; the first of these names it best."""
    damage = (page.damaged or {}).get(place)
    if hashed is None:
        walk.find(place, place + 1, "its hash is gone from the tree")
    elif known is not None and known != hashed:
        walk.find(place, place + 1, "another entry stands there than when you checked the last time")
    elif damage is not None:
        walk.find(place, place + 1, "its entry is gone" if damage == "missing" else "its entry was changed")
    elif entry is not None and leaf_hash(entry.text.encode()) != hashed:
        walk.find(place, place + 1, "its entry was changed")


def _check_heads(heads: Sequence[Head], walk: Walk) -> None:
    """Compare the root of the tree so far with what heads of its size say, the oldest first."""
    if not heads:
        return
    size, root = walk.tree.size, walk.tree.root()
    wrong = [head for head in heads if head.root != root]
    if not wrong:
        walk.matched = size
        return
    if not any(found.behind > walk.matched and found.first < size for found in walk.findings):
        signed = f"{wrong[0].signed_at:%Y-%m-%d %H:%M} UTC"
        walk.find(walk.matched, size, f"not what the head of {size:,} entries was signed for at {signed}")


def narrowest(findings: Sequence[Finding]) -> list[Finding]:
    """The findings in the order of their places, without those that only say of more places what another says of fewer."""
    kept: list[Finding] = []
    for one in sorted(set(findings), key=lambda one: (-one.first, one.behind)):
        last = kept[-1] if kept else None  # none of those before ends earlier
        if last is None or one.behind < last.behind or (one.first, one.behind) == (last.first, last.behind):
            kept.append(one)
    return sorted(kept)


def conflicts(heads: Collection[Head]) -> list[tuple[Head, Head]]:
    """Pairs of heads of one size that were signed for two different records: the proof that two were shown."""
    ordered = sorted(heads, key=lambda head: (head.size, head.root))
    return [(one, other) for one, other in pairwise(ordered) if one.size == other.size and one.root != other.root]
