"""Heads as signed notes: a text that a person can read and keep, with an Ed25519 signature beneath it.

The form is that of checkpoints of transparency logs (C2SP tlog-checkpoint and signed-note), with the time as its one
extension line: origin, size, root in base64, time, an empty line, and the signature.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.core.errors import Invalid
from services.core.key_files import read_or_make_secret

_NOTE = re.compile(
    r"(?P<text>(?P<origin>\S+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n(?P<at>\S+)\n)\n"
    r"\u2014 (?P=origin) (?P<signature>[A-Za-z0-9+/]+=*)\n",
    re.ASCII,
)


class WrongHead(Invalid):
    """A text is no signed head, or was not signed by the key it must be signed by."""

    code = "WRONG_HEAD"


@dataclass(frozen=True, slots=True)
class Head:
    """What a signed note says: the first ``size`` leaves have ``root``, as of ``signed_at`` (UTC)."""

    origin: str
    size: int
    root: bytes
    signed_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class HeadKeys:
    """The private keys of heads: the first signs, the public halves of all are told."""

    private: tuple[Ed25519PrivateKey, ...]
    origin: str

    @classmethod
    def of_folder(cls, folder: Path, origin: str) -> "HeadKeys":
        """The keys in a folder outside the database: ``record.key`` signs and is made when it is missing.

        Other files ``record-*.key`` were there before it: to rotate, rename the old one to that, and restart.

        Raises:
            Invalid: a key is readable by others than its owner and group, or is none.
        """
        newest = folder / "record.key"
        secrets = [read_or_make_secret(path) for path in (newest, *sorted(folder.glob("record-*.key"), reverse=True))]
        try:
            return cls(tuple(map(Ed25519PrivateKey.from_private_bytes, secrets)), origin)
        except ValueError as error:
            raise Invalid(f"A key of the record in {folder} does not have 32 octets.") from error

    def public(self) -> list[bytes]:
        """The public keys, 32 octets each, the one that signs first."""
        return [key.public_key().public_bytes_raw() for key in self.private]

    def sign(self, size: int, root: bytes, at: datetime) -> str:
        """The signed note of a head."""
        time = at.isoformat(timespec="microseconds")
        text = f"{self.origin}\n{size}\n{base64.b64encode(root).decode()}\n{time}\n"
        signature = key_hash(self.origin, self.public()[0]) + self.private[0].sign(text.encode())
        return f"{text}\n\u2014 {self.origin} {base64.b64encode(signature).decode()}\n"


def key_hash(origin: str, public: bytes) -> bytes:
    """The four octets by which a note names its key (C2SP signed-note, algorithm 1)."""
    return hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]


def read_note(note: str, keys: Iterable[bytes]) -> Head:
    """What a signed note says, if one of the public ``keys`` signed it.

    Raises:
        WrongHead: it is no such note, or none of them did.
    """
    found = _NOTE.fullmatch(note.replace("\r\n", "\n"))
    if found is None:
        raise WrongHead("This is no signed head of a record.")
    try:
        signature = base64.b64decode(found["signature"], validate=True)
        head = Head(
            found["origin"],
            int(found["size"]),
            base64.b64decode(found["root"], validate=True),
            datetime.fromisoformat(found["at"]),
            found[0],
        )
    except ValueError as error:
        raise WrongHead("This is no signed head of a record.") from error
    for key in keys:
        if key_hash(head.origin, key) == signature[:4]:
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(signature[4:], found["text"].encode())
            except (InvalidSignature, ValueError):
                continue
            return head
    raise WrongHead("This head was not signed by a key of the record that you trust.")
