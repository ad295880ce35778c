"""Writing a sheet of an XLSX file row by row, in flat memory; every text is text, whatever it begins with."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from services.core.importing.xlsx_cells import LONGEST_TEXT

_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets know a 29 February 1900, so days before this one mean another one to each of them."""
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""What the file says of when it was made, so that the same rows are the same octets."""
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}


class SheetWriter:
    """One sheet in a new file; finished by ``close``."""

    def __init__(self, file: Path | IO[bytes], title: str) -> None:
        from xlsxwriter import Workbook

        self._book = Workbook(str(file) if isinstance(file, Path) else file, _OPTIONS)
        self._book.set_properties({"created": _MADE.replace(tzinfo=None)})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheet = self._book.add_worksheet(title)
        self._row = 0

    def write(self, cells: Sequence[Any]) -> None:
        """Add a row of texts, numbers, days and truth values; None and "" are nothing, lists are joined by ``|``."""
        for column, cell in enumerate(cells):
            self._write(column, cell)
        self._row += 1

    def close(self) -> None:
        """Write the file.

        Raises:
            OSError: it cannot be written.
        """
        from xlsxwriter.exceptions import FileCreateError

        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(*error.args) from error

    def _write(self, column: int, cell: Any) -> None:
        match cell:
            case None | "":
                return
            case bool():
                self._sheet.write_boolean(self._row, column, cell)
            case int() | Decimal() if exactly(cell):
                self._sheet.write_number(self._row, column, float(cell))
            case date() if cell >= _FIRST_DAY:
                self._sheet.write_datetime(self._row, column, cell, self._day)
            case list():
                self._write(column, "|".join(map(str, cell)))
            case _:
                self._sheet.write_string(self._row, column, str(cell)[:LONGEST_TEXT])


def exactly(number: int | Decimal) -> bool:
    """Whether a binary fraction gives the number back: a spreadsheet's, numbers have 15 digits, and those of most programs that read JSON."""
    decimal = Decimal(number)
    return decimal.is_finite() and decimal.adjusted() < 15 and Decimal(repr(float(decimal))) == decimal
