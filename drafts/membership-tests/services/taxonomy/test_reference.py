"""The reference data is what the United Nations, the World Bank and the OECD publish."""

from collections import Counter
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from services.core.languages import UN_LANGUAGES
from services.taxonomy.reference import Reference, classified_on, read_reference
from services.taxonomy.terms import (
    CapacityArea,
    ClassificationScheme,
    IncomeGroup,
    NamedKind,
    RegionLevel,
    SectorStatus,
    StateKind,
    Vision,
)

SCHEME = ClassificationScheme
NOW = date(2026, 11, 1)
"""A day after which the data claims nothing."""


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


def on(reference: Reference, scheme: SCHEME, day: date, value: IncomeGroup | None = None) -> frozenset[str]:
    return classified_on(reference.classifications, scheme, day, value=value)


def test_there_are_193_member_states_and_two_observer_states(reference: Reference) -> None:
    kinds = Counter(state.kind for state in reference.states)
    assert kinds == {StateKind.MEMBER: 193, StateKind.OBSERVER: 2}
    observers = {state.iso3 for state in reference.states if state.kind is StateKind.OBSERVER}
    assert observers == {"PSE", "VAT"}


def test_every_state_has_six_names_and_an_official_language(reference: Reference) -> None:
    for state in reference.states:
        assert tuple(state.names) == UN_LANGUAGES
        assert all(state.names.values())
        assert state.official_languages


def test_codes_and_names_of_states_are_used_once(reference: Reference) -> None:
    for code in ("iso3", "iso2", "m49"):
        assert len({getattr(state, code) for state in reference.states}) == 195
    for language in UN_LANGUAGES:
        assert len({state.names[language] for state in reference.states}) == 195


@pytest.mark.parametrize(
    ("iso3", "language", "name"),
    [
        ("CIV", "en", "Côte d’Ivoire"),
        ("CPV", "fr", "Cabo Verde"),
        ("CZE", "en", "Czechia"),
        ("MKD", "ru", "Северная Македония"),
        ("NLD", "ar", "هولندا (مملكة -)"),
        ("PSE", "zh", "巴勒斯坦国"),
        ("SWZ", "es", "Eswatini"),
        ("TUR", "fr", "Türkiye"),
    ],
)
def test_names_are_those_of_the_united_nations(reference: Reference, iso3: str, language: str, name: str) -> None:
    assert {state.iso3: state for state in reference.states}[iso3].names[language] == name


def test_membership_of_the_united_nations_grew_to_193_by_2011(reference: Reference) -> None:
    years = [state.un_member_since for state in reference.states if state.un_member_since]
    assert len(years) == 193
    assert max(years) == 2011
    assert sum(year <= 1945 for year in years) == 49  # 51 were founders; two have since parted


def test_the_geography_has_five_regions(reference: Reference) -> None:
    levels = Counter(region.level for region in reference.regions)
    assert levels == {RegionLevel.REGION: 5, RegionLevel.SUB_REGION: 17, RegionLevel.INTERMEDIATE: 7}


@pytest.mark.parametrize(
    ("scheme", "day", "count"),
    [
        (SCHEME.LDC, date(1971, 11, 18), 24),
        (SCHEME.LDC, date(2023, 12, 12), 46),
        (SCHEME.LDC, date(2024, 12, 12), 45),
        (SCHEME.LDC, date(2024, 12, 13), 44),
        (SCHEME.LDC, NOW, 44),
        (SCHEME.LLDC, NOW, 32),
        (SCHEME.SIDS, NOW, 37),
        (SCHEME.UNCTAD_DEVELOPING, NOW, 143),
    ],
)
def test_the_lists_are_as_long_as_published(reference: Reference, scheme: SCHEME, day: date, count: int) -> None:
    assert len(on(reference, scheme, day)) == count


def test_two_days_around_its_graduation_differ_by_sao_tome_and_principe(reference: Reference) -> None:
    before, after = on(reference, SCHEME.LDC, date(2024, 12, 12)), on(reference, SCHEME.LDC, date(2024, 12, 14))
    assert before - after == {"STP"}
    assert after <= before


