"""Founding a lab by a row of a file: what ``labFound`` and the mutations after it would do, for one's own party."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor, Audience, Role
from services.core.db import Writer
from services.core.errors import DomainError, NotPermitted
from services.core.importing.cells import WrongCell
from services.core.importing.translated import whole
from services.core.money import Money
from services.core.read.shape import table_of
from services.core.texts import LIMITS, Text
from services.labs.contribution_commands import InKind, pledge_contribution
from services.labs.errors import NotByFile
from services.labs.file_columns import Entry, LabFile
from services.labs.founding import LabContent, found_lab
from services.labs.milestone_commands import MilestoneContent, add_milestone
from services.labs.queries import Named
from services.labs.rules import MOST_MILESTONES
from services.labs.tables import LabParty
from services.labs.terms import (
    ContributionStatus,
    LabPartyRole,
    LabPartyStatus,
    LabStatus,
    MilestoneStatus,
)
from services.translations.commands import Translation, suggest_translation
from services.translations.kinds import KINDS

LATER = ("modality", "modalityOn", "suspensionReason", "lessons", "lessonsLanguage", "isDemo")
"""What a lab does not have from its founder's hand; False counts as blank."""
LATER_OF_MILESTONES = ("reachedOn", "evidence", "reason")
LATER_OF_CONTRIBUTIONS = ("pledgedOn", "committedOn", "deliveredOn", "withdrawnOn")
MOST_PLEDGED = 200
"""How many contributions a row may pledge."""
_NEEDED = ("title", "language", "termsOfReference")


async def found_by_file(session: Writer, actor: Actor, file: LabFile, given: Mapping[str, Any]) -> UUID:
    """Found the lab that a row gives, with the milestones and the pledges that it plans; return its id.

    Raises:
        NotPermitted: the platform itself, or a part of another delegation; see ``founding.found_lab`` too.
        NotByFile: something that no planned lab has.
        NotFound, Conflict, Invalid: as the commands.
    """
    if actor.role is Role.SYSTEM:
        raise NotPermitted(
            "There is no such lab, and the platform founds none: a focal point of one of the two delegations does, by "
            "labFound or by importRun.",
            path=("expressionOfInterest",),
        )
    _check_begins(given)
    parties = [_party(actor, file, number, one) for number, one in _numbered(given, "parties")]
    lab_id = await found_lab(session, actor, given["expressionOfInterest"], _content(given), tuple(parties))
    for language, parts in given["translations"].items():
        text = whole(language, parts)
        with _at(f"title.{language}"):
            await suggest_translation(session, actor, KINDS["lab"], lab_id, Translation(text))
    for number, one in _numbered(given, "milestones"):
        with _at("milestones", number):
            await add_milestone(session, actor, lab_id, _milestone(one))
    for number, one in _numbered(given, "contributions"):
        with _at("contributions", number):
            await _pledge(session, actor, file, lab_id, one)
    return lab_id


def _check_begins(given: Mapping[str, Any]) -> None:
    missing = next((name for name in _NEEDED if name not in given), None)
    if missing is not None:
        raise WrongCell(f"A lab is founded with a {missing}; this row gives none.", path=(missing,))
    if given.get("status", LabStatus.PLANNED) is not LabStatus.PLANNED:
        raise NotByFile("There is no such lab yet, and a lab begins as PLANNED. Leave this blank.", path=("status",))
    later = next((name for name in LATER if given.get(name)), None)
    if later is not None:
        raise NotByFile("There is no such lab yet, and nobody gives this to a new one. Leave it blank.", path=(later,))
    for name, most in (("milestones", MOST_MILESTONES), ("contributions", MOST_PLEDGED)):
        if len(given.get(name, ())) > most:
            raise WrongCell(f"There are {len(given[name]):,} here; up to {most:,} are possible.", path=(name,))


def _numbered(given: Mapping[str, Any], column: str) -> Sequence[tuple[int, Entry]]:
    return list(enumerate(given.get(column, ()), 1))


