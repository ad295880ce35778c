"""The life cycle of a practice and its freshness: values in, values out."""

from datetime import date

from services.practices.errors import WrongStatus
from services.practices.terms import Freshness, PracticeStatus

S = PracticeStatus
STEPS: dict[S, frozenset[S]] = {
    S.DRAFT: frozenset({S.IN_REVIEW}),
    S.IN_REVIEW: frozenset({S.DRAFT, S.PUBLISHED}),
    S.PUBLISHED: frozenset({S.WITHDRAWN}),
    S.WITHDRAWN: frozenset(),
}
YELLOW_DAYS, RED_DAYS = 365, 730
"""A practice goes yellow 12 months and red 24 months after it was last confirmed."""


def step(current: S, wanted: S) -> S:
    """Return ``wanted`` if the life cycle allows it from ``current``.

    Raises:
        WrongStatus: the life cycle has no such step.
    """
    if wanted not in STEPS[current]:
        raise WrongStatus(current, wanted)
    return wanted


def sources(wanted: S) -> list[S]:
    """The states from which the life cycle leads to ``wanted``."""
    return [state for state, following in STEPS.items() if wanted in following]


def freshness(last_confirmed_on: date, day: date) -> Freshness:
    """How fresh a practice confirmed on one day is on another."""
    age = (day - last_confirmed_on).days
    return Freshness.RED if age >= RED_DAYS else Freshness.YELLOW if age >= YELLOW_DAYS else Freshness.GREEN
