"""How entries of reference data are found by what people type: both sides are folded in one way."""

from collections.abc import Mapping

from services.core.errors import Invalid
from services.core.languages import search_text

SEARCH_LIMIT = 100
"""The longest text to search for, in characters."""


def search_words(names: Mapping[str, str], *more: str) -> str:
    """Return all words of ``names`` (by language) and of ``more`` (codes, own names), each after a blank, once."""
    texts = [*names.items(), *(("und", text) for text in more)]
    words = (word for language, text in texts for word in search_text(language, text).split())
    return "".join(f" {word}" for word in dict.fromkeys(words))


def search_patterns(text: str) -> list[str]:
    """Return the LIKE patterns that ``search_words`` of an entry must all match: each word begins one of its own.

    Folded words hold letters, marks and digits only, so nothing in them needs escaping.

    Raises:
        Invalid: there is no word to search for, or more than 100 characters.
    """
    if len(text) > SEARCH_LIMIT:
        raise Invalid(f"A search of a list has up to {SEARCH_LIMIT} characters; this one has {len(text):,}.")
    words = search_text("und", text).split()
    if not words:
        raise Invalid("There is nothing to search for: give at least one word or the beginning of one.")
    return [f"% {word}%" for word in dict.fromkeys(words)]