def _content(given: Mapping[str, Any]) -> LabContent:
    listed = {
        "capacity_areas": given.get("capacityAreas"),
        "sectors": given.get("sectors"),
        "sdg_targets": given.get("sdgTargets"),
    }
    return LabContent(
        text=Text(given["language"], **{part: given.get(part, "") for part in LIMITS}),
        terms_of_reference=given["termsOfReference"],
        starts_on=given.get("startsOn"),
        ends_on=given.get("endsOn"),
        visibility=given.get("visibility", Audience.MEMBERS),
        **{name: None if value is None else tuple(value) for name, value in listed.items()},
    )


def _party(actor: Actor, file: LabFile, number: int, one: Entry) -> Named:
    """A party as the founder names it; what it says about its part is its own."""
    with _at("parties", number):
        if "delegation" not in one:
            raise WrongCell("The delegation is missing: name the one that the party is, or that sponsors it.")
        key = file.delegations.ids[one["delegation"]]
        begins = LabPartyStatus.CONFIRMED if key == actor.delegation_id else LabPartyStatus.INVITED
        if one.get("status", begins) is not begins or "confirmedOn" in one or "reason" in one:
            raise NotByFile(
                "Nobody signs for another: by founding you confirm your own part, and the others are asked. Leave status, "
                "confirmedOn and reason blank."
            )
        return Named(key, one.get("role", LabPartyRole.PARTNER), one.get("organisation", ""))


def _milestone(one: Entry) -> MilestoneContent:
    _check_new(one, MilestoneStatus.PLANNED, LATER_OF_MILESTONES)
    for name in ("language", "title", "dueOn"):
        if name not in one:
            raise WrongCell(f"The {name} is missing.")
    return MilestoneContent(one["language"], one["title"], one["dueOn"], one.get("description", ""))


async def _pledge(session: Writer, actor: Actor, file: LabFile, lab_id: UUID, one: Entry) -> None:
    """Pledge a contribution of the actor's own delegation, or of an organisation that it sponsors."""
    _check_new(one, ContributionStatus.PLEDGED, LATER_OF_CONTRIBUTIONS)
    if "delegation" not in one or file.delegations.ids[one["delegation"]] != actor.delegation_id:
        raise NotPermitted("Each party pledges its own: name your delegation.")
    row = table_of(LabParty).c
    mine = sa.select(row.id).where(row.lab_id == lab_id, row.delegation_id == actor.delegation_id)
    party = await session.scalar(mine.where(row.organisation == one.get("organisation", "")))
    if party is None:
        raise WrongCell("The organisation is no party of this lab.")
    await pledge_contribution(session, actor, party, _gift(one), one.get("note", ""))


def _gift(one: Entry) -> Money | InKind:
    if "kind" in one and "amountMinor" not in one:
        quantity, unit = _needed(one, "quantity", "unit")
        return InKind(
            one["kind"],
            quantity,
            unit,
            period_from=one.get("periodFrom"),
            period_to=one.get("periodTo"),
            valued=Money(*_needed(one, "valuedMinor", "currency")) if "valuedMinor" in one else None,
            valuation_method=one.get("valuationMethod", ""),
        )
    strange = next((name for name in _OF_KIND if name in one), None)
    if strange is not None:
        raise WrongCell(f"The {strange} is of what is given in kind; money is amountMinor and currency alone.")
    return Money(*_needed(one, "amountMinor", "currency"))


_OF_KIND = ("kind", "quantity", "unit", "periodFrom", "periodTo", "valuedMinor", "valuationMethod")


def _needed(one: Entry, *names: str) -> list[Any]:
    missing = next((name for name in names if name not in one), None)
    if missing is not None:
        raise WrongCell(f"The {missing} is missing.")
    return [one[name] for name in names]


def _check_new(one: Entry, status: MilestoneStatus | ContributionStatus, later: Sequence[str]) -> None:
    wrong = next((name for name in later if name in one), None)
    if one.get("status", status) is not status or wrong is not None:
        raise NotByFile(
            f"What is new begins as {status.value.upper()}. Leave {wrong or 'status'} blank; what happens to it is said "
            "by those who do it."
        )


@contextmanager
def _at(column: str, number: int = 0) -> Iterator[None]:
    """Let what is wrong with an entry, or with a part of a text, be told of its column."""
    try:
        yield
    except DomainError as error:
        if number:
            place = ", ".join((f"Entry {number}", *error.path[-1:]))
            error.message = f"{place}: {error.message}"
        error.path = (column,)
        raise
