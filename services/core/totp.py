"""Time-based one-time passwords (RFC 6238, RFC 4226): what an authenticator shows, SHA-1, 6 digits, 30 seconds."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP = 30
"""Seconds for which a code is shown."""
DIGITS = 6
DRIFT = 1
"""Steps by which the clocks may differ (RFC 6238 section 5.2)."""


def new_secret() -> bytes:
    """Return 160 random bits, the length of the hash (RFC 4226 section 4)."""
    return secrets.token_bytes(20)


def code(secret: bytes, step: int) -> str:
    """Return the code of one step of time (RFC 4226 section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(given: str, secret: bytes, moment: datetime, after: int) -> int | None:
    """Return which step a code is of; None if it is not right now, or of step ``after`` or before: a code is good once."""
    present = int(moment.timestamp()) // STEP
    digits = given.encode("utf-8", "surrogatepass")
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(code(secret, step).encode(), digits) and step > after:
            found = step
    return found


def written(secret: bytes) -> str:
    """Return a secret as people type it into an authenticator: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, account: str, issuer: str) -> str:
    """Return what the QR code of a secret holds (the key URI format of authenticators)."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?secret={written(secret)}&issuer={quote(issuer, safe='')}"
