"""Spreadsheets for tests, as programs write them and as nobody should."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.core.importing.files import open_rows
from services.core.importing.rows import BrokenRow, Columns, SourceRow

NAMES = ("externalId", "title", "opensOn", "places")
COLUMNS = Columns(frozenset(NAMES), frozenset({"externalId", "title"}))
SHEET = "xl/worksheets/sheet1.xml"


def read(path: Path, kind: str = "") -> list[SourceRow | BrokenRow]:
    return list(open_rows(path, kind).rows(COLUMNS))


def made(folder: Path, fill: Callable[[Worksheet], None], header: tuple[str, ...] = NAMES) -> Path:
    """A file that openpyxl writes: with its texts in the cells."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(header)
    fill(sheet)
    book.save(folder / "rows.xlsx")
    return folder / "rows.xlsx"


def altered(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The file with one part changed, as a program that is no spreadsheet might."""
    with zipfile.ZipFile(path) as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in parts.items():
            archive.writestr(name, octets)
    return path


def refusals(rows: list[SourceRow | BrokenRow]) -> list[tuple[str | None, str | None, str]]:
    broken = [row.refused for row in rows if isinstance(row, BrokenRow)]
    return [(one.cell, one.column, one.reason) for one in broken]


def put(cell: str, value: Any, style: str | None = None) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for number in range(2, 6):
            sheet.cell(number, 1, f"A{number}")
            sheet.cell(number, 2, "title")
        sheet[cell] = value
        if style:
            sheet[cell].number_format = style

    return fill
