"""What an import needs to know about the kind of thing it brings in; a slice says it once for each kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from services.core.importing.cells import Cells, WrongCell
from services.core.importing.rows import Columns
from services.core.importing.translated import flat, read_translations
from services.core.table import Row
from services.core.texts import LIMITS, TextRow

Values = dict[str, Any]
"""A thing by columns of its tables; its original text's title, summary and description are among them.

``translations`` holds its accepted ones by language, or the parts of them that a row gives.
"""
Key = tuple[Any, ...]
"""The values of the columns by which a thing is found again."""
COPIES = ("delegation_id", "status", "visibility")
"""What the texts of a thing carry of it; all of them are in what ``settle`` returns."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name there and in GraphQL, what it is called in the table, how a cell of it is read.

    ``exported`` is the column of the table that an export writes, where that is another one.
    """

    name: str
    attribute: str
    read: Callable[[Cells, str], Any]
    required: bool = False
    exported: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that can be imported.

    ``written`` are the columns of its table that an import decides, ``language``, ``external_id`` and ``visibility``
    among them. ``settle`` takes what there is (None for nothing; with its texts) and what there shall be (what the row
    gives over what there is, else over ``defaults``), and returns that with what follows from it, or raises a
    DomainError whose path is the column at fault. ``by`` are the columns by which a thing is found again: what has no
    two of them has a constraint, and the last is ``external_id``. ``follow`` returns statements that must follow a slice
    of the rows kept, for the staged rows that it is given a condition of.
    """

    name: str
    thing: type[Row]
    text: type[TextRow]
    columns: Sequence[Column]
    written: Sequence[str]
    defaults: Values
    settle: Callable[[Values | None, Values], Values]
    by: tuple[str, ...] = ("delegation_id", "external_id")
    follow: Callable[[sa.TableClause, sa.ColumnElement[bool]], Sequence[sa.Executable]] = lambda *_: ()

    @property
    def names(self) -> Columns:
        """The columns that a file may have, and those it must have."""
        return Columns(
            frozenset(column.name for column in self.columns),
            frozenset(column.name for column in self.columns if column.required),
        )

    @property
    def key(self) -> str:
        """The column of the texts that names their thing."""
        return f"{self.name}_id"

    def key_of(self, values: Values) -> Key:
        """The key among the values of a row."""
        return tuple(values[name] for name in self.by)

    def read(self, given: Mapping[str, Any]) -> Values:
        """The values that a row gives, by column of the tables.

        Raises:
            WrongCell: a cell is wrong, or one that is needed is missing.
        """
        given = flat(given)
        cells = Cells(given)
        missing = next((column.name for column in self.columns if column.required and column.name not in given), None)
        if missing is not None:
            raise WrongCell(f"This row has no {missing}.", path=(missing,))
        values = {column.attribute: column.read(cells, column.name) for column in self.columns if column.name in given}
        translations = read_translations(given, values["language"])
        return {**values, "translations": translations} if translations else values


def changes(written: Sequence[str], found: Values, values: Values) -> set[str]:
    """The columns, texts and ``translations`` among them, in which what shall be differs from what there is."""
    return {name for name in (*written, *LIMITS, "translations") if values[name] != found[name]}


def same(written: Sequence[str], found: Values | None, values: Values) -> bool:
    """Whether there is something, and it shall stay as it is."""
    return found is not None and not changes(written, found, values)


def check_wish(asked: StrEnum | None, status: StrEnum, possible: Sequence[StrEnum]) -> None:
    """Make sure that a row asks for the status that its thing has, or for one that an import can bring it to.

    Raises:
        WrongCell: it asks for another one.
    """
    if asked not in {None, status, *possible}:
        raise WrongCell(f"This is {_word(status)} here; an import does not make it {_word(asked)}.", path=("status",))


def _word(status: StrEnum | None) -> str:
    return str(status).upper()
