"""The rules of identity alone: roles, scopes, addresses, names, languages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.actor import Role, Scope
from services.core.errors import Invalid, NotPermitted
from services.identity import rules
from services.identity.errors import WrongEmail
from services.membership.terms import TAKES_PART, Standing

RANK = {Role.VIEWER: 1, Role.CONTRIBUTOR: 2, Role.FOCAL_POINT: 3}
roles, scope_sets = st.sampled_from(Role), st.frozensets(st.sampled_from(Scope))
NOBODY: frozenset[Role] = frozenset()


def outcome(check: Callable[[], str]) -> str | Invalid:
    """What a check gives, or how it refuses."""
    try:
        return check()
    except Invalid as error:
        return error


@given(roles, roles)
def test_nobody_gives_a_role_above_their_own_and_nobody_makes_the_platform(giver: Role, role: Role) -> None:
    gives = rules.INVITES.get(giver, NOBODY) | rules.GIVES.get(giver, NOBODY)
    if role in gives and giver is not Role.SYSTEM:
        assert giver in {Role.FOCAL_POINT, Role.SECRETARIAT}
        assert role in RANK
        assert giver is Role.SECRETARIAT or RANK[role] <= RANK[giver]
    if role in {Role.SYSTEM, Role.PUBLIC}:
        assert role not in gives
    if role is Role.SECRETARIAT:
        assert (role in gives) == (giver is Role.SYSTEM)


@given(roles, roles)
def test_a_role_is_refused_if_and_only_if_it_is_not_among_those_given(giver: Role, role: Role) -> None:
    given_by = rules.INVITES.get(giver, NOBODY)
    if role in given_by:
        rules.check_role(role, given_by)
    else:
        with pytest.raises(NotPermitted, match=r"role"):
            rules.check_role(role, given_by)


@given(st.sampled_from(sorted(rules.SCOPES)), scope_sets)
def test_a_token_always_reads_and_never_does_more_than_its_person(role: Role, wanted: frozenset[Scope]) -> None:
    if wanted <= rules.SCOPES[role]:
        assert set(rules.check_scopes(role, wanted)) == wanted | {Scope.READ}
    else:
        with pytest.raises(NotPermitted, match="no more than its person"):
            rules.check_scopes(role, wanted)


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.SYSTEM])
def test_the_public_and_the_platform_have_no_tokens(role: Role) -> None:
    with pytest.raises(NotPermitted):
        rules.check_scopes(role, [Scope.READ])


def test_identity_and_membership_mean_the_same_by_taking_part() -> None:
    assert {standing.value for standing in TAKES_PART} == rules.TAKES_PART
    assert {one for one in Standing if rules.reads_members(Role.VIEWER, one.value)} == TAKES_PART


@given(st.sampled_from([*RANK, Role.SECRETARIAT]), st.sampled_from([None, *Standing]), scope_sets)
def test_only_a_scope_to_write_and_a_standing_that_takes_part_let_people_act(
    role: Role, standing: Standing | None, scopes: frozenset[Scope]
) -> None:
    right = role is Role.SECRETARIAT or standing in TAKES_PART
    assert rules.acts(role, standing, scopes) == (right and Scope.WRITE in scopes)
    assert rules.reads_members(role, standing) == right


@given(st.integers())
def test_a_token_is_good_for_1_to_365_days(days: int) -> None:
    if 1 <= days <= 365:
        assert rules.check_days(days) == timedelta(days=days)
    else:
        with pytest.raises(Invalid, match="1 to 365 days"):
            rules.check_days(days)


def test_a_session_lasts_as_long_as_it_is_used_but_never_longer_than_90_days() -> None:
    begun, fortnight = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=14)
    assert rules.session_end(begun, begun + timedelta(days=3), fortnight) == begun + timedelta(days=17)
    assert rules.session_end(begun, begun + timedelta(days=80), fortnight) == begun + timedelta(days=90)


@pytest.mark.parametrize(
    ("given_as", "kept_as"),
    [
        (" Amina@Ministry.EXAMPLE ", "amina@ministry.example"),
        ("用户@例子.公司", "用户@例子.公司"),
        ("e\u0301lise@x.example", "\u00e9lise@x.example"),
    ],
)
def test_an_address_has_one_form(given_as: str, kept_as: str) -> None:
    assert rules.normal_email(given_as) == kept_as


@given(st.text() | st.builds("{}@{}.example".format, st.text(max_size=80), st.text(max_size=80)))
def test_an_address_is_kept_in_small_letters_or_refused_in_a_sentence(text: str) -> None:
    kept = outcome(lambda: rules.normal_email(text))
    if isinstance(kept, Invalid):
        assert (type(kept), kept.path) == (WrongEmail, ("email",))
    else:
        assert rules.normal_email(kept) == kept
        assert not any("A" <= letter <= "Z" for letter in kept)
        assert 3 <= len(kept) <= 254
        kept.encode()


@given(st.text(max_size=210) | st.text("a\x00\n\ud800 ", max_size=5))
def test_a_name_is_one_line_of_1_to_200_characters(text: str) -> None:
    name = outcome(lambda: rules.checked_name(text))
    if isinstance(name, Invalid):
        assert name.path == ("name",)
    else:
        assert name == text.strip()
        assert 1 <= len(name) <= 200
        assert not {"\n", "\x00"} & set(name)
        name.encode()


@pytest.mark.parametrize("text", ["", "   ", "a" * 201, "a\nb", "a\x00b", "\ud800"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        rules.checked_name(text)


def test_languages_are_normal_tags_each_once_and_ten_at_most() -> None:
    assert rules.checked_languages(["fr-ca", "FR-CA", "zh-hant"]) == ["fr-CA", "zh-Hant"]
    with pytest.raises(Invalid, match="up to 10") as many:
        rules.checked_languages(["fr"] * 11)
    with pytest.raises(Invalid, match="xx-nowhere") as wrong:
        rules.checked_languages(["fr", "xx-nowhere-at-all"])
    assert many.value.path == wrong.value.path == ("languages",)


def test_a_reader_of_a_regional_language_also_reads_the_plain_one() -> None:
    assert rules.reading_languages(["pt-BR", "en", "pt", "zh-Hant-TW"]) == ("pt-BR", "pt", "en", "zh-Hant-TW", "zh")


@given(st.frozensets(st.sampled_from(sorted(frozenset().union(*rules.METHODS) | {"mfa", "sms", "tel", "user", "x"}))))
def test_two_factors_are_of_different_kinds(methods: frozenset[str]) -> None:
    kinds = sum(any(one in kind for one in methods) for kind in rules.METHODS)
    assert rules.two_factors(methods) == ("mfa" in methods or kinds >= 2)


@given(st.sampled_from(Role), st.booleans(), st.frozensets(st.sampled_from(["mfa", "pwd", "otp"])))
def test_no_provider_stands_for_the_factor_of_who_must_have_one(
    role: Role, trusted: bool, methods: frozenset[str]
) -> None:
    if rules.relies_on_provider(role, trusted=trusted, methods=methods):
        assert trusted
        assert role not in {Role.FOCAL_POINT, Role.SECRETARIAT}
        assert methods >= {"mfa"} or methods >= {"pwd", "otp"}
