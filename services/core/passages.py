"""Passages: the title and the sentences of a text, short neighbours joined, so that what matters is found and shown."""

import re
from collections.abc import Iterator

LEAST = 160
"""Characters that a passage has where the text has them; those of scripts that write a word in one or two count three."""
MOST = 4
"""Passages of a text; those of a longer one are longer."""

# A mark that ends a sentence, with what closes behind it; before a blank where the mark also parts numbers.
_END = re.compile(r"(?:[.!?…؟]+[\"»”’)\]]*(?=\s)|[。！？；]+[\"”’）]*|\n)\s*")
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff]")


def passages(text: str) -> list[tuple[int, int]]:
    """Return where the passages of ``text`` begin and end, in order and without gaps; at least one, at most ``MOST``.

    Its first line is one, whatever its length.
    """
    begin = text.find("\n") + 1
    if not text[begin:].strip():
        begin = 0
    title = [(0, begin)] if begin else []
    return [*title, *_grouped(text, begin, MOST - len(title))]


def _grouped(text: str, begin: int, most: int) -> list[tuple[int, int]]:
    size = max(LEAST, -(-_length(text[begin:]) // most))
    found: list[tuple[int, int]] = []
    for end in _sentences(text, begin):
        if _length(text[begin:end]) >= size:
            found.append((begin, end))
            begin = end
    if begin < len(text):
        short = bool(found) and (_length(text[begin:]) * 2 < size or len(found) == most)
        found.append((found.pop()[0] if short else begin, len(text)))
    return found or [(0, len(text))]


def _sentences(text: str, begin: int) -> Iterator[int]:
    """Where each sentence from ``begin`` on ends."""
    for end in _END.finditer(text, begin):
        yield end.end()
    yield len(text)


def _length(text: str) -> int:
    return len(text) + 2 * len(_WIDE.findall(text))
