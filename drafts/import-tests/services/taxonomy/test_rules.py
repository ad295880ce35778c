"""How entries of reference data are found by what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import Invalid
from services.taxonomy.rules import search_patterns, search_words


def test_names_in_all_languages_and_codes_become_words_each_once() -> None:
    words = search_words({"en": "Teacher training", "fr": "Formation des enseignants", "es": "Training"}, "CC-BY-4.0")
    assert words == " teacher training formation des enseignants cc by 4 0"


def test_each_word_typed_must_begin_a_word() -> None:
    assert search_patterns("Train  TEACH-train") == ["% train%", "% teach%"]


@pytest.mark.parametrize("text", ["", " . %_", "a" * 101])
def test_a_search_without_words_or_beyond_the_limit_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        search_patterns(text)


@given(st.sampled_from(["en", "ru", "zh", "ar"]), st.text("abzÉßЖё语言能力اأى019 -,.(", max_size=50))
def test_an_entry_is_found_by_the_beginning_of_each_of_its_words(language: str, name: str) -> None:
    words = search_words({language: name})
    for word in words.split():
        for length in range(1, len(word) + 1):
            assert all(pattern.strip("%") in words for pattern in search_patterns(word[:length]))
