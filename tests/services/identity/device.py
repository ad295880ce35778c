"""A device that holds passkeys, as WebAuthn describes one; each of its faults can be asked for."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "https://gof.example"
PRESENT, VERIFIED, BACKED_UP, ATTESTED = 0x01, 0x04, 0x18, 0x40


@dataclass
class Held:
    """One passkey in the device."""

    key: EllipticCurvePrivateKey
    host: str
    owner: bytes
    count: int = 0


@dataclass
class Device:
    """What its person does with it is told by the keywords of ``make`` and ``prove``; ``counts`` as few devices do."""

    counts: bool = True
    held: dict[bytes, Held] = field(default_factory=dict)

    def make(self, options: str, *, flags: int = PRESENT | VERIFIED, **faults: Any) -> str:
        """Answer ``navigator.credentials.create``."""
        asked = json.loads(options)
        host = faults.get("host", asked["rp"]["id"])
        credential_id = faults.get("credential_id", secrets.token_bytes(32))
        self.held[credential_id] = Held(generate_private_key(SECP256R1()), host, opened(asked["user"]["id"]))
        one = self.held[credential_id].key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: one.x.to_bytes(32, "big"), -3: one.y.to_bytes(32, "big")}
        attested = bytes(16) + len(credential_id).to_bytes(2, "big") + credential_id + cbor2.dumps(public)
        data = self._data(host, flags | ATTESTED, 0) + attested
        statement = {"fmt": faults.get("fmt", "none"), "attStmt": {}, "authData": data}
        client = self._client("webauthn.create", asked["challenge"], faults)
        return written(credential_id, clientDataJSON=client, attestationObject=cbor2.dumps(statement))

    def prove(self, options: str, *, flags: int = PRESENT | VERIFIED, **faults: Any) -> str:
        """Answer ``navigator.credentials.get``, with the first passkey that it may."""
        asked = json.loads(options)
        allowed = [opened(one["id"]) for one in asked.get("allowCredentials", ())] or list(self.held)
        credential_id = faults.get("credential_id") or next(one for one in allowed if one in self.held)
        one = self.held[credential_id]
        one.count = faults.get("count", one.count + 1 if self.counts else 0)
        data = self._data(faults.get("host", one.host), flags, one.count)
        client = self._client("webauthn.get", asked["challenge"], faults)
        key = faults.get("key", one.key)
        signature = key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        handle = faults.get("handle", one.owner)
        parts = {"userHandle": handle} if handle is not None else {}
        return written(credential_id, clientDataJSON=client, authenticatorData=data, signature=signature, **parts)

    def _data(self, host: str, flags: int, count: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, faults: dict[str, Any]) -> bytes:
        said = {
            "type": faults.get("type", kind),
            "challenge": faults.get("challenge", challenge),
            "origin": faults.get("origin", ORIGIN),
            "crossOrigin": faults.get("cross_origin", False),
        }
        return json.dumps(said).encode()


def written(credential_id: bytes, **response: bytes) -> str:
    """What a page sends: ``credential.toJSON()``."""
    name = closed(credential_id)
    parts = {key: closed(value) for key, value in response.items()}
    return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})


def closed(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def opened(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
