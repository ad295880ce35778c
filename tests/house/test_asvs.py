"""``docs/security/asvs.md`` holds every requirement, and each test that it names is there."""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

TESTS = Path(__file__).parents[1]
DOCUMENT = TESTS.parent / "docs" / "security" / "asvs.md"
REQUIREMENTS = "9af37b810927c5eedfe1d3e716a571ebac199cf378c2fb4a3ccb64aa29f2a70a"
"""SHA-256 over the lines ``id level`` of the 253 requirements of ASVS 5.0.0 at levels 1 and 2, in their order."""
BY_TEST = 150
"""At least so many are looked at by an automatic test."""


class Row(NamedTuple):
    """One requirement."""

    id: str
    level: str
    words: str
    answer: str
    by: str

    @property
    def tests(self) -> list[str]:
        """The tests it names."""
        return re.findall(r"`([^`]+::test_\w+)`", self.by)


ROWS = [
    Row(*(cell.strip() for cell in line.strip("|").split("|")))
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| V\d", line)
]


@cache
def named_in(path: str) -> frozenset[str]:
    """The names of all tests of a file."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_requirement_of_levels_1_and_2_is_there_once() -> None:
    listed = "".join(f"{row.id} {row.level}\n" for row in ROWS)
    assert len(ROWS) == 253
    assert hashlib.sha256(listed.encode()).hexdigest() == REQUIREMENTS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_what_it_says_of_a_requirement_stands_on_something(row: Row) -> None:
    for name in row.tests:
        path, _, test = name.partition("::")
        assert (TESTS / path).is_file(), name
        assert test in named_in(path), name
    reason = re.sub(r"`[^`]+`|[;.\s]", "", row.by)
    match row.answer:
        case "yes":
            assert row.tests, "a yes names a test"
        case "no" | "not applicable":
            assert reason, "what is missing, or why it does not apply"
        case other:
            pytest.fail(f"neither yes nor no: {other}")


def test_most_requirements_are_looked_at_by_a_test() -> None:
    assert sum(bool(row.tests) for row in ROWS if row.answer == "yes") >= BY_TEST
