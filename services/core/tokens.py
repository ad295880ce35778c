"""Access tokens (JWT, ES256) and opaque secrets; the only file that imports jose.

python-jose trusts a token's own header and passes claims that are missing or null (CVE-2024-33663 and its
descendants), so nothing of it is reached by a token that has not been recognised here first: a header is not
read but compared, letter by letter, with the few that this server writes.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from jose import jwk, jwt
from jose.exceptions import JOSEError

from services.core.errors import Invalid, NotSignedIn
from services.core.keys import ALGORITHM, KeyFile, Ring, SigningKey, base64url
from services.core.table import now

MAX_LIFETIME = timedelta(minutes=15)
"""The longest an access token may live; a longer one is refused even if its signature is right."""
MAX_TOKEN = 4_096
"""Characters of a token."""
CLOCK_SKEW = timedelta(seconds=60)
"""How far ahead the clock of another server of this installation may be when it issues a token."""

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)
_REQUIRED = {f"require_{claim}": True for claim in ("exp", "iat", "sub", "aud", "iss", "jti")}


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a verified access token says: who, in which session, from when until when (UTC)."""

    subject: UUID
    session: UUID
    issued_at: datetime
    expires_at: datetime
    jti: UUID
    kid: str
    """The key that signed it: one that is dropped makes it worthless, though it was verified before."""


@dataclass(frozen=True, slots=True)
class _Tools:
    """What is made of the keys that hold, once: making it costs more than a signature."""

    ring: Ring
    private: Any
    by_header: Mapping[str, tuple[str, Any]]
    kids: frozenset[str]

    @classmethod
    def of(cls, ring: Ring) -> "_Tools":
        private = jwk.construct(ring.keys[0].to_pem().decode(), ALGORITHM)
        public = {_header(key): (key.kid, jwk.construct(key.public_pem().decode(), ALGORITHM)) for key in ring.keys}
        return cls(ring, private, public, frozenset(key.kid for key in ring.keys))


class Signer:
    """Signs access tokens with the first of the keys that hold, verifies those of all of them.

    ``keys`` are a file that it follows, or some that never change.
    """

    def __init__(self, keys: Sequence[SigningKey] | KeyFile, issuer: str, audience: str) -> None:
        if not keys:
            raise Invalid("At least one signing key is needed.")
        self._file = keys if isinstance(keys, KeyFile) else None
        self._tools = _Tools.of(keys.ring() if isinstance(keys, KeyFile) else Ring(tuple(keys)))
        self._issuer = issuer
        self._audience = audience

    @property
    def issuer(self) -> str:
        """Who issues the tokens: the address under which the platform is known."""
        return self._issuer

    def _now(self) -> "_Tools":
        """The keys that hold now."""
        if self._file is not None and (ring := self._file.ring()) is not self._tools.ring:
            self._tools = _Tools.of(ring)
        return self._tools

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
        tools = self._now()
        return str(jwt.encode(claims, tools.private, ALGORITHM, headers=_named(tools.ring.keys[0])))

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
        return {"keys": [key.public_jwk() for key in self._now().ring.keys]}

    def holds(self, kid: str) -> bool:
        """Whether tokens that this key signed are still good."""
        return kid in self._now().kids

    def _verified(self, token: str) -> AccessClaims:
        """Verify in this order: length, form, header and key, signature, claims; raise anything at the first."""
        if len(token) > MAX_TOKEN:
            raise ValueError("longer than any token of ours")
        segments = _COMPACT.fullmatch(token)
        if segments is None or not all(map(_is_canonical, segments.groups())):
            raise ValueError("not three segments of base64url in the one way to write them")
        kid, key = self._now().by_header[segments[1]]
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=self._audience,
            issuer=self._issuer,
            options=_REQUIRED,
        )
        return self._checked(claims, kid)

    def _checked(self, claims: Mapping[str, Any], kid: str) -> AccessClaims:
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
            kid=kid,
        )


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
    return base64url(octets) == segment
