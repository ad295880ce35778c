"""Sheets of XLSX files: what is written is read back, and whatever cannot be taken is refused by its cell."""

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.core.importing.files import open_rows
from services.core.importing.refused import Unreadable
from services.core.importing.rows import BrokenRow, SourceRow
from services.core.importing.xlsx_writing import SheetWriter
from tests.services.core.sheets import COLUMNS, NAMES, SHEET, altered, made, put, read, refusals

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
tempting = st.sampled_from(
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "_x0041_", "http://un.org", "007", "1e5"]
)
numbers = st.integers(-(10**14), 10**14) | st.decimals(-(10**9), 10**9, places=3)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(st.lists(st.tuples(texts | tempting, texts | tempting, numbers), min_size=1, max_size=5))
def test_what_is_written_is_read_back_and_texts_stay_texts(tmp_path: Path, rows: list[tuple[str, str, Any]]) -> None:
    path = tmp_path / "rows.xlsx"
    sheet = SheetWriter(path, "rows")
    sheet.write(NAMES)
    for one, other, number in rows:
        sheet.write([f"x{one}", other, date(2026, 1, 31), number])
    sheet.close()
    for row, (one, other, number) in zip(read(path), rows, strict=True):
        assert isinstance(row, SourceRow)
        blank = "" if not other.strip() else other
        assert row.cells == {"externalId": f"x{one}", "title": blank, "opensOn": "2026-01-31", "places": number}
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read(SHEET)


def test_cells_of_a_spreadsheet_program_are_read_as_people_see_them(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["A", "x", date(2026, 3, 1), 0.1])
        sheet.append([7, True, datetime.combine(date(2026, 3, 1), time(13, 30)), 5.0])
        sheet.append([None, None, None, None])
        sheet.append(["B", " ", "2026-03-01", 45000])

    rows = read(made(tmp_path, fill))
    assert [row.line for row in rows] == [2, 3, 5]
    assert [tuple(row.cells.values()) for row in rows] == [
        ("A", "x", "2026-03-01", Decimal("0.1")),
        (7, True, "2026-03-01T13:30:00", 5),
        ("B", "", "2026-03-01", 45000),
    ]


@pytest.mark.parametrize(
    ("fill", "cell", "column", "reason"),
    [
        (put("D3", "=SUM(1,2)"), "D3", "places", "This is a formula. Put its value here instead of it."),
        (put("C4", "#N/A"), "C4", "opensOn", "This is an error of the spreadsheet, #N/A."),
        (put("C3", -5, "yyyy-mm-dd"), "C3", "opensOn", "This is shown as a date, and is no day of the calendar."),
        (
            put("C3", 99_999_999, "yyyy-mm-dd"),
            "C3",
            "opensOn",
            "This is shown as a date, and is no day of the calendar.",
        ),
        (put("D5", 10**15), "D5", "places", "A spreadsheet keeps 15 digits of a number. Format the cell as text."),
        (put("F3", "note"), "F3", None, "This cell stands under no name of a column."),
    ],
)
def test_what_no_row_can_have_is_refused_by_its_cell(
    tmp_path: Path, fill: Callable[[Worksheet], None], cell: str, column: str | None, reason: str
) -> None:
    rows = read(made(tmp_path, fill))
    assert refusals(rows) == [(cell, column, reason)]
    assert len(rows) == 4


def test_a_formula_is_refused_though_the_file_holds_its_value(tmp_path: Path) -> None:
    path = made(tmp_path, put("D3", "=1+1"))
    altered(
        path, SHEET, lambda xml: xml.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(b"<v/>", b"<v>2</v>")
    )
    with zipfile.ZipFile(path) as archive:
        assert b"<v>2</v>" in archive.read(SHEET)
    assert [cell for cell, _, _ in refusals(read(path))] == ["D3"]


