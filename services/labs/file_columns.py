"""The columns of files of labs: how each is read, and by which mutation a lab there is would be changed instead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from services.core.actor import Audience
from services.core.db import Reader
from services.core.ids import typed_id, write_id
from services.core.importing.cells import Cells, WrongCell
from services.core.importing.json_rows import parsed
from services.core.importing.rows import Columns, shown
from services.labs.file_rows import Delegations, delegations
from services.labs.founding import MOST_CODES
from services.labs.terms import ContributionStatus, LabPartyRole, LabPartyStatus, LabStatus, MilestoneStatus
from services.proposals.terms import CooperationForm, Modality
from services.taxonomy.imports import code_book
from services.taxonomy.terms import CapacityArea

CODES = ("sectors", "sdgTargets")
REVISE = "Use labRevise while it is planned."
TRANSLATE = "Use translationSuggest."
Read = Callable[[Cells, str], Any]
Entry = dict[str, Any]
"""What an object of a list gives that is not blank, by the names of the file."""


@dataclass(frozen=True, slots=True)
class LabColumn:
    """A column: its name, where ``lab_rows`` has it, how it is read, and what else would change it."""

    name: str
    attribute: str
    read: Read
    instead: str


@dataclass(frozen=True, slots=True)
class LabFile:
    """What files of labs have in them, for one who may import or export them."""

    columns: Sequence[LabColumn]
    delegations: Delegations

    @property
    def names(self) -> Columns:
        """The columns that a file may have; none must be there, for a row is found by one of two."""
        return Columns(frozenset(column.name for column in self.columns), frozenset())


async def lab_file(session: Reader) -> LabFile:
    """The columns, with the codes and the delegations of today."""
    known = await delegations(session)
    books = {name: await code_book(session, name) for name in CODES}
    codes = {name: lambda cells, name: cells.codes(name, books[name].find, most=MOST_CODES) for name in CODES}
    return LabFile((*_own(codes), *_lists(known), LabColumn("isDemo", "is_demo", Cells.flag, _DEMO)), known)


def as_cell(value: Any) -> Any:
    """A value of ``lab_rows`` as files have it; a global id has its kind from the column."""
    match value:
        case StrEnum():
            return value.value.upper()
        case list():
            return [as_cell(one) for one in value]
        case _:
            return value


def row_of(file: LabFile, found: Mapping[str, Any]) -> dict[str, Any]:
    """A row of ``lab_rows`` by the columns of the file."""
    cells = {column.name: as_cell(found[column.attribute]) for column in file.columns}
    expression = found["expression"]
    seen = None if expression is None else write_id("expression_of_interest", expression)
    return {**cells, "lab": write_id("lab", found["id"]), "expressionOfInterest": seen}


_DEMO = "Only demonstration data is marked so."
_DERIVED = "It follows from the parties by the classifications of the founding day; nobody sets it."
_EXPRESSION = "Leave it blank, or name the one that it was founded from, which only its two delegations know."
_LIFE = "Use labActivate, labSuspend, labResume or labConclude."
_PARTIES = "Use labPartyConfirm or labPartyDecline for your own part; nobody signs for another."
_MILESTONES = "Use labMilestoneAdd, labMilestoneRevise, labMilestoneReach, labMilestoneMiss or labMilestoneDrop."
_CONTRIBUTIONS = "Use labContributionPledge, labContributionCommit, labContributionDeliver or labContributionWithdraw."


def _id(kind: str) -> Read:
    find = partial(typed_id, kind=kind)
    return lambda cells, name: cells.found(name, find) if cells.text(name) else None


def _own(codes: Mapping[str, Read]) -> Sequence[LabColumn]:
    return (
        LabColumn("lab", "id", _id("lab"), ""),
        LabColumn("expressionOfInterest", "expression", _id("expression_of_interest"), _EXPRESSION),
        LabColumn("status", "status", partial(Cells.maybe, words=LabStatus), _LIFE),
        LabColumn("title", "title", Cells.text, REVISE),
        LabColumn("summary", "summary", Cells.text, REVISE),
        LabColumn("description", "description", Cells.text, REVISE),
        LabColumn("language", "language", _language, REVISE),
        LabColumn("termsOfReference", "terms_of_reference", Cells.text, REVISE),
        LabColumn("startsOn", "starts_on", Cells.day, REVISE),
        LabColumn("endsOn", "ends_on", Cells.day, REVISE),
        LabColumn("capacityAreas", "capacity_areas", partial(Cells.words, words=CapacityArea, most=MOST_CODES), REVISE),
        LabColumn("sectors", "sectors", codes["sectors"], REVISE),
        LabColumn("sdgTargets", "sdg_targets", codes["sdgTargets"], REVISE),
        LabColumn("visibility", "visibility", partial(Cells.maybe, words=Audience), REVISE),
        LabColumn("modality", "modality", partial(Cells.maybe, words=Modality), _DERIVED),
        LabColumn("modalityOn", "modality_on", Cells.day, _DERIVED),
        LabColumn("suspensionReason", "suspension_reason", Cells.text, "Use labSuspend."),
        LabColumn("lessons", "lessons", Cells.text, "Use labConclude."),
        LabColumn("lessonsLanguage", "lessons_language", _language, "Use labConclude."),
    )


def _lists(known: Delegations) -> Sequence[LabColumn]:
    delegation: dict[str, Read] = {"delegation": lambda cells, name: cells.code(name, known.find)}
    parties = delegation | {
        "organisation": Cells.text,
        "role": partial(Cells.maybe, words=LabPartyRole),
        "status": partial(Cells.maybe, words=LabPartyStatus),
        "confirmedOn": Cells.day,
        "reason": Cells.text,
    }
    milestones: dict[str, Read] = {
        "language": _language,
        **dict.fromkeys(("title", "description", "evidence", "reason"), Cells.text),
        "status": partial(Cells.maybe, words=MilestoneStatus),
        **dict.fromkeys(("dueOn", "reachedOn"), Cells.day),
    }
    contributions: dict[str, Read] = {
        **delegation,
        **dict.fromkeys(("organisation", "currency", "unit", "valuationMethod", "note"), Cells.text),
        "status": partial(Cells.maybe, words=ContributionStatus),
        **dict.fromkeys(("amountMinor", "valuedMinor"), Cells.integer),
        "kind": partial(Cells.maybe, words=CooperationForm),
        "quantity": Cells.decimal,
        **dict.fromkeys(("periodFrom", "periodTo"), Cells.day),
        **dict.fromkeys((f"{one}On" for one in ("pledged", "committed", "delivered", "withdrawn")), Cells.day),
    }
    return (
        LabColumn("parties", "parties_listed", partial(entries, keys=parties), _PARTIES),
        LabColumn("milestones", "milestones_listed", partial(entries, keys=milestones), _MILESTONES),
        LabColumn("contributions", "contributions_listed", partial(entries, keys=contributions), _CONTRIBUTIONS),
    )


def _language(cells: Cells, name: str) -> str | None:
    return cells.language(name) if cells.text(name) else None


def entries(cells: Cells, column: str, keys: Mapping[str, Read]) -> list[Entry]:
    """The objects of a list: of JSON, or of a text that is JSON; each with what it gives that is not blank.

    Raises:
        WrongCell: it is no list of objects, or a value of one is wrong; the sentence names entry and value.
    """
    given = cells.given[column]
    if isinstance(given, str) and given.strip():
        given, problem = parsed(given, "cell")
        if problem is not None:
            raise WrongCell(problem, path=(column,))
    if given in (None, ""):
        return []
    if not isinstance(given, list):
        raise WrongCell("Here stands a JSON list of objects: it begins with [ and ends with ].", path=(column,))
    return [_entry(number, one, column, keys) for number, one in enumerate(given, 1)]


def _entry(number: int, given: Any, column: str, keys: Mapping[str, Read]) -> Entry:
    if not isinstance(given, dict):
        raise WrongCell(f"Entry {number} is no object: it begins with {{ and ends with }}.", path=(column,))
    strange = next((name for name in given if name not in keys), None)
    if strange is not None:
        raise WrongCell(
            f"Entry {number} has no “{shown(strange)}” to give; it may have {', '.join(keys)}.", path=(column,)
        )
    try:
        read = {name: keys[name](Cells(given), name) for name in given}
    except WrongCell as error:
        raise WrongCell(f"Entry {number}, {error.path[0]}: {error.message}", path=(column,)) from error
    return {name: value for name, value in read.items() if value not in (None, "")}


def as_json(value: Any) -> Any:
    """A value of an entry as ``lab_rows`` has it."""
    match value:
        case StrEnum():
            return value.value.upper()
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return value
