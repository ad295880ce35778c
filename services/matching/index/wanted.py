"""Which matches are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which matches are asked for: the ``most`` best that ``least`` and all else let in.

    ``after`` is the score and the id behind which they begin; ``members`` says whether the viewer reads what is for
    members; the others are the filters of ``shapes.MATCHES``, None where they are not in use.
    """

    most: int
    members: bool
    after: tuple[float, UUID] | None = None
    least: float = 0.0
    areas: Sequence[str] | None = None
    region: str | None = None
    delegation: UUID | None = None
