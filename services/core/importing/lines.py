"""Physical lines of a file, each with its place, never more than ``MAX_ROW`` octets of one in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from services.core.importing.refused import Unreadable
from services.core.importing.rows import MAX_ROW

_BOM = b"\xef\xbb\xbf"
_OTHER_FORMATS = {
    b"\xff\xfe": "is UTF-16. Save it as UTF-8",
    b"\xfe\xff": "is UTF-16. Save it as UTF-8",
    b"PK\x03\x04": "is a spreadsheet or an archive. If it is XLSX, let its name end with .xlsx",
    b"\x1f\x8b": "is compressed. Unpack it first",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its end; of one that is too long only the beginning.

    ``number`` counts from 1, ``offset`` is where it begins in the file, ``end`` where the next one does, ``quotes`` how
    many quotation marks it has as a whole.
    """

    number: int
    offset: int
    end: int
    octets: bytes
    quotes: int

    @property
    def too_long(self) -> bool:
        """Whether it is longer than any row may be."""
        return len(self.octets) > MAX_ROW

    def decoded(self) -> tuple[str, str | None]:
        """The text of the line, and a sentence about what is wrong with it or None."""
        text = self.octets.decode("utf-8", "replace")
        if self.too_long:
            return text, f"This row has {self.end - self.offset:,} bytes; it may have {MAX_ROW:,}."
        try:
            return self.octets.decode("utf-8"), None
        except UnicodeDecodeError as error:
            place = (
                f"byte {error.start + 1:,} of line {self.number:,}, byte {self.offset + error.start + 1:,} of the file"
            )
            return text, f"This is not UTF-8 ({place}). Save the file as UTF-8."


def open_file(path: Path) -> BufferedReader:
    """Open ``path`` to be read as lines.

    Raises:
        Unreadable: it cannot be read, or begins like another format.
    """
    try:
        file = path.open("rb")
        beginning = file.peek(4)
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from error
    for sign, problem in _OTHER_FORMATS.items():
        if beginning.startswith(sign):
            file.close()
            raise Unreadable(f"{path.name} {problem}.")
    return file


def read_lines(file: BufferedReader) -> Iterator[Line]:
    """Give the lines of ``file`` from its beginning on, without a byte order mark."""
    number = position = 0
    while octets := file.readline(MAX_ROW + 1):
        number += 1
        begin = position
        position += len(octets)
        if number == 1 and octets.startswith(_BOM):
            octets = octets[len(_BOM) :]
            begin = len(_BOM)
        quotes = octets.count(b'"')
        if len(octets) > MAX_ROW:
            more, marks = _pass_over(file, octets)
            position += more
            quotes += marks
        yield Line(number, begin, position, octets, quotes)


def _pass_over(file: BufferedReader, octets: bytes) -> tuple[int, int]:
    """Read on to the end of a line that is too long; how many octets and quotation marks that were."""
    length = marks = 0
    while not octets.endswith(b"\n") and (octets := file.readline(MAX_ROW)):
        length += len(octets)
        marks += octets.count(b'"')
    return length, marks
