"""Rows of a file as an import takes them, whatever the format: a source gives rows, and what it could not read of them.

A format is a class with the four members of ``RowSource``; nothing beyond this package knows which formats there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

from services.core.importing.refused import REFUSED_COLUMNS, BadRows, Refused
from services.core.importing.translated import TEXTS, is_translated

MAX_ROW = 1_000_000
"""The longest row, in octets; a proposal with all its texts at their limits stays below a third of it."""
SHOWN = 60
"""How many characters of a wrong value are shown."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as it was read: its cells by column. A cell of CSV is a text, one of JSONL any JSON value.

    ``letters`` are those of the columns of a spreadsheet.
    """

    line: int
    cells: Mapping[str, Any]
    letters: Mapping[str, str] = field(default_factory=dict)

    def cell(self, column: str | None) -> str | None:
        """Where the cell of ``column`` stands in a spreadsheet ("C17"); None in another format."""
        letters = self.letters.get(column or "")
        return f"{letters}{self.line}" if letters else None


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not be read: why, how it stands in the file, and its cells as far as there are any."""

    refused: Refused
    text: str
    cells: Mapping[str, Any]

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.refused.line

    def cell(self, _column: str | None) -> str | None:
        """Where a cell stands in a spreadsheet: as it was refused."""
        return self.refused.cell


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that an import knows, by name, and those without which there is no row."""

    known: frozenset[str]
    required: frozenset[str]

    def has(self, name: str) -> bool:
        """Whether there is a column of this name; texts in other languages have theirs too."""
        return name in self.known or name == TEXTS or is_translated(name)

    def unknown(self, names: Iterable[str]) -> str | None:
        """A sentence about the first of ``names`` that there is no column of, or None."""
        strange = next((name for name in names if not self.has(name)), None)
        if strange is None:
            return None
        close = get_close_matches(strange, self.known, n=1)
        meant = f"Did you mean {close[0]}?" if close else f"The columns are {', '.join(sorted(self.known))}."
        return f"There is no column “{shown(strange)}”. {meant}"


class RowSource(Protocol):
    """Where rows come from; read once, from the beginning to the end, never as a whole."""

    @property
    def name(self) -> str:
        """What it is called for people and in the record."""

    @property
    def size(self) -> int | None:
        """How many octets there are, None where that is not known."""

    @property
    def position(self) -> int:
        """How many octets have been read."""

    def rows(self, columns: Columns) -> Iterator[SourceRow | BrokenRow]:
        """Give the rows in their order; blocks.

        Raises:
            Unreadable: there is no way to go on.
        """

    def bad_rows(self, path: Path) -> BadRows:
        """A file of the same format for refused rows.

        Raises:
            Unreadable: it is the file that is being read.
        """


def shown(value: object) -> str:
    """The beginning of a value, printable, for a message."""
    line = "".join(letter if letter.isprintable() else "�" for letter in str(value)[: SHOWN + 1])
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def header_problem(names: Sequence[str], columns: Columns) -> str | None:
    """A sentence about a header: a name is missing, there twice, or of no column, or a column is missing; or None."""
    for place, name in enumerate(names):
        if not name:
            return f"Column {place + 1} has no name."
        if name in names[:place]:
            return f"The column {name} is there twice."
    named = [name for name in names if name not in REFUSED_COLUMNS]
    missing = [name for name in sorted(columns.required) if name not in named]
    unknown = columns.unknown(named)
    return unknown or (f"The header has no column {' and no column '.join(missing)}." if missing else None)


def own_cells(cells: Mapping[str, Any]) -> dict[str, Any]:
    """``cells`` without what a file of refused rows says about them."""
    return {name: cell for name, cell in cells.items() if name not in REFUSED_COLUMNS}
