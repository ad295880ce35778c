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
        240_000,
        "A search reads an eighth of the cells of meaning and every text that has the words (20 to 60 ms); a word that "
        "stands in every text ranks them all, which takes seconds.",
    ),
    Known(
        re.compile(r".*\.matches page.*"),
        200_000,
        "Matching compares with every open proposal that the hard constraints leave: 0.9 s for 27,000 of them.",
    ),
    Known(
        re.compile(r"viewer\.matters page .*"),
        40_000,
        "All that waits for one delegation is put in order by its deadline: of the busiest one, with 85,000 expressions "
        "of interest, 34,000 entries of indexes (60 to 90 ms).",
    ),
    Known(
        re.compile(r"expressionsOfInterest page .*status: .* DEADLINE"),
        30_000,
        "What has ended has no deadline and sorts last: the entries of one delegation are passed over (6 ms).",
    ),
    Known(
        re.compile(r"proposals page .*\b(delegation|mine|status): .*"),
        30_000,
        "Of one delegation in one status: the entries of its others, 23,000 of the busiest, are passed over (2 to 12 ms).",
    ),
    Known(
        re.compile(r"proposals page .*\bregion: .*"),
        40_000,
        "Whether a region has few is counted among what may be seen, up to 2,000 of it (13 to 80 ms).",
    ),
    Known(
        re.compile(r"proposals page .*\bexpires\w+: .* NEWEST"),
        240_000,
        "By days in another order than theirs: those that fall outside are passed over (0.5 ms for each thousand).",
    ),
    Known(
        re.compile(r"cooperations page .*capacityArea: .*"),
        15_000,
        "A cooperation stands under its area once for each of its states (10 ms).",
    ),
    Known(
        re.compile(r"practices page .*capacityAreas: .*sectors: .*"),
        20_000,
        "Two lists of codes, each with many rows, are met in the order of the list (10 ms).",
    ),
)


def most_rows(name: str, usual: int) -> int:
    """How many rows the page called ``name`` may look at."""
    return max([usual, *(one.rows for one in KNOWN if one.pages.fullmatch(name))])
