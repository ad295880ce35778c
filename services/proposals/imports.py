"""Import of proposals: ``gof import proposals``, and the same for a focal point's own delegation.

A row is found again by delegation and external id. What it gives replaces what there is; columns that the file does
not have are left alone, blank cells empty what they stand for. A proposal is open as soon as it has what opening
needs: without a last day it gets one in a year, and it stays a draft while its first day is to come or when its last
one has passed. An expired one is opened again by a later last day.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from services.core.actor import Actor, Audience, Role
from services.core.db import Database, Reader
from services.core.errors import Conflict, NotPermitted
from services.core.importing.cells import Cells
from services.core.importing.kind import Column, Kind, Values, check_wish, same
from services.core.importing.report import Report
from services.core.importing.rows import RowSource
from services.core.importing.run import Then, nothing, run
from services.core.progress import Progress, quiet
from services.core.table import now, today
from services.membership.imports import Authors, authors, check_importer
from services.membership.setting_queries import settings_in_force
from services.membership.terms import GroupNumbers
from services.proposals import rules
from services.proposals.content import EXTERNAL_ID_LIMIT, MOST_CODES, UNIT_LIMIT
from services.proposals.errors import PlacesTaken, SideFixed
from services.proposals.policy import OBSERVERS_OFFER
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import CooperationForm, Modality, ProposalStatus, Side
from services.taxonomy.imports import CodeBook, code_book
from services.taxonomy.terms import CapacityArea

S = ProposalStatus
CODES = ("sectors", "sdgTargets", "regionsAccepted", "licence")

WRITTEN = (
    "delegation_id", "external_id", "side", "status", "visibility", "language", "capacity_areas", "sectors",
    "sdg_targets", "forms", "quantity", "unit", "period_from", "period_to", "places", "modalities_accepted",
    "regions_accepted", "working_languages", "interpretation_offered", "licence", "readiness", "opens_on",
    "expires_on", "opened_at", "listed_at", "is_demo",
)  # fmt: skip
"""The columns of ``proposal`` that an import decides."""
_POSSIBLE: Mapping[ProposalStatus, Sequence[ProposalStatus]] = {S.DRAFT: (S.DRAFT, S.OPEN), S.EXPIRED: (S.OPEN,)}
"""Which status a row can ask for, beside the one there is."""


async def import_proposals(
    db: Database,
    actor: Actor,
    source: RowSource,
    *,
    dry_run: bool = False,
    skip_bad: Path | None = None,
    progress: Progress = quiet,
    then: Then = nothing,
    as_drafts: bool = False,
    is_demo: bool = False,
) -> Report:
    """Add or update proposals, all of them or none; see ``importing.run.run`` for what is refused and reported.

    With ``as_drafts`` none is opened. Texts are searched by their words at once, and by their meaning after
    ``embed_missing(db, ProposalText)``.

    Raises:
        NotPermitted: the actor may not import.
        Unreadable: the file as a whole cannot be imported.
        Conflict: someone changed the same proposals while the file was read; nothing was kept.
    """
    check_importer(actor)
    async with db.read(actor) as session:
        kind = await proposal_kind(session, actor, as_drafts=as_drafts, is_demo=is_demo)
    return await run(db, actor, source, kind, dry_run=dry_run, skip_bad=skip_bad, progress=progress, then=then)


async def proposal_kind(session: Reader, actor: Actor, *, as_drafts: bool = False, is_demo: bool = False) -> Kind:
    """What files of proposals have in them, for an actor who may import."""
    known = await authors(session, actor)
    numbers = await settings_in_force(session)
    books = {name: await code_book(session, name) for name in CODES}
    return Kind(
        name="proposal",
        thing=Proposal,
        text=ProposalText,
        columns=_columns(known, books),
        written=WRITTEN,
        defaults=_defaults(is_demo=is_demo),
        settle=partial(
            _settle, observers=known.observers, platform=actor.role is Role.SYSTEM, as_drafts=as_drafts, numbers=numbers
        ),
    )


def _columns(known: Authors, books: Mapping[str, CodeBook]) -> Sequence[Column]:
    def listed(cells: Cells, name: str) -> list[str]:
        return cells.codes(name, books[name].find, most=MOST_CODES)

    return (
        Column("externalId", "external_id", partial(Cells.needed, limit=EXTERNAL_ID_LIMIT), required=True),
        Column("delegation", "delegation_id", lambda cells, name: cells.found(name, known.find), required=True),
        Column("side", "side", partial(Cells.word, words=Side), required=True),
        Column("title", "title", Cells.needed, required=True),
        Column("summary", "summary", Cells.text),
        Column("description", "description", Cells.text),
        Column("language", "language", Cells.language, required=True),
        Column("capacityAreas", "capacity_areas", partial(Cells.words, words=CapacityArea, most=MOST_CODES)),
        Column("sectors", "sectors", listed),
        Column("sdgTargets", "sdg_targets", listed),
        Column("forms", "forms", partial(Cells.words, words=CooperationForm, most=MOST_CODES)),
        Column("quantity", "quantity", Cells.decimal),
        Column("unit", "unit", partial(Cells.text, limit=UNIT_LIMIT)),
        Column("periodFrom", "period_from", Cells.day),
        Column("periodTo", "period_to", Cells.day),
        Column("places", "places", Cells.integer),
        Column("modalitiesAccepted", "modalities_accepted", partial(Cells.words, words=Modality, most=MOST_CODES)),
        Column("regionsAccepted", "regions_accepted", listed),
        Column("workingLanguages", "working_languages", partial(Cells.languages, most=MOST_CODES)),
        Column("interpretationOffered", "interpretation_offered", Cells.flag),
        Column("licence", "licence", lambda cells, name: cells.code(name, books[name].find)),
        Column("readiness", "readiness", Cells.integer),
        Column("opensOn", "opens_on", Cells.day),
        Column("expiresOn", "expires_on", Cells.day),
        Column("visibility", "visibility", partial(Cells.word, words=Audience, blank=Audience.MEMBERS)),
        Column("status", "asked", partial(Cells.maybe, words=S), exported="status"),
        Column("isDemo", "is_demo", Cells.flag),
    )


def _defaults(*, is_demo: bool) -> Values:
    lists = ("capacity_areas", "sectors", "sdg_targets", "forms", "modalities_accepted", "regions_accepted")
    nothing = ("quantity", "period_from", "period_to", "places", "licence", "readiness", "opens_on", "expires_on")
    return {
        **{name: [] for name in (*lists, "working_languages")},
        **dict.fromkeys((*nothing, "opened_at")),
        **dict.fromkeys(("summary", "description", "unit"), ""),
        "status": ProposalStatus.DRAFT,
        "visibility": Audience.MEMBERS,
        "interpretation_offered": False,
        "listed_at": now(),
        "agreed": 0,
        "is_demo": is_demo,
    }


def _settle(
    found: Values | None,
    wanted: Values,
    *,
    observers: frozenset[UUID],
    platform: bool,
    as_drafts: bool,
    numbers: GroupNumbers,
) -> Values:
    """What a proposal shall be, checked as a whole."""
    values = dict(wanted)
    if found is not None:  # an open proposal always has both days
        values["opens_on"] = values["opens_on"] or found["opens_on"]
        values["expires_on"] = values["expires_on"] or found["expires_on"]
    rules.check_dates(values["opens_on"], values["expires_on"], values["period_from"], values["period_to"])
    rules.check_amounts(values["quantity"], values["places"], values["readiness"])
    if values["delegation_id"] in observers and values["side"] is not Side.OFFER:
        raise NotPermitted(OBSERVERS_OFFER, path=("side",))
    asked = values.pop("asked", None)
    if found is None and asked in {S.CLOSED, S.EXPIRED, S.WITHDRAWN}:
        return _restored(values, asked, platform=platform)
    check_wish(asked, values["status"], _POSSIBLE.get(values["status"], ()))
    match values["status"]:
        case S.DRAFT:
            wish = asked or (S.DRAFT if as_drafts or not _can_open(values) else S.OPEN)
            return values if wish is S.DRAFT else _opened(values, numbers)
        case status if same(WRITTEN, found, values) and asked in {None, status}:
            return values
        case S.OPEN | S.EXPIRED:
            if found is not None and values["side"] is not found["side"]:
                raise SideFixed
            return _opened(values, numbers)
        case status:
            raise Conflict(f"This proposal is {status.value}, so it cannot be changed.", path=("externalId",))


def _restored(values: Values, status: ProposalStatus, *, platform: bool) -> Values:
    """What was over where the file comes from is over here too."""
    if not platform:
        raise NotPermitted(
            "A new proposal is a draft or open; only the platform brings in what is over.", path=("status",)
        )
    return {**values, "status": status, "opened_at": now(), "listed_at": now()}


def _can_open(values: Values) -> bool:
    """Whether neither the first day is to come nor the last one has passed."""
    day = today()
    return (values["opens_on"] or day) <= day and (values["expires_on"] is None or values["expires_on"] > day)


def _opened(values: Values, numbers: GroupNumbers) -> Values:
    """As an open proposal must be, which it may be already."""
    day, moment = today(), now()
    expires_on = rules.expiry_day(values["expires_on"], day, numbers)
    if values["places"] is not None and values["places"] <= values["agreed"]:
        raise PlacesTaken(
            f"{values['agreed']:,} have agreed already; more places than that are needed.", path=("places",)
        )
    first = {} if values["opened_at"] is not None else {"opened_at": moment, "listed_at": moment}
    opened = {"status": S.OPEN, "opens_on": rules.opening_day(values["opens_on"], day), "expires_on": expires_on}
    return {**values, **opened, **first}
