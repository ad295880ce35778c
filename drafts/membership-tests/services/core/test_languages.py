import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.errors import Invalid
from services.core.languages import (
    UN_LANGUAGES,
    accept_language,
    check_language_tag,
    direction,
    search_configuration,
    search_query,
    search_text,
)

ANY_TEXT = st.text(st.characters(), max_size=300)  # lone surrogates too
TAG_LETTERS = st.text("abcxyzABC0189-_ ı\u212a", max_size=40)


@pytest.mark.parametrize(
    ("written", "checked"),
    [
        ("en", "en"),
        ("FR", "fr"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("PT-br", "pt-BR"),
        ("es-419", "es-419"),
        ("sr-LATN-rs", "sr-Latn-RS"),
        ("sl-Rozaj-BISKE-1994", "sl-rozaj-biske-1994"),
        ("de-CH-1901", "de-CH-1901"),
        ("zh-cmn-hans-cn", "zh-cmn-Hans-CN"),
        ("ar-u-NU-latn", "ar-u-nu-latn"),
        ("en-a-bbb-x-a-ccc", "en-a-bbb-x-a-ccc"),
        ("eng", "en"),
        ("cmn-hans", "zh-Hans"),
        ("iw", "he"),
        ("prs", "fa-AF"),
        ("prs-arab", "fa-Arab-AF"),
        ("hbs", "sr"),
        ("gil", "gil"),
        ("tvl", "tvl"),
    ],
)
def test_a_tag_is_written_as_bcp_47_recommends(written: str, checked: str) -> None:
    assert check_language_tag(written) == checked


@pytest.mark.parametrize(
    "tag",
    [
        "", "e", "en_US", "en-", "-en", "en--US", "en US", "en-US\n", "x-private", "i-klingon", "en-GB-oed", "مرحبا",
        "de-1996-1996", "en-a-bbb-a-ccc", "en-u", "en-x", "en-US-GB", "K\u212a", "fr\u0131", "\ud800", "abcdefghi",
        "zh-" + "-".join(["abcdefgh"] * 4), "en-x" + "-a" * 16,
    ],
)  # fmt: skip
def test_what_is_no_tag_is_refused_with_examples(tag: str) -> None:
    with pytest.raises(Invalid, match=r"is not a language tag\. Write .* at most 35 characters") as refusal:
        check_language_tag(tag)
    refusal.value.message.encode("utf-8")  # it can be sent


@pytest.mark.parametrize("tag", ["xyz", "und", "mul", "zxx", "mis", "qaa", "root", "hant"])
def test_a_language_that_cldr_does_not_know_is_named(tag: str) -> None:
    with pytest.raises(Invalid, match=f"“{tag}” is not a language that the Unicode CLDR knows"):
        check_language_tag(tag)


@given(st.one_of(TAG_LETTERS, ANY_TEXT, st.from_regex(r"(prs|[a-z]{2,3})(-[A-Za-z0-9]{1,8}){0,4}", fullmatch=True)))
def test_a_tag_is_refused_or_stays_as_it_was_checked(tag: str) -> None:
    try:
        checked = check_language_tag(tag)
    except Invalid:
        return
    assert checked.isascii()
    assert len(checked) <= 35
    assert check_language_tag(checked) == checked


@pytest.mark.parametrize(
    ("tags", "runs"),
    [
        ("ar he fa ur ps dv ug yi uz-AF uz-Arab az-IR pa-PK ff-Adlm sd ks ar-Arab-EG", "rtl"),
        ("zh en fr ru es uz az-Latn-IR pa ku ff ar-Latn zh-Hant hi th am so ms", "ltr"),
    ],
)
def test_direction_follows_the_script_named_or_likely(tags: str, runs: str) -> None:
    assert {tag: direction(tag) for tag in tags.split()} == dict.fromkeys(tags.split(), runs)


@given(ANY_TEXT)
def test_any_text_has_a_direction(text: str) -> None:
    assert direction(text) in {"ltr", "rtl"}


@pytest.mark.parametrize(
    ("language", "configuration"),
    [
        ("ar", "arabic"), ("zh", "simple"), ("en", "english"), ("fr-CH", "french"), ("RU", "russian"),
        ("es", "spanish"), ("pt-BR", "portuguese"), ("nn", "norwegian"), ("hi", "hindi"), ("id", "indonesian"),
        ("sw", "simple"), ("ja", "simple"), ("", "simple"), ("'; drop", "simple"),
    ],
)  # fmt: skip
def test_a_language_has_the_stemmer_postgresql_brings_for_it_or_none(language: str, configuration: str) -> None:
    assert search_configuration(language) == configuration


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("zh", "人工智能（AI）培训", "人工 工智 智能 ai 培训 人 工 智 能 培 训"),
        ("zh", "水", "水 水"),
        ("ja", "ﾃﾞｰﾀ研修", "デー ータ タ研 研修 デ ー タ 研 修"),
        ("ko", "역량 강화", "역량 강화 역 량 강 화"),
        ("th", "ที่ดี", "ที่ดี ที่ ดี"),
        ("ar", "تَدْرِيبُ المعلّمــين إلى ٢٠٣٠", "تدريب المعلمين الي 2030"),
        ("fa", "می‌کند کتاب", "مي كند كتاب"),
        ("fr", "L’Éducation à l'IA, l'accès/l'équité", "l éducation à l ia l accès l équité"),
        ("ru", "ЕЩЁ модели", "еще модели"),
        ("tr", "IŞIK İstanbul", "ışık istanbul"),
        ("en", "IŞIK İstanbul", "işik istanbul"),
        ("en", "capacity-building, AI/ML & soft\u00adware: <b>３.5</b>", "capacity building ai ml software b 3 5 b"),
        ("hi", "क्षमता निर्माण", "क्षमता निर्माण"),
        ("en", "a\x00b\ud800c 🙂\ufe0f !", "a b c"),
        ("en", " \n ", ""),
    ],
)
def test_a_text_is_folded_for_the_search(language: str, text: str, words: str) -> None:
    assert search_text(language, text) == words


