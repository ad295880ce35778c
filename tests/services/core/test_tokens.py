import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.core import tokens
from services.core.errors import Invalid, NotSignedIn
from services.core.table import now
from services.core.tokens import AccessClaims, Signer, new_secret, secret_hash
from tests.services.core.forging import (
    AUDIENCE,
    ISSUER,
    KEY,
    OTHER,
    PERSON,
    POINT,
    SESSION,
    SIGNER,
    base64url,
    claims,
    forgeries,
    header,
    signed,
)

pytestmark = pytest.mark.security

SENTENCE = "The access token is not valid or has expired; refresh it, or sign in again."


def is_refused(token: Any) -> bool:
    try:
        SIGNER.verify(token)
    except NotSignedIn as refusal:
        return refusal.message == SENTENCE
    return False


def test_every_forgery_is_refused_with_one_sentence() -> None:
    assert [wrong for wrong, token in forgeries() if not is_refused(token)] == []


def test_a_token_tells_who_and_until_when_whoever_wrote_its_letters() -> None:
    """The maker of forgeries makes good tokens too: or all could be refused for one wrong reason."""
    before = now().replace(microsecond=0)
    by_hand = signed(header(), claims()), signed(header(kid=OTHER.kid), claims(), OTHER)
    for token in (SIGNER.sign(PERSON, SESSION), *by_hand):
        told = SIGNER.verify(token)
        assert told == AccessClaims(
            PERSON, SESSION, told.issued_at, told.issued_at + timedelta(minutes=10), told.jti, told.kid
        )
        assert before <= told.issued_at <= now()
    assert SIGNER.verify(SIGNER.sign(PERSON, SESSION)).jti != told.jti


def test_a_token_dies_at_its_last_second(monkeypatch: pytest.MonkeyPatch) -> None:
    token = SIGNER.sign(PERSON, SESSION, timedelta(minutes=15))
    issued = SIGNER.verify(token).issued_at
    monkeypatch.setattr(tokens, "now", lambda: issued + timedelta(minutes=15, microseconds=-1))
    SIGNER.verify(token)
    monkeypatch.setattr(tokens, "now", lambda: issued + timedelta(minutes=15))
    assert is_refused(token)


def test_a_server_whose_clock_is_half_a_minute_ahead_may_issue_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    token, real = SIGNER.sign(PERSON, SESSION), now()
    monkeypatch.setattr(tokens, "now", lambda: real - timedelta(seconds=30))
    SIGNER.verify(token)
    monkeypatch.setattr(tokens, "now", lambda: real - timedelta(seconds=90))
    assert is_refused(token)


@pytest.mark.parametrize("seconds", [0, -60, 901])
def test_no_token_is_signed_for_longer_than_15_minutes_or_no_time(seconds: int) -> None:
    with pytest.raises(ValueError, match="1 second to 15 minutes"):
        SIGNER.sign(PERSON, SESSION, timedelta(seconds=seconds))


def test_a_signer_for_another_audience_or_issuer_refuses_the_token() -> None:
    for other in (Signer([KEY], ISSUER, "other"), Signer([KEY], "https://other.example", AUDIENCE)):
        with pytest.raises(NotSignedIn):
            other.verify(SIGNER.sign(PERSON, SESSION))


def test_keys_rotate_without_signing_anyone_out() -> None:
    old, both, new = (Signer(keys, ISSUER, AUDIENCE) for keys in ([KEY], [OTHER, KEY], [OTHER]))
    assert both.verify(old.sign(PERSON, SESSION)).subject == PERSON
    assert new.verify(both.sign(PERSON, SESSION)).subject == PERSON
    with pytest.raises(NotSignedIn):
        new.verify(old.sign(PERSON, SESSION))
    with pytest.raises(Invalid, match="At least one"):
        Signer([], ISSUER, AUDIENCE)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.binary(max_size=300).map(lambda octets: octets.decode("latin-1"))))
def test_no_text_verifies_or_raises_anything_else(text: str) -> None:
    assert is_refused(text)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_token_with_any_bit_flipped_is_refused(data: st.DataObject) -> None:
    octets = bytearray(SIGNER.sign(PERSON, SESSION).encode())
    position = data.draw(st.integers(0, len(octets) - 1))
    octets[position] ^= 1 << data.draw(st.integers(0, 7))
    assert is_refused(octets.decode("latin-1"))


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(st.text(max_size=5), LEAVES, max_size=3)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["iss", "aud", "sub", "sid", "jti", "iat", "exp"]), JSON)
def test_a_claim_of_any_other_value_is_refused(name: str, value: object) -> None:
    right = claims()
    assume(value not in (right[name], ISSUER, AUDIENCE))
    assert is_refused(signed(header(), right | {name: value}))


def test_the_jwk_set_holds_public_keys_only_under_their_thumbprints() -> None:
    first, second = SIGNER.jwks()["keys"]
    assert set(first) == {"kty", "crv", "x", "y", "alg", "use", "kid"}
    assert (first["kid"], second["kid"]) == (KEY.kid, OTHER.kid)
    required = f'{{"crv":"P-256","kty":"EC","x":"{first["x"]}","y":"{first["y"]}"}}'  # RFC 7638 section 3.2
    assert first["kid"] == base64url(hashlib.sha256(required.encode()).digest())
    point = b"\x04" + base64.urlsafe_b64decode(first["x"] + "=") + base64.urlsafe_b64decode(first["y"] + "=")
    assert point == POINT


def test_secrets_are_long_random_and_named_and_kept_as_their_sha_256() -> None:
    secrets = {new_secret("gof_api") for _ in range(100)}
    assert len(secrets) == 100
    assert all(secret.startswith("gof_api_") and len(secret) == len("gof_api_") + 43 for secret in secrets)
    assert secret_hash("gof_api_x") == hashlib.sha256(b"gof_api_x").digest()


@given(st.text(st.characters()))
def test_any_text_offered_as_a_secret_has_a_hash(text: str) -> None:
    assert len(secret_hash(text)) == 32
