"""The cells of one row, each read as what its column means; every complaint names the column and what is allowed."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from services.core.errors import Invalid
from services.core.languages import check_language_tag
from services.core.texts import check_characters

Word = TypeVar("Word", bound=StrEnum)
Item = TypeVar("Item")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class WrongCell(Invalid):
    """A cell does not say what its column means."""

    code: ClassVar[str] = "IMPORT_WRONG_CELL"


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells that a row gives, by column; a column it does not give is not asked for.

    Cells are texts, as in CSV, or values of JSON; a blank text, null and an empty list are the same: nothing. Every
    method raises ``WrongCell`` with the column as its path.
    """

    given: Mapping[str, Any]

    def text(self, column: str, *, limit: int | None = None) -> str:
        """The text without blanks around it, "" for nothing; a number of JSON is taken as it is written."""
        cell = self.given[column]
        if cell is None:
            return ""
        if isinstance(cell, bool) or not isinstance(cell, str | int | Decimal):
            raise _wrong(column, "A text is needed here, not a list, an object, true or false.")
        text = _written(cell, column).strip()
        if limit is not None and len(text) > limit:
            raise _wrong(column, f"This has {len(text):,} characters; it may have {limit:,}.")
        return check_characters(text, path=(column,))

    def needed(self, column: str, *, limit: int | None = None) -> str:
        """The text, which must say something."""
        text = self.text(column, limit=limit)
        if not text:
            raise _wrong(column, "This is blank, and it must say something.")
        return text

    def word(self, column: str, words: type[Word], blank: Word | None = None) -> Word:
        """A word of an enum, in capital or small letters; ``blank`` for nothing, without it a word is needed."""
        if blank is not None and not self.text(column):
            return blank
        return _word(column, self.needed(column), words)

    def maybe(self, column: str, words: type[Word]) -> Word | None:
        """A word of an enum, or None for nothing."""
        return self.word(column, words) if self.text(column) else None

    def language(self, column: str) -> str:
        """A BCP 47 tag in its normal form."""
        return _language(column, self.needed(column))

    def day(self, column: str) -> date | None:
        """A day, written YYYY-MM-DD."""
        text = self.text(column)
        if not text:
            return None
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise _wrong(column, "This is not a day of the calendar. Write YYYY-MM-DD.")

    def decimal(self, column: str) -> Decimal | None:
        """A number with a decimal point."""
        text = self.text(column)
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise _wrong(column, "This is not a number. Write digits, with a point before decimals.")
        return Decimal(text)

    def integer(self, column: str) -> int | None:
        """A whole number; spreadsheets write 5 as 5.0 too."""
        number = self.decimal(column)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise _wrong(column, "This is not a whole number.")
        return int(number)

    def flag(self, column: str) -> bool:
        """Yes or no; nothing is no."""
        cell = self.given[column]
        if isinstance(cell, bool):
            return cell
        text = self.text(column)
        if not text:
            return False
        answer = _YES_NO.get(text.lower())
        if answer is None:
            raise _wrong(column, "This is neither true nor false.")
        return answer

    def words(self, column: str, words: type[Word], *, most: int) -> list[Word]:
        """Words of an enum, each once."""
        return self._each(column, most, lambda part: _word(column, part, words))

    def languages(self, column: str, *, most: int) -> list[str]:
        """BCP 47 tags in their normal form, each once."""
        return self._each(column, most, lambda part: _language(column, part))

    def codes(self, column: str, find: Callable[[str], str], *, most: int) -> list[str]:
        """What ``find`` returns for each part of a list, each once; it raises Invalid for what it does not know."""
        return self._each(column, most, lambda part: _found(column, part, find))

    def found(self, column: str, find: Callable[[str], Item]) -> Item:
        """What ``find`` returns for the text, which must say something."""
        return _found(column, self.needed(column), find)

    def code(self, column: str, find: Callable[[str], str]) -> str | None:
        """What ``find`` returns for the text, or None for nothing."""
        text = self.text(column)
        return _found(column, text, find) if text else None

    def _each(self, column: str, most: int, read: Callable[[str], Item]) -> list[Item]:
        parts = [part for part in self._parts(column) if part]
        if len(parts) > most:
            raise _wrong(column, f"There are {len(parts):,} here; up to {most:,} are possible.")
        return list(dict.fromkeys(read(part) for part in parts))

    def _parts(self, column: str) -> Iterator[str]:
        """The parts of a list: a JSON array, or a text with | or ; between them."""
        cell = self.given[column]
        if not isinstance(cell, list):
            for part in re.split("[|;]", self.text(column)):
                if "," in part:
                    raise _wrong(column, "Write | or ; between the parts of a list, not a comma.")
                yield part.strip()
            return
        for item in cell:
            if isinstance(item, bool) or not isinstance(item, str | int | Decimal):
                raise _wrong(column, "A list has texts in it, nothing else.")
            yield check_characters(_written(item, column).strip(), path=(column,))


def _wrong(column: str, sentence: str) -> WrongCell:
    return WrongCell(sentence, path=(column,))


def _written(cell: str | int | Decimal, column: str) -> str:
    """A cell as text; JSON may have numbers that nobody writes out."""
    if isinstance(cell, str):
        return cell
    number = Decimal(cell)
    if abs(number.adjusted()) > 30:
        raise _wrong(column, "This number is too long.")
    return f"{number:f}"


def _word(column: str, text: str, words: type[Word]) -> Word:
    try:
        return words(text.lower().replace("-", "_").replace(" ", "_"))
    except ValueError:
        allowed = ", ".join(word.value.upper() for word in words)
        raise _wrong(column, f"This is none of {allowed}.") from None


def _language(column: str, text: str) -> str:
    return _found(column, text, check_language_tag)


def _found(column: str, text: str, find: Callable[[str], Item]) -> Item:
    try:
        return find(text)
    except Invalid as error:
        raise _wrong(column, error.message) from error
