"""The rows of a sheet as a stream of cells, each as Python has such a value, or as what is wrong with it."""

import os
import re
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO
from xml.etree.ElementTree import Element, iterparse

from services.core.importing.refused import Unreadable
from services.core.importing.xlsx_scan import MOST_ROWS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LONGEST_TEXT = 32_767
"""Characters of a cell, by Excel's limits."""
MOST_DIGITS = 15
"""Digits of a number that a spreadsheet keeps."""
_ROW, _CELL, _DATA, _TEXT_OF_TABLE = (MAIN + name for name in ("row", "c", "sheetData", "si"))
_VALUE, _FORMULA, _INLINE, _RUN, _WORDS = (MAIN + name for name in ("v", "f", "is", "r", "t"))
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

CellValue = str | int | Decimal | bool


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that cannot be taken: the beginning of what stands there, and why."""

    value: str
    reason: str


class SharedTexts:
    """The table of texts that cells refer to by number, in a file of our own, so that the memory stays flat."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by ``close``
        self._ends = array("Q", [0])
        if stream is not None:
            for element in _each(stream, _TEXT_OF_TABLE):
                octets = _words(element).encode("utf-8", "surrogatepass")
                self._file.write(octets)
                self._ends.append(self._ends[-1] + len(octets))
            self._file.flush()

    def __getitem__(self, number: int) -> str:
        begin, end = self._ends[number], self._ends[number + 1]
        return os.pread(self._file.fileno(), end - begin, begin).decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class CellReader:
    """Reads cells: the shared texts, the styles that show a number as a date, and the day that dates count from."""

    texts: SharedTexts
    date_styles: frozenset[str]
    epoch: datetime

    def rows(self, stream: IO[bytes], number: int) -> Iterator[tuple[int, dict[str, CellValue | Wrong]]]:
        """Give each of the ``number`` rows: its own number from 1, and its cells that hold something, by their letters.

        Raises:
            Unreadable: a row beyond those of a sheet.
        """
        row = 0
        for element in _each(stream, _ROW, number):
            row = int(element.get("r", row + 1))
            if not 1 <= row <= MOST_ROWS:
                raise Unreadable(f"There is a row {row:,}, and a sheet has {MOST_ROWS:,}.")
            cells = {}
            for place, cell in enumerate(element.iterfind(_CELL), 1):
                value = self._value(cell)
                if value is not None:
                    cells[_letters(cell, place)] = value
            yield row, cells

    def _value(self, cell: Element) -> CellValue | Wrong | None:
        if (formula := cell.find(_FORMULA)) is not None:
            return Wrong(f"={formula.text or ''}", "This is a formula. Put its value here instead of it.")
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find(_INLINE)
            return None if inline is None else _fitting(_words(inline))
        value = cell.findtext(_VALUE)
        return self._typed(kind, value, cell.get("s", "0")) if value else None

    def _typed(self, kind: str, value: str, style: str) -> CellValue | Wrong:
        """The value of a cell by its type (ECMA-376 part 1, 18.18.11, ST_CellType)."""
        match kind:
            case "s" | "str":
                return _fitting(self.texts[int(value)] if kind == "s" else _unescaped(value))
            case "b":
                return value == "1"
            case "e":
                return Wrong(value, f"This is an error of the spreadsheet, {value}.")
            case "d":
                return value.removesuffix("Z").removesuffix("T00:00:00")
            case _:
                return self._day(value) if style in self.date_styles else _number(value)

    def _day(self, value: str) -> CellValue | Wrong:
        """A day, or a moment, as ISO 8601 writes it."""
        from openpyxl.utils.datetime import from_excel

        try:
            number = float(value)
            moment = from_excel(number, self.epoch)
        except (OverflowError, ValueError):
            number = -1
        if number < 0:
            return Wrong(value, "This is shown as a date, and is no day of the calendar.")
        if isinstance(moment, datetime) and moment.time() == datetime.min.time():
            return str(moment.date())
        return moment.isoformat() if isinstance(moment, date) else str(moment)


def _each(stream: IO[bytes], tag: str, number: int | None = None) -> Iterator[Element]:
    """The elements ``tag``, at most ``number`` of them; what was given is forgotten."""
    path: list[Element] = []
    given = 0
    for event, element in iterparse(stream, ("start", "end")):  # noqa: S314 - parts are looked over first: no entities
        if event == "start":
            path.append(element)
            continue
        path.pop()
        if element.tag == tag:
            yield element
            given += 1
            path[-1].clear()
            if given == number:
                return


def _words(element: Element) -> str:
    """The text of an inline or shared text: its own, or that of its runs; not that of phonetic hints."""
    if len(element) == 1 and element[0].tag == _WORDS:
        return _unescaped(element[0].text or "")
    parts = [element.find(_WORDS), *(run.find(_WORDS) for run in element.iterfind(_RUN))]
    return _unescaped("".join(part.text or "" for part in parts if part is not None))


def _unescaped(text: str) -> str:
    """What XML cannot hold is written ``_x000B_`` (ECMA-376 part 1, 22.9.2.19, ST_Xstring)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _fitting(text: str) -> str | Wrong:
    if len(text) <= LONGEST_TEXT:
        return text
    return Wrong(text, f"This text has {len(text):,} characters; a cell of a spreadsheet has up to {LONGEST_TEXT:,}.")


def _number(value: str) -> CellValue | Wrong:
    """A number as people see it: spreadsheets keep binary fractions, and write 0.1 as 0.1."""
    try:
        number = Decimal(repr(float(value)))
    except ValueError:
        return Wrong(value, "This is no number.")
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS:
        return Wrong(value, f"A spreadsheet keeps {MOST_DIGITS} digits of a number. Format the cell as text.")
    return int(number) if number == number.to_integral_value() else number


def _letters(cell: Element, place: int) -> str:
    """The letters of a cell's column; without a reference cells stand side by side."""
    from openpyxl.utils import get_column_letter

    return cell.get("r", "").rstrip("0123456789") or get_column_letter(place)
