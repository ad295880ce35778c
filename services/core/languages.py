"""Languages: BCP 47 tags, the direction of writing, and texts and questions prepared for full-text search.

Both sides of a search are folded here, in one way, so that every PostgreSQL answers alike, whatever its
locale and whether or not it knows the script: small letters, no Arabic vowel signs, plain digits, blanks for
all punctuation, and overlapping pairs of characters where a script writes no blanks between words.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

from services.core.errors import Invalid

UN_LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
"""The six official languages of the United Nations, in the English alphabetical order the UN itself uses."""

MAX_TAG = 35
"""Characters of a language tag; RFC 5646 section 4.4.1 shows that 35 hold every tag of practical use."""
MAX_TEXT = 30_000
"""Characters of a text that are searched; the worst text of this length stays below the 1 MB of a tsvector."""
MAX_QUERY = 300
"""Characters of a question that count."""
MAX_QUERY_WORDS = 32
"""Words of a prepared question that count."""

# RFC 5646 section 2.1 (langtag); private use and the grandfathered tags are refused on purpose.
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<rest>(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)"
)
# CLDR names these too, yet no text is written in them.
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis", "root"})

# The living scripts that run from right to left (ISO 15924).
_RIGHT_TO_LEFT = frozenset(
    ("Adlm", "Arab", "Aran", "Gara", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi")
)

# The configurations that PostgreSQL 15 and 18 both bring (src/backend/snowball); all others are "simple".
_CONFIGURATIONS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip

_LATIN = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")
# The letters that make a configuration worth asking; those not named here stem Latin letters.
_LETTERS = {
    "arabic": re.compile("[\u0600-\u08ff]"),
    "armenian": re.compile("[\u0530-\u058f]"),
    "greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "hindi": re.compile("[\u0900-\u097f]"),
    "nepali": re.compile("[\u0900-\u097f]"),
    "russian": re.compile("[\u0400-\u052f]"),
    "serbian": re.compile("[a-z\u00df-\u024f\u0400-\u052f]"),
    "tamil": re.compile("[\u0b80-\u0bff]"),
    "yiddish": re.compile("[\u0590-\u05ff]"),
}

# Runs of the scripts that write no blanks between words (Korean writes them, but glues particles to nouns):
# Thai, Lao, Burmese, Khmer, kana, bopomofo, Hangul and the Han ideographs with their marks of repetition.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3031-\u30ff\u3100-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003fffd]+"
)

# Spellings of one word that readers do not tell apart: Arabic without tatweel and vowel signs, one alef, the
# Persian and Arabic yeh and kaf as one; Russian ё as е.
_FOLDS: dict[int, str | None] = {
    **dict.fromkeys([0x640, 0x670, *range(0x610, 0x61B), *range(0x64B, 0x660), *range(0x6D6, 0x6EE)]),
    **dict.fromkeys([*range(0x8D3, 0x900)]),
    **dict.fromkeys(map(ord, "آأإٱٲٳٵ"), "ا"),
    **dict.fromkeys(map(ord, "ىی"), "ي"),
    ord("ک"): "ك",
    ord("ё"): "е",
}
_BLANK_FORMATS = "\u200b\u200c"  # invisible, yet they part words: Khmer and Thai, Persian


@cache
def _known_languages() -> frozenset[str]:
    """Return the primary subtags that CLDR names in English."""
    from babel import Locale

    return frozenset(str(name) for name in Locale("en").languages if "_" not in str(name)) - _NO_LANGUAGE


def _of_cldr(name: Literal["language_aliases", "likely_subtags"]) -> Mapping[str, str]:
    """Return one of CLDR's tables."""
    from babel.core import get_global

    return get_global(name)


