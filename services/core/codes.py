"""Vectors in a few bits for each dimension, whose dot product is a whole number that any PostgreSQL computes exactly.

A dimension becomes a whole number from ``-(2 ** (bits - 1) - 1)`` to as much above 0. The bits of equal weight of all
dimensions stand side by side, a *plane*, the lowest first; the highest counts negative, as in two's complement. The dot
product of two codes is the sum of ``w_i * w_j * bit_count(plane i & plane j)``: whole numbers, so that every machine and
every executor finds the same, in whatever order it adds them.
"""

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from services.core.embedding import Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEPS = {2: 1.2240, 3: 0.6508, 4: 0.3534}
"""Width of a level by number of bits, in standard deviations: the one that loses least of a normal deviate in
``2 ** bits - 1`` levels (J. Max, *Quantizing for minimum distortion*, 1960)."""
LOST = {2: 0.1902, 3: 0.0435, 4: 0.0131}
"""How much of a normal deviate's square it loses; ``cosine`` makes up for it."""


def classes(bits: int) -> list[tuple[int, list[tuple[int, int]]]]:
    """Which pairs of planes are counted together, and what each count of theirs weighs."""
    found: list[tuple[int, list[tuple[int, int]]]] = []
    for total in range(2 * bits - 1):
        for sign in (1, -1):
            pairs = [
                (total - plane, plane)
                for plane in range(bits)
                if 0 <= total - plane < bits and _sign(total - plane, bits) * _sign(plane, bits) == sign
            ]
            if pairs:
                found.append((sign * 2**total, pairs))
    return found


def _sign(plane: int, bits: int) -> int:
    return -1 if plane == bits - 1 else 1


def numbers(vectors: Vectors, bits: int) -> "NDArray[np.int32]":
    """Return the whole number of each dimension, shape as ``vectors``."""
    import numpy as np

    turned = vectors @ _turn(vectors.shape[1])
    most = 2 ** (bits - 1) - 1
    step = STEPS[bits] / math.sqrt(vectors.shape[1])
    return np.asarray(np.clip(np.rint(turned / step), -most, most), dtype=np.int32)


def code(found: "NDArray[np.int32]", bits: int) -> str:
    """Return the code of one row of numbers: its planes one after another, as ``0`` and ``1``."""
    import numpy as np

    held = np.concatenate([(found >> plane) & 1 for plane in range(bits)]).astype(np.uint8)
    return (held + ord("0")).tobytes().decode("ascii")


def scale(bits: int) -> float:
    """What a dot product of numbers, divided by the dimensions, is multiplied with to estimate a cosine."""
    return STEPS[bits] ** 2 / (1 - LOST[bits])


@cache
def _turn(dimensions: int) -> "NDArray[np.float32]":
    """An orthogonal matrix that spreads what a vector says evenly over its dimensions."""
    import numpy as np

    chance: Any = np.random.Generator(np.random.PCG64(1))
    signs = chance.integers(0, 2, (dimensions, dimensions)) * 2.0 - 1
    return np.asarray(np.linalg.qr(signs)[0], dtype=np.float32)
