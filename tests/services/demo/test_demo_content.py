"""The demo's content: true states, invented cooperation, and every text saying so in its own language."""

import json
import re
from collections import Counter
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from babel import Locale
from babel.core import get_global

Row = dict[str, Any]

LANGUAGES = {"ar", "zh", "en", "fr", "ru", "es"}
MARKS = {
    "ar": "[عرض تجريبي]",
    "zh": "[演示]",
    "en": "[Demo]",
    "fr": "[Démo]",
    "ru": "[Демо]",
    "es": "[Demostración]",
}
FICTION = {
    "ar": "هذا مثال خيالي أُعِدَّ لأغراض العرض التجريبي، ولا يصف أي برنامج فعلي للدولة.",
    "zh": "本例纯属虚构，仅供演示之用，不代表该国的任何实际项目。",
    "en": "This is a fictional example made for demonstration; it does not describe any real programme of the state.",
    "fr": "Cet exemple fictif, créé à des fins de démonstration, ne décrit aucun programme réel de l’État.",
    "ru": "Это вымышленный пример, подготовленный для демонстрации; "
    "он не описывает никакой реальной программы государства.",
    "es": "Este es un ejemplo ficticio creado con fines de demostración; no describe ningún programa real del Estado.",
}
ROLE_MARKS = {"ar": "تجريبي", "zh": "演示", "en": "Demo", "fr": "démonstration", "ru": "Демо", "es": "demostración"}
CAPACITY_AREAS = {
    *("COMPUTE_INFRASTRUCTURE", "CONNECTIVITY_ENERGY", "DATA_RESOURCES", "LANGUAGE_RESOURCES"),
    *("MODELS_APPLICATIONS", "SKILLS_TRAINING", "PUBLIC_LITERACY", "STRATEGY_POLICY"),
    *("TESTING_EVALUATION_CERTIFICATION", "RISK_SAFETY", "RESEARCH_LAB", "FINANCING"),
}
FORMS = {
    *("TRAINING", "EXPERT", "EQUIPMENT_COMPUTE", "FUNDING", "JOINT_RESEARCH"),
    *("LICENCE", "STUDY_VISIT", "SCHOLARSHIP", "POLICY_ADVICE", "DATA_ACCESS"),
}
# Regions, sub-regions and intermediate regions of UN M49.
M49_REGIONS = {
    *("002", "015", "202", "011", "014", "017", "018"),
    *("019", "419", "003", "005", "013", "021", "029"),
    *("142", "030", "034", "035", "143", "145"),
    *("150", "039", "151", "154", "155"),
    *("009", "053", "054", "057", "061"),
}
# Numbered and lettered targets of the seventeen goals, A/RES/71/313.
NUMBERED = (5, 5, 9, 7, 6, 6, 3, 10, 5, 7, 7, 8, 3, 7, 9, 10, 19)
LETTERED = (
    *("ab", "abc", "abcd", "abc", "abc", "ab", "ab", "ab", "abc"),
    *("abc", "abc", "abc", "ab", "abc", "abc", "ab", ""),
)
LICENCES = {"CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "Apache-2.0"}
SENTENCE_END = re.compile(r"[.!?؟。！？](?=\s|$)|[。！？]")
COMMON_KEYS = {
    *("externalId", "delegation", "title", "summary", "description", "language"),
    *("capacityAreas", "sectors", "sdgTargets", "visibility"),
}
PROPOSAL_KEYS = COMMON_KEYS | {
    *("side", "forms", "quantity", "unit", "places", "regionsAccepted"),
    *("workingLanguages", "opensInDays", "expiresInDays"),
}


def rows_of(name: str) -> list[Row]:
    text = (files("services.demo") / "data" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


PROPOSALS = rows_of("proposals")
PRACTICES = rows_of("practices")
DELEGATIONS = rows_of("delegations")
STATES = [row for row in DELEGATIONS if row["delegation"] is not None]
TRANSLATIONS = [text for row in PRACTICES for text in row.get("translations", [])]


def name_of(row: Row) -> str:
    return f"{row['delegation']}-{row['externalId']}"


def proposal_called(delegation: str, external_id: str) -> Row:
    return next(row for row in PROPOSALS if (row["delegation"], row["externalId"]) == (delegation, external_id))


every_proposal = pytest.mark.parametrize("row", PROPOSALS, ids=name_of)
every_contribution = pytest.mark.parametrize("row", PROPOSALS + PRACTICES, ids=name_of)


def test_there_are_needs_offers_and_joint_proposals_enough_to_match() -> None:
    sides = Counter(row["side"] for row in PROPOSALS)
    assert sides.keys() == {"NEED", "OFFER", "JOINT"}
    assert sides["NEED"] >= 20
    assert sides["OFFER"] >= 24
    assert sides["JOINT"] >= 4


def test_the_six_languages_have_equal_shares() -> None:
    assert Counter(row["language"] for row in PROPOSALS) == dict.fromkeys(LANGUAGES, 8)
    assert Counter(row["language"] for row in PRACTICES) == dict.fromkeys(LANGUAGES, 4)


def test_many_states_of_all_kinds_speak() -> None:
    speaking = {row["delegation"] for row in PROPOSALS}
    assert len(speaking) >= 36
    assert len(speaking & {"MRT", "COM", "DJI", "ZMB", "NPL", "TUV", "SEN", "BEN", "MDG", "HTI"}) >= 8  # LDC
    assert len(speaking & {"ZMB", "NPL", "BOL", "PRY", "KAZ", "KGZ", "TJK", "TKM", "UZB", "ARM"}) >= 8  # LLDC
    assert len(speaking & {"COM", "FJI", "TUV", "HTI", "DOM", "SGP"}) >= 5  # SIDS


def test_an_external_id_is_used_once_by_a_delegation() -> None:
    for rows in (PROPOSALS, PRACTICES):
        names = Counter(name_of(row) for row in rows)
        assert [name for name, times in names.items() if times > 1] == []


@every_proposal
def test_a_proposal_has_the_columns_of_the_import(row: Row) -> None:
    assert row.keys() == PROPOSAL_KEYS


@pytest.mark.parametrize("row", PRACTICES, ids=name_of)
def test_a_practice_has_its_columns_and_a_licence(row: Row) -> None:
    assert row.keys() - {"translations"} == COMMON_KEYS | {"licence"}
    assert row["licence"] in LICENCES


@pytest.mark.parametrize("text", PROPOSALS + PRACTICES + TRANSLATIONS, ids=lambda text: text["title"][:40])
def test_a_text_is_whole_and_says_that_it_is_a_demo(text: Row) -> None:
    language = text["language"]
    assert text["title"].startswith(MARKS[language])
    assert len(text["title"]) <= 200
    assert text["summary"].strip()
    assert text["description"].endswith(FICTION[language])
    assert 3 <= len(SENTENCE_END.findall(text["description"])) <= 6
    assert len(text["description"]) <= 2000
    for part in (text["title"], text["summary"], text["description"]):
        assert part == " ".join(part.split())


@pytest.mark.parametrize(
    ("language", "script"),
    [("ar", r"[\u0600-\u06ff]"), ("zh", r"[\u4e00-\u9fff]"), ("ru", r"[\u0400-\u04ff]")]
    + [(language, "[A-Za-zÀ-ÿœŒ]") for language in ("en", "fr", "es")],
)
def test_a_text_is_in_the_script_of_its_language(language: str, script: str) -> None:
    for text in PROPOSALS + PRACTICES + TRANSLATIONS:
        if text["language"] == language:
            letters = [letter for letter in text["summary"] if letter.isalpha()]
            assert sum(bool(re.match(script, letter)) for letter in letters) / len(letters) > 0.9


@every_contribution
def test_codes_are_those_of_their_lists(row: Row) -> None:
    assert row["delegation"] in get_global("territory_aliases")  # CLDR lists the alpha-3 codes as aliases
    assert row["capacityAreas"]
    assert set(row["capacityAreas"]) <= CAPACITY_AREAS
    assert row["sectors"]
    assert all(re.fullmatch(r"[1-9]\d{4}", code) for code in row["sectors"])
    assert row["sdgTargets"]
    assert all(is_sdg_target(code) for code in row["sdgTargets"])
    assert row["visibility"] in {"PUBLIC", "MEMBERS", "DELEGATION"}
    for key in ("capacityAreas", "sectors", "sdgTargets"):
        assert len(set(row[key])) == len(row[key])


def is_sdg_target(code: str) -> bool:
    goal, _, target = code.partition(".")
    if not (goal.isdecimal() and 1 <= int(goal) <= 17):
        return False
    numbered, lettered = NUMBERED[int(goal) - 1], LETTERED[int(goal) - 1]
    return target in {*map(str, range(1, numbered + 1)), *lettered}


def test_the_goals_have_169_targets() -> None:
    assert len(NUMBERED) == len(LETTERED) == 17
    assert sum(NUMBERED) + sum(map(len, LETTERED)) == 169


@every_proposal
def test_what_a_proposal_asks_or_gives_is_measured(row: Row) -> None:
    assert row["forms"]
    assert set(row["forms"]) <= FORMS
    assert row["quantity"] > 0
    assert row["unit"].strip()
    assert set(row["regionsAccepted"]) <= M49_REGIONS
    if row["side"] == "NEED":
        assert row["places"] is None
    else:
        assert row["places"] >= 1


@every_proposal
def test_a_proposal_can_be_discussed_in_its_own_language(row: Row) -> None:
    assert row["language"] in row["workingLanguages"]
    for tag in row["workingLanguages"]:
        assert str(Locale.parse(tag, sep="-")) == tag


@every_proposal
def test_a_proposal_is_open_on_the_day_of_loading_and_ends_within_a_year(row: Row) -> None:
    assert -60 <= row["opensInDays"] <= 0
    assert 90 <= row["expiresInDays"] <= 365


def test_most_is_public_and_each_visibility_is_shown() -> None:
    seen = Counter(row["visibility"] for row in PROPOSALS)
    assert seen["PUBLIC"] >= 40
    assert seen["MEMBERS"] >= 2
    assert seen["DELEGATION"] == 1


@pytest.mark.parametrize(
    ("need", "offers"),
    [
        (
            ("SEN", "demo-need-teacher-training"),
            [("EGY", "demo-offer-teacher-training"), ("CHN", "demo-offer-teacher-training")],
        ),
        (
            ("BEN", "demo-need-maternal-health"),
            [("JOR", "demo-offer-maternal-health"), ("CHN", "demo-offer-maternal-health")],
        ),
        (("PRY", "demo-need-guarani-corpus"), [("RUS", "demo-offer-language-corpora")]),
        (("ZMB", "demo-need-smallholder-advice"), [("CHN", "demo-offer-agricultural-extension")]),
    ],
)
def test_a_need_meets_its_offers_across_languages(need: tuple[str, str], offers: list[tuple[str, str]]) -> None:
    wanted = proposal_called(*need)
    for offer in offers:
        given = proposal_called(*offer)
        assert given["language"] != wanted["language"]
        assert set(given["workingLanguages"]) & set(wanted["workingLanguages"])
        assert given["capacityAreas"] == wanted["capacityAreas"]
        assert given["sectors"] == wanted["sectors"]
        assert given["sdgTargets"] == wanted["sdgTargets"]
        assert set(given["forms"]) & set(wanted["forms"])


def test_a_funding_offer_can_complete_a_triangle() -> None:
    need = proposal_called("SEN", "demo-need-teacher-training")
    for state in ("LUX", "QAT"):
        funding = proposal_called(state, "demo-offer-triangular-funding")
        assert funding["forms"] == ["FUNDING"]
        assert set(funding["sectors"]) & set(need["sectors"])
        assert set(funding["workingLanguages"]) & set(need["workingLanguages"])


def test_some_practices_are_translated_into_another_language() -> None:
    translated = [row for row in PRACTICES if "translations" in row]
    assert len(translated) >= 6
    for row in translated:
        languages = [text["language"] for text in row["translations"]]
        assert languages
        assert len({row["language"], *languages}) == len(languages) + 1
    assert {text["language"] for text in TRANSLATIONS} == LANGUAGES


def test_every_delegation_that_speaks_is_listed_once() -> None:
    listed = [row["delegation"] for row in STATES]
    assert len(set(listed)) == len(listed)
    assert {row["delegation"] for row in PROPOSALS + PRACTICES} <= set(listed)
    assert {"ZMB", "CHN", "FRA", "SEN", "EGY", "IDN", "SRB", "BRA", "KAZ", "FJI"} <= set(listed)


def test_standings_are_dated_and_put_no_state_in_a_bad_light() -> None:
    assert {row["standing"] for row in STATES} <= {"member", "co_chair", "observer"}
    assert {row["delegation"] for row in STATES if row["standing"] == "co_chair"} == {"CHN", "ZMB"}
    for row in STATES:
        assert row["delegation"] in get_global("territory_aliases")
        assert date.fromisoformat(row["since"]) == date(2025, 1, 1)


def test_observers_post_no_needs() -> None:
    observers = {row["delegation"] for row in STATES if row["standing"] == "observer"}
    assert observers
    assert not [row for row in PROPOSALS if row["side"] == "NEED" and row["delegation"] in observers]


@pytest.mark.parametrize("row", STATES, ids=lambda row: row["delegation"])
def test_people_are_named_by_their_role_and_never_as_persons(row: Row) -> None:
    local_parts = {"focal_point": "focal", "contributor": "contributor", "viewer": "viewer"}
    for person in row["people"]:
        assert person["email"] == f"{local_parts[person['role']]}.{row['delegation'].lower()}@demo.example"
        assert ROLE_MARKS[person["language"]] in person["name"]
    roles = [person["role"] for person in row["people"]]
    full = row["delegation"] in {"ZMB", "FRA", "CHN", "SEN", "EGY"}
    assert roles == (["focal_point", "contributor", "viewer"] if full else ["focal_point"])


def test_the_secretariat_belongs_to_no_delegation() -> None:
    (row,) = [row for row in DELEGATIONS if row["delegation"] is None]
    (person,) = row["people"]
    assert (row["standing"], row["since"]) == (None, None)
    assert (person["email"], person["role"]) == ("secretariat@demo.example", "secretariat")
