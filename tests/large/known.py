"""The pages that look at more rows than others, by design: how many, why, and what that was measured to cost.

No read of a big table from end to end stands here, and none may.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """A page that looks at up to ``rows`` rows and index entries."""

    pages: re.Pattern[str]
    rows: int
    why: str


KNOWN = (
    Known(
        re.compile(r".*\bsearch: .*"),
        120_000,
        "A search reads an eighth of the cells of meaning, and every text that has the words (20 to 60 ms).",
    ),
    Known(
        re.compile(r".*\.matches page.*"),
        200_000,
        "Matching compares with every open proposal that the hard constraints leave: 0.9 s for 27,000 of them.",
    ),
    Known(
        re.compile(r"expressionsOfInterest page .*status: .* DEADLINE"),
        30_000,
        "What has ended has no deadline and sorts last: the entries of one delegation are passed over (6 ms).",
    ),
)


def most_rows(name: str, usual: int) -> int:
    """How many rows the page called ``name`` may look at."""
    return max([usual, *(one.rows for one in KNOWN if one.pages.fullmatch(name))])
