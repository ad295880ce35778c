"""The words are whole in six languages, and what people wrote cannot break a sentence."""

import string
from datetime import date
from typing import Any

import pytest

from services.core.languages import UN_LANGUAGES
from services.notices.rules import RULES
from services.notices.subjects import SUBJECTS
from services.notices.terms import ByLanguage, Languages, NoticeEvent, Word
from services.notices.words import in_all_languages, shortened, text_of, title_of, words

ENGLISH = words("en")


def flat(found: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    """Every sentence by its path of keys."""
    if isinstance(found, str):
        return {path: found}
    return {key: text for name, inner in found.items() for key, text in flat(inner, (*path, name)).items()}


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", UN_LANGUAGES)
def test_every_language_has_the_same_keys_and_the_same_places(language: str) -> None:
    english, other = flat(ENGLISH), flat(words(language))
    assert other.keys() == english.keys()
    assert {key: places(text) for key, text in other.items()} == {key: places(text) for key, text in english.items()}
    assert [key for key, text in other.items() if not text.strip()] == []


@pytest.mark.parametrize("language", [one for one in UN_LANGUAGES if one != "en"])
def test_no_sentence_was_left_in_english(language: str) -> None:
    english, other = flat(ENGLISH), flat(words(language))
    assert [key for key in other if key[0] in {"event", "frame"} and other[key] == english[key]] == []


def test_there_are_words_and_a_rule_for_every_event() -> None:
    assert set(ENGLISH["event"]) == {event.value for event in NoticeEvent} == {event.value for event in RULES}


def test_the_thing_of_every_event_is_looked_at() -> None:
    nouns = {event: [noun for noun in SUBJECTS if event.value.startswith(f"{noun}_")] for event in NoticeEvent}
    assert {event: found for event, found in nouns.items() if len(found) != 1} == {}
    assert {noun for found in nouns.values() for noun in found} == set(SUBJECTS)


def test_languages_are_named_in_the_reader_s() -> None:
    said: dict[str, Any] = {
        "thing": ByLanguage({"en": "Teaching"}, "en"),
        "languages": Languages(("ar", "fr-CA", "sw")),
    }
    assert "Languages: Arabic, French, and Swahili." in text_of(NoticeEvent.TRANSLATION_STALE, said, "en")
    assert "Langues\u00a0: arabe, français et swahili." in text_of(NoticeEvent.TRANSLATION_STALE, said, "fr")


def test_a_name_comes_in_the_reader_s_language_and_a_day_as_it_is_written_there() -> None:
    said: dict[str, Any] = {
        "sender": ByLanguage({"en": "Zambia", "fr": "Zambie", "zh": "赞比亚"}, "en"),
        "receiver": ByLanguage({"en": "Senegal"}, "en"),
        "proposal": ByLanguage({"en": "Courses", "fr": "Cours"}, "en"),
        "deadline": date(2026, 12, 8),
        "reason": "",
    }
    titles, texts = in_all_languages(NoticeEvent.EXPRESSION_OF_INTEREST_SENT, said)
    assert titles["fr"] == "Zambie\u00a0: manifestation d’intérêt pour «\u00a0Cours\u00a0»"
    assert titles["zh"] == "赞比亚对“Courses”表达合作意向"
    days = {"en": "December 8, 2026", "fr": "8 décembre 2026", "es": "8 de diciembre de 2026", "zh": "2026年12月8日"}
    days |= {"ru": "8 декабря 2026", "ar": "ديسمبر"}
    assert {language for language, day in days.items() if day not in texts[language]} == set()


def test_a_title_of_another_direction_is_kept_apart() -> None:
    said = {"practice": ByLanguage({"ar": "تدريب المعلمين"}, "ar"), "owner": ByLanguage({"en": "Egypt"}, "en")}
    assert title_of(NoticeEvent.PRACTICE_PUBLISHED, said, "en") == "“\u2068تدريب المعلمين\u2069” is published"
    plain = {"practice": ByLanguage({"en": "Courses"}, "en")}
    assert title_of(NoticeEvent.PRACTICE_PUBLISHED, plain, "en") == "“Courses” is published"
    assert "\u2068Courses\u2069" in title_of(NoticeEvent.PRACTICE_PUBLISHED, plain, "ar")


@pytest.mark.parametrize("nasty", ["{reason}", "{0}", "{x.__class__}", "%s", "{", "}}", "a\r\nBcc: all@example.org"])
def test_what_people_wrote_is_never_a_pattern_and_stays_on_one_line(nasty: str) -> None:
    title = title_of(NoticeEvent.PRACTICE_PUBLISHED, {"practice": ByLanguage({"en": nasty}, "en")}, "en")
    assert title == f"“{' '.join(nasty.split())}” is published"


def test_what_people_wrote_is_shortened() -> None:
    said: dict[str, Any] = {"practice": ByLanguage({"en": "x" * 200}, "en"), "reason": "z" * 1_000}
    text = text_of(NoticeEvent.PRACTICE_RETURNED, said, "en")
    assert f"“{'x' * 119}…”" in text
    assert f"\n\n{'z' * 499}…\n\n" in text
    assert shortened(" a\u0000\u200e \n b ", 10) == "a b"


def test_roles_and_standings_have_a_word_each() -> None:
    for language in UN_LANGUAGES:
        said: dict[str, Any] = {"delegation": Word("place", "secretariat"), "role": Word("role", "focal_point")}
        assert words(language)["role"]["focal_point"] in text_of(NoticeEvent.PERSON_ROLE_GIVEN, said, language)