@given(st.sampled_from([*UN_LANGUAGES, "tr", "th", "sw"]), ANY_TEXT)
def test_a_folded_text_is_words_parted_by_blanks_and_nothing_else(language: str, text: str) -> None:
    words = search_text(language, text).split(" ") if search_text(language, text) else []
    assert all(any(map(str.isalnum, word)) for word in words)
    assert {unicodedata.category(character)[0] for word in words for character in word} <= set("LMN")
    search_text(language, text).encode("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "人工智能能力建设" * 10_000,
        "a" + "\u0301\u0316" * 100_000,
        "\ufdfa" * 100_000,
        "ب\u064e" * 100_000,
        "-" * 1_000_000,
    ],
    ids=["han", "marks", "expanding", "vowel signs", "punctuation"],
)
def test_a_long_or_hostile_text_is_cut_and_costs_little(text: str) -> None:
    started = time.process_time()
    prepared = search_text("zh", text)
    assert time.process_time() - started < 0.5
    assert len(prepared) <= 5 * 30_000


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Formation", "simple:formation english:formation french:formation spanish:formation"),
        ("обучение", "russian:обучение simple:обучение"),
        ("المعلّمين", "arabic:المعلمين simple:المعلمين"),
        ("2030", "simple:2030"),
        ("人工智能能力建设", "simple:人工_智能_能力_建设"),
        ("可持续发展", "simple:可持_续发_发展"),
        ("水", "simple:水"),
        ("GPU 培训", "simple:gpu_培训 english:gpu_培训 french:gpu_培训 spanish:gpu_培训"),
        (
            "обучение AI",
            "english:обучение_ai french:обучение_ai spanish:обучение_ai russian:обучение_ai simple:обучение_ai",
        ),
        ('-"a" OR b*', "simple:a_or_b english:a_or_b french:a_or_b spanish:a_or_b"),
        ("", ""),
        (" ?! 🙂", ""),
    ],
)
def test_a_question_asks_the_stemmers_of_its_letters_and_simple(text: str, pairs: str) -> None:
    expected = {tuple(pair.replace("_", " ").split(":")) for pair in pairs.split()}
    found = search_query(text)
    assert set(found) == expected
    assert len(found) == len(expected)


