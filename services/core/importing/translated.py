"""The texts of a row in other languages than its own: columns such as ``title.fr``, or in JSONL a list ``texts``.

A row names its original language in ``language``; what it gives in others are translations that its delegation accepts.
A part that a row does not give stays as it is; a translation that it leaves blank as a whole is left alone, for an
import removes none.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from services.core.errors import Invalid
from services.core.importing.cells import Cells, WrongCell
from services.core.languages import UN_LANGUAGES, check_language_tag
from services.core.texts import LIMITS, Text, check_characters

TEXTS = "texts"
Parts = dict[str, str]
"""Title, summary and description of a translation, as far as they are given."""


def is_translated(name: str) -> bool:
    """Whether a column is a part of a text in another language."""
    part, _, tag = name.partition(".")
    if part not in LIMITS:
        return False
    try:
        check_language_tag(tag)
    except Invalid:
        return False
    return True


def flat(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells with the list ``texts`` spread into columns; a text in the row's own language is the original.

    Raises:
        WrongCell: ``texts`` is no list of texts, or a text stands twice.
    """
    spread = {name: cell for name, cell in cells.items() if name != TEXTS}
    listed = cells.get(TEXTS) or []
    if not isinstance(listed, list):
        raise _wrong("Here stands a list of objects with language, title, summary and description.")
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("language"), str) or set(one) - {"language", *LIMITS}:
            raise _wrong("Each text is an object with language, title, and maybe summary and description.")
        own = one["language"] == cells.get("language")
        for part in LIMITS:
            name = part if own else f"{part}.{one['language']}"
            if part in one and name in spread:
                raise _wrong(f"The {part} in {one['language']} stands twice.")
            if part in one:
                spread[name] = one[part]
    return spread


def read_translations(cells: Mapping[str, Any], original: str) -> dict[str, Parts]:
    """The translations that a row gives, by language; without those that are blank as a whole.

    Raises:
        WrongCell: a part is no text, two columns are of one language, or it is the ``original`` one.
    """
    found: dict[str, Parts] = {}
    for name in cells:
        part, _, tag = name.partition(".")
        if not tag:
            continue
        language = _language(name, tag)
        parts = found.setdefault(language, {})
        if part in parts:
            raise WrongCell("There are two columns for this text.", path=(name,))
        parts[part] = check_characters(Cells(cells).text(name), path=(name,))
        if parts[part] and language == original:
            raise WrongCell("This is the language of the original, which has columns of its own.", path=(name,))
    return {language: parts for language, parts in found.items() if any(parts.values())}


def whole(language: str, parts: Mapping[str, str]) -> Text:
    """A translation with all its parts, well-formed.

    Raises:
        WrongCell: no title, or a part is too long; the path is its column.
    """
    try:
        return Text(language, **{part: parts.get(part, "") for part in LIMITS}).checked()
    except Invalid as error:
        raise WrongCell(error.message, path=(f"{error.path[0]}.{language}",)) from error


def in_order(languages: Iterable[str]) -> list[str]:
    """The languages as files have them side by side: the six of the United Nations first, then by their tags."""
    official = {language: place for place, language in enumerate(UN_LANGUAGES)}
    return sorted(set(languages), key=lambda language: (official.get(language, len(official)), language))


def _language(name: str, tag: str) -> str:
    try:
        return check_language_tag(tag)
    except Invalid as error:
        raise WrongCell(error.message, path=(name,)) from error


def _wrong(sentence: str) -> WrongCell:
    return WrongCell(sentence, path=(TEXTS,))
