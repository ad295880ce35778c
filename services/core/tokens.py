"""Access tokens (JWT, ES256) and opaque secrets; the only file that imports jose.

python-jose trusts a token's own header and passes claims that are missing or null (CVE-2024-33663 and its
descendants), so nothing of it is reached by a token that has not been recognised here first: a header is not
read but compared, letter by letter, with the few that this server writes.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jwt
from jose.exceptions import JOSEError

from services.core.errors import Invalid, NotSignedIn
from services.core.table import now

ALGORITHM = "ES256"
"""ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4); no other is ever written or accepted."""
MAX_LIFETIME = timedelta(minutes=15)
"""The longest an access token may live; a longer one is refused even if its signature is right."""
MAX_TOKEN = 4_096
"""Characters of a token."""
CLOCK_SKEW = timedelta(seconds=60)
"""How far ahead the clock of another server of this installation may be when it issues a token."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_PEM = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", re.DOTALL)
_REQUIRED = {f"require_{claim}": True for claim in ("exp", "iat", "sub", "aud", "iss", "jti")}


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a verified access token says: who, in which session, from when until when (UTC)."""

    subject: UUID
    session: UUID
    issued_at: datetime
    expires_at: datetime
    jti: UUID


@dataclass(frozen=True, eq=False)
class SigningKey:
    """A private P-256 key; its printed form shows no part of it."""

    _private: ec.EllipticCurvePrivateKey

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid!r})"

    @classmethod
    def generate(cls) -> "SigningKey":
        """Return a new random key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: bytes) -> "SigningKey":
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
        return cls(key)

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
        return _base64url(hashlib.sha256(members.encode()).digest())

    def public_jwk(self) -> dict[str, str]:
        """Return the public key as a JWK (RFC 7517)."""
        return {**self._public_members(), "alg": ALGORITHM, "use": "sig", "kid": self.kid}

    def _public_members(self) -> dict[str, str]:
        numbers = self._private.public_key().public_numbers()
        x, y = (_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


class Signer:
    """Signs access tokens with the first of its keys, verifies those of all of them.

    To rotate: append the new key and restart every server, then put it first, and 15 minutes later remove
    the old one.
    """

    def __init__(self, keys: Sequence[SigningKey], issuer: str, audience: str) -> None:
        if not keys:
            raise Invalid("At least one signing key is needed.")
        self._keys = tuple(keys)
        self._issuer = issuer
        self._audience = audience
        self._private = jwk.construct(keys[0].to_pem().decode(), ALGORITHM)
        self._by_header = {_header(key): jwk.construct(key.public_pem().decode(), ALGORITHM) for key in keys}

    def sign(self, subject: UUID, session: UUID, lifetime: timedelta = timedelta(minutes=10)) -> str:
        """Return an access token (``at+jwt``, RFC 9068) for a person's session.

        It carries no right: role and delegation are looked up, so that losing them needs no new token.

        Raises:
            ValueError: ``lifetime`` is not within 1 second and 15 minutes.
        """
        if not timedelta(seconds=1) <= lifetime <= MAX_LIFETIME:
            raise ValueError("An access token lives from 1 second to 15 minutes.")
        issued = int(now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(subject),
            "sid": str(session),
            "jti": str(uuid4()),
            "iat": issued,
            "exp": issued + int(lifetime.total_seconds()),
        }
        return str(jwt.encode(claims, self._private, ALGORITHM, headers=_named(self._keys[0])))

    def verify(self, token: str) -> AccessClaims:
        """Return what a token of ours says, if it is one and has not expired.

        Raises:
            NotSignedIn: anything else, without telling what is wrong with it.
        """
        try:
            return self._verified(token)
        except (JOSEError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as no:
            raise NotSignedIn("The access token is not valid or has expired; refresh it, or sign in again.") from no

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys as a JWK set (RFC 7517), for ``/.well-known/jwks.json``."""
        return {"keys": [key.public_jwk() for key in self._keys]}

    def _verified(self, token: str) -> AccessClaims:
        """Verify in this order: length, form, header and key, signature, claims; raise anything at the first."""
        if len(token) > MAX_TOKEN:
            raise ValueError("longer than any token of ours")
        segments = _COMPACT.fullmatch(token)
        if segments is None or not all(map(_is_canonical, segments.groups())):
            raise ValueError("not three segments of base64url in the one way to write them")
        claims = jwt.decode(
            token,
            self._by_header[segments[1]],
            algorithms=[ALGORITHM],
            audience=self._audience,
            issuer=self._issuer,
            options=_REQUIRED,
        )
        return self._checked(claims)

    def _checked(self, claims: Mapping[str, Any]) -> AccessClaims:
        """Judge the claims of a token that one of our keys has signed; jose leaves types and spans unjudged."""
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) is not int or type(expires) is not int or claims["aud"] != self._audience:
            raise TypeError("times are whole seconds, the audience is one")
        if not 0 < expires - issued <= MAX_LIFETIME.total_seconds():
            raise ValueError("a span that we never give")
        if not issued - CLOCK_SKEW.total_seconds() <= now().timestamp() < expires:
            raise ValueError("expired, or of the future")
        return AccessClaims(
            subject=UUID(claims["sub"]),
            session=UUID(claims["sid"]),
            issued_at=datetime.fromtimestamp(issued, UTC),
            expires_at=datetime.fromtimestamp(expires, UTC),
            jti=UUID(claims["jti"]),
        )


def load_or_create_keys(path: Path) -> tuple[SigningKey, ...]:
    """Return the keys of a PEM file, in its order; a file that does not exist is made, with one new key.

    Servers that start together on one folder all get the same key. The file's mode is 0600.

    Raises:
        Invalid: the file holds no key, or one of another kind, or others than its owner and group may read it.
        OSError: the file cannot be read, or its folder not be written.
    """
    blocks = _PEM.findall(_read_or_make(path, lambda: SigningKey.generate().to_pem()))
    if not blocks:
        raise Invalid(f"{path} holds no private key in PEM. Remove the file to have a new one made.")
    return tuple(map(SigningKey.from_pem, blocks))


def read_or_make_secret(path: Path) -> bytes:
    """Return what a file of secret octets holds; a file that does not exist is made, with 32 random ones.

    Raises:
        Invalid: others than its owner and group may read it.
        OSError: the file cannot be read, or its folder not be written.
    """
    return _read_or_make(path, lambda: secrets.token_bytes(32))


def _read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        _create_key_file(path, make())
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o037:
        raise Invalid(f"{path} holds private keys and is open to others: chmod 600 {path}")
    return path.read_bytes()


def _create_key_file(path: Path, content: bytes) -> None:
    """Write a new key beside ``path`` and link it there whole, unless another process was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(temporary)
    except FileExistsError:
        return
    finally:
        Path(temporary).unlink()


def new_secret(prefix: str) -> str:
    """Return ``prefix``, ``_`` and 256 random bits in 43 characters: ``gof_api_…``, ``gof_refresh_…``.

    The prefix lets people and secret scanners see what was leaked.
    """
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def secret_hash(secret: str) -> bytes:
    """Return the 32 octets to keep of a secret and to look it up by.

    Plain SHA-256 is enough: 256 random bits cannot be guessed, so neither salt nor slowness adds anything.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _named(key: SigningKey) -> dict[str, str]:
    return {"typ": "at+jwt", "kid": key.kid}


def _header(key: SigningKey) -> str:
    """Return the first segment of every token that ``key`` signs: alg, kid and typ, and nothing else."""
    return str(jwt.encode({}, key.to_pem().decode(), ALGORITHM, headers=_named(key))).partition(".")[0]


def _is_canonical(segment: str) -> bool:
    """Whether the unused bits of the last character are zero: otherwise other texts would mean the same token."""
    octets = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    return _base64url(octets) == segment


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
