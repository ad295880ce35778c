"""Files of keys and secrets: made when they are first needed, read by their owner and group alone."""

import os
import secrets
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from services.core.errors import Invalid


def read_or_make_secret(path: Path) -> bytes:
    """Return what a file of secret octets holds; a file that does not exist is made, with 32 random ones.

    Raises:
        Invalid: others than its owner and group may read it.
        OSError: the file cannot be read, or its folder not be written.
    """
    return read_or_make(path, lambda: secrets.token_bytes(32))


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what a file of secrets holds; a file that does not exist is made of ``make``, once however many start.

    Raises:
        Invalid: others than its owner and group may read it.
        OSError: the file cannot be read, or its folder not be written.
    """
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