def test_a_readers_own_languages_may_be_asked_too() -> None:
    assert ("portuguese", "formação") in search_query("formação", [*UN_LANGUAGES, "pt-BR"])
    assert search_query("IŞIK", ["tr"]) == (("turkish", "ışık"), ("simple", "işik"))
    assert search_query("प्रशिक्षण", ["hi", "en"]) == (("hindi", "प्रशिक्षण"), ("simple", "प्रशिक्षण"))


@settings(max_examples=300)
@given(st.text("人工智能力建设データ역량กขค ab。", max_size=60), st.integers(0, 60), st.integers(1, 12))
def test_a_text_is_found_by_every_part_of_it(text: str, start: int, length: int) -> None:
    found = search_query(text[start : start + length])
    asked = {word for configuration, words in found if configuration == "simple" for word in words.split()}
    assert {word for word in asked if not word.isascii()} <= set(search_text("zh", text).split())


def test_a_long_question_is_cut() -> None:
    ((_, words), *_) = search_query("a " * 1_000)
    assert len(words.split()) == 32
    ((_, words), *_) = search_query("ж" * 1_000)
    assert len(words.encode()) < 2_046  # the longest word of a tsquery; beyond it PostgreSQL raises


@given(ANY_TEXT)
def test_any_question_gives_pairs_without_operators(text: str) -> None:
    for configuration, words in search_query(text):
        assert configuration.isalpha()
        assert words
        assert not set("&|!:*()<>'\"\\\x00-") & set(words)
        words.encode("utf-8")


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        (None, ""),
        ("", ""),
        ("fr", "fr"),
        ("da, en-gb;q=0.8, en;q=0.7", "da en-GB en"),
        ("en;q=0.1, ar;q=0.9 , ZH-hans ;q=0.95,es ; q=1", "es zh-Hans ar en"),
        ("fr-CH, fr;q=0.9, *;q=0.5", "fr-CH fr"),
        ("en;q=0, ru;q=0.000, es;q=0.001", "es"),
        ("ru, en, ru;q=0.1", "ru en"),
        ("en;q=1.5, fr;q=abc, es;q=, ar;q=0.1234, zh;q=-1, ru;q=٠", ""),
        ("en;level=1, fr;q=0.5;q=0.9", ""),
        (",,;;=q, ;q=1, \x00, en\ud800, xx-invalid-tag-, ru", "ru"),
        ("*", ""),
    ],
)
def test_accept_language_is_read_as_rfc_9110_says_and_the_rest_passed_over(header: str | None, languages: str) -> None:
    assert accept_language(header) == tuple(languages.split())


def test_accept_language_gives_at_most_ten_and_reads_at_most_a_thousand_characters() -> None:
    known = ["en", "fr", "es", "ru", "ar", "zh", "pt", "de", "it", "nl", "sv", "da"]
    assert accept_language(",".join(known)) == tuple(known[:10])
    assert accept_language(" " * 1_000 + ",en") == ()
    started = time.process_time()
    accept_language("en;q=" * 1_000_000)
    assert time.process_time() - started < 0.1


@given(st.one_of(ANY_TEXT, st.text("aefrzhnq=;,.01 *-", max_size=100)))
def test_any_header_gives_checked_tags_once_each(header: str) -> None:
    wishes = accept_language(header)
    assert len(set(wishes)) == len(wishes) <= 10
    assert all(check_language_tag(tag) == tag for tag in wishes)
