"""Files of keys and secrets: made when they are first needed, read by their owner and group alone."""

import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
        path.parent.mkdir(parents=True, exist_ok=True)
        with _draft(path, make()) as draft, suppress(FileExistsError):  # another process was faster
            path.hardlink_to(draft)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o037:
        raise Invalid(f"{path} holds private keys and is open to others: chmod 600 {path}")
    return path.read_bytes()


def rewrite(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of a file, whole, with its mode and for its group.

    Raises:
        OSError: there is no such file, or its folder cannot be written.
    """
    before = path.stat()
    with _draft(path, content) as draft:
        os.chown(draft, -1, before.st_gid)
        draft.chmod(stat.S_IMODE(before.st_mode))
        draft.replace(path)


@contextmanager
def _draft(path: Path, content: bytes) -> Iterator[Path]:
    """A file beside ``path`` that holds ``content`` on disk, for its owner alone; gone after."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        yield draft
    finally:
        draft.unlink(missing_ok=True)
