"""Tokens that nobody of ours has made: each as good as it can be but for one thing."""

import base64
import hmac
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.core.keys import SigningKey
from services.core.table import now
from services.core.tokens import Signer

KEY, OTHER, STRANGER = SigningKey.generate(), SigningKey.generate(), SigningKey.generate()
ISSUER, AUDIENCE = "https://gof.example", "gof"
SIGNER = Signer([KEY, OTHER], ISSUER, AUDIENCE)
PERSON, SESSION = uuid4(), uuid4()


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def as_json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def header(**changes: object) -> dict[str, object]:
    return {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid} | changes


def claims(**changes: object) -> dict[str, object]:
    moment = int(now().timestamp())
    right = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(PERSON), "sid": str(SESSION), "jti": str(uuid4())}
    return right | {"iat": moment, "exp": moment + 600} | changes


def in_seconds(seconds: int) -> int:
    return int(now().timestamp()) + seconds


def without(mapping: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in mapping.items() if name not in names}


def signed(head: object, body: object, key: SigningKey = KEY) -> str:
    """A token made without jose; ``head`` and ``body`` are octets, or anything that JSON writes."""
    segments = (part if isinstance(part, bytes) else as_json(part) for part in (head, body))
    text = ".".join(map(base64url, segments))
    private = serialization.load_pem_private_key(key.to_pem(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def hmac_signed(secret: bytes, head: object) -> str:
    text = f"{base64url(as_json(head))}.{base64url(as_json(claims()))}"
    return f"{text}.{base64url(hmac.digest(secret, text.encode(), 'sha256'))}"


def public(encoding: Encoding, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    return serialization.load_pem_public_key(KEY.public_pem()).public_bytes(encoding, form)


POINT, SSH = public(Encoding.X962, PublicFormat.UncompressedPoint), public(Encoding.OpenSSH, PublicFormat.OpenSSH)
PEM, DER = public(Encoding.PEM), public(Encoding.DER)
SECRETS = {"PEM": PEM, "PEM, stripped": PEM.strip(), "DER": DER, "SSH": SSH, "point": POINT, "empty": b""}
WRONG_HEADERS: list[dict[str, object]] = [
    {"alg": "none"}, {"alg": "None"}, {"alg": "HS256"}, {"alg": "ES384"}, {"alg": "es256"}, {"alg": None},
    {"typ": "JWT"}, {"typ": None}, {"kid": None}, {"kid": [KEY.kid]}, {"kid": OTHER.kid}, {"kid": STRANGER.kid},
    {"crit": ["exp"]}, {"b64": False}, {"jwk": KEY.public_jwk()}, {"jku": "https://x.example"}, {"x5u": "https://x"},
]  # fmt: skip


def wrong_claims() -> list[dict[str, object]]:
    hour, century = in_seconds(3_600), in_seconds(100 * 365 * 86_400)
    return [
        {"exp": None}, {"exp": "9999999999"}, {"exp": True}, {"exp": math.inf}, {"exp": math.nan}, {"exp": 10**400},
        {"exp": 0}, {"exp": in_seconds(-1)}, {"exp": in_seconds(960)}, {"exp": century}, {"exp": hour - 3_300.5},
        {"iat": None}, {"iat": True}, {"iat": hour}, {"iat": 10**17}, {"iat": hour, "exp": hour + 300}, {"nbf": hour},
        {"iat": 1_700_000_000, "exp": 1_700_000_600}, {"iat": 10**17, "exp": 10**17 + 600}, {"x": "x" * 5_000},
        {"aud": "other"}, {"aud": ["other", AUDIENCE]}, {"aud": None}, {"iss": "other"}, {"iss": None}, {"sub": 7},
        {"sub": "admin"}, {"sub": None}, {"sid": None}, {"sid": "x"}, {"sid": {}}, {"jti": 7}, {"jti": ""},
    ]  # fmt: skip


def forgeries() -> Iterator[tuple[str, Any]]:
    """Yield (what is wrong, token), each as good as it can be but for that."""
    yield from ((f"header {wrong}", signed(header(**wrong), claims())) for wrong in WRONG_HEADERS)
    yield from ((f"header without {name}", signed(without(header(), name), claims())) for name in header())
    yield from ((f"claim {wrong}", signed(header(), claims(**wrong))) for wrong in wrong_claims())
    yield from ((f"claims without {name}", signed(header(), without(claims(), name))) for name in claims())
    for name, secret in SECRETS.items():
        yield f"HS256 with the {name}", hmac_signed(secret, header(alg="HS256"))
        yield f"HS256 with the {name}, called ES256", hmac_signed(secret, header())
    yield "a stranger under our kid", signed(header(), claims(), STRANGER)
    yield "a stranger with his own jwk", signed(header(jwk=STRANGER.public_jwk()), claims(), STRANGER)
    yield "alg none without signature", signed(header(alg="none"), claims()).rpartition(".")[0] + "."
    yield "exp of 2,000 digits", signed(header(), as_json(claims()).replace(b'"exp":', b'"exp":' + b"9" * 2_000))
    for body in ([claims()], b"null", b"", b"\xff\xfe", b"[" * 1_300 + b"]" * 1_300):
        yield f"payload {body!r:.30}", signed(header(), body)
    twice = as_json(header())[:-1] + b',"alg":"none"}'
    for head in ([header()], twice, json.dumps(header()).encode(), b"[" * 20_000, b"[" * 2_500, b""):
        yield f"header {head!r:.30}", signed(head, claims())
    token = SIGNER.sign(PERSON, SESSION)
    text, _, signature = token.rpartition(".")
    same_octets = signature[:-1] + chr(ord(signature[-1]) + 1)  # only bits that base64url leaves unused differ
    wrong = "", "é", "A" * 86, "+/" * 43, same_octets, signature[:-2], *(signature + tail for tail in ("x", "==", "\n"))
    for other in wrong:
        yield f"signature {other!r:.30}", f"{text}.{other}"
    for whole in (text, f"{token}.e30", f" {token}", "", "..", "!!!.???.***", "a." * 500_000, "\ud800.a.a"):
        yield f"token {whole!r:.30}", whole
    yield from (("octets", token.encode()), ("nothing", None))
