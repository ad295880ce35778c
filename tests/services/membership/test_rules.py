"""The life cycle of a standing, every pair of it, and what its acts must say."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import Invalid
from services.membership import rules
from services.membership.errors import (
    NotRecorded,
    ReasonNeeded,
    ReferenceNeeded,
    WrongName,
    WrongReferenceDate,
    WrongStanding,
    WrongTerm,
)
from services.membership.terms import TAKES_PART, DelegationKind, Participation, Standing

S = Standing
K = DelegationKind
P = Participation
DAY = date(2026, 11, 24)
# product.md, "Life cycles"
ALLOWED = {
    (S.INVITED, S.MEMBER), (S.INVITED, S.OBSERVER), (S.INVITED, S.DECLINED),
    (S.APPLICANT, S.MEMBER), (S.APPLICANT, S.OBSERVER), (S.APPLICANT, S.DECLINED),
    (S.MEMBER, S.CO_CHAIR), (S.CO_CHAIR, S.MEMBER),
    (S.MEMBER, S.SUSPENDED), (S.OBSERVER, S.SUSPENDED), (S.SUSPENDED, S.MEMBER), (S.SUSPENDED, S.OBSERVER),
    (S.MEMBER, S.WITHDRAWN), (S.OBSERVER, S.WITHDRAWN), (S.SUSPENDED, S.WITHDRAWN),
    (S.WITHDRAWN, S.APPLICANT), (S.DECLINED, S.APPLICANT), (S.INVITED, S.APPLICANT),
}  # fmt: skip
PAIRS = list(product(S, S))


@pytest.mark.parametrize(("current", "wanted"), PAIRS)
def test_the_life_cycle_has_exactly_the_steps_of_the_product(current: S, wanted: S) -> None:
    if (current, wanted) in ALLOWED:
        assert rules.step(K.STATE, current, wanted) == rules.STEPS[current][wanted]
    else:
        with pytest.raises(WrongStanding) as caught:
            rules.step(K.STATE, current, wanted)
        assert caught.value.path == ("standing",)


@pytest.mark.parametrize(("current", "wanted"), PAIRS)
def test_an_observer_that_is_no_state_never_becomes_a_member(current: S, wanted: S) -> None:
    allowed = (current, wanted) in ALLOWED and wanted is not S.MEMBER
    assert (wanted in rules.following(K.OBSERVER, current, None)) == allowed


@pytest.mark.parametrize(("before", "other"), [(P.MEMBER, S.OBSERVER), (P.OBSERVER, S.MEMBER)])
def test_a_suspended_delegation_goes_back_to_what_it_was_and_to_nothing_else(before: P, other: S) -> None:
    assert rules.step(K.STATE, S.SUSPENDED, S(before), before) == "reinstated"
    assert rules.step(K.STATE, S.SUSPENDED, S.WITHDRAWN, before) == "withdrawn"
    with pytest.raises(WrongStanding, match=rf"cannot become {other}; it can become {before} or withdrawn"):
        rules.step(K.STATE, S.SUSPENDED, other, before)


@pytest.mark.parametrize(("current", "before"), list(product(S, [None, *P])))
def test_what_a_delegation_took_part_as_stays_known_when_it_does_so_no_more(current: S, before: P | None) -> None:
    as_member = {S.MEMBER, S.CO_CHAIR}
    expected = P.MEMBER if current in as_member else P.OBSERVER if current is S.OBSERVER else before
    assert rules.taking_part(current, before) is expected


def test_the_sentence_says_what_is_possible() -> None:
    with pytest.raises(WrongStanding, match="is co-chair cannot become suspended; it can become member"):
        rules.step(K.STATE, S.CO_CHAIR, S.SUSPENDED)
    with pytest.raises(WrongStanding, match="is declined cannot become member; it can become applicant"):
        rules.step(K.STATE, S.DECLINED, S.MEMBER)


def test_only_those_who_take_part_leave_by_themselves_and_a_co_chair_does_not() -> None:
    assert TAKES_PART - {S.CO_CHAIR} == rules.LEAVES_BY_ITSELF
    assert all(S.WITHDRAWN in rules.STEPS[standing] for standing in rules.LEAVES_BY_ITSELF)


@pytest.mark.parametrize("standing", S)
def test_a_beginning_is_recorded_and_everything_else_is_proposed(standing: S) -> None:
    recorded, proposed = rules.check_beginning, rules.check_proposed
    right, wrong = (recorded, proposed) if standing in {S.INVITED, S.APPLICANT} else (proposed, recorded)
    right(standing)
    with pytest.raises(NotRecorded) as caught:
        wrong(standing)
    assert caught.value.path == ("standing",)


@pytest.mark.parametrize("standing", S)
def test_a_co_chair_and_nobody_else_has_a_term_that_ends_in_days_to_come(standing: S) -> None:
    if standing is S.CO_CHAIR:
        rules.check_term(standing, None, DAY + timedelta(days=1), DAY)
        wrong = [None, DAY, DAY - timedelta(days=1)]
    else:
        rules.check_term(standing, None, None, DAY)
        wrong = [DAY + timedelta(days=1)]
    for until in wrong:
        with pytest.raises(WrongTerm) as caught:
            rules.check_term(standing, None, until, DAY)
        assert caught.value.path == ("until",)


@given(st.sampled_from(S), st.none() | st.integers(-3, 3), st.none() | st.integers(-3, 3))
def test_a_term_begins_from_today_on_and_before_it_ends(standing: S, since: int | None, until: int | None) -> None:
    begins, ends = (None if one is None else DAY + timedelta(days=one) for one in (since, until))
    try:
        rules.check_term(standing, begins, ends, DAY)
    except WrongTerm:
        possible = False
    else:
        possible = True
    has_term = until is not None and until > 0 and (since is None or 0 <= since < until)
    assert possible == (has_term if standing is S.CO_CHAIR else since is until is None)


@pytest.mark.parametrize(("days", "right"), [(None, True), (-400, True), (0, True), (1, False)])
def test_what_an_act_rests_on_is_of_no_later_day(days: int | None, right: bool) -> None:
    dated = None if days is None else DAY + timedelta(days=days)
    if right:
        rules.check_reference_on(dated, DAY)
        return
    with pytest.raises(WrongReferenceDate) as caught:
        rules.check_reference_on(dated, DAY)
    assert caught.value.path == ("referenceOn",)


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "two\nlines", "nul\x00", "half\ud800", "two\u2028lines"])
def test_a_reference_is_one_line_of_text(text: str) -> None:
    with pytest.raises(ReferenceNeeded) as caught:
        rules.checked_reference(text)
    assert caught.value.path == ("reference",)


def test_a_reference_is_kept_without_blanks_around() -> None:
    assert rules.checked_reference("  Note verbale 17/2026 ") == "Note verbale 17/2026"
    assert len(rules.checked_reference("x" * 200)) == 200


def test_a_reason_is_needed_to_reject_and_may_be_given_to_accept() -> None:
    assert rules.checked_reason("", needed=False) == ""
    assert rules.checked_reason(" Two\nlines. ", needed=True) == "Two\nlines."
    for text, needed in (("  ", True), ("x" * 2_001, False), ("nul\x00", False), ("half\ud800", True)):
        with pytest.raises(ReasonNeeded) as caught:
            rules.checked_reason(text, needed=needed)
        assert caught.value.path == ("reason",)


def test_names_are_kept_by_language_without_blanks_around() -> None:
    names = [("en", " Digital Alliance "), ("ar", "التحالف الرقمي"), ("FR-ca", "Alliance numérique")]
    assert rules.checked_names(names) == {
        "en": "Digital Alliance",
        "ar": "التحالف الرقمي",
        "fr-CA": "Alliance numérique",
    }


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([("fr", "Alliance numérique")], "A name in English"),
        ([("en", "One"), ("EN", "Two")], "two names in the language en"),
        ([("en", " ")], "one line of 1 to 200 characters"),
        ([("en", "x" * 201)], "one line of 1 to 200 characters"),
        ([("en", "two\nlines")], "one line of 1 to 200 characters"),
    ],
)
def test_names_that_cannot_be_are_refused_in_words(names: list[tuple[str, str]], sentence: str) -> None:
    with pytest.raises(WrongName, match=sentence) as caught:
        rules.checked_names(names)
    assert caught.value.path == ("names",)


@given(st.lists(st.tuples(st.sampled_from(["en", "fr", "xx-nonsense", "", "zh-Hant"]) | st.text(), st.text())))
def test_whatever_names_are_given_they_are_good_or_refused(names: list[tuple[str, str]]) -> None:
    try:
        found = rules.checked_names(names)
    except Invalid as error:
        assert error.path == ("names",)  # noqa: PT017 - either outcome is right, and each has its own look
    else:
        assert "en" in found
        assert len(found) == len(names)
        assert all(1 <= len(name) <= 200 and name == name.strip() and "\n" not in name for name in found.values())
