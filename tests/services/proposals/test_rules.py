"""The life cycles and limits, without a database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.membership.terms import GroupNumbers
from services.proposals import rules
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
E = ExpressionStatus
STEPS = {(P.DRAFT, P.OPEN), (P.OPEN, P.CLOSED), (P.OPEN, P.WITHDRAWN), (P.OPEN, P.EXPIRED), (P.EXPIRED, P.OPEN)}
EXPRESSION_STEPS = {
    (E.DRAFT, E.SENT),
    (E.SENT, E.IN_TALKS),
    (E.IN_TALKS, E.AGREED),
    *((live, end) for live in (E.SENT, E.IN_TALKS) for end in (E.DECLINED, E.WITHDRAWN, E.EXPIRED)),
}
"""Both as product.md draws them."""
DAY = date(2026, 11, 24)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@given(st.sampled_from(P), st.sampled_from(P))
def test_a_proposal_takes_the_steps_of_its_life_cycle_and_no_other(current: P, wanted: P) -> None:
    if (current, wanted) in STEPS:
        assert rules.step(current, wanted) is wanted
        assert current in rules.sources(wanted)
    else:
        with pytest.raises(WrongStatus, match=f"{current.value} cannot become {wanted.value}"):
            rules.step(current, wanted)
        assert current not in rules.sources(wanted)


@given(st.sampled_from(E), st.sampled_from(E))
def test_an_expression_of_interest_takes_the_steps_of_its_life_cycle_and_no_other(current: E, wanted: E) -> None:
    if (current, wanted) in EXPRESSION_STEPS:
        assert rules.step_expression(current, wanted) is wanted
        assert current in rules.expression_sources(wanted)
    else:
        with pytest.raises(ExpressionWrongStatus):
            rules.step_expression(current, wanted)
        assert current not in rules.expression_sources(wanted)


@given(st.sampled_from(TurnKind))
def test_each_step_of_the_exchange_gives_the_turn_to_the_other_side_or_ends_it(kind: TurnKind) -> None:
    by_sender = {TurnKind.SENT, TurnKind.REPLIED}
    by_receiver = {TurnKind.ASKED, TurnKind.TALKS_TAKEN_UP}
    expected = Party.RECEIVER if kind in by_sender else Party.SENDER if kind in by_receiver else None
    assert rules.MOVES[kind].turn is expected
    ends = rules.MOVES[kind].status
    assert (expected is None) == (ends is not None and ends not in rules.LIVE)


@given(days, st.integers(-2000, 2000))
def test_an_open_proposal_expires_after_today_and_within_three_years(day: date, ahead: int) -> None:
    expires_on = day + timedelta(days=ahead)
    if 0 < ahead <= GroupNumbers().longest_open_days:
        assert rules.expiry_day(expires_on, day, GroupNumbers()) == expires_on
    else:
        with pytest.raises(WrongExpiry) as caught:
            rules.expiry_day(expires_on, day, GroupNumbers())
        assert str(expires_on) in caught.value.message
        assert caught.value.path == ("expiresOn",)


def test_without_a_day_named_a_proposal_opens_today_and_expires_in_a_year() -> None:
    assert rules.opening_day(None, DAY) == DAY
    assert rules.expiry_day(None, DAY, GroupNumbers()) == date(2027, 11, 24)


def test_a_proposal_is_opened_on_its_day_or_later() -> None:
    assert rules.opening_day(date(2026, 1, 1), DAY) == date(2026, 1, 1)
    assert rules.opening_day(DAY, DAY) == DAY
    with pytest.raises(OpensLater, match="2026-11-25"):
        rules.opening_day(DAY + timedelta(days=1), DAY)


def test_a_turn_lasts_fourteen_days() -> None:
    assert rules.turn_deadline(DAY) == date(2026, 12, 8)


@given(st.none() | days, st.none() | days, st.none() | days, st.none() | days)
def test_dates_are_in_order_or_refused(
    opens_on: date | None, expires_on: date | None, period_from: date | None, period_to: date | None
) -> None:
    expiry_wrong = opens_on is not None and expires_on is not None and not opens_on < expires_on
    period_wrong = period_from is not None and period_to is not None and not period_from <= period_to
    if not expiry_wrong and not period_wrong:
        rules.check_dates(opens_on, expires_on, period_from, period_to)
        return
    with pytest.raises(WrongDates) as caught:
        rules.check_dates(opens_on, expires_on, period_from, period_to)
    assert caught.value.path == (("expiresOn",) if expiry_wrong else ("periodTo",))


@pytest.mark.parametrize("day", [date.min, date.max, date(1899, 12, 31), date(2201, 1, 1)])
@pytest.mark.parametrize("place", range(4))
def test_years_that_no_proposal_means_are_refused(day: date, place: int) -> None:
    dates: list[date | None] = [None] * 4
    dates[place] = day
    with pytest.raises(WrongDates, match=f"year {day.year} is out of reach"):
        rules.check_dates(*dates)


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_a_quantity_that_passes_fits_the_column_exactly(quantity: Decimal) -> None:
    failure = _failure(quantity, None, None)
    if failure is None:
        assert 0 < quantity < 10**15
        assert quantity == quantity.quantize(Decimal("0.001"))
    else:
        assert failure.path == ("quantity",)


def _failure(quantity: Decimal | None, places: int | None, readiness: int | None) -> WrongAmount | None:
    try:
        rules.check_amounts(quantity, places, readiness)
    except WrongAmount as error:
        return error
    return None


@pytest.mark.parametrize("text", ["0.001", "1", "120.5", "999999999999999.999", "1E+3"])
def test_ordinary_quantities_pass(text: str) -> None:
    rules.check_amounts(Decimal(text), None, None)


@pytest.mark.parametrize(
    "text", ["0", "-1", "0.0001", "1000000000000000", "1E+1000000", "1E-1000000", "NaN", "sNaN", "Inf"]
)
def test_quantities_out_of_range_are_refused(text: str) -> None:
    with pytest.raises(WrongAmount):
        rules.check_amounts(Decimal(text), None, None)


@given(st.none() | st.integers(-5, 200_000), st.none() | st.integers(-5, 20))
def test_places_and_readiness_are_in_range_or_refused(places: int | None, readiness: int | None) -> None:
    wrong_places = places is not None and not 1 <= places <= 100_000
    wrong_readiness = readiness is not None and not 1 <= readiness <= 9
    failure = _failure(None, places, readiness)
    if wrong_places or wrong_readiness:
        assert failure is not None
        assert failure.path == (("places",) if wrong_places else ("readiness",))
    else:
        assert failure is None
