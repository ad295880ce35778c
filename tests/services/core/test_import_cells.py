"""Cells read as what their columns mean, from CSV and from JSON alike, and the sentence of each that is wrong."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import Invalid
from services.core.importing.cells import Cells
from services.core.importing.rows import shown
from services.taxonomy.terms import CapacityArea

Read = Callable[[Cells, str], Any]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


def known(code: str) -> str:
    if code not in {"11130", "4.10", "002"}:
        raise Invalid("This is no code.")
    return code


READERS: dict[str, Read] = {
    "text": Cells.text,
    "needed": Cells.needed,
    "short": lambda cells, name: cells.text(name, limit=5),
    "word": lambda cells, name: cells.word(name, CapacityArea),
    "words": lambda cells, name: cells.words(name, CapacityArea, most=3),
    "language": Cells.language,
    "languages": lambda cells, name: cells.languages(name, most=3),
    "day": Cells.day,
    "decimal": Cells.decimal,
    "integer": Cells.integer,
    "flag": Cells.flag,
    "code": lambda cells, name: cells.code(name, known),
    "codes": lambda cells, name: cells.codes(name, known, most=3),
    "found": lambda cells, name: cells.found(name, known),
}


@pytest.mark.parametrize(
    ("reader", "cell", "value"),
    [
        ("text", "  two words ", "two words"),
        ("text", None, ""),
        ("text", 12, "12"),
        ("text", Decimal("4.10"), "4.10"),
        ("word", "research_lab", CapacityArea.RESEARCH_LAB),
        ("word", " Research Lab ", CapacityArea.RESEARCH_LAB),
        ("words", "RISK_SAFETY|financing;RISK-SAFETY| ", [CapacityArea.RISK_SAFETY, CapacityArea.FINANCING]),
        ("words", ["FINANCING"], [CapacityArea.FINANCING]),
        ("words", "", []),
        ("words", None, []),
        ("words", [], []),
        ("language", "ZH-hant", "zh-Hant"),
        ("languages", "fr; FR|pt-br", ["fr", "pt-BR"]),
        ("day", "2028-02-29", date(2028, 2, 29)),
        ("day", " ", None),
        ("decimal", "120.50", Decimal("120.5")),
        ("decimal", Decimal("0.1"), Decimal("0.1")),
        ("decimal", Decimal("1E+3"), Decimal(1000)),
        ("integer", "5.0", 5),
        ("integer", 5, 5),
        ("integer", "", None),
        ("flag", "Yes", True),
        ("flag", 0, False),
        ("flag", True, True),
        ("flag", "", False),
        ("code", "", None),
        ("codes", [11130, Decimal("4.10"), "002"], ["11130", "4.10", "002"]),
        ("codes", "11130", ["11130"]),
        ("codes", 11130, ["11130"]),
    ],
)
def test_a_cell_is_read_as_its_column_means_it(reader: str, cell: Any, value: Any) -> None:
    assert READERS[reader](Cells({"it": cell}), "it") == value


@pytest.mark.parametrize(
    ("reader", "cell", "sentence"),
    [
        ("text", ["a"], "A text is needed here, not a list, an object, true or false."),
        ("text", {"a": 1}, "A text is needed here, not a list, an object, true or false."),
        ("text", True, "A text is needed here, not a list, an object, true or false."),
        ("text", "a\x00b", "The text has a character that is no text (NUL, or half of a pair)."),
        ("text", "\ud800", "The text has a character that is no text (NUL, or half of a pair)."),
        ("text", 10**40, "This number is too long."),
        ("short", "sixty1", "This has 6 characters; it may have 5."),
        ("needed", " ", "This is blank, and it must say something."),
        ("needed", None, "This is blank, and it must say something."),
        ("word", "fun", f"This is none of {', '.join(area.name for area in CapacityArea)}."),
        ("words", "FINANCING,RISK_SAFETY", "Write | or ; between the parts of a list, not a comma."),
        ("words", "a|b|c|d", "There are 4 here; up to 3 are possible."),
        ("words", [["FINANCING"]], "A list has texts in it, nothing else."),
        ("words", [None], "A list has texts in it, nothing else."),
        ("language", "qqx", "“qqx” is not a language that the Unicode CLDR knows."),
        ("languages", "fr|x", "“x” is not a language tag."),
        ("day", "2027-02-29", "This is not a day of the calendar. Write YYYY-MM-DD."),
        ("day", "01/02/2027", "This is not a day of the calendar. Write YYYY-MM-DD."),
        ("day", "20270102", "This is not a day of the calendar. Write YYYY-MM-DD."),
        ("day", "2027-01-02T00:00:00Z", "This is not a day of the calendar. Write YYYY-MM-DD."),
        ("day", "٢٠٢٧-٠١-٠٢", "This is not a day of the calendar. Write YYYY-MM-DD."),
        ("decimal", "1,5", "This is not a number. Write digits, with a point before decimals."),
        ("decimal", "1e5", "This is not a number. Write digits, with a point before decimals."),
        ("decimal", "NaN", "This is not a number. Write digits, with a point before decimals."),
        ("decimal", Decimal("1E+999999"), "This number is too long."),
        ("decimal", "9" * 31, "This is not a number. Write digits, with a point before decimals."),
        ("integer", "5.5", "This is not a whole number."),
        ("flag", "perhaps", "This is neither true nor false."),
        ("code", "99", "This is no code."),
        ("codes", "11130|99", "This is no code."),
        ("codes", ["\x00"], "The text has a character that is no text (NUL, or half of a pair)."),
        ("found", "", "This is blank, and it must say something."),
    ],
)
def test_a_wrong_cell_names_its_column_and_what_is_allowed(reader: str, cell: Any, sentence: str) -> None:
    with pytest.raises(Invalid) as error:
        READERS[reader](Cells({"it": cell}), "it")
    assert error.value.path == ("it",)
    assert error.value.message.startswith(sentence)


@given(json_values, st.sampled_from(sorted(READERS)))
def test_whatever_stands_in_a_cell_it_is_read_or_refused_in_words(cell: Any, reader: str) -> None:
    try:
        READERS[reader](Cells({"it": cell}), "it")
    except Invalid as error:
        assert error.path == ("it",)  # noqa: PT017 - either is right


@given(json_values)
def test_what_is_shown_of_a_value_is_short_and_printable(value: Any) -> None:
    text = shown(value)
    assert len(text) <= 61
    assert text.isprintable()
