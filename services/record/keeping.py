"""What whoever checks a record keeps of it, in a folder of their own: keys, heads, hashes, and how far a check has come."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from services.core.errors import Invalid
from services.core.merkle import Frontier
from services.record.notes import Head, WrongHead, read_note
from services.record.verifying import Finding, Walk

DIGEST = 32


class Keep:
    """A folder: ``keys`` (one to a line), ``heads`` (signed notes), ``hashes`` (32 octets a leaf), ``walk`` (unfinished)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._hashes = folder / "hashes"
        self._read = folder / "hashes.read"
        for path in (self._hashes, self._read):
            path.touch()

    def keys(self) -> list[bytes]:
        """The public keys that are trusted; none before the first check."""
        path = self.folder / "keys"
        try:
            return [bytes.fromhex(line) for line in path.read_text().split()] if path.exists() else []
        except ValueError as error:
            raise Invalid(f"{path} holds something else than public keys in hexadecimal.") from error

    def trust(self, keys: Iterable[bytes]) -> None:
        """Trust these keys from now on."""
        _replace(self.folder / "keys", "".join(f"{key.hex()}\n" for key in keys).encode())

    def heads(self) -> list[str]:
        """The signed notes that were kept."""
        return read_notes(self.folder / "heads")

    def hold(self, heads: Iterable[Head]) -> None:
        """Keep heads for ever, beside those that are kept."""
        notes = dict.fromkeys([*self.heads(), *(head.note for head in heads)])
        _replace(self.folder / "heads", "\n\n".join(notes).encode())

    def stretch(self, first: int, behind: int) -> list[bytes]:
        """Hashes that were kept (see ``verifying.Copy``)."""
        with self._hashes.open("rb") as file:
            file.seek(first * DIGEST)
            octets = file.read((behind - first) * DIGEST)
        return [octets[at : at + DIGEST] for at in range(0, len(octets) - DIGEST + 1, DIGEST)]

    def keep(self, first: int, hashes: Sequence[bytes]) -> None:
        """Put aside what is being read (see ``verifying.Copy``)."""
        with self._read.open("r+b") as file:
            file.seek(first * DIGEST)
            file.write(b"".join(hashes))

    def interrupted(self) -> Walk:
        """The check that was not finished, or a new one."""
        path = self.folder / "walk"
        if not path.exists():
            return Walk()
        try:
            found = orjson.loads(path.read_bytes())
            return Walk(
                Frontier(found["size"], [bytes.fromhex(peak) for peak in found["peaks"]]),
                found["matched"],
                [Finding(**one) for one in found["findings"]],
            )
        except (ValueError, TypeError, KeyError):
            return Walk()  # what cannot be read is begun again

    def remember(self, walk: Walk) -> None:
        """Keep how far a check has come."""
        document = {
            "size": walk.tree.size,
            "peaks": [peak.hex() for peak in walk.tree.peaks],
            "matched": walk.matched,
            "findings": [asdict(one) for one in walk.findings],
        }
        _replace(self.folder / "walk", orjson.dumps(document))

    def finish(self, walk: Walk) -> None:
        """The check is done, and the next one begins anew; what a head was found right behind is the copy from now on."""
        right = walk.matched * DIGEST
        if not walk.findings and right > self._hashes.stat().st_size:
            os.truncate(self._read, right)
            self._read.replace(self._hashes)
        self._read.unlink(missing_ok=True)
        (self.folder / "walk").unlink(missing_ok=True)


def read_notes(path: Path) -> list[str]:
    """The signed notes of a file, one behind the other with empty lines between; none where there is no file."""
    if not path.exists():
        return []
    parts = [part.strip() for part in path.read_text(encoding="utf-8").split("\n\n") if part.strip()]
    # a note has two parts: its text, and its signature behind an empty line
    return [f"{text}\n\n{signature}\n" for text, signature in zip(parts[::2], parts[1::2], strict=False)]


def signed(notes: Iterable[str], keys: Sequence[bytes]) -> tuple[list[Head], int]:
    """The heads that one of ``keys`` signed, and how many were signed by none."""
    heads, wrong = [], 0
    for note in notes:
        try:
            heads.append(read_note(note, keys))
        except WrongHead:
            wrong += 1
    return heads, wrong


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
