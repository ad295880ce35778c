"""Files of rows: what is written is read back, and whatever is wrong gets a sentence with its line."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.importing.files import open_rows
from services.core.importing.refused import Unreadable
from services.core.importing.rows import MAX_ROW, BrokenRow, Columns, SourceRow

NAMES = ("externalId", "title", "summary", "places")
COLUMNS = Columns(frozenset(NAMES), frozenset({"externalId", "title"}))
HEADER = "externalId,title,summary,places\n"
BOM = b"\xef\xbb\xbf"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
rows_of_texts = st.lists(st.tuples(texts.map(lambda text: f"x{text}"), texts, texts, texts), max_size=6)
numbers = st.integers() | st.decimals(
    allow_nan=False, allow_infinity=False, places=3, max_value=10**9, min_value=-(10**9)
)
values = st.none() | st.booleans() | numbers | st.text(max_size=30) | st.lists(st.text(max_size=9), max_size=3)
objects = st.lists(st.dictionaries(st.sampled_from(NAMES), values, min_size=1), min_size=1, max_size=6)
quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(folder: Path, content: str | bytes, name: str = "rows.csv") -> list[SourceRow | BrokenRow]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(open_rows(path).rows(COLUMNS))


def cells(rows: list[SourceRow | BrokenRow]) -> list[dict[str, Any]]:
    assert [row for row in rows if isinstance(row, BrokenRow)] == []
    return [dict(row.cells) for row in rows]


def problem(row: SourceRow | BrokenRow) -> tuple[int, str]:
    assert isinstance(row, BrokenRow)
    return row.line, row.refused.reason


@quick
@given(
    rows_of_texts,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\n", csv.QUOTE_ALL)]),  # Python leaves \r unquoted before \n
    st.booleans(),
)
def test_what_is_written_as_csv_is_read_back(
    tmp_path: Path, written: list[tuple[str, ...]], delimiter: str, ends: tuple[str, Any], bom: bool
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=ends[0], quoting=ends[1])
    writer.writerows([NAMES, *written])
    rows = read(tmp_path, (BOM if bom else b"") + file.getvalue().encode())
    assert cells(rows) == [dict(zip(NAMES, row, strict=True)) for row in written]


@quick
@given(objects, st.booleans(), st.booleans(), st.sampled_from(["\n", "\r\n", "\n\n \n"]))
def test_what_is_written_as_jsonl_is_read_back_exactly(
    tmp_path: Path, written: list[dict[str, Any]], escaped: bool, bom: bool, end: str
) -> None:
    def line(row: dict[str, Any]) -> str:
        marked = {name: f"<<{cell}>>" if isinstance(cell, Decimal) else cell for name, cell in row.items()}
        text = json.dumps(marked, ensure_ascii=escaped)
        for cell in row.values():
            if isinstance(cell, Decimal):
                text = text.replace(f'"<<{cell}>>"', f"{cell:f}", 1)
        return text

    content = end.join(map(line, written)).encode("utf-8", "surrogatepass")
    if b"\xed" in content:
        escaped_again = end.join(json.dumps(row, default=float) for row in written)
        content, written = (
            escaped_again.encode(),
            [json.loads(one, parse_float=Decimal) for one in escaped_again.split(end)],
        )
    rows = read(tmp_path, (BOM if bom else b"") + content, "rows.jsonl")
    assert cells(rows) == written


@quick
@given(st.binary(max_size=300) | st.text('",;|\n\r{}[]:ax\\é', max_size=80).map(str.encode))
@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
@pytest.mark.parametrize("beginning", [b"", HEADER.encode()])
def test_whatever_a_file_holds_there_are_rows_and_sentences(
    tmp_path: Path, name: str, beginning: bytes, content: bytes
) -> None:
    try:
        rows = read(tmp_path, beginning + content, name)
    except Unreadable:
        return
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines))
    assert all(row.refused.reason.endswith(".") or "?" in row.refused.reason for row in broken(rows))


def broken(rows: list[SourceRow | BrokenRow]) -> Iterator[BrokenRow]:
    return (row for row in rows if isinstance(row, BrokenRow))


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    rows = read(tmp_path, HEADER + 'A,"one\ntwo\nthree",,\n\n,,,\nB,four,,\r\n')
    assert [(row.line, row.cells["externalId"]) for row in rows] == [(2, "A"), (7, "B")]
    assert rows[0].cells["title"] == "one\ntwo\nthree"


def test_cells_left_out_at_the_end_of_a_row_are_not_given(tmp_path: Path) -> None:
    assert cells(read(tmp_path, HEADER + "A,one\nB,two,,,,\n")) == [
        {"externalId": "A", "title": "one"},
        {"externalId": "B", "title": "two", "summary": "", "places": ""},
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "rows.csv is empty. It begins with a row of column names."),
        (b"\n \r\n", "rows.csv is empty. It begins with a row of column names."),
        (BOM, "rows.csv is empty. It begins with a row of column names."),
        (b"externalId,summary\n", "rows.csv, line 1: The header has no column title."),
        (b"places\n", "rows.csv, line 1: The header has no column externalId and no column title."),
        (b"\nexternalId,title,titel\n", "rows.csv, line 2: There is no column “titel”. Did you mean title?"),
        (
            b"externalId,title,qqq\n",
            "rows.csv, line 1: There is no column “qqq”. The columns are externalId, places, summary, title.",
        ),
        (b"externalId,title,title\n", "rows.csv, line 1: The column title is there twice."),
        (b"externalId,,title\n", "rows.csv, line 1: Column 2 has no name."),
        (
            b'externalId,"title\nA,one\n',
            "rows.csv, line 1: A quotation mark that opens a cell of this row is never closed.",
        ),
        (b"externalId,t\xe9tle\n", "rows.csv, line 1: This is not UTF-8 (byte 13 of line 1, byte 13 of the file)."),
        ("externalId,title\n".encode("utf-16"), "rows.csv is UTF-16. Save it as UTF-8."),
        (b"PK\x03\x04rest", "rows.csv is a spreadsheet or an archive. If it is XLSX, let its name end with .xlsx."),
        (b"\x1f\x8brest", "rows.csv is compressed. Unpack it first."),
    ],
)
def test_a_csv_file_that_cannot_be_imported_says_why(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(tmp_path, content)
    assert error.value.message.startswith(sentence)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"B,two,,,five", "This row has 5 cells, and the header has 4 columns."),
        (b'B,"two" x,,', "A closing quotation mark is not followed by the next cell. Inside a cell, write it twice."),
        (b"B,t\rwo,,", "This row has a carriage return outside quotation marks."),
        (b"B,caf\xe9,,", "This is not UTF-8 (byte 6 of line 3, byte 46 of the file). Save the file as UTF-8."),
        (b"B,%b,," % (b"x" * MAX_ROW), "This row has 1,000,005 bytes; it may have 1,000,000."),
        (b'B,"%b",' % (b'x,""' * (MAX_ROW // 4)), "This row has 1,000,006 bytes; it may have 1,000,000."),
    ],
)
def test_a_broken_row_of_csv_says_why_and_the_next_is_read(tmp_path: Path, line: bytes, sentence: str) -> None:
    first, second, third = read(tmp_path, HEADER.encode() + b"A,one,,\n" + line + b"\nC,three,,\n")
    assert problem(second) == (3, sentence)
    assert [row.cells["externalId"] for row in (first, third)] == ["A", "C"]
    assert third.line == 4


def test_a_line_too_long_that_leaves_its_cell_open_takes_the_next_with_it(tmp_path: Path) -> None:
    long = b'B,"' + b"x" * MAX_ROW
    first, second, third = read(tmp_path, HEADER.encode() + b"A,one,,\n" + long + b'\nrest",,\nC,three,,\n')
    assert problem(second) == (3, "This row has 1,000,004 bytes; it may have 1,000,000.")
    assert (first.cells["externalId"], third.cells["externalId"], third.line) == ("A", "C", 5)


def test_a_quotation_mark_that_is_never_closed_is_found_by_the_row_it_begins_in(tmp_path: Path) -> None:
    short = read(tmp_path, HEADER + 'A,one,,\nB,"two,,\nC,three,,\n')
    assert problem(short[1]) == (3, "A quotation mark that opens a cell of this row is never closed.")
    long = HEADER + 'A,one,,\nB,"two,,\n' + "C,three,,\n" * (MAX_ROW // 10)
    with pytest.raises(Unreadable, match=r"row that begins on line 3 is longer than 1,000,000 bytes\. Is a quotation"):
        read(tmp_path, long)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b'{"externalId": "B",}', "This line is no JSON: "),
        (b'{"externalId": "B"', "This line is no JSON: Expecting ',' delimiter, at character 19."),
        (b'["B"]', "This line is no JSON object: it begins with { and ends with }."),
        (b"null", "This line is no JSON object: it begins with { and ends with }."),
        (b'{"places": NaN}', "NaN is no number of JSON."),
        (b'{"places": -Infinity}', "-Infinity is no number of JSON."),
        (b'{"places": 1, "places": 2}', "This line names places twice."),
        (b'{"places": ' + b"[" * 200_000, "This line is nested too deeply."),
        (b'{"places": ' + b"9" * 5_000 + b"}", "This line has a number that is too long."),
        (b'{"places": 1e' + b"9" * 30 + b"}", "This line has a number that is too long."),
        (b'{"titel": "two"}', "There is no column “titel”. Did you mean title?"),
        (
            b'{"title": "caf\xe9"}',
            "This is not UTF-8 (byte 15 of line 2, byte 51 of the file). Save the file as UTF-8.",
        ),
        (b'{"title": "%b"}' % (b"x" * MAX_ROW), "This row has 1,000,014 bytes; it may have 1,000,000."),
    ],
)
def test_a_broken_line_of_jsonl_says_why_and_the_next_is_read(tmp_path: Path, line: bytes, sentence: str) -> None:
    whole = b'{"externalId": "A", "title": "one"}\n'
    first, second, third = read(tmp_path, whole + line + b"\n" + whole, "rows.jsonl")
    number, reason = problem(second)
    assert number == 2
    assert reason.startswith(sentence)
    assert first.cells == third.cells == {"externalId": "A", "title": "one"}
    assert third.line == 3


@pytest.mark.parametrize("content", [b"", BOM, b"\n  \n\t\n"])
def test_an_empty_jsonl_file_is_no_import(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Unreadable, match=r"rows\.jsonl is empty\. It has one JSON object on each line\."):
        read(tmp_path, content, "rows.jsonl")


def test_a_file_that_is_not_there_or_of_no_known_format_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"There is no file .*missing\.csv\."):
        open_rows(tmp_path / "missing.csv")
    (tmp_path / "rows.ods").touch()
    with pytest.raises(
        Unreadable, match=r"rows\.ods has a name of no known format: it ends with \.csv, \.xlsx or \.jsonl\."
    ):
        open_rows(tmp_path / "rows.ods")


def test_a_file_is_read_as_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + "A,one,,\n" * 100_000)
    source = open_rows(path)
    rows = source.rows(COLUMNS)
    next(rows)
    assert source.size == path.stat().st_size
    assert 0 < source.position < 100
    assert sum(1 for _ in rows) == 99_999
    assert source.position == source.size
