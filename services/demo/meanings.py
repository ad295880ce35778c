"""Embeddings for hundreds of thousands of invented texts, without reading each by the model (that takes an hour).

The model reads the phrases alone. A text's vector is that of its theme and, by ``SETTING``, of its setting in its
language, moved in a random direction by ``SPREAD`` of its length. Measured: two texts of one subject and language then
have a cosine of 0.8 in the mean, two of other themes 0.2 (95th percentile 0.4); of the small demonstration's texts,
which the model did read, any two have 0.3 (0.5).
"""

from collections.abc import Sequence

import numpy as np

from services.core import embedding
from services.core.embedding import Embedder, Vectors
from services.core.languages import UN_LANGUAGES
from services.core.progress import Progress
from services.demo.invented import InventedText
from services.demo.phrases import phrases

SETTING, SPREAD = 0.6, 0.5


class Meanings:
    """The vectors of all subjects in all languages, shape (themes, settings, languages, dimensions)."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def of(self, texts: Sequence[InventedText], seed: int) -> Vectors:
        """Invented vectors of unit length, one row for each text; equal for equal seeds."""
        themes, settings, languages = (np.array(each) for each in zip(*map(_place, texts), strict=True))
        return self._moved(self._vectors[themes, settings, languages], seed)

    def sample(self, number: int) -> Vectors:
        """As many vectors of texts about anything in any language."""
        return self._moved(
            np.resize(self._vectors.reshape(-1, self._vectors.shape[-1]), (number, self._vectors.shape[-1])), 0
        )

    @staticmethod
    def _moved(base: Vectors, seed: int) -> Vectors:
        noise = np.random.default_rng(seed).standard_normal(base.shape, dtype=np.float32)
        return _of_unit_length(base + SPREAD / np.sqrt(base.shape[-1]) * noise)


async def read_meanings(embedder: Embedder, progress: Progress) -> Meanings:
    """Let the model read the phrases: a second or a few."""
    themes, settings = phrases("theme"), phrases("setting")
    rows: list[Vectors] = []
    for done, one in enumerate((*themes, *settings), 1):
        rows.append(await embedding.embed(embedder, [one[language] for language in UN_LANGUAGES]))
        progress(done, len(themes) + len(settings))
    read = np.stack(rows)
    return Meanings(_of_unit_length(read[: len(themes), None] + SETTING * read[None, len(themes) :]))


def _place(one: InventedText) -> tuple[int, int, int]:
    return one.subject.theme, one.subject.setting, UN_LANGUAGES.index(one.text.language)


def _of_unit_length(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)
