"""An id token counts if its provider made it for us, for this sign-in, just now."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from services.core.fetching import AddressNotAllowed, Fetcher
from services.core.openid import REFETCHED, REMEMBERED, Attempt, Claimed, OpenId, Provider, ProviderNotGood
from tests.services.identity.a_provider import CLIENT, SECRET, AProvider, a_provider

pytestmark = pytest.mark.security
ATTEMPT = Attempt("state" * 8, "nonce" * 8, "verifier" * 8)


@pytest.fixture(scope="module")
def listening() -> Iterator[AProvider]:
    with a_provider() as found:
        yield found


def known(found: AProvider) -> Provider:
    return Provider(found.issuer, CLIENT, SECRET, "https://gof.example/signed-in/x")


async def claimed(found: AProvider) -> Claimed:
    openid = OpenId(Fetcher(local=True))
    _, code = found.visit(await openid.address(known(found), ATTEMPT))
    return await openid.claimed(known(found), ATTEMPT, code)


async def test_a_good_one_tells_who(listening: AProvider) -> None:
    found = await claimed(listening)
    assert (found.subject, found.email) == ("someone", "zmb.contributor@test.example")


@pytest.mark.parametrize(
    "faults",
    [
        {"nonce": "another"}, {"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}, {"iat": 1},
        {"aud": ["another", "third"]}, {"sub": ""}, {"azp": "another"}, {"exp": None}, {"nonce": None},
    ],
    ids=str,
)  # fmt: skip
async def test_what_is_wrong_with_its_claims_is_refused(listening: AProvider, faults: dict[str, object]) -> None:
    listening.faults = faults
    try:
        with pytest.raises(ProviderNotGood):
            await claimed(listening)
    finally:
        listening.faults = {}


@pytest.mark.parametrize("case", ["none", "hmac by the public key", "another key", "no token"])
async def test_what_the_provider_did_not_sign_is_refused(listening: AProvider, case: str) -> None:
    def part(found: object) -> str:
        return urlsafe_b64encode(json.dumps(found).encode()).rstrip(b"=").decode()

    moment = int(time.time())
    claims = {"iss": listening.issuer, "aud": CLIENT, "sub": "x", "iat": moment, "exp": moment + 60}
    claims["nonce"] = ATTEMPT.nonce
    pem = listening.key.as_pem(private=False)
    listening.raw = {
        "none": f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims)}.",
        "hmac by the public key": jwt.encode(
            {"alg": "HS256", "kid": "one"},
            claims,
            OctKey.import_key(pem.decode().replace("-", "")),
            algorithms=["HS256"],
        ),
        "another key": jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048)),
        "no token": "x",
    }[case]
    try:
        with pytest.raises(ProviderNotGood):
            await claimed(listening)
    finally:
        listening.raw = None


async def test_a_key_that_is_new_is_found_and_one_that_is_gone_is_good_no_more() -> None:
    with a_provider() as found:
        clock = [0.0]
        openid = OpenId(Fetcher(local=True), lambda: clock[0])

        async def signs_in() -> Claimed:
            _, code = found.visit(await openid.address(known(found), ATTEMPT))
            return await openid.claimed(known(found), ATTEMPT, code)

        await signs_in()
        await signs_in()
        assert found.keys_read == 1, "remembered"
        old = (found.key, found.header)
        found.rotate()
        with pytest.raises(ProviderNotGood):
            await signs_in()
        assert found.keys_read == 1, "not looked for again within a minute"
        clock[0] = REFETCHED
        await signs_in()
        assert found.keys_read == 2
        found.sign_with, found.header = old
        with pytest.raises(ProviderNotGood):
            await signs_in()
        clock[0] = REMEMBERED
        found.sign_with, found.header = found.key, {"alg": "RS256", "kid": "two"}
        await signs_in()
        assert found.keys_read == 3, "all of it is asked anew after ten minutes"


SAID: dict[str, dict[str, object]] = {
    "another issuer": {"issuer": "https://login.example"},
    "no issuer": {"issuer": None},
    "no keys": {"jwks_uri": None},
    "keys of the machine's own network": {"jwks_uri": "https://10.0.0.1/keys"},
    "keys in a file": {"jwks_uri": "file:///etc/passwd"},
    "no page": {"authorization_endpoint": ""},
    "a page that is a script": {"authorization_endpoint": "javascript:alert(1)"},
}


@pytest.mark.parametrize("case", SAID)
async def test_what_a_provider_says_of_itself_is_not_just_believed(listening: AProvider, case: str) -> None:
    listening.said = SAID[case]
    try:
        with pytest.raises((ProviderNotGood, AddressNotAllowed)):
            await claimed(listening)
    finally:
        listening.said = {}


async def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(listening: AProvider) -> None:
    listening.said = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    try:
        assert (await claimed(listening)).subject == "someone"
    finally:
        listening.said = {}


async def test_how_it_made_sure_is_read_as_words_alone(listening: AProvider) -> None:
    listening.faults = {"amr": ["pwd", 1, None, {"mfa": 1}, "otp"]}
    try:
        assert (await claimed(listening)).methods == {"pwd", "otp"}
        for said in ("mfa", {"mfa": 1}, 1):
            listening.faults = {"amr": said}
            with pytest.raises(ProviderNotGood):
                await claimed(listening)
    finally:
        listening.faults = {}