def test_a_scheduled_graduation_ends_nothing_by_itself(reference: Reference) -> None:
    assert {"BGD", "LAO", "NPL"} <= on(reference, SCHEME.LDC, date(2026, 11, 25))
    scheduled = {row.iso3: row.scheduled_to for row in reference.classifications if row.scheduled_to}
    assert scheduled == {
        "BGD": date(2026, 11, 24),
        "KHM": date(2029, 12, 19),
        "LAO": date(2026, 11, 24),
        "NPL": date(2026, 11, 24),
        "SEN": date(2029, 12, 19),
        "SLB": date(2027, 12, 13),
    }


def test_every_ldc_is_a_developing_economy(reference: Reference) -> None:
    assert on(reference, SCHEME.LDC, NOW) <= on(reference, SCHEME.UNCTAD_DEVELOPING, NOW)


def test_income_groups_of_fiscal_year_2024_are_those_published(reference: Reference) -> None:
    day = date(2024, 1, 1)
    sizes = [len(on(reference, SCHEME.WB_INCOME, day, group)) for group in IncomeGroup]
    assert sizes[:2] == [26, 54]  # no territory is low or lower middle, so these are the World Bank's own counts
    assert sum(sizes) == len(on(reference, SCHEME.WB_INCOME, day)) == 193  # not Venezuela, not the Holy See


def test_income_groups_change_on_the_first_of_july(reference: Reference) -> None:
    assert "CRI" in on(reference, SCHEME.WB_INCOME, date(2025, 6, 30), IncomeGroup.UPPER_MIDDLE)
    assert "CRI" in on(reference, SCHEME.WB_INCOME, date(2025, 7, 1), IncomeGroup.HIGH)


def test_nothing_is_dated_after_it_was_known(reference: Reference) -> None:
    for row in reference.classifications:
        assert row.valid_from <= row.as_known_on
        assert row.valid_to is None or row.valid_to <= row.as_known_on


def test_the_group_has_its_areas_visions_and_actions(reference: Reference) -> None:
    assert {area.area for area in reference.capacity_areas} == set(CapacityArea)
    assert [vision.vision for vision in reference.visions] == list(Vision)
    assert [action.code for action in reference.actions] == [f"A{number}" for number in range(1, 11)]
    for served in (reference.capacity_areas, reference.actions):
        assert {vision for row in served for vision in row.visions} == set(Vision)


def test_there_are_17_goals_with_169_targets(reference: Reference) -> None:
    assert [goal.number for goal in reference.goals] == list(range(1, 18))
    assert len(reference.targets) == 169
    assert Counter(target.goal for target in reference.targets)[17] == 19
    codes = {target.code for target in reference.targets}
    assert {"1.a", "4.4", "8.10", "16.10", "17.9", "17.19"} <= codes
    assert not [target for target in reference.targets if "?" in target.text or not target.text[0].isupper()]


def test_purpose_codes_belong_to_the_category_they_begin_with(reference: Reference) -> None:
    active = [sector for sector in reference.sectors if sector.status is SectorStatus.ACTIVE]
    assert len(active) == 295
    assert not [sector.code for sector in reference.sectors if not sector.code.startswith(sector.category)]


def test_licences_people_choose_are_there(reference: Reference) -> None:
    suggested = {licence.id for licence in reference.licences if licence.suggested_for}
    assert {"Apache-2.0", "CC-BY-4.0", "CC0-1.0", "EUPL-1.2", "MIT", "ODbL-1.0"} <= suggested
    assert len(suggested) == 41


def test_names_are_ordered_as_readers_of_each_language_expect(reference: Reference) -> None:
    def order(language: str) -> list[str]:
        places = [place for place in reference.name_places if place.kind is NamedKind.STATE]
        return [place.code for place in places if place.language == language]

    assert order("en")[:3] == ["AFG", "ALB", "DZA"]
    assert order("zh")[:3] == ["ALB", "DZA", "AFG"]  # by pinyin: ā’ěrbā…, ā’ěrjí…, āfù…
    french = order("fr")
    assert french.index("DMA") < french.index("EGY") < french.index("ESP")  # É counts as E, not after Z
    assert french.index("ERI") < french.index("ESP") < french.index("ETH")


def test_tables_are_sorted_by_their_first_columns() -> None:
    for file in Path(str(files("services.taxonomy") / "data")).glob("*.tsv"):
        if file.name in {"actions.tsv", "name_order.tsv", "sdg_goals.tsv", "sdg_targets.tsv"}:
            continue  # by number, by place
        keys = [line.split("\t")[:2] for line in file.read_text(encoding="utf-8").splitlines()[1:]]
        assert keys == sorted(keys), file.name
