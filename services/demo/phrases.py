"""The phrases of the large demonstration, and the texts made of them: plainly fictional, in the six UN languages."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from services.core.texts import Text

Phrase = dict[str, Any]
"""The words by language; a theme also has the codes that belong to it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a text is about: places in the lists of themes and settings. Texts of one subject mean nearly the same."""

    theme: int
    setting: int


@dataclass(frozen=True, slots=True)
class Sentences:
    """Which sentences say it: places in the lists of approaches, contexts and results."""

    approach: int
    context: int
    result: int


@cache
def phrases(kind: str) -> tuple[Phrase, ...]:
    """The phrases of one kind (theme, setting, approach, context, result, message, mark, fiction, person), in order."""
    lines = files("services.demo").joinpath("data", "phrases.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in map(orjson.loads, lines) if line["kind"] == kind)


def text(language: str, subject: Subject, sentences: Sentences, number: int | None = None) -> Text:
    """The text about ``subject`` in one of the six languages; ``number`` makes its title the only one of its kind."""
    theme, setting = phrases("theme")[subject.theme][language], phrases("setting")[subject.setting][language]
    approach, context, result = (
        phrases(kind)[getattr(sentences, kind)][language] for kind in ("approach", "context", "result")
    )
    [mark], [fiction] = phrases("mark"), phrases("fiction")
    counted = "" if number is None else f" ({number})"
    blank = "" if language == "zh" else " "
    return Text(
        language,
        title=f"{mark[language]} {theme}: {setting}{counted}",
        summary=approach,
        description=blank.join((f"{theme}{' — '}{setting}.", context, approach, result, fiction[language])),
    )
