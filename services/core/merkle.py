"""The Merkle tree of RFC 6962 section 2.1 and RFC 9162 section 2.1, with SHA-256: hashes, roots, and checking proofs.

Leaves and nodes are hashed with different first octets, so that no leaf can pass for a node. Nothing here knows where
a tree is kept; the record (``services.record``) keeps one, an import makes one of its rows.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """The 32 octets that stand for a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The 32 octets that stand for two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """A tree while it grows, in as many hashes as its size has binary ones: the roots of its perfect subtrees."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)
    """From the widest subtree to the narrowest."""

    def add(self, leaf: bytes) -> list[bytes]:
        """Append a leaf by its hash: O(log size).

        Returns the roots of the perfect subtrees that end with it, of 1, 2, 4, … leaves.
        """
        ending = [leaf]
        carry = self.size
        while carry & 1:
            ending.append(node_hash(self.peaks.pop(), ending[-1]))
            carry >>= 1
        self.peaks.append(ending[-1])
        self.size += 1
        return ending

    def root(self) -> bytes:
        """The root of the tree so far."""
        if not self.peaks:
            return EMPTY
        *others, root = self.peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in their order."""
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def is_included(leaf: bytes, place: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether ``path`` proves that ``leaf`` (a hash) stands at ``place`` (from 0) of the tree of ``size`` with ``root``.

    RFC 9162 section 2.1.3.2.
    """
    if not 0 <= place < size:
        return False
    here, last, found = place, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` proves that the tree of ``second`` leaves begins with the tree of ``first`` leaves.

    RFC 9162 section 2.1.4.2. The empty tree is the beginning of every other.
    """
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        return not path and first_root == (second_root if first else EMPTY)
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    if not steps:
        return False
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
