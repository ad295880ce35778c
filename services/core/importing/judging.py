"""What becomes of a row: refused, or ready to be added, to change what there is, or to leave it as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.core.errors import DomainError
from services.core.importing.cells import WrongCell
from services.core.importing.kind import Key, Kind, Values, changes
from services.core.importing.refused import Refused
from services.core.importing.rows import BrokenRow, SourceRow, shown
from services.core.importing.translated import Parts, whole
from services.core.table import uuid7
from services.core.texts import LIMITS, Text

Row = SourceRow | BrokenRow


class Outcome(StrEnum):
    """What a row that can be kept means for the thing it is about."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Ready:
    """A row that can be kept.

    ``id`` and ``updated_at`` (None for what is new) are those of the thing as it was compared, ``values`` what it
    shall be, ``translations`` those that say something new.
    """

    line: int
    id: UUID
    updated_at: datetime | None
    outcome: Outcome
    values: Values
    text_changed: bool
    translations: Sequence[Text] = ()


def read_row(kind: Kind, row: Row) -> Values | Refused:
    """The values that a row gives, or why it is refused for what stands in its cells."""
    if isinstance(row, BrokenRow):
        return row.refused
    try:
        return kind.read(row.cells)
    except DomainError as error:
        return refused_for(row, error)


def judge(
    kind: Kind,
    rows: Sequence[tuple[Row, Values | Refused]],
    found: Mapping[Key, Values],
    lines: dict[Key, int],
) -> list[tuple[Row, Ready | Refused]]:
    """What becomes of each row, given what there is ``found`` of their keys.

    ``lines`` has where keys stand further up in the file, in rows that can be kept; those of ``rows`` are added to it.
    """
    judged: list[tuple[Row, Ready | Refused]] = []
    for row, given in rows:
        one = given if isinstance(given, Refused) else _judged(kind, row, given, found, lines)
        if isinstance(one, Ready):
            lines[kind.key_of(one.values)] = row.line
        judged.append((row, one))
    return judged


def _judged(
    kind: Kind, row: Row, given: Values, found: Mapping[Key, Values], lines: Mapping[Key, int]
) -> Ready | Refused:
    key = kind.key_of(given)
    try:
        if key in lines:
            raise WrongCell(f"This external id stands on line {lines[key]:,} already.", path=("externalId",))
        return _settled(kind, row.line, found.get(key), given)
    except DomainError as error:
        return refused_for(row, error)


def _settled(kind: Kind, line: int, found: Values | None, given: Values) -> Ready:
    wanted = {**(found or {**kind.defaults, "translations": {}}), **given}
    text = Text(wanted["language"], *(wanted[part] for part in LIMITS)).checked()
    before = found["translations"] if found else {}
    translations = _translations(before, given.get("translations", {}))
    texts = {part: getattr(text, part) for part in LIMITS}
    values = kind.settle(found, {**wanted, **texts, "translations": {**before, **translations}})
    new = [Text(language, **parts) for language, parts in translations.items() if before.get(language) != parts]
    if found is None:
        return Ready(line, uuid7(), None, Outcome.ADDED, values, text_changed=True, translations=new)
    changed = changes(kind.written, found, values)
    if "language" in changed and values["language"] in before:
        raise WrongCell(
            "There is a translation into this language; remove it before it becomes the original.", path=("language",)
        )
    outcome = Outcome.CHANGED if changed else Outcome.UNCHANGED
    text_changed = not changed.isdisjoint(("language", *LIMITS))
    return Ready(line, found["id"], found["updated_at"], outcome, values, text_changed, new)


def _translations(before: Mapping[str, Parts], given: Mapping[str, Parts]) -> dict[str, Parts]:
    """The translations that a row gives, whole: what it leaves out stays as it was."""
    texts = (whole(language, {**before.get(language, {}), **parts}) for language, parts in given.items())
    return {text.language: {part: getattr(text, part) for part in LIMITS} for text in texts}


def refused_for(row: Row, error: DomainError) -> Refused:
    """What is told of a row that an error refuses, at the column that its path begins with."""
    column = error.path[0] if error.path else None
    value = "" if column is None else shown(row.cells.get(column, ""))
    return Refused(row.line, column, value, error.message, row.cell(column), error.code)
