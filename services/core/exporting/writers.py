"""The three formats of files of rows, each written as the import of the same name reads it."""

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from typing import IO, Any, ClassVar, Protocol

from services.core.errors import Invalid
from services.core.exporting.formats import Format
from services.core.importing.csv_guard import guarded
from services.core.importing.translated import TEXTS
from services.core.importing.xlsx_scan import MOST_ROWS
from services.core.importing.xlsx_writing import SheetWriter, exactly
from services.core.texts import LIMITS


class TooManyRows(Invalid):
    """There are more things than a spreadsheet has rows."""

    code: ClassVar[str] = "EXPORT_TOO_MANY_ROWS"


Translations = Mapping[str, Mapping[str, str]]
"""Title, summary and description by language."""


class RowWriter(Protocol):
    """Writes things one after another into a binary file, which stays open."""

    def write(self, cells: Mapping[str, Any], translations: Translations) -> None:
        """Add a thing: its cells by column in their order, and its translations."""

    def finish(self) -> None:
        """Write what is still to be written."""


class JsonWriter:
    """One JSON object a line, every column in it; the translations are the list ``texts``."""

    def __init__(self, file: IO[bytes], _columns: Sequence[str], languages: Sequence[str]) -> None:
        self._file = file
        self._languages = languages

    def write(self, cells: Mapping[str, Any], translations: Translations) -> None:
        """Add a line."""
        texts = [{"language": one, **translations[one]} for one in self._languages if one in translations]
        row = {**{name: _json(cell) for name, cell in cells.items()}, TEXTS: texts}
        self._file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def finish(self) -> None:
        """Nothing is left."""


class CsvWriter:
    """RFC 4180 with a byte order mark, by which spreadsheets know UTF-8; no cell is taken for a formula."""

    def __init__(self, file: IO[bytes], columns: Sequence[str], languages: Sequence[str]) -> None:
        self._text = TextIOWrapper(file, "utf-8-sig", newline="")
        self._writer = csv.writer(self._text)
        self._languages = languages
        self._writer.writerow(_header(columns, languages))

    def write(self, cells: Mapping[str, Any], translations: Translations) -> None:
        """Add a line."""
        self._writer.writerow([guarded(_text(cell)) for cell in _cells(cells, translations, self._languages)])

    def finish(self) -> None:
        """Hand on what is buffered; the file stays open."""
        self._text.detach()


class XlsxWriter:
    """A sheet of values: numbers and days as such, all else as text."""

    def __init__(self, file: IO[bytes], columns: Sequence[str], languages: Sequence[str]) -> None:
        self._sheet = SheetWriter(file, "rows")
        self._languages = languages
        self._rows = 1
        self._sheet.write(_header(columns, languages))

    def write(self, cells: Mapping[str, Any], translations: Translations) -> None:
        """Add a row.

        Raises:
            TooManyRows: the sheet is full.
        """
        self._rows += 1
        if self._rows > MOST_ROWS:
            raise TooManyRows(f"A spreadsheet has {MOST_ROWS:,} rows, and there are more things. Export JSONL or CSV.")
        self._sheet.write(_cells(cells, translations, self._languages))

    def finish(self) -> None:
        """Write the file, which was only begun."""
        self._sheet.close()


WRITERS: Mapping[Format, Callable[[IO[bytes], Sequence[str], Sequence[str]], RowWriter]] = {
    Format.JSONL: JsonWriter,
    Format.CSV: CsvWriter,
    Format.XLSX: XlsxWriter,
}


def _header(columns: Sequence[str], languages: Sequence[str]) -> list[str]:
    return [*columns, *(f"{part}.{language}" for language in languages for part in LIMITS)]


def _cells(cells: Mapping[str, Any], translations: Translations, languages: Sequence[str]) -> list[Any]:
    return [*cells.values(), *(translations.get(one, {}).get(part, "") for one in languages for part in LIMITS)]


def _json(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        number = cell.normalize()
        return (
            (int(number) if number == number.to_integral_value() else float(number)) if exactly(cell) else f"{cell:f}"
        )
    return cell.isoformat() if isinstance(cell, date) else cell


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case list():
            return "|".join(cell)
        case Decimal():
            return re.sub(r"\.?0+$", "", f"{cell:f}") if "." in f"{cell:f}" else f"{cell:f}"
        case _:
            return str(cell)
