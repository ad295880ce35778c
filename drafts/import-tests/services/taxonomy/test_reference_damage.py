"""A damaged table of the reference data is refused, and the line at fault is named."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.errors import Invalid
from services.core.languages import UN_LANGUAGES
from services.taxonomy.errors import ReferenceInvalid
from services.taxonomy.reference import read_reference


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("reference") / "data"
    shutil.copytree(Path(str(files("services.taxonomy") / "data")), copy)
    return copy


def damaged(folder: Path, file: str, number: int, line: str) -> ReferenceInvalid:
    """Return the error that ``file`` gives with ``line`` in the place of its line ``number`` (from 1)."""
    path = folder / file
    whole = path.read_text(encoding="utf-8")
    lines = whole.splitlines()
    lines[number - 1] = line
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with pytest.raises(ReferenceInvalid) as caught:
            read_reference(folder)
    finally:
        path.write_text(whole, encoding="utf-8")
    assert isinstance(caught.value, Invalid)
    return caught.value


MANDATORY = {
    "actions.tsv": ["name_ar", "visions", "source"],
    "capacity_areas.tsv": ["name_zh", "description_ru", "source"],
    "classifications.tsv": ["scheme", "iso3", "valid_from", "valid_from_basis", "as_known_on", "source"],
    "languages.tsv": ["code", "direction", "name_es"],
    "licences.tsv": ["id", "name", "osi_approved"],
    "name_order.tsv": ["kind", "language", "position", "code"],
    "regions.tsv": ["code", "level", "name_fr"],
    "sdg_goals.tsv": ["code", "name_en"],
    "sdg_targets.tsv": ["code", "goal", "text_en"],
    "sector_categories.tsv": ["code", "name_en"],
    "sectors.tsv": ["code", "category", "status", "name_en"],
    "sources.tsv": ["title", "as_of", "licence"],
    "states.tsv": ["iso2", "m49", "kind", "region", "official_languages", "name_ar", "source"],
    "visions.tsv": ["code", "place", "name_ru"],
}


FREE = {"licence", "name", "place", "text_en", "title"} | {
    f"{prefix}_{language}" for prefix in ("name", "description") for language in UN_LANGUAGES
}
"""Columns in which any text is right."""


@settings(max_examples=60, deadline=None)  # each example reads all tables, 0.1 s
@given(data=st.data())
def test_a_damaged_line_is_named_with_its_file_and_column(folder: Path, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(sorted(MANDATORY)))
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    number = data.draw(st.integers(2, len(lines)))
    cells = lines[number - 1].split("\t")
    column = data.draw(st.sampled_from(MANDATORY[file]))
    place = lines[0].split("\t").index(column)
    kinds = ["", " ", f"{cells[place]} ", "\t"] + ([] if column in FREE else ["no such word", "\u0663"])
    damage = data.draw(st.sampled_from(kinds))
    error = damaged(folder, file, number, "\t".join([*cells[:place], damage, *cells[place + 1 :]]))
    assert (error.file, error.line) == (file, number)
    assert error.column == (None if damage == "\t" else column)
    assert error.message.startswith(f"{file}, line {number}")


@pytest.mark.parametrize(
    ("file", "starts", "old", "new", "column", "says"),
    [
        ("states.tsv", "ZMB\t", "ZMB\t", "ZWE\t", None, "stands on line"),
        ("states.tsv", "ZMB\t", "\ten\t", "\ten,en\t", "official_languages", "twice"),
        ("states.tsv", "ZMB\t", "\ten\t", "\txx\t", "official_languages", "not in languages.tsv"),
        ("states.tsv", "ZMB\t", "\t202\t", "\t419\t", "sub_region", "directly within"),
        ("states.tsv", "VAT\t", "\t\tla", "\t1964\tla", "un_member_since", "must be blank"),
        ("regions.tsv", "014\t", "\t202\t", "\t002\t", "parent", "one level above"),
        ("classifications.tsv", "ldc\tAFG", "\tAFG\t", "\tXKX\t", "iso3", "not in states.tsv"),
        ("classifications.tsv", "ldc\tSTP", "2024-12-13", "2024-02-30", "valid_to", "not a day of the calendar"),
        ("classifications.tsv", "ldc\tSTP", "2024-12-13", "20241213", "valid_to", "YYYY-MM-DD"),
        ("classifications.tsv", "ldc\tSTP", "2024-12-13", "1982-12-31", "valid_to", "is not after"),
        ("classifications.tsv", "ldc\tAFG", "\t\t1971", "\tlow\t1971", "value", "no others do"),
        ("classifications.tsv", "lldc\tAFG", "lldc", "LLDC", "scheme", "is not one of unctad_developing, ldc"),
        ("languages.tsv", "zh-Hant\t", "zh-Hant", "zh-hant", "code", "is written “zh-Hant”"),
        ("languages.tsv", "ur\t", "rtl", "ltr", "direction", "is written rtl"),
        ("sdg_targets.tsv", "4.4\t", "4.4\t4", "4.4\t5", "code", "a target of goal 5"),
        ("sectors.tsv", "11110\t", "\t111\t", "\t999\t", "category", "not in sector_categories.tsv"),
        ("name_order.tsv", "state\ten\t2\t", "\t2\t", "\t3\t", "position", "stands where 2 is due"),
        ("name_order.tsv", "state\ten\t2\t", "ALB", "XKX", "code", "is no state here"),
        ("sources.tsv", "unterm\t", "unterm\t", "UNTERM\t", "key", "small letters"),
    ],
)
def test_a_fact_that_cannot_be_right_is_refused_with_a_reason(
    folder: Path, file: str, starts: str, old: str, new: str, column: str | None, says: str
) -> None:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    number, line = next((n, text) for n, text in enumerate(lines, 1) if text.startswith(starts))
    assert old in line
    error = damaged(folder, file, number, line.replace(old, new, 1))
    assert error.file == file
    assert error.line in {number, number + 1}  # a code given twice is named where it stands the second time
    assert column in {None, error.column}
    assert says in error.message


def test_overlapping_periods_of_one_state_are_refused(folder: Path) -> None:
    lines = (folder / "classifications.tsv").read_text(encoding="utf-8").splitlines()
    ends = next(n for n, text in enumerate(lines, 1) if text.startswith("wb_income\tCRI\tupper_middle"))
    error = damaged(folder, "classifications.tsv", ends, lines[ends - 1].replace("\t2025-07-01\t", "\t2025-07-02\t", 1))
    assert (error.line, error.column) == (ends + 1, "valid_from")
    assert f"CRI is under wb_income on that day already, by line {ends}" in error.message


def test_a_wrong_header_a_missing_file_and_foreign_bytes_are_named(folder: Path) -> None:
    assert damaged(folder, "visions.tsv", 1, "code\tname").line == 1
    path = folder / "visions.tsv"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:40] + b"\xff")
        with pytest.raises(ReferenceInvalid, match=r"visions\.tsv: the file is not UTF-8"):
            read_reference(folder)
        path.unlink()
        with pytest.raises(ReferenceInvalid, match=r"visions\.tsv: the file is missing"):
            read_reference(folder)
    finally:
        path.write_bytes(whole)


def test_a_name_without_a_place_is_missed(folder: Path) -> None:
    path = folder / "name_order.tsv"
    whole = path.read_text(encoding="utf-8")
    try:
        path.write_text("\n".join(whole.splitlines()[:-1]) + "\n", encoding="utf-8")
        with pytest.raises(ReferenceInvalid, match="state: 194 of 195 names in “es” have a place"):
            read_reference(folder)
    finally:
        path.write_text(whole, encoding="utf-8")
