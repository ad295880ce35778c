"""How near two texts are, in numpy: what ``evidence`` and ``formulas`` say in SQL, to the same bit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from services.core.codes import classes, scale
from services.core.meanings import BITS
from services.matching.index.part import Array, Part, planes, squares, widened
from services.matching.index.question import Question
from services.matching.rules import ALIKE, ANCHORS, HALF

SLACK = 1 + 1e-12
"""More than the roundings of a bound can take away."""


def sent(bits: str) -> bytes:
    """A bit string that came as text, in bytes."""
    return np.packbits(np.frombuffer(bits.encode(), dtype=np.uint8) - ord("0")).tobytes()


@dataclass(frozen=True, slots=True)
class Meaning:
    """The own text's codes as rows of planes: that of the ``whole`` text, and those of its ``passages``."""

    model: str
    bits: int
    whole: Array
    passages: Array
    norm: int

    @staticmethod
    def of(question: Question) -> "Meaning | None":
        """What a question's text means; None where it was not read by a model yet."""
        if question.model is None or question.code is None:
            return None
        bits = len(question.code)
        whole, *passages = (planes(sent(one), bits) for one in (question.code, *question.passages))
        each = np.concatenate(passages or [whole])
        norm = int(max(squares(whole).max(), squares(each).max()))
        return Meaning(question.model, bits, whole, each, norm)

    def cosine(self, product: Array) -> Array:
        """What dot products of codes say."""
        return product.astype(np.float64) * (scale(BITS) * BITS) / float(self.bits)

    def most(self, part: Part, rows: Array) -> Array:
        """The most that a cosine with a row's text or any of its passages can be (Cauchy and Schwarz)."""
        return self.cosine(np.sqrt(float(self.norm) * part.norm[rows])) * SLACK

    def near_whole(self, part: Part, rows: Array) -> Array:
        """The cosines of the whole texts."""
        wide = part.code.shape[1]
        return self.cosine(products(widened(self.whole, wide), part.code[rows])[0])

    def near_passages(self, part: Part, rows: Array) -> Array:
        """The cosines of the two passages of each pair that are nearest."""
        begins, ends = part.begins[rows], part.begins[rows + 1]
        lengths = ends - begins
        starts = np.cumsum(lengths) - lengths
        at = np.repeat(begins - starts, lengths) + np.arange(int(lengths.sum()))
        found = products(widened(self.passages, part.code.shape[1]), part.passages[at]).max(axis=0)
        return self.cosine(np.maximum.reduceat(found, starts))

    def comparable(self, part: Part, rows: Array) -> Array:
        """Whether the same model has read a row's text."""
        return part.is_of("model", (self.model, self.bits), rows)

    def several(self, part: Part, rows: Array) -> Array:
        """Whether one of the two texts has several passages."""
        return np.asarray((part.begins[rows + 1] - part.begins[rows] > 1) | (len(self.passages) > 1))


def products(own: Array, codes: Array) -> Array:
    """The dot product of each own code with each of ``codes``: shape (own, codes), whole numbers."""
    size = codes.shape[1] // BITS
    columns = np.ascontiguousarray(codes.T).reshape(BITS, size, -1)
    found = np.zeros((len(own), codes.shape[0]), dtype=np.int64)
    for place, one in enumerate(own.reshape(len(own), BITS, size)):
        for weight, pairs in classes(BITS):
            counted = (np.bitwise_count(one[mine, :, None] & columns[theirs]) for mine, theirs in pairs)
            found[place] += weight * sum(each.sum(axis=0, dtype=np.int64) for each in counted)
    return found


def agreement(meaning: Array, words: Array) -> Array:
    """How much two texts agree that mean so alike and, where that is no nan, share so many words."""
    said = meaning + words * (1 + HALF) / (words + HALF)
    near = np.where(np.isnan(said), meaning, along(said, ALIKE))
    return np.where(near <= ANCHORS[0][0], ANCHORS[0][1], along(near, ANCHORS))


def along(value: Array, anchors: Sequence[tuple[float, float]]) -> Array:
    """Linear between the anchors, below the first as before the second, and no more than the last."""
    found = np.full(value.shape, anchors[-1][1])
    for (start, low), (end, high) in reversed(list(pairwise(anchors))):
        found = np.where(value <= end, low + (value - start) * ((high - low) / (end - start)), found)
    return found
