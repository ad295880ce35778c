"""The life cycle of a practice, for every pair of states, and its freshness."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.practices.errors import WrongStatus
from services.practices.rules import freshness, sources, step
from services.practices.terms import Freshness, PracticeStatus

S = PracticeStatus
ALLOWED = {(S.DRAFT, S.IN_REVIEW), (S.IN_REVIEW, S.DRAFT), (S.IN_REVIEW, S.PUBLISHED), (S.PUBLISHED, S.WITHDRAWN)}


@pytest.mark.parametrize(("current", "wanted"), list(product(S, S)))
def test_a_step_is_allowed_exactly_where_the_life_cycle_has_it(current: S, wanted: S) -> None:
    if (current, wanted) in ALLOWED:
        assert step(current, wanted) is wanted
        assert current in sources(wanted)
    else:
        with pytest.raises(WrongStatus, match=f"{current.value} cannot become {wanted.value}"):
            step(current, wanted)
        assert current not in sources(wanted)


@given(age=st.integers(0, 2000))
def test_a_practice_only_grows_staler(age: int) -> None:
    day = date(2026, 11, 24)
    order = [Freshness.GREEN, Freshness.YELLOW, Freshness.RED]
    today = order.index(freshness(day - timedelta(days=age), day))
    tomorrow = order.index(freshness(day - timedelta(days=age + 1), day))
    assert today <= tomorrow


def test_freshness_turns_after_twelve_and_twenty_four_months() -> None:
    confirmed = date(2024, 1, 1)
    assert freshness(confirmed, date(2024, 12, 30)) is Freshness.GREEN
    assert freshness(confirmed, date(2024, 12, 31)) is Freshness.YELLOW
    assert freshness(confirmed, date(2025, 12, 31)) is Freshness.RED
