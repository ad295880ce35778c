"""XLSX files that are none, are damaged, or were made to do harm: one sentence, and nothing is held in memory."""

import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.importing import xlsx_package
from services.core.importing.files import open_rows
from services.core.importing.refused import Unreadable
from tests.services.core.sheets import COLUMNS, SHEET, altered, made, put, read


def test_more_rows_than_a_sheet_has_are_refused_before_they_are_read(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(6, 1_048_578))
    path = altered(
        made(tmp_path, put("D3", 1)), SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")
    )
    source = open_rows(path)
    with pytest.raises(Unreadable, match="has more than 1,048,576 rows, and a sheet has no more"):
        next(source.rows(COLUMNS))
    assert source.position == 0


def test_a_row_of_a_number_that_no_sheet_has_is_refused(tmp_path: Path) -> None:
    path = altered(made(tmp_path, put("D3", 1)), SHEET, lambda xml: xml.replace(b'<row r="5"', b'<row r="2000000000"'))
    with pytest.raises(Unreadable, match="There is a row 2,000,000,000, and a sheet has 1,048,576"):
        read(path)


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 60_000_000)


def many_merged(path: Path) -> None:
    merged = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(9, 10_100))
    altered(
        path, SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merged + b"</mergeCells>")
    )


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (bomb, "unpacks to 60,000,000 bytes in one part"),
        (many_merged, "has more than 10,000 merged cells"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and then nothing"), "is damaged, or no XLSX file"),
        (lambda path: path.write_bytes(b"externalId,title\nA,x\n"), "is damaged, or no XLSX file"),
        (lambda path: path.write_bytes(path.read_bytes()[:-400]), "is damaged, or no XLSX file"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0 old"), "is an old .xls file or has a password"),
        (lambda path: altered(path, "xl/workbook.xml", lambda _: b"<x/>"), "has no sheet of cells"),
        (lambda path: altered(path, SHEET, lambda xml: xml[: len(xml) // 2]), "breaks off: its rows have no end"),
        (lambda path: altered(path, SHEET, lambda xml: xml.decode().encode("utf-16")), "is written in UTF-16"),
        (
            lambda path: altered(path, SHEET, lambda xml: xml.replace(b"<worksheet", b"<!DOCTYPE x []><worksheet", 1)),
            "has comments, entities or instructions",
        ),
        (
            lambda path: altered(path, "xl/workbook.xml", lambda xml: b'<!DOCTYPE x [<!ENTITY y "z">]>' + xml),
            "is damaged, or no XLSX file",
        ),
    ],
)
def test_what_is_no_spreadsheet_or_would_burst_is_refused_as_a_whole(
    tmp_path: Path, harm: Callable[[Path], object], problem: str
) -> None:
    path = made(tmp_path, put("D3", 1))
    harm(path)
    with pytest.raises(Unreadable, match=problem):
        read(path)


def test_the_part_that_is_too_big_is_known_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_package, "BIG_PART", 500)
    with pytest.raises(Unreadable, match="up to 500 are read"):
        read(made(tmp_path, put("D3", 1)))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    return made(folder, put("C3", date(2026, 1, 1))).read_bytes()


def parts_of(octets: bytes, folder: Path) -> Iterator[tuple[str, bytes]]:
    (folder / "whole.xlsx").write_bytes(octets)
    with zipfile.ZipFile(folder / "whole.xlsx") as archive:
        for one in archive.infolist():
            yield one.filename, archive.read(one)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_gives_rows_or_one_sentence(tmp_path: Path, whole: bytes, data: st.DataObject) -> None:
    parts = dict(parts_of(whole, tmp_path))
    part = data.draw(st.sampled_from(sorted(parts)))
    octets = bytearray(parts[part])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(octets) - 1))
        octets[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    with zipfile.ZipFile(tmp_path / "rows.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, bytes(octets) if name == part else content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles that it leaves out
        with suppress(Unreadable):
            read(tmp_path / "rows.xlsx")