def test_merged_cells_are_refused_in_every_row_they_take(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        put("D3", 5)(sheet)
        sheet.merge_cells("D3:D4")

    reason = "The cells D3:D4 are merged. Unmerge them, and fill in each row."
    assert refusals(read(made(tmp_path, fill))) == [("D3", "places", reason), ("D4", "places", reason)]


def shared(folder: Path, title: str) -> Path:
    """A file as spreadsheet programs write it: with a table of shared texts."""
    path = folder / "shared.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, NAMES)
    sheet.write_row(1, 0, ["A", title])
    sheet.write_rich_string(2, 0, "ri", book.add_format({"bold": True}), "ch")
    sheet.write_string(2, 1, title)
    book.close()
    return path


def test_shared_and_rich_texts_are_read(tmp_path: Path) -> None:
    rows = read(shared(tmp_path, "_x0041_\x0b\r\n 中文 ' \U0001f600"))
    assert [(row.cells["externalId"], row.cells["title"]) for row in rows] == [
        ("A", "_x0041_\x0b\r\n 中文 ' \U0001f600"),
        ("rich", "_x0041_\x0b\r\n 中文 ' \U0001f600"),
    ]


def big_and_shared(folder: Path, size: int) -> Path:
    return altered(shared(folder, "BIG"), "xl/sharedStrings.xml", lambda xml: xml.replace(b"BIG", b"x" * size))


def big_in_its_cell(folder: Path, size: int) -> Path:
    return altered(made(folder, put("B2", "BIG")), SHEET, lambda xml: xml.replace(b"BIG", b"x" * size))


@pytest.mark.parametrize("make", [big_and_shared, big_in_its_cell])
def test_a_text_of_a_megabyte_is_refused_by_its_cell(tmp_path: Path, make: Callable[[Path, int], Path]) -> None:
    rows = read(make(tmp_path, 1_048_576))
    reason = "This text has 1,048,576 characters; a cell of a spreadsheet has up to 32,767."
    assert refusals(rows)[0] == ("B2", "title", reason)
    assert rows[0].cells["title"] != ""
    with pytest.raises(Unreadable, match="more than 4,000,000 bytes in one row or text"):
        read(make(tmp_path, 6_000_000))


def two_sheets(folder: Path) -> Path:
    book = Workbook()
    for sheet, title in ((book.worksheets[0], "Notes"), (book.create_sheet("Proposals"), "second")):
        sheet.title = sheet.title if sheet.title == "Proposals" else "Notes"
        sheet.append(NAMES)
        sheet.append(["A", title])
    book.save(folder / "two.xlsx")
    return folder / "two.xlsx"


@pytest.mark.parametrize(("kind", "title", "sheet"), [("proposals", "second", "Proposals"), ("labs", "Notes", "Notes")])
def test_of_several_sheets_the_one_of_the_kind_is_read_or_the_first_and_it_is_said(
    tmp_path: Path, kind: str, title: str, sheet: str
) -> None:
    source = open_rows(two_sheets(tmp_path), kind)
    [row] = source.rows(COLUMNS)
    assert row.cells["title"] == title
    assert source.name == f"two.xlsx, sheet “{sheet}” of 2"


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (("externalId", "titel"), "row 1: There is no column “titel”. Did you mean title?"),
        (("externalId", "title", "title"), "row 1: The column title is there twice."),
        (("externalId", ""), "row 1: The header has no column title."),
        (("externalId", "title", "=A1"), "row 1: The cell C1 is no name of a column."),
    ],
)
def test_a_header_that_is_none_is_refused(tmp_path: Path, header: tuple[str, ...], problem: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(problem)):
        read(made(tmp_path, lambda sheet: sheet.append(["A", "x"]), header))


def test_refused_rows_go_into_a_spreadsheet_that_can_be_mended_and_imported(tmp_path: Path) -> None:
    source = open_rows(made(tmp_path, put("D3", "=1+1")))
    bad = source.bad_rows(tmp_path / "bad.xlsx")
    for row in source.rows(COLUMNS):
        if isinstance(row, BrokenRow):
            bad.write(row.refused, row.cells, row.text)
    bad.close()
    [row] = read(tmp_path / "bad.xlsx")
    assert row.cells == {"externalId": "A3", "title": "title", "opensOn": "", "places": "=1+1"}


def test_refused_rows_do_not_go_into_the_file_that_is_read(tmp_path: Path) -> None:
    source = open_rows(made(tmp_path, put("D3", 1)))
    with pytest.raises(Unreadable, match="cannot go into the file that is being imported"):
        source.bad_rows(source.path)  # type: ignore[attr-defined]
