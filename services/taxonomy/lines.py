"""Reads the tables of reference data line by line; every complaint names file, line and column."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources.abc import Traversable
from typing import TypeVar

from services.core.languages import UN_LANGUAGES
from services.taxonomy.errors import ReferenceInvalid

Word = TypeVar("Word", bound=StrEnum)
Row = TypeVar("Row")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its cells by column. A blank cell is an empty string.

    Every method takes a column of the header and raises ``ReferenceInvalid`` where its cell does not fit.
    """

    file: str
    number: int
    cells: Mapping[str, str]

    def fault(self, column: str | None, problem: str) -> ReferenceInvalid:
        """Return the error to raise for this line."""
        return ReferenceInvalid(self.file, self.number, column, problem)

    def text(self, column: str) -> str:
        """Return the cell, which must not be blank."""
        if not self.cells[column]:
            raise self.fault(column, "the cell is blank, and it must say something.")
        return self.cells[column]

    def fitting(self, column: str, pattern: str, meaning: str) -> str:
        """Return the cell, which must match ``pattern`` as a whole; ``meaning`` says what is allowed."""
        cell = self.text(column)
        if re.fullmatch(pattern, cell, re.ASCII) is None:
            raise self.fault(column, f"“{cell}” is not {meaning}.")
        return cell

    def known(self, column: str, codes: Collection[str], table: str) -> str:
        """Return the cell, which must be one of ``codes``, the keys of the file ``table``."""
        cell = self.text(column)
        if cell not in codes:
            raise self.fault(column, f"“{cell}” is not in {table}.")
        return cell

    def word(self, column: str, words: type[Word]) -> Word:
        """Return the cell as a word of the enum ``words``."""
        return self._word(column, self.text(column), words)

    def words(self, column: str, words: type[Word]) -> tuple[Word, ...]:
        """Return the comma-separated words of the cell: at least one, none of them twice."""
        return tuple(self._word(column, part, words) for part in self._parts(column))

    def all_known(self, column: str, codes: Collection[str], table: str) -> tuple[str, ...]:
        """Return the comma-separated codes of the cell: at least one, none twice, each of the file ``table``."""
        parts = self._parts(column)
        for part in parts:
            if part not in codes:
                raise self.fault(column, f"“{part}” is not in {table}.")
        return parts

    def day(self, column: str) -> date:
        """Return the cell as a day, written YYYY-MM-DD."""
        cell = self.text(column)
        try:
            if _DAY.fullmatch(cell):
                return date.fromisoformat(cell)
        except ValueError:
            pass
        raise self.fault(column, f"“{cell}” is not a day of the calendar. Write YYYY-MM-DD.")

    def optional_day(self, column: str) -> date | None:
        """Return the cell as a day, or None where it is blank."""
        return self.day(column) if self.cells[column] else None

    def in_six(self, prefix: str = "name") -> dict[str, str]:
        """Return the texts of the columns ``name_ar`` … ``name_es`` by language; none may be blank."""
        return {language: self.text(f"{prefix}_{language}") for language in UN_LANGUAGES}

    def _parts(self, column: str) -> tuple[str, ...]:
        parts = tuple(self.text(column).split(","))
        if len(set(parts)) < len(parts):
            raise self.fault(column, "something stands there twice.")
        return parts

    def _word(self, column: str, cell: str, words: type[Word]) -> Word:
        if cell not in tuple(words):
            raise self.fault(column, f"“{cell}” is not one of {', '.join(words)}.")
        return words(cell)


def read_rows(
    folder: Traversable, file: str, columns: Sequence[str], key: Sequence[str], build: Callable[[Line], Row]
) -> tuple[Row, ...]:
    """Return what ``build`` makes of each line of ``file``, in the file's order.

    Raises ``ReferenceInvalid`` when the file is missing or not UTF-8, its header is not ``columns``, a line
    has too few or too many cells, a cell has blanks around it, or two lines agree in all ``key`` columns.
    """
    rows: list[Row] = []
    first: dict[tuple[str, ...], int] = {}
    for line in _lines(folder, file, columns):
        found = tuple(line.cells[column] for column in key)
        if found in first:
            same = first[found]
            raise line.fault(key[-1], f"“{' '.join(found)}” stands on line {same} already.")
        first[found] = line.number
        rows.append(build(line))
    return tuple(rows)


def _lines(folder: Traversable, file: str, columns: Sequence[str]) -> list[Line]:
    try:
        content = folder.joinpath(file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ReferenceInvalid(file, 0, None, "the file is missing.") from None
    except UnicodeDecodeError as error:
        raise ReferenceInvalid(file, 0, None, f"the file is not UTF-8: {error.reason}.") from error
    header, *rest = content.removesuffix("\n").split("\n")
    if header.split("\t") != list(columns):
        raise ReferenceInvalid(file, 1, None, f"the header must be {' '.join(columns)}, parted by tabs.")
    return [_line(file, number, columns, text) for number, text in enumerate(rest, start=2)]


def _line(file: str, number: int, columns: Sequence[str], text: str) -> Line:
    cells = text.split("\t")
    if len(cells) != len(columns):
        problem = f"{len(columns)} cells are needed, parted by tabs, and {len(cells)} are there."
        raise ReferenceInvalid(file, number, None, problem)
    for column, cell in zip(columns, cells, strict=True):
        if cell != cell.strip():
            raise ReferenceInvalid(file, number, column, "the cell has blanks before or after its text.")
    return Line(file, number, dict(zip(columns, cells, strict=True)))
