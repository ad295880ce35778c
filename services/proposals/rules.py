"""Life cycles of proposals and expressions of interest, turns and deadlines, and limits: values in, values out."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.membership.terms import GroupNumbers
from services.proposals.errors import (
    ExpressionWrongStatus,
    OpensLater,
    WrongAmount,
    WrongDates,
    WrongExpiry,
    WrongStatus,
)
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus, TurnKind

P = ProposalStatus
STEPS: dict[P, frozenset[P]] = {
    P.DRAFT: frozenset({P.OPEN}),
    P.OPEN: frozenset({P.CLOSED, P.WITHDRAWN, P.EXPIRED}),
    P.EXPIRED: frozenset({P.OPEN}),
    P.CLOSED: frozenset(),
    P.WITHDRAWN: frozenset(),
}
SHOWN = (P.OPEN, P.CLOSED, P.EXPIRED)
"""The statuses in which a proposal's audience reads it."""
RENEWABLE = (P.OPEN, P.EXPIRED)
"""Renewing moves the day of expiry; it opens again what has expired."""

E = ExpressionStatus
EXPRESSION_STEPS: dict[E, frozenset[E]] = {
    E.DRAFT: frozenset({E.SENT}),
    E.SENT: frozenset({E.IN_TALKS, E.DECLINED, E.WITHDRAWN, E.EXPIRED}),
    E.IN_TALKS: frozenset({E.AGREED, E.DECLINED, E.WITHDRAWN, E.EXPIRED}),
    E.AGREED: frozenset(),
    E.DECLINED: frozenset(),
    E.WITHDRAWN: frozenset(),
    E.EXPIRED: frozenset(),
}
LIVE = (E.SENT, E.IN_TALKS)
"""The statuses in which it is someone's turn."""

EXPIRY_NOTICE_DAYS = 14
"""How many days before it expires the delegation of a proposal is told."""
TURN_DAYS = 14
"""How long each turn of an expression of interest lasts; on the day after it expires."""
REMINDED_DAYS = 3
"""How many days before its deadline a turn is reminded of for the first time; the second time is the last day."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_PLACES = 100_000
MOST_QUANTITY = Decimal("999999999999999.999")
SMALLEST_QUANTITY = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Move:
    """What a step of the exchange leads to; a None status stays, a None turn is nobody's."""

    status: ExpressionStatus | None
    turn: Party | None


MOVES: dict[TurnKind, Move] = {
    TurnKind.SENT: Move(E.SENT, Party.RECEIVER),
    TurnKind.ASKED: Move(None, Party.SENDER),
    TurnKind.REPLIED: Move(None, Party.RECEIVER),
    TurnKind.TALKS_TAKEN_UP: Move(E.IN_TALKS, Party.SENDER),
    TurnKind.AGREED: Move(E.AGREED, None),
    TurnKind.DECLINED: Move(E.DECLINED, None),
    TurnKind.WITHDRAWN: Move(E.WITHDRAWN, None),
}


def step(current: P, wanted: P) -> P:
    """Return ``wanted`` if the life cycle of a proposal allows it from ``current``.

    Raises:
        WrongStatus: the life cycle has no such step.
    """
    if wanted not in STEPS[current]:
        raise WrongStatus(current, wanted)
    return wanted


def step_expression(current: E, wanted: E) -> E:
    """Return ``wanted`` if the life cycle of an expression of interest allows it from ``current``.

    Raises:
        ExpressionWrongStatus: the life cycle has no such step.
    """
    if wanted not in EXPRESSION_STEPS[current]:
        raise ExpressionWrongStatus(current, wanted)
    return wanted


def sources(wanted: P) -> list[P]:
    """The statuses from which the life cycle of a proposal leads to ``wanted``."""
    return [status for status, following in STEPS.items() if wanted in following]


def expression_sources(wanted: E) -> list[E]:
    """The statuses from which the life cycle of an expression of interest leads to ``wanted``."""
    return [status for status, following in EXPRESSION_STEPS.items() if wanted in following]


def turn_deadline(day: date) -> date:
    """The last day of a turn that begins on ``day``."""
    return day + timedelta(days=TURN_DAYS)


def reminders_due(deadline: date, day: date) -> int:
    """How many reminders of a turn with this deadline should have been announced by ``day``: 0, 1 or 2.

    The first is due ``REMINDED_DAYS`` before the deadline, the second on it. Whoever was not at work for some days
    announces only the last one that is due.
    """
    left = (deadline - day).days
    return 2 if left <= 0 else int(left <= REMINDED_DAYS)


def opening_day(opens_on: date | None, day: date) -> date:
    """The day from which a proposal opened on ``day`` counts as open: the one its delegation named, else ``day``.

    Raises:
        OpensLater: the day named has not come.
    """
    if opens_on is not None and opens_on > day:
        raise OpensLater(
            f"This proposal opens on {opens_on}. Open it on that day, or name an earlier one.", path=("opensOn",)
        )
    return opens_on or day


def expiry_day(expires_on: date | None, day: date, numbers: GroupNumbers) -> date:
    """The last day of a proposal that is open on ``day``: the one its delegation named, else as the Group has set.

    Raises:
        WrongExpiry: the day named is not after ``day``, or farther away than the Group has set.
    """
    latest = day + timedelta(days=numbers.longest_open_days)
    chosen = expires_on or day + timedelta(days=numbers.open_days)
    if not day < chosen <= latest:
        raise WrongExpiry(
            f"An open proposal expires after today and by {latest}; {chosen} is not such a day.", path=("expiresOn",)
        )
    return chosen


def check_dates(
    opens_on: date | None, expires_on: date | None, period_from: date | None, period_to: date | None
) -> None:
    """Make sure that the dates of a proposal are possible and in order; each may be missing.

    Raises:
        WrongDates: a year is out of reach, or an end comes before its beginning.
    """
    named = {"opensOn": opens_on, "expiresOn": expires_on, "periodFrom": period_from, "periodTo": period_to}
    for name, day in named.items():
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise WrongDates(f"The year {day.year} is out of reach: {FIRST_YEAR} to {LAST_YEAR}.", path=(name,))
    if opens_on is not None and expires_on is not None and expires_on <= opens_on:
        raise WrongDates(f"It would expire on {expires_on}, not after it opens on {opens_on}.", path=("expiresOn",))
    if period_from is not None and period_to is not None and period_to < period_from:
        raise WrongDates(f"The period would end on {period_to}, before it begins on {period_from}.", path=("periodTo",))


def check_amounts(quantity: Decimal | None, places: int | None, readiness: int | None) -> None:
    """Make sure that the numbers of a proposal are in range; each may be missing.

    Raises:
        WrongAmount: a quantity that is not above 0, beyond 10^15 or finer than 0.001; places beyond 1 to 100,000; a
            technology readiness level beyond 1 to 9.
    """
    if quantity is not None and not (
        quantity.is_finite() and 0 < quantity <= MOST_QUANTITY and quantity % SMALLEST_QUANTITY == 0
    ):
        raise WrongAmount(
            "A quantity is above 0 and below 1,000,000,000,000,000, with up to three decimals.", path=("quantity",)
        )
    if places is not None and not 1 <= places <= MOST_PLACES:
        raise WrongAmount(f"There are 1 to {MOST_PLACES:,} places, or none named for no limit.", path=("places",))
    if readiness is not None and not 1 <= readiness <= 9:
        raise WrongAmount("A technology readiness level is 1 to 9 (ISO 16290).", path=("readiness",))