def check_language_tag(tag: str) -> str:
    """Return ``tag`` as RFC 5646 section 2.1.1 writes it: ``zh-hant-tw`` becomes ``zh-Hant-TW``.

    A code that CLDR calls an alias becomes the one it stands for: ``eng`` -> ``en``, ``prs`` -> ``fa-AF``.

    Raises:
        Invalid: ``tag`` is longer than 35 characters, not well formed, private (``x-…``), grandfathered
            (``i-klingon``), or of a language that CLDR does not know.
    """
    matched = _TAG.fullmatch(tag.lower()) if tag.isascii() and len(tag) <= MAX_TAG else None
    if matched is None or _repeats(matched["variants"], matched["rest"]):
        shown = f"“{tag[:MAX_TAG]}”" if tag.isprintable() else "This"
        raise Invalid(
            f"{shown} is not a language tag. Write one of BCP 47, at most {MAX_TAG} characters,"
            " for example “fr”, “pt-BR” or “zh-Hant”."
        )
    written, *extended = matched["language"].split("-")
    alias = written if written in _known_languages() else _of_cldr("language_aliases").get(written, written)
    primary, _, implied = alias.partition("_")
    if primary not in _known_languages():
        raise Invalid(f"“{written}” is not a language that the Unicode CLDR knows.")
    script, region = matched["script"] or "", matched["region"] or ""
    if len(implied) == 2 and len(tag) + 3 <= MAX_TAG:  # the alias names a region: prs is fa_AF
        region = region or implied
    parts = filter(None, [primary, *extended, script.title(), region.upper()])
    return "-".join(parts) + matched["variants"] + matched["rest"]


def _repeats(variants: str, rest: str) -> bool:
    """Whether a variant or an extension's letter stands twice, which RFC 5646 section 2.2 forbids."""
    public = f"{rest}-".split("-x-")[0].split("-")
    singletons = [part for part in public if len(part) == 1]
    named = variants.split("-")[1:]
    return len(set(singletons)) < len(singletons) or len(set(named)) < len(named)


