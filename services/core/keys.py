"""Signing keys in a file: made where it is missing, followed by every server while it runs.

A file holds its keys in PEM, the newest first, each under a line that says from when it signs. A key is
published before it signs, so that whoever checks tokens knows it in time, and checks tokens until the last that it
signed has ended: so keys change and nobody is signed out.
"""

import base64
import fcntl
import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from time import monotonic

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.core.errors import DomainError, Invalid
from services.core.key_files import read_or_make, rewrite
from services.core.table import now

ALGORITHM = "ES256"
"""ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4); no other is ever written or accepted."""
LEAD = timedelta(minutes=10)
"""How long a new key is published before it signs: the set of keys may be kept for 5 minutes by whoever fetched it."""
LINGER = timedelta(minutes=16)
"""How long a key still checks tokens after the next one signs: the longest life of a token, and the skew of clocks."""
SIGNING_KEYS = "signing.pem"
"""The file of the signing keys in the folder keys of GOF_DATA_DIR."""
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
LOOK = 1.0
"""Seconds between two looks whether the file has changed."""

_BLOCK = re.compile(
    rb"(?:^Signs-From: (?P<since>\S+)\n)?(?P<pem>-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----)",
    re.DOTALL | re.MULTILINE,
)

log = logging.getLogger("gof.keys")


@dataclass(frozen=True, eq=False)
class SigningKey:
    """A private P-256 key and the moment it signs from; its printed form shows no part of it."""

    _private: ec.EllipticCurvePrivateKey
    since: datetime = ALWAYS

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid!r})"

    @classmethod
    def generate(cls, since: datetime = ALWAYS) -> "SigningKey":
        """Return a new random key."""
        return cls(ec.generate_private_key(ec.SECP256R1()), since)

    @classmethod
    def from_pem(cls, pem: bytes, since: datetime = ALWAYS) -> "SigningKey":
        """Return the key of one unencrypted PEM block.

        Raises:
            Invalid: it is none, or not a private key on the curve P-256.
        """
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as failure:
            raise Invalid("A signing key must be an unencrypted private key in PEM.") from failure
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise Invalid("A signing key must be on the curve P-256: openssl ecparam -name prime256v1 -genkey.")
        return cls(key, since)

    def to_pem(self) -> bytes:
        """Return the private key as PEM (PKCS #8), unencrypted: keep it where only the server reads."""
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def public_pem(self) -> bytes:
        """Return the public key as PEM."""
        return self._private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @cached_property
    def kid(self) -> str:
        """The key's name: its thumbprint (RFC 7638, SHA-256), so the same key has the same name everywhere."""
        members = json.dumps(self._public_members(), sort_keys=True, separators=(",", ":"))
        return base64url(hashlib.sha256(members.encode()).digest())

    def public_jwk(self) -> dict[str, str]:
        """Return the public key as a JWK (RFC 7517)."""
        return {**self._public_members(), "alg": ALGORITHM, "use": "sig", "kid": self.kid}

    def _public_members(self) -> dict[str, str]:
        numbers = self._private.public_key().public_numbers()
        x, y = (base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys that hold at one moment: the one that signs first, then the others that tokens are checked with.

    ``until`` is when another state of the same keys is due; None if never.
    """

    keys: tuple[SigningKey, ...]
    until: datetime | None = None

    @classmethod
    def at(cls, moment: datetime, keys: Sequence[SigningKey]) -> "Ring":
        """Return what holds of ``keys``, the newest first, at ``moment``."""
        begun = next((place for place, key in enumerate(keys) if key.since <= moment), len(keys) - 1)
        ends = [ALWAYS if newer.since == ALWAYS else newer.since + LINGER for newer in keys[begun:]]
        older = [key for key, end in zip(keys[begun + 1 :], ends, strict=False) if end == ALWAYS or end > moment]
        due = [one for one in (*(key.since for key in keys), *ends) if one > moment]
        return cls((keys[begun], *keys[:begun], *older), min(due, default=None))


class KeyFile:
    """The signing keys of a file, which may change while the server runs; made with one new key if it is not there.

    Servers that start together on one folder all get the same key. The file's mode is 0600.
    """

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            Invalid: it holds no key, or one of another kind, or others than its owner and group may read it.
            OSError: it cannot be read, or its folder not be written.
        """
        self._path = path
        self._keys = _read(path)
        self._seen = self._stamp()
        self._ring = Ring.at(now(), self._keys)
        self._looked_at = monotonic()

    def ring(self) -> Ring:
        """Return the keys that hold now; the file is looked at once a second, and a broken one changes nothing."""
        if monotonic() - self._looked_at >= LOOK:
            self._looked_at = monotonic()
            self._look()
        if self._ring.until is not None and self._ring.until <= now():
            self._ring = Ring.at(now(), self._keys)
        return self._ring

    def _look(self) -> None:
        try:
            stamp = self._stamp()
            if stamp == self._seen:
                return
            self._keys, self._seen = _read(self._path), stamp
        except (OSError, DomainError):
            log.exception("the signing keys in %s cannot be read; those read before stay in use", self._path)
            return
        self._ring = Ring.at(now(), self._keys)

    def _stamp(self) -> tuple[int, int, int]:
        found = self._path.stat()
        return found.st_ino, found.st_mtime_ns, found.st_size


def rotate(path: Path, *, at_once: bool = False) -> SigningKey:
    """Add a new signing key to a file and drop those that check no token any more; return the new one.

    It signs in 10 minutes. ``at_once`` is for a key that others may have: the new one signs now, all others are
    dropped, and access tokens are refreshed by their sessions; nobody is signed out.

    Raises:
        Invalid, OSError: as for ``KeyFile``.
    """
    _read(path)
    with path.parent.joinpath(f".{path.name}.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        moment = now().replace(microsecond=0)
        kept = () if at_once else Ring.at(moment, _read(path)).keys
        new = SigningKey.generate(moment if at_once else moment + LEAD)
        newest_first = sorted(kept, key=lambda key: key.since, reverse=True)
        rewrite(path, b"".join(map(_block, (new, *newest_first))))
    return new


def _read(path: Path) -> tuple[SigningKey, ...]:
    blocks = [*_BLOCK.finditer(read_or_make(path, lambda: SigningKey.generate().to_pem()))]
    if not blocks:
        raise Invalid(f"{path} holds no private key in PEM. Remove the file to have a new one made.")
    return tuple(SigningKey.from_pem(block["pem"], _moment(path, block["since"])) for block in blocks)


def _moment(path: Path, written: bytes | None) -> datetime:
    if written is None:
        return ALWAYS
    try:
        return datetime.fromisoformat(written.decode()).astimezone(UTC)
    except ValueError as error:
        raise Invalid(f"{path}: after Signs-From stands a moment such as 2027-01-31T12:00:00+00:00.") from error


def _block(key: SigningKey) -> bytes:
    mark = b"" if key.since == ALWAYS else f"Signs-From: {key.since.isoformat()}\n".encode()
    return mark + key.to_pem()


def base64url(octets: bytes) -> str:
    """Return octets as base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
