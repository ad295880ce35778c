"""Import of practices: ``gof import practices``, and the same for a focal point's own delegation.

A row is found again by delegation and external id. What it gives replaces what there is; columns that the file does
not have are left alone, blank cells empty what they stand for. A practice comes in as a draft, for a practice is
reviewed before it is published; a published one that changes becomes a new version.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from services.core.actor import Actor, Audience, Role
from services.core.db import Database, Reader
from services.core.errors import Conflict, NotPermitted
from services.core.importing.cells import Cells
from services.core.importing.judging import Outcome
from services.core.importing.kind import Column, Kind, Values, check_wish, same
from services.core.importing.report import Report
from services.core.importing.rows import RowSource
from services.core.importing.run import Then, nothing, run
from services.core.progress import Progress, quiet
from services.core.read.shape import table_of
from services.core.table import now, today
from services.membership.imports import Authors, authors, check_importer
from services.practices.tables import Practice, PracticeText, PracticeVersion
from services.practices.terms import PracticeStatus
from services.taxonomy.imports import CodeBook, code_book
from services.taxonomy.terms import CapacityArea

S = PracticeStatus
CODES = ("sectors", "sdgTargets", "licence")
MOST_CODES = 100
"""How many codes a list of a practice may have."""
EXTERNAL_ID_LIMIT = 200
WRITTEN = (
    "delegation_id", "external_id", "status", "visibility", "language", "capacity_areas", "sectors", "sdg_targets",
    "licence", "version", "published_at", "listed_at", "last_confirmed_on", "return_reason", "is_demo",
)  # fmt: skip
"""The columns of ``practice`` that an import decides."""


async def import_practices(
    db: Database,
    actor: Actor,
    source: RowSource,
    *,
    dry_run: bool = False,
    skip_bad: Path | None = None,
    progress: Progress = quiet,
    then: Then = nothing,
    status: PracticeStatus = PracticeStatus.DRAFT,
    is_demo: bool = False,
) -> Report:
    """Add or update practices, all of them or none; see ``importing.run.run`` for what is refused and reported.

    Drafts, new ones and those there are, get the ``status``: DRAFT, IN_REVIEW or, for the platform itself, PUBLISHED.
    Texts are searched by their words at once, and by their meaning after ``embed_missing(db, PracticeText)``.

    Raises:
        NotPermitted: the actor may not import, or not publish.
        Unreadable: the file as a whole cannot be imported.
        Conflict: someone changed the same practices while the file was read; nothing was kept.
    """
    check_importer(actor)
    if status is S.PUBLISHED and actor.role is not Role.SYSTEM:
        raise NotPermitted("Practices are published by the secretariat, after review.")
    async with db.read(actor) as session:
        kind = await practice_kind(session, actor, status=status, is_demo=is_demo)
    return await run(db, actor, source, kind, dry_run=dry_run, skip_bad=skip_bad, progress=progress, then=then)


async def practice_kind(
    session: Reader, actor: Actor, *, status: PracticeStatus = S.DRAFT, is_demo: bool = False
) -> Kind:
    """What files of practices have in them, for an actor who may import."""
    known = await authors(session, actor)
    books = {name: await code_book(session, name) for name in CODES}
    return Kind(
        name="practice",
        thing=Practice,
        text=PracticeText,
        columns=_columns(known, books),
        written=WRITTEN,
        defaults=_defaults(is_demo=is_demo),
        settle=partial(_settle, platform=actor.role is Role.SYSTEM, status=status),
        follow=_versions,
    )


def _columns(known: Authors, books: Mapping[str, CodeBook]) -> Sequence[Column]:
    def listed(cells: Cells, name: str) -> list[str]:
        return cells.codes(name, books[name].find, most=MOST_CODES)

    return (
        Column("externalId", "external_id", partial(Cells.needed, limit=EXTERNAL_ID_LIMIT), required=True),
        Column("delegation", "delegation_id", lambda cells, name: cells.found(name, known.find), required=True),
        Column("title", "title", Cells.needed, required=True),
        Column("summary", "summary", Cells.text),
        Column("description", "description", Cells.text),
        Column("language", "language", Cells.language, required=True),
        Column("capacityAreas", "capacity_areas", partial(Cells.words, words=CapacityArea, most=MOST_CODES)),
        Column("sectors", "sectors", listed),
        Column("sdgTargets", "sdg_targets", listed),
        Column("licence", "licence", lambda cells, name: cells.code(name, books[name].find)),
        Column("visibility", "visibility", partial(Cells.word, words=Audience, blank=Audience.PUBLIC)),
        Column("status", "asked", partial(Cells.maybe, words=S), exported="status"),
        Column("isDemo", "is_demo", Cells.flag),
    )


def _defaults(*, is_demo: bool) -> Values:
    return {
        **{name: [] for name in ("capacity_areas", "sectors", "sdg_targets")},
        **dict.fromkeys(("licence", "published_at", "last_confirmed_on")),
        **dict.fromkeys(("summary", "description", "return_reason"), ""),
        "status": S.DRAFT,
        "visibility": Audience.PUBLIC,
        "version": 0,
        "listed_at": now(),
        "is_demo": is_demo,
    }


def _settle(found: Values | None, wanted: Values, *, platform: bool, status: PracticeStatus) -> Values:
    """What a practice shall be."""
    values = {**wanted}
    asked = values.pop("asked", None)
    if asked in {S.PUBLISHED, S.WITHDRAWN} and values["status"] is S.DRAFT and not platform:
        raise NotPermitted("Practices are published by the secretariat, after review.", path=("status",))
    if found is None and asked is S.WITHDRAWN:
        return {**values, "status": S.WITHDRAWN}
    check_wish(asked, values["status"], (S.DRAFT, S.IN_REVIEW, S.PUBLISHED) if values["status"] is S.DRAFT else ())
    match values["status"]:
        case S.DRAFT:
            wish = asked or status
            return _published(values) if wish is S.PUBLISHED else {**values, "status": wish}
        case _ if same(WRITTEN, found, values):
            return values
        case S.PUBLISHED:
            return {**values, "version": values["version"] + 1}
        case other:
            state = other.value.replace("_", " ")
            raise Conflict(f"This practice is {state}, so it cannot be changed.", path=("externalId",))


def _published(values: Values) -> Values:
    moment = now()
    published = {"status": S.PUBLISHED, "version": values["version"] + 1, "return_reason": ""}
    return {**values, **published, "published_at": moment, "listed_at": moment, "last_confirmed_on": today()}


def _versions(staged: sa.TableClause, part: sa.ColumnElement[bool]) -> Sequence[sa.Executable]:
    """Keep what is published now, and was not so before, as the next version."""
    text, row = table_of(PracticeText).c, staged.c
    each = sa.func.jsonb_build_object("title", text.title, "summary", text.summary, "description", text.description)
    texts = sa.select(sa.func.jsonb_object_agg(text.language, each))
    texts = texts.where(text.practice_id == row.id, text.suggestion_id.is_(None))
    values = {
        "practice_id": row.id,
        "number": row.version,
        "published_at": sa.literal(now(), sa.DateTime(timezone=True)),
        "texts": texts.scalar_subquery(),
        **{name: row[name] for name in ("delegation_id", "status", "visibility")},
    }
    chosen = sa.select(*values.values()).where(part, row.outcome != Outcome.UNCHANGED, row.status == S.PUBLISHED)
    return [sa.insert(PracticeVersion).from_select(list(values), chosen, include_defaults=False)]
