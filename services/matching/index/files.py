"""Parts in a folder: a generation is whole or not there, and whoever reads one keeps it, whatever comes after it.

``current`` names the folder of the newest generation, in which each part is a folder of arrays. It is written under
another name and put in place at the end, so whoever is killed meanwhile leaves nothing but what the next one removes.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from services.matching.index.part import Part

FORM = 1
"""Counts the changes of what is in the files; others are not read."""
CURRENT, HEAD, NAMES, MAKING = "current", "head.json", "names.json", "making-"


@dataclass(frozen=True, slots=True)
class Generation:
    """All that was open when it was read; ``horizon`` is the first transaction that it may not have seen.

    ``database`` says which database it was read from.
    """

    name: str
    database: str
    horizon: int
    parts: Sequence[Part]


def current(folder: Path) -> str | None:
    """The name of the newest generation; None where there is none."""
    try:
        return (folder / CURRENT).read_text(encoding="ascii") or None
    except FileNotFoundError:
        return None


def load(folder: Path, database: str) -> Generation | None:
    """Map the newest generation into memory; None where there is none of this database that we can read."""
    name = current(folder)
    if name is None:
        return None
    try:
        head = orjson.loads((folder / name / HEAD).read_bytes())
        if head["form"] != FORM or head["database"] != database:
            return None
        parts = [_mapped(folder / name / str(number)) for number in range(head["parts"])]
    except FileNotFoundError:  # it was removed just now: there is a newer one
        return None
    return Generation(name, database, head["horizon"], parts)


def _mapped(folder: Path) -> Part:
    names = orjson.loads((folder / NAMES).read_bytes())
    names["model"] = [tuple(one) for one in names["model"]]
    # As plain arrays: each slice of a memmap costs microseconds in Python.
    columns = {path.stem: np.load(path, mmap_mode="r").view(np.ndarray) for path in sorted(folder.glob("*.npy"))}
    return Part(columns, names)


@contextmanager
def making(folder: Path) -> Iterator["Making | None"]:
    """Make a generation alone among all processes; None where another one is at it. What a killed one left is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        for left in folder.iterdir():
            if left.is_dir() and left.name != current(folder):
                shutil.rmtree(left)
        yield Making(folder)
    finally:
        os.close(lock)


class Making:
    """A generation that is being written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = f"{MAKING}{os.getpid()}"
        self._parts = 0
        (folder / self._name).mkdir()

    def add(self, part: Part) -> None:
        """Write one part."""
        place = self._folder / self._name / str(self._parts)
        place.mkdir()
        for name, column in part.columns.items():
            np.save(place / f"{name}.npy", column)
        (place / NAMES).write_bytes(orjson.dumps(part.names))
        self._parts += 1

    def finish(self, database: str, horizon: int) -> str:
        """Put it in place, and remove the one before it; return its name."""
        before, made = current(self._folder), self._folder / self._name
        name = f"{horizon:020}-{os.urandom(4).hex()}"
        head = {"form": FORM, "database": database, "horizon": horizon, "parts": self._parts}
        (made / HEAD).write_bytes(orjson.dumps(head))
        for path in made.rglob("*"):
            _synced(path)
        made.rename(self._folder / name)
        told = self._folder / f"{MAKING}{CURRENT}"
        told.mkdir(exist_ok=True)
        (told / CURRENT).write_text(name, encoding="ascii")
        _synced(told / CURRENT)
        (told / CURRENT).replace(self._folder / CURRENT)
        _synced(self._folder)
        told.rmdir()
        if before is not None and before != name:
            shutil.rmtree(self._folder / before, ignore_errors=True)
        return name


def _synced(path: Path) -> None:
    """Have the disk keep a file, or which files a folder has."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
