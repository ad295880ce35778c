"""Secrets that must be read again, such as those of authenticators: sealed, so that the database alone gives nothing away.

AES-256-GCM (NIST SP 800-38D) with a random nonce; what a secret belongs to is bound to it, so that a sealed one moved to
another's row does not open.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.core.errors import Unavailable
from services.core.key_files import read_or_make_secret

_NONCE = 12  # octets


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals and opens by one key of 32 octets."""

    key: bytes = field(repr=False)
    FILE: ClassVar[str] = "sealing.key"

    @classmethod
    def of_folder(cls, folder: Path) -> "Seal":
        """The seal by the key in ``folder``, beside the signing keys; it is made where it is not there.

        Without that file what was sealed cannot be opened: it belongs into every backup, apart from the database's.

        Raises:
            Invalid: others than its owner and group may read it.
            OSError: it cannot be read or written.
        """
        return cls(hashlib.sha256(read_or_make_secret(folder / cls.FILE)).digest())

    @classmethod
    def random(cls) -> "Seal":
        """A seal that nothing else opens."""
        return cls(secrets.token_bytes(32))

    def close(self, secret: bytes, owner: bytes) -> bytes:
        """Return ``secret`` sealed for ``owner``."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, secret, owner)

    def open(self, sealed: bytes, owner: bytes) -> bytes:
        """Return what was sealed for ``owner``.

        Raises:
            Unavailable: it was sealed by another key, for another owner, or is damaged.
        """
        try:
            return AESGCM(self.key).decrypt(sealed[:_NONCE], sealed[_NONCE:], owner)
        except InvalidTag as error:
            raise Unavailable(
                f"A sealed secret cannot be opened: is {self.FILE} the one it was sealed with?"
            ) from error
