"""Life cycles of labs and of what belongs to them, the modality of a lab, and limits: values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from services.labs.errors import (
    ContributionWrongStatus,
    LabWrongStatus,
    MilestoneWrongStatus,
    PartyWrongStatus,
    WrongAmount,
    WrongDates,
)
from services.labs.terms import (
    ContributionStatus,
    LabModalityReason,
    LabPartyRole,
    LabPartyStatus,
    LabStatus,
    MilestoneStatus,
)
from services.proposals.terms import Modality

L = LabStatus
P = LabPartyStatus
M = MilestoneStatus
C = ContributionStatus
STEPS: dict[L, frozenset[L]] = {
    L.PLANNED: frozenset({L.ACTIVE}),
    L.ACTIVE: frozenset({L.SUSPENDED, L.CONCLUDED}),
    L.SUSPENDED: frozenset({L.ACTIVE}),
    L.CONCLUDED: frozenset(),
}
PARTY_STEPS: dict[P, frozenset[P]] = {
    P.INVITED: frozenset({P.CONFIRMED, P.DECLINED}),
    P.CONFIRMED: frozenset({P.INVITED}),
    P.DECLINED: frozenset({P.INVITED, P.CONFIRMED}),
}
"""All of it while the lab is planned: revised terms are put to the others again, and a no may become a yes."""
MILESTONE_STEPS: dict[M, frozenset[M]] = {
    M.PLANNED: frozenset({M.REACHED, M.MISSED, M.DROPPED}),
    M.REACHED: frozenset(),
    M.MISSED: frozenset(),
    M.DROPPED: frozenset(),
}
CONTRIBUTION_STEPS: dict[C, frozenset[C]] = {
    C.PLEDGED: frozenset({C.COMMITTED, C.WITHDRAWN}),
    C.COMMITTED: frozenset({C.DELIVERED, C.WITHDRAWN}),
    C.DELIVERED: frozenset(),
    C.WITHDRAWN: frozenset(),
}
WORKING = (L.ACTIVE, L.SUSPENDED)
"""The statuses in which there is progress to tell of."""
OPEN = (L.PLANNED, L.ACTIVE, L.SUSPENDED)
"""The statuses in which the workplan and the contributions may change."""

FEWEST_PARTIES = 2
"""How many delegations must have confirmed before a lab is active."""
MOST_PARTIES = 50
MOST_MILESTONES = 200
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_QUANTITY = Decimal("999999999999999.999")
SMALLEST_QUANTITY = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Stand:
    """How a party stands on the founding day: ``developing`` by UNCTAD, None for what is no state."""

    role: LabPartyRole
    developing: bool | None


def modality(parties: Iterable[Stand]) -> tuple[Modality, LabModalityReason | None]:
    """The modality of a lab of these parties, and why where it is ``OTHER``.

    A facilitating party (of any kind) with a developing pivotal and a developing beneficiary state makes it
    triangular, whatever else takes part: the roles are the parties' own words. Otherwise its states decide.
    """
    listed = list(parties)
    roles = {one.role for one in listed}
    of_the_south = {one.role for one in listed if one.developing}
    if LabPartyRole.FACILITATING in roles and {LabPartyRole.PIVOTAL, LabPartyRole.BENEFICIARY} <= of_the_south:
        return Modality.TRIANGULAR, None
    states = [one.developing for one in listed if one.developing is not None]
    if len(states) < FEWEST_PARTIES:
        return Modality.OTHER, LabModalityReason.TOO_FEW_STATES
    if all(states):
        return Modality.SOUTH_SOUTH, None
    if any(states):
        return Modality.NORTH_SOUTH, None
    return Modality.OTHER, LabModalityReason.ALL_DEVELOPED


def step(current: L, wanted: L) -> L:
    """Return ``wanted`` if the life cycle of a lab allows it from ``current``.

    Raises:
        LabWrongStatus: the life cycle has no such step.
    """
    if wanted not in STEPS[current]:
        raise LabWrongStatus("lab", current, wanted)
    return wanted


def step_party(current: P, wanted: P) -> P:
    """Return ``wanted`` if a party that has said ``current`` may come to it.

    Raises:
        PartyWrongStatus: it may not.
    """
    if wanted not in PARTY_STEPS[current]:
        raise PartyWrongStatus("party", current, wanted)
    return wanted


def step_milestone(current: M, wanted: M) -> M:
    """Return ``wanted`` if the life cycle of a milestone allows it from ``current``.

    Raises:
        MilestoneWrongStatus: the life cycle has no such step.
    """
    if wanted not in MILESTONE_STEPS[current]:
        raise MilestoneWrongStatus("milestone", current, wanted)
    return wanted


def step_contribution(current: C, wanted: C) -> C:
    """Return ``wanted`` if a contribution that is ``current`` can become it.

    Raises:
        ContributionWrongStatus: it cannot.
    """
    if wanted not in CONTRIBUTION_STEPS[current]:
        raise ContributionWrongStatus("contribution", current, wanted)
    return wanted


Word = TypeVar("Word")


def sources(steps: dict[Word, frozenset[Word]], wanted: Word) -> list[Word]:
    """The statuses from which the life cycle ``steps`` leads to ``wanted``."""
    return [status for status, following in steps.items() if wanted in following]


def is_overdue(status: M, due_on: date, day: date) -> bool:
    """Whether a milestone is overdue on ``day``: still planned, and its last day has passed."""
    return status is M.PLANNED and due_on < day


def check_period(first: date | None, last: date | None, names: Sequence[str]) -> None:
    """Make sure that two dates are possible and in order; each may be missing. ``names`` are their two arguments.

    Raises:
        WrongDates: a year is out of reach, or the end comes before the beginning.
    """
    for name, day in zip(names, (first, last), strict=True):
        if day is not None:
            check_day(day, name)
    if first is not None and last is not None and last < first:
        raise WrongDates(f"It would end on {last}, before it begins on {first}.", path=(names[1],))


def check_day(day: date, name: str, *, until: date | None = None) -> date:
    """Return a day that is in reach, and not after ``until``.

    Raises:
        WrongDates: it is not.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise WrongDates(f"The year {day.year} is out of reach: {FIRST_YEAR} to {LAST_YEAR}.", path=(name,))
    if until is not None and day > until:
        raise WrongDates(f"{day} has not come yet; say this on that day or later.", path=(name,))
    return day


def check_quantity(quantity: Decimal) -> Decimal:
    """Return a quantity that can be counted.

    Raises:
        WrongAmount: not above 0, beyond 10^15, or finer than 0.001.
    """
    if not (quantity.is_finite() and 0 < quantity <= MOST_QUANTITY and quantity % SMALLEST_QUANTITY == 0):
        raise WrongAmount(
            "A quantity is above 0 and below 1,000,000,000,000,000, with up to three decimals.", path=("quantity",)
        )
    return quantity
