"""A provider of sign-ins (OpenID Connect) that really listens, on 127.0.0.1; each of its faults can be asked for."""

import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.fetching import Fetcher
from services.core.openid import OpenId
from services.core.ports import free_port
from services.identity.provider_tables import IdentityProvider
from tests.builders import delegation_id
from tests.services.identity import world

CLIENT, SECRET = "gof", "a secret of the client / ü"
ISSUER = replace(world.ISSUER, openid=OpenId(Fetcher(local=True)))
"""Asks providers of this machine too."""


class AProvider:
    """What it says of whom is ``claims``, of itself ``said``; ``faults`` change the id token, ``sign_with`` its key."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.sign_with, self.header = self.key, {"alg": "RS256", "kid": "one"}
        self.claims: dict[str, Any] = {
            "sub": "someone",
            "email": "zmb.contributor@test.example",
            "email_verified": True,
        }
        self.faults: dict[str, Any] = {}
        self.raw: str | None = None
        self.said: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.keys_read = self.tokens_asked = 0

    def rotate(self) -> None:
        """Sign with another key from now on, and show that one alone."""
        self.key = self.sign_with = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
        self.header = {"alg": "RS256", "kid": "two"}

    def visit(self, address: str) -> tuple[str, str]:
        """Sign in as a browser would be led to: the state and the code that come back."""
        self.asked = {name: found[0] for name, found in parse_qs(urlsplit(address).query).items()}
        return self.asked["state"], "the-code"

    def _is_ours(self, request: Request, given: dict[str, list[str]]) -> bool:
        """Whether the client proves itself as RFC 6749 section 2.3.1 has it, in the way that was asked for."""
        if "token_endpoint_auth_methods_supported" in self.said:
            return given["client_id"] == [CLIENT] and given["client_secret"] == [SECRET]
        pair = f"{quote(CLIENT, safe='')}:{quote(SECRET, safe='')}"
        return request.headers.get("authorization") == f"Basic {b64encode(pair.encode()).decode()}"

    def app(self) -> Starlette:
        async def about(_request: Request) -> Response:
            paths = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/keys"}
            found = {"issuer": self.issuer} | {name: self.issuer + path for name, path in paths.items()}
            return JSONResponse(found | self.said)

        async def keys(_request: Request) -> Response:
            self.keys_read += 1
            return JSONResponse(KeySet([self.key]).as_dict(private=False))

        async def token(request: Request) -> Response:
            self.tokens_asked += 1
            given = parse_qs((await request.body()).decode())
            challenge = create_s256_code_challenge(given["code_verifier"][0])
            as_began = given["redirect_uri"] == [self.asked["redirect_uri"]] and given["code"] == ["the-code"]
            if not as_began or challenge != self.asked["code_challenge"] or not self._is_ours(request, given):
                return JSONResponse({"error": "invalid_grant"}, 400)
            moment = int(time.time())
            made = {"iss": self.issuer, "aud": CLIENT, "iat": moment, "exp": moment + 60, "nonce": self.asked["nonce"]}
            claims = {**made, **self.claims, **self.faults}
            text = self.raw or jwt.encode(self.header, claims, self.sign_with, algorithms=["RS256", "HS256"])
            return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": text})

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", about),
                Route("/keys", keys),
                Route("/token", token, methods=["POST"]),
            ]
        )


@contextmanager
def a_provider() -> Iterator[AProvider]:
    found = AProvider(port := free_port())
    server = uvicorn.Server(uvicorn.Config(found.app(), "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        time.sleep(0.05)
    yield found
    server.should_exit = True
    thread.join(10)


async def named(db: Database, found: AProvider, by: str = "ZMB", **values: Any) -> IdentityProvider:
    """Let a delegation have it, as a focal point would have named it."""
    delegation = delegation_id(by)
    row = IdentityProvider(
        delegation_id=delegation,
        client_id=CLIENT,
        sealed_secret=ISSUER.seal.close(SECRET.encode(), delegation.bytes),
        **{"issuer": found.issuer, "domains": ["test.example"], **values},
    )
    async with db.write(SYSTEM) as session:
        session.add(row)
        await session.flush()
        session.expunge(row)
    return row
