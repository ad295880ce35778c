"""Rows of a JSONL file: one JSON object a line (RFC 8259), UTF-8. Numbers are kept exactly."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Never

from services.core.importing.lines import open_file, read_lines
from services.core.importing.refused import BadRows, Refused, Unreadable
from services.core.importing.rows import BrokenRow, Columns, SourceRow, own_cells, shown


class JsonRows:
    """A JSONL file as a source of rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.size = path.stat().st_size
        self.position = 0

    def rows(self, columns: Columns) -> Iterator[SourceRow | BrokenRow]:
        """Give the rows; blank lines are passed over.

        Raises:
            Unreadable: the file cannot be read, or there is nothing in it.
        """
        empty = True
        with open_file(self.path) as file:
            for line in read_lines(file):
                self.position = line.end
                text, problem = line.decoded()
                if problem is None and not text.strip():
                    continue
                empty = False
                yield _row(line.number, text.rstrip("\r\n"), problem, columns)
        if empty:
            raise Unreadable(f"{self.name} is empty. It has one JSON object on each line.")

    def bad_rows(self, path: Path) -> BadRows:
        """A JSONL file for refused rows."""
        return BadRows(path, self.path)


class GivenRows:
    """Rows that are in memory already, as a source; their lines are counted from 1."""

    size = None
    position = 0

    def __init__(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        self.name = name
        self._rows = rows

    def rows(self, columns: Columns) -> Iterator[SourceRow | BrokenRow]:
        """Give the rows."""
        for number, cells in enumerate(self._rows, 1):
            yield checked_row(number, cells, "", columns)

    def bad_rows(self, path: Path) -> BadRows:
        """A JSONL file for refused rows."""
        return BadRows(path, None)


def checked_row(number: int, cells: dict[str, Any], text: str, columns: Columns) -> SourceRow | BrokenRow:
    """A row of ``cells``, which must all be of columns that there are."""
    own = own_cells(cells)
    problem = columns.unknown(own)
    if problem is None:
        return SourceRow(number, own)
    strange = next(name for name in own if not columns.has(name))
    return BrokenRow(Refused(number, shown(strange), shown(own[strange]), problem), text, own)


def _row(number: int, text: str, problem: str | None, columns: Columns) -> SourceRow | BrokenRow:
    cells: Any = None
    if problem is None:
        cells, problem = _parsed(text)
    if problem is None:
        return checked_row(number, cells, "", columns)
    return BrokenRow(Refused(number, None, shown(text), problem), text, {})


def _parsed(text: str) -> tuple[Any, str | None]:
    """The object of a line, and a sentence about what is wrong with it or None."""
    found, problem = parsed(text, "line")
    if problem is None and not isinstance(found, dict):
        problem = "This line is no JSON object: it begins with { and ends with }."
    return found, problem


def parsed(text: str, what: str) -> tuple[Any, str | None]:
    """The value of a JSON text, and a sentence about what is wrong with it or None; ``what`` the sentence calls it."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_each_name_once), None
    except json.JSONDecodeError as error:
        return None, f"This {what} is no JSON: {error.msg}, at character {error.pos + 1:,}."
    except _Mistake as mistake:
        return None, str(mistake)
    except RecursionError:
        return None, f"This {what} is nested too deeply."
    except (ValueError, InvalidOperation):  # integers beyond 4,300 digits, exponents beyond those of Decimal
        return None, f"This {what} has a number that is too long."


class _Mistake(Exception):
    """What JSON's grammar allows, or Python's parser takes, and a row must not have."""


def _no_number(word: str) -> Never:
    raise _Mistake(f"{word} is no number of JSON.")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    cells = dict(pairs)
    if len(cells) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise _Mistake(f"This line names {shown(twice)} twice.")
    return cells