def primary_language(tag: str) -> str:
    """Return the first subtag in small letters: ``zh`` of ``zh-Hant-TW``."""
    return tag.split("-", 1)[0].lower()


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Return the direction in which a checked language tag is written.

    By its script subtag, else by the script that is likely for language and region (CLDR): ``uz`` runs from
    left to right, ``uz-AF`` and ``uz-Arab`` from right to left. What is no tag runs from left to right.
    """
    matched = _TAG.fullmatch(language.lower())
    if matched is None:
        return "ltr"
    script = (matched["script"] or "").title()
    if not script:
        likely, primary = _of_cldr("likely_subtags"), primary_language(language)
        region = (matched["region"] or "").upper()
        script = (likely.get(f"{primary}_{region}") or likely.get(primary) or "__").split("_")[1]
    return "rtl" if script in _RIGHT_TO_LEFT else "ltr"


def search_configuration(language: str) -> str:
    """Return the PostgreSQL text search configuration (regconfig) of a tag; ``simple`` where none fits."""
    return _CONFIGURATIONS.get(primary_language(language), "simple")


def search_text(language: str, text: str) -> str:
    """Return ``text`` as the second argument of ``to_tsvector(search_configuration(language), …)``.

    Folded words parted by single blanks; the first 30,000 characters count. A run of a script without blanks
    becomes its overlapping pairs (``人工智能`` -> ``人工 工智 智能``), as Lucene's CJKBigramFilter does; its
    single characters follow at the end, so that a question of one character finds it too.
    """
    singles: dict[str, None] = {}

    def pairs(run: re.Match[str]) -> str:
        characters = _characters(run[0])
        singles.update(dict.fromkeys(characters))
        return f" {' '.join(_pairs(characters))} "

    words = _words(_UNSPACED.sub(pairs, _folded(language, text, MAX_TEXT)))
    return " ".join([*words, *singles])


def search_query(text: str, languages: Sequence[str] = UN_LANGUAGES) -> tuple[tuple[str, str], ...]:
    """Return the (configuration, words) pairs to search for what a reader typed, in whatever language.

    The caller joins by ``||`` what ``plainto_tsquery(configuration, words)`` makes of each: all words of a
    pair must be in a text, the pairs are alternatives. So a word finds its inflected forms in each language
    that uses its letters. ``simple`` is always among them: it finds texts of languages without a stemmer and
    of scripts without blanks. Nothing to search for (blanks, punctuation) gives no pair.

    Args:
        text: what was typed; its first 300 characters and 32 words count. There are no operators: what one
            language excludes, the alternative in another would let in again.
        languages: tags of the languages to ask for; a reader's own may be added to the six.
    """
    found: dict[tuple[str, str], None] = {}
    for language in (*languages, "und"):
        configuration = search_configuration(language)
        words = _query_words(language, text)
        if words and (configuration == "simple" or _LETTERS.get(configuration, _LATIN).search(words)):
            found[configuration, words] = None
    return tuple(found)


def _query_words(language: str, text: str) -> str:
    """Fold a question; of a run without blanks every second pair is enough, for a text with it has them all.

    Fewer pairs leave room for what stands between two words: 人工 智能 能力 建设 finds 人工智能的能力建设.
    """

    def pairs(run: re.Match[str]) -> str:
        every = _pairs(_characters(run[0]))
        last = every[-1:] if len(every) % 2 == 0 else []
        return f" {' '.join([*every[::2], *last])} "

    words = _words(_UNSPACED.sub(pairs, _folded(language, text, MAX_QUERY)))
    return " ".join(words[:MAX_QUERY_WORDS])


def _words(folded: str) -> list[str]:
    """Split at blanks; a mark without its letter is no word."""
    return [word for word in folded.split() if any(map(str.isalnum, word))]


def _folded(language: str, text: str, length: int) -> str:
    """Return the first ``length`` characters as small letters, marks and digits, with blanks for all else."""
    text = unicodedata.normalize("NFKC", _stream_safe(text[:length]))[:length]
    if primary_language(language) in {"tr", "az"}:
        text = text.replace("I", "ı").replace("İ", "i")  # their capital of ı, which str.lower does not know
    text = text.lower().replace("i\u0307", "i").translate(_FOLDS)
    return "".join(map(_kept, text))


def _stream_safe(text: str) -> str:
    """Drop combining marks after the 30th in a row (UAX #15, Stream-Safe): sorting costs their square."""
    if text.isascii() or sum(map(bool, map(unicodedata.combining, text))) <= 30:
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= 30:
            kept.append(character)
    return "".join(kept)


@lru_cache(maxsize=10_000)
def _kept(character: str) -> str:
    """Return what a folded text keeps of one character: itself, a plain digit, a blank or nothing."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Cf":
        return " " if character in _BLANK_FORMATS else ""
    return character if category[0] in "LMN" else " "


def _characters(run: str) -> list[str]:
    """Split a run into letters, each with the marks that belong to it (vowels of Thai, Khmer and Burmese)."""
    characters: list[str] = []
    for character in run:
        if characters and unicodedata.category(character)[0] == "M":
            characters[-1] += character
        else:
            characters.append(character)
    return characters


def _pairs(characters: list[str]) -> list[str]:
    """Return the overlapping pairs of neighbours; a lone character stands for itself."""
    return [a + b for a, b in pairwise(characters)] or characters


def accept_language(header: str | None) -> tuple[str, ...]:
    """Return the languages an Accept-Language header asks for (RFC 9110 section 12.5.4), most wanted first.

    At most 10 checked tags, each once, equal weights in the order written. What is no known language, weighs
    nothing (``q=0``) or does not follow the grammar is passed over, as is all beyond 1,000 characters: a
    header is a wish, never an error.
    """
    return _wished((header or "")[:1_000])


@lru_cache(1_000)
def _wished(header: str) -> tuple[str, ...]:
    wishes: dict[str, float] = {}
    for item in header.split(","):
        tag, _, parameter = (part.strip(" \t") for part in item.partition(";"))
        weight = re.fullmatch(r"(?:[qQ]=)?(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", parameter or "q=1", re.ASCII)
        if weight is None or float(weight[1]) == 0:
            continue
        try:
            wishes.setdefault(check_language_tag(tag), float(weight[1]))
        except Invalid:
            continue
    return tuple(sorted(wishes, key=lambda tag: -wishes[tag])[:10])
