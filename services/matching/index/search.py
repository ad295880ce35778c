"""The best matches of all parts, exactly: nothing is left out that could be among them.

A pair's score grows with how much the texts agree, and all else costs next to nothing to compute. So every pair is given
the score that it has if its texts are as near as they can be (``Meaning.most``), and in that order texts are compared
until the next pair could not reach the last of the best even so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from services.matching.index.eligible import eligible
from services.matching.index.meaning import SLACK, Meaning, agreement
from services.matching.index.part import Array, Part
from services.matching.index.points import Partners, Points, points_of
from services.matching.index.question import Question
from services.matching.index.wanted import Wanted
from services.matching.index.words import Words

FIRST, LARGEST = 512, 4_096
"""Pairs whose texts are compared at once; twice as many each time, as the bounds come nearer to each other."""


@dataclass(frozen=True, slots=True)
class Found:
    """One of the best: its score, and the weight of the words that its text has in common with the own one."""

    id: UUID
    score: float
    common: int


class Best:
    """The best of what was compared so far."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._ids = np.zeros((2, 0), dtype=np.uint64)
        self._told = np.zeros((2, 0), dtype=np.float64)
        self.least = max(wanted.least, float(np.nextafter(0.0, 1.0)))
        """No pair below this score can be among them."""

    def add(self, part: Part, rows: Array, scores: Array, common: Array) -> None:
        """Keep those of ``rows`` that are among the best."""
        kept = scores >= self.least
        if self._wanted.after is not None:
            score, key = self._wanted.after
            kept &= (scores < score) | ((scores == score) & part.earlier(rows, key))
        rows = rows[kept]
        ids = np.concatenate([self._ids, np.array([part.high[rows], part.low[rows]])], axis=1)
        told = np.concatenate([self._told, np.array([scores[kept], common[kept]])], axis=1)
        order = np.lexsort((ids[1], ids[0], told[0]))[::-1][: self._wanted.most]
        self._ids, self._told = ids[:, order], told[:, order]
        if len(order) == self._wanted.most:
            self.least = max(self.least, float(self._told[0, -1]))

    def found(self) -> list[Found]:
        """The best, the first first."""
        pairs = zip(self._ids.T.tolist(), self._told.T.tolist(), strict=True)
        return [Found(UUID(int=(high << 64) + low), score, int(common)) for (high, low), (score, common) in pairs]


def search(parts: Sequence[Part], question: Question, wanted: Wanted) -> list[Found]:
    """The best matches, the best first, pairs of the same score in the order of the list."""
    own, best, words = Meaning.of(question), Best(wanted), Words(parts, question)
    for part in parts:
        partners = Partners(question, part)
        rows = eligible(part, question, partners, wanted)
        if len(rows):
            comparable = own.comparable(part, rows) if own is not None else np.zeros(len(rows), dtype=bool)
            points = points_of(question, part, rows, partners, comparable)
            common = words.common(part)[rows]
            pairs = Pairs(part, rows, own, comparable, points, common, words.shares(part, rows, common))
            bounds = pairs.bounds()
            for at in _batches(bounds, best):
                pairs.compare(at, best)
    return best.found()


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of the own side with the proposals of some ``rows`` of a part, all but how near their texts are."""

    part: Part
    rows: Array
    own: Meaning | None
    comparable: Array
    points: Points
    common: Array
    shares: Array

    def bounds(self) -> Array:
        """The most that the score of each pair can be."""
        bare = self.points.scores(np.zeros(len(self.rows)))
        if self.own is None:
            return bare
        nearest = agreement(self.own.most(self.part, self.rows), self.shares)
        return np.where(self.comparable, self.points.scores(nearest), bare) * SLACK

    def compare(self, at: Array, best: Best) -> None:
        """Give ``best`` the scores of the pairs ``at``; not those whose whole texts already rule them out."""
        agreed = np.zeros(len(at))
        texts = self.comparable[at]
        if self.own is not None and texts.any():
            near = self._nearness(self.own, at[texts], best)
            agreed[texts] = np.where(np.isnan(near), 0.0, agreement(near, self.shares[at[texts]]))
            kept = np.ones(len(at), dtype=bool)
            kept[texts] = ~np.isnan(near)
            at, agreed = at[kept], agreed[kept]
        best.add(self.part, self.rows[at], self.points.scores(agreed, at), self.common[at])

    def _nearness(self, own: Meaning, at: Array, best: Best) -> Array:
        """How near the texts of the pairs ``at`` are; nan for those that cannot reach the best."""
        rows = self.rows[at]
        near = own.near_whole(self.part, rows)
        several = own.several(self.part, rows)
        bound = np.where(several, (near + own.most(self.part, rows)) / 2.0, near)
        hopeful = self.points.scores(agreement(bound, self.shares[at]), at) * SLACK >= best.least
        left = np.nonzero(several & hopeful)[0]
        if len(left):
            near[left] = (near[left] + own.near_passages(self.part, rows[left])) / 2.0
        near[~hopeful] = np.nan
        return near


def _batches(bounds: Array, best: Best) -> Iterator[Array]:
    """The numbers of pairs by their ``bounds``, the highest first, while they reach the best."""
    left, size = np.nonzero(bounds >= best.least)[0], FIRST
    while len(left):
        now, left = left, left[:0]
        if len(now) > size:
            order = np.argpartition(-bounds[now], size - 1)
            now, left = now[order[:size]], now[order[size:]]
        yield now
        left, size = left[bounds[left] >= best.least], min(2 * size, LARGEST)
