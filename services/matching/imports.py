"""Import and export of experience: ``gof import experience``, and the same for the secretariat.

Experience is evidence about states that no delegation owns, so a row is found again by its external id alone. What it
gives replaces what there is; columns that the file does not have are left alone, blank cells empty what they stand for.
What a lab recorded when it was concluded goes out too, and is not changed by a file.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from services.core.actor import Actor, Audience, Role, Scope
from services.core.db import Database, Reader
from services.core.errors import Conflict, NotPermitted
from services.core.exporting.run import Chosen
from services.core.importing.cells import Cells
from services.core.importing.kind import Column, Kind, Values, same
from services.core.importing.report import Report
from services.core.importing.rows import RowSource
from services.core.importing.run import Then, nothing, run
from services.core.progress import Progress, quiet
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import EXTERNAL_ID_LIMIT
from services.matching.cooperation_tables import FINISHED, Cooperation, CooperationText
from services.matching.policy import cooperation_visible_to
from services.matching.rules import MOST_STATES, check_cooperation
from services.matching.terms import CooperationSource
from services.taxonomy.imports import CodeBook, code_book, state_book
from services.taxonomy.terms import CapacityArea

CODES = ("sectors",)
MOST_CODES = 100
"""How many codes a list of a cooperation may have."""
WRITTEN = (
    "external_id", "source", "visibility", "language", "host_state", "partner_states", "started_on", "ended_on",
    "capacity_areas", "sectors", "is_demo",
)  # fmt: skip
"""The columns of ``cooperation`` that an import decides."""


def check_experience_importer(actor: Actor) -> None:
    """Make sure that the actor may import experience: the platform, or the secretariat.

    Raises:
        NotPermitted: someone else, or a token without the scope IMPORT.
    """
    if actor.role is not Role.SYSTEM and (actor.role is not Role.SECRETARIAT or Scope.IMPORT not in actor.scopes):
        raise NotPermitted("Only the secretariat can import experience: it is about states, and no delegation's own.")


async def import_experience(
    db: Database,
    actor: Actor,
    source: RowSource,
    *,
    as_drafts: bool = False,  # noqa: ARG001 - of every kind of thing; what has ended is no draft
    dry_run: bool = False,
    skip_bad: Path | None = None,
    progress: Progress = quiet,
    then: Then = nothing,
) -> Report:
    """Add or update finished cooperations, all of them or none; see ``importing.run.run``.

    They count in the next match. Texts are searched by their words at once, and by their meaning after
    ``embed_missing(db, CooperationText)``.

    Raises:
        NotPermitted: the actor may not import.
        Unreadable: the file as a whole cannot be imported.
        Conflict: someone changed the same cooperations while the file was read; nothing was kept.
    """
    check_experience_importer(actor)
    async with db.read(actor) as session:
        kind = await cooperation_kind(session, actor)
    return await run(db, actor, source, kind, dry_run=dry_run, skip_bad=skip_bad, progress=progress, then=then)


async def cooperation_kind(session: Reader, _actor: Actor) -> Kind:
    """What files of experience have in them."""
    books = {name: await code_book(session, name) for name in CODES}
    return Kind(
        name="cooperation",
        thing=Cooperation,
        text=CooperationText,
        columns=_columns(await state_book(session), books),
        written=WRITTEN,
        defaults=_defaults(),
        settle=_settle,
        by=("external_id",),
    )


async def chosen_cooperations(session: Reader, actor: Actor, state: str | None) -> Chosen:
    """The cooperations that the actor sees; with the code of a ``state``, those in which it took part.

    Raises:
        Invalid: ``state`` is none.
    """
    row = table_of(Cooperation).c
    seen = cooperation_visible_to(actor.viewer, row)
    if state is None:
        return Chosen(seen)
    code = (await state_book(session)).find(state)
    return Chosen(sa.and_(seen, sa.or_(row.host_state == code, sa.any_(row.partner_states) == code)))


def _columns(states: CodeBook, books: Mapping[str, CodeBook]) -> Sequence[Column]:
    def listed(cells: Cells, name: str) -> list[str]:
        return cells.codes(name, books[name].find, most=MOST_CODES)

    return (
        Column("externalId", "external_id", partial(Cells.needed, limit=EXTERNAL_ID_LIMIT), required=True),
        Column("title", "title", Cells.needed, required=True),
        Column("summary", "summary", Cells.text),
        Column("description", "description", Cells.text),
        Column("language", "language", Cells.language, required=True),
        Column("hostState", "host_state", lambda cells, name: cells.found(name, states.find), required=True),
        Column(
            "partnerStates",
            "partner_states",
            lambda cells, name: cells.codes(name, states.find, most=MOST_STATES),
        ),
        Column("from", "started_on", _day, required=True),
        Column("to", "ended_on", _day, required=True),
        Column("capacityAreas", "capacity_areas", partial(Cells.words, words=CapacityArea, most=MOST_CODES)),
        Column("sectors", "sectors", listed),
        Column("visibility", "visibility", partial(Cells.word, words=Audience, blank=Audience.MEMBERS)),
        Column("isDemo", "is_demo", Cells.flag),
    )


def _day(cells: Cells, name: str) -> date | None:
    cells.needed(name)
    return cells.day(name)


def _defaults() -> Values:
    return {
        **{name: [] for name in ("partner_states", "capacity_areas", "sectors")},
        **dict.fromkeys(("summary", "description"), ""),
        "source": CooperationSource.IMPORT,
        "visibility": Audience.MEMBERS,
        "is_demo": False,
    }


def _settle(found: Values | None, wanted: Values) -> Values:
    """What a cooperation shall be, checked as a whole."""
    values = {**wanted, "delegation_id": None, "status": FINISHED}
    days = values["started_on"], values["ended_on"]
    check_cooperation(values["host_state"], values["partner_states"], *days, values["visibility"], today())
    if found is not None and found["source"] is CooperationSource.LAB and not same(WRITTEN, found, values):
        raise Conflict("A lab recorded this when it was concluded; a file does not change it.", path=("externalId",))
    return values
