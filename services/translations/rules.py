"""The life cycle of a suggested translation: values in, values out."""

from services.translations.errors import SuggestionWrongStatus
from services.translations.terms import SuggestionStatus

S = SuggestionStatus
_ENDS = frozenset({S.ACCEPTED, S.DECLINED, S.WITHDRAWN})
STEPS: dict[S, frozenset[S]] = {
    S.MACHINE: _ENDS,
    S.SUGGESTED: _ENDS,
    S.ACCEPTED: frozenset(),
    S.DECLINED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
WAITING = tuple(status for status, following in STEPS.items() if following)
"""The statuses in which nobody has decided yet."""
MOST_WAITING = 20
"""How many suggestions of one delegation may wait at one thing."""


def step(current: S, wanted: S) -> S:
    """Return ``wanted`` if the life cycle allows it from ``current``.

    Raises:
        SuggestionWrongStatus: the life cycle has no such step.
    """
    if wanted not in STEPS[current]:
        raise SuggestionWrongStatus(current, wanted)
    return wanted


def begins_as(machine_made_by: str | None, *, decides: bool) -> S:
    """What a translation is when it is made.

    A machine's always waits for a person to accept it; a person's waits too, unless that person ``decides`` about it.
    """
    if machine_made_by is not None:
        return S.MACHINE
    return S.ACCEPTED if decides else S.SUGGESTED
