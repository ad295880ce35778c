"""The words that the own text has in common with others: what ``proposal_words`` says in SQL, to the same number."""

import math
from collections.abc import Sequence

import numpy as np

from services.matching.evidence import RAREST
from services.matching.index.part import Array, Part
from services.matching.index.question import Question


class Words:
    """The own text's words, each with what it counts here times how rare it is in all parts."""

    def __init__(self, parts: Sequence[Part], question: Question) -> None:
        self._question = question
        self._weighed: list[tuple[int, int]] = []
        texts = sum(_texts(part, question.text_language) for part in parts)
        for value, counts in question.words:
            having = sum(len(part.alive(part.word(value)[0])) for part in parts)
            weight = _rarity(texts, having)
            if weight:
                self._weighed.append((value, counts * weight))

    def common(self, part: Part) -> Array:
        """What the words in common weigh together, of each row of a part."""
        found = [(weight, *part.word(value)) for value, weight in self._weighed]
        if not found:
            return np.zeros(len(part), dtype=np.int64)
        rows = np.concatenate([in_rows for _, in_rows, _ in found])
        weighed = np.concatenate([counts.astype(np.float64) * weight for weight, _, counts in found])
        return np.bincount(rows, weighed, minlength=len(part)).astype(np.int64)

    def shares(self, part: Part, rows: Array, common: Array) -> Array:
        """The share of words in common; nan where the languages differ or one of the texts has no words."""
        alike = part.is_of("language", self._question.language, rows)
        lengths = RAREST * math.sqrt(self._question.square) * np.sqrt(part.square[rows].astype(np.float64))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(alike & (lengths > 0), common.astype(np.float64) / lengths, np.nan)


def _texts(part: Part, language: str | None) -> int:
    return len(part.alive(np.nonzero(part.is_of("text_language", language, slice(None)))[0]))


def _rarity(texts: int, having: int) -> int:
    """How rare a word is that so many of all texts have, in hundredths of the rarest."""
    if not having:
        return 0
    return round(100 * (math.log(1 + texts / having) / math.log(1 + texts)) ** 3)
