"""Links to files that need no header: signed for one person, one file and a few minutes.

A browser cannot send a token with an `<a href>`, so the address carries a signature (HMAC-SHA-256, RFC 2104). It is
made inside the one statement of a read: a request is given a key of its own, good for its person until a moment, as the
two blocks that HMAC puts before the message, and the statement signs with them the id of each file it lists. Whoever
follows a link is given the file only if its person may still see it.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from services.core.errors import Conflict, NotFound
from services.core.key_files import read_or_make_secret
from services.core.table import now

WINDOW = 300
"""Seconds. A link is good for 5 to 10 minutes: its end is a multiple of this, so that asking again gives the same."""
_BLOCK = 64
_INNER, _OUTER = (bytes(octet ^ pad for octet in range(256)) for pad in (0x36, 0x5C))


class LinkExpired(Conflict):
    """The link was good once: the page that shows it must be read again."""

    code = "LINK_EXPIRED"


@dataclass(frozen=True)
class Link:
    """What the links of one person are signed with until ``until`` (seconds since 1970)."""

    person: UUID
    until: int
    key: bytes = field(repr=False)

    @cached_property
    def query(self) -> str:
        """What stands in the address beside the signature."""
        return f"for={self.person.hex}&until={self.until}"

    @cached_property
    def inner(self) -> bytes:
        """The block before the file's 16 octets in the inner hash."""
        return self._block(_INNER)

    @cached_property
    def outer(self) -> bytes:
        """The block before the inner hash in the outer one."""
        return self._block(_OUTER)

    def signature(self, file: UUID) -> str:
        """The signature of a file's id, in hexadecimal."""
        return hmac.new(self.key, file.bytes, hashlib.sha256).hexdigest()

    def _block(self, pad: bytes) -> bytes:
        return self.key.ljust(_BLOCK, b"\0").translate(pad)


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and judges the links of one installation by its secret of 32 octets."""

    secret: bytes = field(repr=False)
    FILE: ClassVar[str] = "files.key"

    @classmethod
    def of_folder(cls, folder: Path) -> "Links":
        """The links by the secret in ``folder``, beside the signing keys; it is made where it is not there.

        Servers of one installation share that folder.

        Raises:
            Invalid: others than its owner and group may read it.
            OSError: it cannot be read or written.
        """
        return cls(hashlib.sha256(read_or_make_secret(folder / cls.FILE)).digest())

    def of(self, person: UUID) -> Link:
        """What the links of ``person`` are signed with now."""
        return self._link(person, (int(now().timestamp()) // WINDOW + 2) * WINDOW)

    def check(self, file: UUID, person: UUID, until: int, signature: str) -> None:
        """Make sure that a link to ``file`` was given to ``person`` and is still good.

        Raises:
            NotFound: we gave no such link.
            LinkExpired: it was good once.
        """
        if not hmac.compare_digest(self._link(person, until).signature(file).encode(), signature.encode()):
            raise NotFound("No such link.")
        if until <= now().timestamp():
            raise LinkExpired("This link has expired. Open the page again that showed it.")

    def _link(self, person: UUID, until: int) -> Link:
        return _made(self.secret, person, until)


@lru_cache(maxsize=4096)
def _made(secret: bytes, person: UUID, until: int) -> Link:
    """Every request of a person is given one, the same for a while."""
    return Link(person, until, hmac.new(secret, f"{person.hex}:{until}".encode(), hashlib.sha256).digest())
