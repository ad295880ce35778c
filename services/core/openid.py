"""OpenID Connect: signing in with a provider of a delegation's own; the only file that imports authlib and joserfc.

Authorization code with PKCE (S256); issuer, audience, signature, times and nonce of the id token are checked, and nothing is
believed that is not in it. What a provider says of itself is remembered for a while, in bounds.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import quote

import orjson

from services.core.errors import Conflict
from services.core.fetching import Fetcher
from services.core.table import now

ALGORITHMS = ("RS256", "PS256", "ES256")
"""What an id token may be signed with: all by a key that only the provider has."""
REMEMBERED, REFETCHED = 600.0, 60.0
"""Seconds: how long it is remembered what a provider says, and how soon a key that is not known is looked for again."""
PROVIDERS = 1_000
SKEW = 60
"""Seconds that the clock of a provider may be wrong."""
OLDEST = 600
"""Seconds since an id token was made."""
SCOPE = "openid email"


class ProviderNotGood(Conflict):
    """The provider answered something that proves nobody; what is wrong with it, only its operator need know."""

    code = "PROVIDER_NOT_GOOD"

    def __init__(self) -> None:
        super().__init__("The provider's answer is not good: begin again, or ask who runs it.")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as the platform is known to it."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    redirect: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one sign-in is recognised by: all of it random, and good once."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whom a provider vouches for: its own name of the person, the e-mail address if verified, and how it made sure."""

    subject: str
    email: str | None
    methods: frozenset[str]


@dataclass(slots=True)
class _Said:
    at: float
    about: Mapping[str, Any]
    keys: Any
    keys_at: float


@dataclass(slots=True)
class OpenId:
    """Speaks with providers, and remembers what they say of themselves."""

    fetcher: Fetcher = field(default_factory=Fetcher)
    clock: Callable[[], float] = monotonic
    _said: OrderedDict[str, _Said] = field(default_factory=OrderedDict)

    async def address(self, provider: Provider, attempt: Attempt) -> str:
        """Return where the browser goes to sign in.

        Raises:
            AddressNotAllowed, FetchFailed, ProviderNotGood: the provider does not say where.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        said = await self._of(provider.issuer)
        where = _text(said.about, "authorization_endpoint")
        self.fetcher.check(where)
        uri: str = prepare_grant_uri(
            where,
            client_id=provider.client_id,
            response_type="code",
            redirect_uri=provider.redirect,
            scope=SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return uri

    async def claimed(self, provider: Provider, attempt: Attempt, code: str) -> Claimed:
        """Return for whom the provider vouches in exchange for a code.

        Raises:
            AddressNotAllowed, FetchFailed: it cannot be asked, or does not take the code.
            ProviderNotGood: what it answers proves nobody, or not for us, now, and this sign-in.
        """
        said = await self._of(provider.issuer)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": provider.redirect,
            "code_verifier": attempt.verifier,
        }
        basic: tuple[str, str] | None = (quote(provider.client_id, safe=""), quote(provider.secret, safe=""))
        if "client_secret_basic" not in said.about.get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        ):
            form |= {"client_id": provider.client_id, "client_secret": provider.secret}
            basic = None
        answer = _object(await self.fetcher.fetch(_text(said.about, "token_endpoint"), form=form, basic=basic))
        claims = await self._verified(provider, attempt, _text(answer, "id_token"))
        email, verified = claims.get("email"), claims.get("email_verified") is True
        methods = claims.get("amr", [])
        return Claimed(
            _text(claims, "sub"),
            email if isinstance(email, str) and verified else None,
            frozenset(one for one in methods if isinstance(one, str)) if isinstance(methods, list) else frozenset(),
        )

    async def _verified(self, provider: Provider, attempt: Attempt, token: str) -> Mapping[str, Any]:
        """The claims of an id token that its provider made for us, for this sign-in, just now."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError

        wrong = (JoseError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
        try:
            header = _header(token)
            keys = await self._keys(provider.issuer, header.get("kid"))
            read = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            options = {"iss": {"essential": True, "value": provider.issuer}, "exp": {"essential": True}}
            claims = CodeIDToken(
                read.claims, read.header, options, {"nonce": attempt.nonce, "client_id": provider.client_id}
            )
            moment = int(now().timestamp())
            claims.validate(moment, SKEW)
            audience = read.claims["aud"]
            if provider.client_id not in (audience if isinstance(audience, list) else [audience]):
                raise ProviderNotGood
            if not moment - OLDEST <= read.claims["iat"] <= moment + SKEW:
                raise ProviderNotGood
        except wrong as error:
            raise ProviderNotGood from error
        found: Mapping[str, Any] = read.claims
        return found

    async def _of(self, issuer: str) -> _Said:
        """What a provider says of itself, and its keys (OpenID Connect Discovery 1.0)."""
        said = self._said.pop(issuer, None)
        if said is None or self.clock() - said.at >= REMEMBERED:
            about = _object(await self.fetcher.fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
            if about.get("issuer") != issuer:
                raise ProviderNotGood
            keys = await self._fetched(about)
            said = _Said(self.clock(), about, keys, self.clock())
        self._said[issuer] = said
        if len(self._said) > PROVIDERS:
            self._said.popitem(last=False)
        return said

    async def _keys(self, issuer: str, kid: object) -> Any:
        """The keys of a provider; looked for again where this one is not among them, but not without end."""
        said = await self._of(issuer)
        known = {one.kid for one in said.keys.keys}
        if kid not in known and self.clock() - said.keys_at >= REFETCHED:
            said.keys, said.keys_at = await self._fetched(said.about), self.clock()
        return said.keys

    async def _fetched(self, about: Mapping[str, Any]) -> Any:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        found = _object(await self.fetcher.fetch(_text(about, "jwks_uri")))
        try:
            public = [
                one for one in found["keys"] if one.get("kty") in {"RSA", "EC"} and one.get("use", "sig") == "sig"
            ]
            return KeySet.import_key_set({"keys": public})
        except (JoseError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise ProviderNotGood from error


def _header(token: str) -> Mapping[str, Any]:
    from joserfc.jws import extract_compact

    return extract_compact(token.encode()).headers()


def _object(octets: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        raise ProviderNotGood from error
    if not isinstance(found, dict):
        raise ProviderNotGood
    return found


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderNotGood
    return value
