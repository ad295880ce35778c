"""The life cycles, the modality and the limits, without a database."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from babel.numbers import list_currencies
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import DomainError
from services.core.money import MOST_MINOR, Money, WrongMoney, currencies
from services.labs import rules
from services.labs.errors import WrongAmount, WrongDates
from services.labs.rules import Stand
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
R = LabPartyRole
ALLOWED: dict[type[StrEnum], set[tuple[StrEnum, StrEnum]]] = {
    L: {(L.PLANNED, L.ACTIVE), (L.ACTIVE, L.SUSPENDED), (L.SUSPENDED, L.ACTIVE), (L.ACTIVE, L.CONCLUDED)},
    M: {(M.PLANNED, M.REACHED), (M.PLANNED, M.MISSED), (M.PLANNED, M.DROPPED)},
    P: {
        (P.INVITED, P.CONFIRMED),
        (P.INVITED, P.DECLINED),
        (P.DECLINED, P.CONFIRMED),
        (P.CONFIRMED, P.INVITED),
        (P.DECLINED, P.INVITED),
    },
    C: {
        (C.PLEDGED, C.COMMITTED),
        (C.COMMITTED, C.DELIVERED),
        (C.PLEDGED, C.WITHDRAWN),
        (C.COMMITTED, C.WITHDRAWN),
    },
}
"""Labs and milestones as product.md draws them."""
CYCLES: dict[type[StrEnum], tuple[Any, Any]] = {
    L: (rules.step, rules.STEPS),
    P: (rules.step_party, rules.PARTY_STEPS),
    M: (rules.step_milestone, rules.MILESTONE_STEPS),
    C: (rules.step_contribution, rules.CONTRIBUTION_STEPS),
}
DAY = date(2026, 11, 24)
days = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize("words", list(ALLOWED))
@given(st.data())
def test_each_thing_takes_the_steps_of_its_life_cycle_and_no_other(words: type[StrEnum], data: st.DataObject) -> None:
    step, steps = CYCLES[words]
    current, wanted = data.draw(st.sampled_from(words)), data.draw(st.sampled_from(words))
    if (current, wanted) in ALLOWED[words]:
        assert step(current, wanted) is wanted
        assert current in rules.sources(steps, wanted)
        return
    with pytest.raises(DomainError, match=f"{current.value} cannot become {wanted.value}") as caught:
        step(current, wanted)
    assert caught.value.code.endswith("WRONG_STATUS")
    assert current not in rules.sources(steps, wanted)


@given(st.lists(st.sampled_from(L), max_size=8))
def test_a_lab_that_is_concluded_stays_so_whatever_is_tried(tried: list[L]) -> None:
    current, ended = L.PLANNED, False
    for wanted in tried:
        try:
            current = rules.step(current, wanted)
        except DomainError:
            continue
        assert not ended
        ended = current is L.CONCLUDED


SOUTH, NORTH, STATELESS = True, False, None


@pytest.mark.parametrize(
    ("parties", "modality", "reason"),
    [
        ([(R.PARTNER, SOUTH), (R.PARTNER, SOUTH)], Modality.SOUTH_SOUTH, None),
        ([(R.PARTNER, SOUTH), (R.PIVOTAL, SOUTH), (R.BENEFICIARY, SOUTH)], Modality.SOUTH_SOUTH, None),
        ([(R.PARTNER, SOUTH), (R.PARTNER, SOUTH), (R.PARTNER, STATELESS)], Modality.SOUTH_SOUTH, None),
        ([(R.PARTNER, NORTH), (R.PARTNER, SOUTH)], Modality.NORTH_SOUTH, None),
        ([(R.FACILITATING, NORTH), (R.BENEFICIARY, SOUTH)], Modality.NORTH_SOUTH, None),
        ([(R.FACILITATING, NORTH), (R.PIVOTAL, NORTH), (R.BENEFICIARY, SOUTH)], Modality.NORTH_SOUTH, None),
        ([(R.FACILITATING, NORTH), (R.PIVOTAL, SOUTH), (R.BENEFICIARY, SOUTH)], Modality.TRIANGULAR, None),
        ([(R.FACILITATING, SOUTH), (R.PIVOTAL, SOUTH), (R.BENEFICIARY, SOUTH)], Modality.TRIANGULAR, None),
        ([(R.FACILITATING, STATELESS), (R.PIVOTAL, SOUTH), (R.BENEFICIARY, SOUTH)], Modality.TRIANGULAR, None),
        (
            [(R.FACILITATING, NORTH), (R.PIVOTAL, SOUTH), (R.BENEFICIARY, SOUTH), (R.PARTNER, NORTH)],
            Modality.TRIANGULAR,
            None,
        ),
        ([(R.PARTNER, NORTH), (R.PARTNER, NORTH)], Modality.OTHER, LabModalityReason.ALL_DEVELOPED),
        ([(R.PARTNER, SOUTH), (R.PARTNER, STATELESS)], Modality.OTHER, LabModalityReason.TOO_FEW_STATES),
        ([(R.PIVOTAL, STATELESS), (R.PARTNER, STATELESS)], Modality.OTHER, LabModalityReason.TOO_FEW_STATES),
    ],
)
def test_the_modality_follows_from_roles_and_classifications(
    parties: list[tuple[R, bool | None]], modality: Modality, reason: LabModalityReason | None
) -> None:
    assert rules.modality(Stand(*one) for one in parties) == (modality, reason)


stands = st.lists(st.builds(Stand, st.sampled_from(R), st.sampled_from([True, False, None])), max_size=6)


@given(stands, st.randoms(use_true_random=False))
def test_the_modality_does_not_depend_on_the_order_of_the_parties_and_always_has_a_reason(
    parties: list[Stand], chance: Any
) -> None:
    found = rules.modality(parties)
    shuffled = list(parties)
    chance.shuffle(shuffled)
    assert rules.modality(shuffled) == found
    assert (found[0] is Modality.OTHER) == (found[1] is not None)


@given(st.sampled_from(M), days, days)
def test_only_a_planned_milestone_past_its_due_day_is_overdue(status: M, due_on: date, day: date) -> None:
    assert rules.is_overdue(status, due_on, day) == (status is M.PLANNED and day > due_on)


def test_days_are_in_reach_in_order_and_not_to_come() -> None:
    assert rules.check_day(DAY, "reachedOn", until=DAY) == DAY
    with pytest.raises(WrongDates, match="has not come yet") as caught:
        rules.check_day(DAY + timedelta(days=1), "reachedOn", until=DAY)
    assert caught.value.path == ("reachedOn",)
    with pytest.raises(WrongDates, match="1900 to 2200"):
        rules.check_day(date(1899, 12, 31), "dueOn")
    rules.check_period(DAY, DAY, ("startsOn", "endsOn"))
    rules.check_period(None, DAY, ("startsOn", "endsOn"))
    with pytest.raises(WrongDates, match="before it begins") as caught:
        rules.check_period(DAY, DAY - timedelta(days=1), ("startsOn", "endsOn"))
    assert caught.value.path == ("endsOn",)


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0001", "1E15", "NaN", "Infinity"])
def test_a_quantity_that_cannot_be_counted_is_refused(quantity: str) -> None:
    with pytest.raises(WrongAmount):
        rules.check_quantity(Decimal(quantity))


@given(st.integers(-(2**64), 2**64))
def test_an_amount_is_a_64_bit_number_above_0(amount: int) -> None:
    money = Money(amount, "XOF")
    if 1 <= amount <= MOST_MINOR:
        assert money.checked() == money
    else:
        with pytest.raises(WrongMoney) as caught:
            money.checked(("money",))
        assert caught.value.path == ("money", "amountMinor")


@pytest.mark.parametrize("currency", ["DEM", "XXX", "XTS", "usd", "EURO", "", "ZMK", "\u202e$"])
def test_a_currency_of_the_past_or_of_nobody_is_refused(currency: str) -> None:
    with pytest.raises(WrongMoney, match="ISO 4217") as caught:
        Money(1, currency).checked()
    assert caught.value.path == ("currency",)


def test_currencies_are_those_of_today_that_babel_knows() -> None:
    assert {"ZMW", "XOF", "CNY", "EUR", "JPY", "XDR"} <= currencies() < set(list_currencies())
