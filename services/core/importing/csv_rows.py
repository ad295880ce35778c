"""Rows of a CSV file: RFC 4180, a header row first, UTF-8.

Spreadsheets of half of Europe write semicolons, and all copy tabs, so the header tells what separates the cells.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

from services.core.importing.csv_guard import bare, guarded
from services.core.importing.lines import Line, open_file, read_lines
from services.core.importing.refused import REFUSED_COLUMNS, BadRows, Refused, Unreadable
from services.core.importing.rows import MAX_ROW, BrokenRow, Columns, SourceRow, header_problem, own_cells, shown

csv.field_size_limit(MAX_ROW)  # the library's own is 131,072 characters, and one for the whole process

_MISTAKES = {
    "unexpected end": "A quotation mark that opens a cell of this row is never closed.",
    "new-line character": "This row has a carriage return outside quotation marks.",
    "expected after": "A closing quotation mark is not followed by the next cell. Inside a cell, write it twice.",
}


class CsvRows:
    """A CSV file as a source of rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.size = path.stat().st_size
        self.position = 0
        self.delimiter = ","
        self.header: list[str] = []

    def rows(self, columns: Columns) -> Iterator[SourceRow | BrokenRow]:
        """Give the rows after the header; rows without any content are passed over.

        A row may leave out cells at its end: then they are not given, as if the file had no such column.

        Raises:
            Unreadable: no header, columns unknown or missing, or a row without end.
        """
        with open_file(self.path) as file:
            records = _Records(self._from_the_header_on(read_lines(file)), self.name)
            reader = csv.reader(records, delimiter=self.delimiter, strict=True)
            self._read_header(reader, records, columns)
            while records.begin():
                row = self._row(reader, records)
                self.position = records.position
                if row is not None:
                    yield row

    def bad_rows(self, path: Path) -> BadRows:
        """A CSV file for refused rows, with the columns of this one."""
        return _CsvBadRows(path, self)

    def _from_the_header_on(self, lines: Iterator[Line]) -> Iterator[Line]:
        for line in lines:
            if line.octets.strip():
                self.delimiter = max(",;\t", key=lambda one: line.octets.count(one.encode()))
                return chain([line], lines)
        raise Unreadable(f"{self.name} is empty. It begins with a row of column names.")

    def _read_header(self, reader: Iterator[list[str]], records: "_Records", columns: Columns) -> None:
        """Read the names of the columns.

        Raises:
            Unreadable: they cannot be read, one is unknown, there twice or without name, or one is missing.
        """
        records.begin()
        try:
            self.header = [name.strip() for name in next(reader)]
        except csv.Error as error:
            raise Unreadable(f"{self.name}, line {records.first}: {_sentence(error)}") from error
        while self.header and not self.header[-1]:
            self.header.pop()
        problem = records.problem or header_problem(self.header, columns)
        if problem:
            raise Unreadable(f"{self.name}, line {records.first}: {problem}")

    def _row(self, reader: Iterator[list[str]], records: "_Records") -> SourceRow | BrokenRow | None:
        problem, cells = None, []
        try:
            cells = next(reader)
        except csv.Error as error:
            problem = _sentence(error)
        problem = records.problem or problem
        if problem is None:
            if not any(cell.strip() for cell in cells):
                return None
            if not any(cell.strip() for cell in cells[len(self.header) :]):
                return SourceRow(records.first, own_cells(dict(zip(self.header, map(bare, cells), strict=False))))
            problem = f"This row has {len(cells)} cells, and the header has {len(self.header)} columns."
        text = "".join(records.texts).rstrip("\r\n")
        return BrokenRow(Refused(records.first, None, shown(text), problem), text, {})


class _Records:
    """Feeds ``csv.reader`` with lines and knows of which lines the record being read consists."""

    def __init__(self, lines: Iterator[Line], name: str) -> None:
        self._lines = lines
        self._next = next(lines, None)
        self._name = name
        self.position = 0

    def begin(self) -> bool:
        """Begin a new record; False at the end of the file."""
        self.first = self._next.number if self._next else 0
        self.texts: list[str] = []
        self.problem: str | None = None
        self._octets = 0
        return self._next is not None

    def __iter__(self) -> "_Records":
        return self

    def __next__(self) -> str:
        line = self._next
        if line is None:
            raise StopIteration
        self._octets += 0 if line.too_long else len(line.octets)  # of one that is too long nothing is held
        if self._octets > MAX_ROW and self.texts:
            raise Unreadable(
                f"{self._name}: the row that begins on line {self.first:,} is longer than {MAX_ROW:,} bytes. "
                "Is a quotation mark in it never closed?"
            )
        self._next = next(self._lines, None)
        self.position = line.end
        text, problem = line.decoded()
        self.problem = self.problem or problem
        self.texts.append(text)
        # Of what is too long only this counts: whether it leaves a cell open. The row is refused in any case.
        return ('"' if line.quotes % 2 else "") if line.too_long else text


class _CsvBadRows(BadRows):
    """Refused rows as CSV, separated as the file they came from; the byte order mark tells spreadsheets of UTF-8."""

    _encoding = "utf-8-sig"

    def __init__(self, path: Path, source: CsvRows) -> None:
        super().__init__(path, source.path)
        self._source = source

    def _beginning(self) -> str:
        return self._line([*self._names(), *REFUSED_COLUMNS])

    def _row(self, refused: Refused, cells: Mapping[str, Any], text: str) -> str:
        own = [cells.get(name, "") for name in self._names()]
        return self._line([*map(guarded, map(str, own)), refused.line, refused.column, refused.reason, text])

    def _names(self) -> list[str]:
        return [name for name in self._source.header if name not in REFUSED_COLUMNS]

    def _line(self, cells: Iterable[Any]) -> str:
        line = StringIO()
        csv.writer(line, delimiter=self._source.delimiter).writerow(cells)
        return line.getvalue()


def _sentence(error: csv.Error) -> str:
    return next((known for sign, known in _MISTAKES.items() if sign in str(error)), f"This is no CSV: {error}.")
