"""Reads ``who_may.md``: the expected answer of every cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.security.world import ROLES

WHO_MAY = Path(__file__).with_name("who_may.md")
ANSWERS = frozenset({"yes", "no", "–", "sign in", "secret"})


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what is asked of which thing, and the answer to each role."""

    section: str
    fields: tuple[str, ...]
    thing: str
    answers: dict[str, str]

    def __str__(self) -> str:
        return f"{' '.join(self.fields)[:40]}, {self.thing}"


def lines() -> Iterator[Line]:
    """All rows of the table in their order."""
    section = ""
    for text in WHO_MAY.read_text(encoding="utf-8").splitlines():
        if text.startswith("## "):
            section = text[3:]
        elif text.startswith("| ") and section:
            fields, thing, *answers = (cell.strip() for cell in text.strip("|").split("|"))
            if answers == list(ROLES):
                continue
            assert len(answers) == len(ROLES), f"{fields} with {thing}: {len(answers)} answers for {len(ROLES)} roles"
            assert set(answers) <= ANSWERS, f"{fields} with {thing}: {set(answers) - ANSWERS}"
            yield Line(section, tuple(fields.split()), thing, dict(zip(ROLES, answers, strict=True)))


LINES = tuple(lines())


def of(section: str) -> list[Line]:
    """The rows of one section."""
    return [line for line in LINES if line.section == section]


def needed(name: str, section: str) -> str:
    """What to write where a row is missing."""
    blank = " | ".join(["?"] * len(ROLES))
    return (
        f"{name} has no row in tests/security/who_may.md. After product.md, add under “{section}”:\n"
        f"| {name} | <a thing of tests/security/world.py, or nothing> | {blank} |\n"
        "An input that is more than the least one is given in tests/security/inputs.py."
    )
