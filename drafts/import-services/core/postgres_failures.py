"""Why the embedded PostgreSQL did not start, in sentences for the person who can do something about it."""

import errno
import os
import pwd
import shutil
from pathlib import Path

from services.core.errors import Unavailable

WAL_SEGMENT_BYTES = 16_777_216  # with less than one segment of the write-ahead log no server starts
FIRST_START_BYTES = 200_000_000  # a new cluster takes 40 MB, its first write-ahead log up to 100 MB


class NotStarted(Unavailable):
    """PostgreSQL did not start; the message says why and what helps."""

    code = "DATABASE_NOT_STARTED"


def own_name() -> str:
    """Return the name of the account we run as, its number when it has none."""
    uid = os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def require_space(place: Path) -> None:
    """Pass when the disk of ``place`` has room for a new database; raise ``NotStarted`` otherwise."""
    if shutil.disk_usage(place).free < FIRST_START_BYTES:
        raise NotStarted(_full(place))


def from_output(output: str, home: Path) -> NotStarted:
    """Return why PostgreSQL failed, from the last error in its output; its statements are never quoted."""
    if "No space left on device" in output or shutil.disk_usage(home).free < WAL_SEGMENT_BYTES:
        return NotStarted(_full(home))
    errors = [line for line in output.splitlines() if any(w in line for w in ("FATAL:", "PANIC:", "rror:"))]
    reason = errors[-1].partition(": ")[2].strip().removesuffix(".") if errors else "it did not say why"
    return NotStarted(f"PostgreSQL did not start: {reason}. What it said is in {home / 'log'}.")


def from_files(error: OSError, data_dir: Path) -> NotStarted:
    """Return what is wrong with the data folder, from an error of the file system."""
    place = Path(os.fsdecode(error.filename or data_dir))
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NotStarted(_full(next(folder for folder in [data_dir, *data_dir.parents] if folder.exists())))
    if error.errno in (errno.EACCES, errno.EPERM):
        return NotStarted(
            f"{own_name()} may not write to {place}. Choose a folder of your own with GOF_DATA_DIR, or run as the "
            "user that this one belongs to."
        )
    reason = (error.strerror or str(error)).lower()
    return NotStarted(
        f"The data folder {data_dir} cannot be used: {reason} ({place}). Choose another with GOF_DATA_DIR."
    )


def _full(place: Path) -> str:
    free, wanted = shutil.disk_usage(place).free // 1_000_000, FIRST_START_BYTES // 1_000_000
    return (
        f"The disk that holds {place} is full: {free} MB are free, and a database begins with {wanted} MB. Make "
        "room, or choose another GOF_DATA_DIR."
    )
