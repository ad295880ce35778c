"""Rows of a sheet of an XLSX file: a header row first, then one thing in each row; refusals name the cell.

Formulas are refused even where the file holds their last value: what a cell says must not depend on when, and by which
program, it was last calculated.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from services.core.importing.refused import REFUSED_COLUMNS, BadRows, Refused, Unreadable
from services.core.importing.rows import BrokenRow, Columns, SourceRow, header_problem, own_cells, shown
from services.core.importing.xlsx_cells import CellReader, CellValue, SharedTexts, Wrong
from services.core.importing.xlsx_package import Sheet, find_sheet, opened, readable
from services.core.importing.xlsx_scan import Merged, look_over
from services.core.importing.xlsx_writing import SheetWriter

Cell = CellValue | Wrong


class XlsxRows:
    """An XLSX file as a source of rows: of its sheet that is titled like the kind of thing, else of the first one."""

    def __init__(self, path: Path, kind: str = "") -> None:
        self.path = path
        self.name = path.name
        self.size: int | None = None
        self.position = 0
        self.header: dict[str, str] = {}
        """The names of the columns by their letters."""
        self._letters: dict[str, str] = {}
        self._kind = kind

    def rows(self, columns: Columns) -> Iterator[SourceRow | BrokenRow]:
        """Give the rows after the header; rows without any content are passed over.

        Raises:
            Unreadable: no XLSX, no header, columns unknown or missing, or more than a sheet may hold.
        """
        with opened(self.path) as archive:
            sheet = find_sheet(archive, self.path, self._kind)
            if sheet.among > 1:
                self.name = f"{self.path.name}, sheet “{shown(sheet.title)}” of {sheet.among}"
            self.size = archive.getinfo(sheet.part).file_size
            with readable(self.path.name):
                yield from self._rows(archive, sheet, columns)

    def bad_rows(self, path: Path) -> BadRows:
        """An XLSX file for refused rows, with the columns of this one."""
        return _XlsxBadRows(path, self)

    def _rows(self, archive: ZipFile, sheet: Sheet, columns: Columns) -> Iterator[SourceRow | BrokenRow]:
        if sheet.texts is not None:
            with archive.open(sheet.texts) as stream:
                look_over(stream, self.path.name)
        with archive.open(sheet.part) as stream:
            overview = look_over(stream, self.path.name)
        if not overview.items:
            raise Unreadable(f"{self.name} is empty. It begins with a row of column names.")
        if not overview.ended:
            raise Unreadable(f"{self.name} breaks off: its rows have no end. Save it again.")
        merged = _Merges(overview.merged)
        with closing(_shared(archive, sheet)) as texts, archive.open(sheet.part) as stream:
            reader = CellReader(texts, sheet.date_styles, sheet.epoch)
            for line, found in reader.rows(stream, overview.items):
                self.position = stream.tell()
                cells = {letters: cell for letters, cell in found.items() if not _blank(cell)}
                if cells and not self.header:
                    self._read_header(line, cells, merged.at(line), columns)
                elif cells:
                    yield self._row(line, cells, merged.at(line))

    def _read_header(self, line: int, cells: dict[str, Cell], merged: Merged | None, columns: Columns) -> None:
        """Read the names of the columns.

        Raises:
            Unreadable: a cell is no name, a name is unknown or there twice, or one is missing.
        """
        names = {letters: cell.strip() for letters, cell in cells.items() if isinstance(cell, str)}
        problem = header_problem(list(names.values()), columns)
        if merged is not None:
            problem = f"The cells {merged} are merged; each column has a name of its own."
        elif strange := next((letters for letters in cells if letters not in names), None):
            problem = f"The cell {strange}{line} is no name of a column."
        if problem:
            raise Unreadable(f"{self.name}, row {line:,}: {problem}")
        self.header = names
        self._letters = {name: letters for letters, name in names.items()}

    def _row(self, line: int, cells: dict[str, Cell], merged: Merged | None) -> SourceRow | BrokenRow:
        plain = {letters: cell.value if isinstance(cell, Wrong) else cell for letters, cell in cells.items()}
        own = own_cells({name: plain.get(letters, "") for letters, name in self.header.items()})
        fault = self._fault(cells, merged)
        if fault is None:
            return SourceRow(line, own, self._letters)
        letters, reason = fault
        value = shown(plain.get(letters, ""))
        return BrokenRow(Refused(line, self.header.get(letters), value, reason, f"{letters}{line}"), "", own)

    def _fault(self, cells: dict[str, Cell], merged: Merged | None) -> tuple[str, str] | None:
        """The letters of the first cell that cannot be taken, and why."""
        if merged is not None:
            return merged.left, f"The cells {merged} are merged. Unmerge them, and fill in each row."
        for letters, cell in cells.items():
            if self.header.get(letters) in REFUSED_COLUMNS:
                continue
            if isinstance(cell, Wrong):
                return letters, cell.reason
            if letters not in self.header:
                return letters, "This cell stands under no name of a column."
        return None


class _Merges:
    """The merged ranges, found by row."""

    def __init__(self, merged: Sequence[Merged]) -> None:
        self._tops: list[int] = []
        self._deepest: list[Merged] = []
        for one in sorted(merged, key=lambda one: one.top):
            deeper = not self._deepest or one.bottom > self._deepest[-1].bottom
            self._tops.append(one.top)
            self._deepest.append(one if deeper else self._deepest[-1])

    def at(self, row: int) -> Merged | None:
        """A range that the row has a part in."""
        place = bisect_right(self._tops, row) - 1
        return self._deepest[place] if place >= 0 and self._deepest[place].bottom >= row else None


class _XlsxBadRows(BadRows):
    """Refused rows as XLSX; all cells are values, so that nothing in them is calculated."""

    def __init__(self, path: Path, source: XlsxRows) -> None:
        super().__init__(path, source.path)
        self._source = source
        self._sheet: SheetWriter | None = None

    def write(self, refused: Refused, cells: Mapping[str, Any], text: str) -> None:
        """Add a row."""
        names = [name for name in self._source.header.values() if name not in REFUSED_COLUMNS]
        with self._written():
            if self._sheet is None:
                self._sheet = SheetWriter(self._path, "refused")
                self._sheet.write([*names, *REFUSED_COLUMNS])
            about = refused.line, refused.cell or refused.column, refused.reason, text
            self._sheet.write([*(cells.get(name, "") for name in names), *about])

    def close(self) -> None:
        """Finish the file, if one was made."""
        if self._sheet is not None:
            with self._written():
                self._sheet.close()


def _blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _shared(archive: ZipFile, sheet: Sheet) -> SharedTexts:
    if sheet.texts is None:
        return SharedTexts(None)
    with archive.open(sheet.texts) as stream:
        return SharedTexts(stream)
