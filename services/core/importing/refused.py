"""What an import says about a row it refuses, and the file that such rows go into."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TextIO

from services.core.errors import Invalid

REFUSED_COLUMNS = ("refusedLine", "refusedColumn", "refusedReason", "refusedText")
"""What a file of refused rows has beside the columns of the import, which passes over them in turn."""


class Unreadable(Invalid):
    """The file as a whole cannot be imported: empty, of another format, or without the columns that are needed."""

    code: ClassVar[str] = "IMPORT_UNREADABLE"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row was refused.

    ``line`` is where the row begins, from 1; ``column`` is None where the row as a whole is at fault; ``value`` is the
    beginning of what stands there; ``cell`` is its place in a spreadsheet ("C17"). ``code`` is
    stable: what could not be read is IMPORT_BROKEN_ROW.
    """

    line: int
    column: str | None
    value: str
    reason: str
    cell: str | None = None
    code: str = "IMPORT_BROKEN_ROW"


class BadRows:
    """A file of refused rows in the format they came in; made at the first one, written over if it is there.

    It can be corrected and imported: ``REFUSED_COLUMNS`` are passed over then.
    """

    _encoding = "utf-8"

    def __init__(self, path: Path, read: Path | None) -> None:
        """Take the file to write and the one that is being read, if there is one.

        Raises:
            Unreadable: the two are the same.
        """
        if read is not None and path.exists() and path.samefile(read):
            raise Unreadable("The refused rows cannot go into the file that is being imported. Name another one.")
        self._path = path
        self._file: TextIO | None = None

    def write(self, refused: Refused, cells: Mapping[str, Any], text: str) -> None:
        """Add a row: its cells, else its ``text`` as it was found, and why it was refused.

        Raises:
            Unreadable: the file cannot be written.
        """
        with self._written():
            if self._file is None:
                # "backslashreplace" writes half of a surrogate pair as JSON escapes it; CSV cannot have any.
                self._file = self._path.open("w", encoding=self._encoding, errors="backslashreplace", newline="")
                self._file.write(self._beginning())
            self._file.write(self._row(refused, cells, text))

    def close(self) -> None:
        """Finish the file, if one was made.

        Raises:
            Unreadable: the file cannot be written.
        """
        if self._file is not None:
            with self._written():
                self._file.close()

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unreadable(f"{self._path.name} cannot be written: {error.strerror}.") from error

    def _beginning(self) -> str:
        return ""

    def _row(self, refused: Refused, cells: Mapping[str, Any], text: str) -> str:
        about = dict(zip(REFUSED_COLUMNS, (refused.line, refused.column, refused.reason, text), strict=True))
        return json.dumps({**cells, **about}, ensure_ascii=False, default=str) + "\n"
