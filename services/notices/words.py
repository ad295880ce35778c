"""The words of notices and mails: one file for each UN language, and what stands in their places.

What people wrote is shortened, on one line where a title stands, and kept apart from the direction of the sentence
around it (Unicode's isolates, UAX #9), so that an Arabic title in an English sentence leaves the rest in its order.
"""

import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from services.core.languages import UN_LANGUAGES, primary_language
from services.notices.terms import ByLanguage, Languages, NoticeEvent, Said, Word

NAME_LIMIT, TEXT_LIMIT = 120, 500
"""Characters of a name or title, and of what a person wrote, that a sentence shows."""
_ISOLATE, _END = "\u2068", "\u2069"
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that only say in which direction others run (UAX #9)."""


@cache
def words(language: str) -> Mapping[str, Any]:
    """All words of one UN language, by table and key."""
    found = files("services.notices").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(found)


def title_of(event: NoticeEvent, said: Mapping[str, Said], language: str) -> str:
    """The title of a notice, on one line."""
    return _sentence(words(language)["event"][event.value]["title"], said, language)


def text_of(event: NoticeEvent, said: Mapping[str, Said], language: str) -> str:
    """What a notice says; paragraphs are parted by an empty line."""
    return _sentence(words(language)["event"][event.value]["text"], said, language)


def in_all_languages(event: NoticeEvent, said: Mapping[str, Said]) -> tuple[dict[str, str], dict[str, str]]:
    """Title and text of a notice by language."""
    titles = {language: title_of(event, said, language) for language in UN_LANGUAGES}
    return titles, {language: text_of(event, said, language) for language in UN_LANGUAGES}


def framing(key: str, language: str, **names: str) -> str:
    """A sentence around a notice in a mail, such as its greeting."""
    return _sentence(words(language)["frame"][key], names, language)


def shortened(text: str, limit: int) -> str:
    """What a person wrote, on one line of up to ``limit`` characters; it does not turn the direction of others' text."""
    return one_line("".join(letter for letter in text if letter not in _DIRECTIONS), limit)


def one_line(text: str, limit: int) -> str:
    """The text on one line, cut to ``limit`` characters with an ellipsis; control characters are left out."""
    kept = (letter for letter in text if letter.isspace() or unicodedata.category(letter) not in {"Cc", "Cs"})
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _sentence(pattern: str, said: Mapping[str, Said], language: str) -> str:
    """``pattern`` with its places filled; what is filled in is never itself a pattern."""
    return pattern.strip().format_map({key: _shown(value, language) for key, value in said.items()})


def _shown(value: Said, language: str) -> str:
    match value:
        case ByLanguage():
            return _isolated(shortened(value.best(language), NAME_LIMIT), language)
        case Word():
            return str(words(language)[value.table][value.key])
        case Languages(tags):
            from babel import Locale
            from babel.lists import format_list

            known = Locale(language).languages
            return format_list([known.get(primary_language(tag), tag) for tag in tags], locale=language)
        case date():
            from babel.dates import format_date

            return format_date(value, "long", locale=language)
        case text:
            return _isolated(shortened(text, TEXT_LIMIT), language)


def _isolated(text: str, language: str) -> str:
    mixed = language == "ar" or any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in text)
    return f"{_ISOLATE}{text}{_END}" if mixed else text
