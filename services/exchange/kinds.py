"""The kinds of things that files are made of, by the names that people give them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from services.core.actor import Actor, Scope
from services.core.audit import record
from services.core.db import Database, Reader
from services.core.exporting.formats import Format
from services.core.exporting.run import Chosen, export, of_delegations
from services.core.importing.kind import Kind
from services.core.importing.report import Report
from services.core.importing.rows import RowSource
from services.core.importing.run import Then, nothing
from services.core.progress import Progress, quiet
from services.core.table import Row, uuid7
from services.core.texts import TextRow
from services.exchange.terms import ExchangeKind
from services.labs.exports import chosen_labs, export_labs
from services.labs.imports import import_labs
from services.labs.tables import LabText
from services.matching.cooperation_tables import CooperationText
from services.matching.imports import (
    check_experience_importer,
    chosen_cooperations,
    cooperation_kind,
    import_experience,
)
from services.membership.imports import authors, check_importer
from services.practices.imports import import_practices, practice_kind
from services.practices.tables import Practice, PracticeText
from services.practices.terms import PracticeStatus
from services.proposals.imports import import_proposals, proposal_kind
from services.proposals.tables import Proposal, ProposalText


class Import(Protocol):
    """Imports rows of one kind."""

    async def __call__(
        self,
        db: Database,
        actor: Actor,
        source: RowSource,
        *,
        as_drafts: bool,
        dry_run: bool = False,
        skip_bad: Path | None = None,
        progress: Progress = quiet,
        then: Then = nothing,
    ) -> Report:
        """See ``importing.run.run``."""


Send = Callable[[Reader, Actor, str | None, IO[bytes], Format, Progress], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A kind of thing: who imports it and how, how it goes out, and where its texts are.

    ``check`` raises NotPermitted for who may not import, and ``choose`` for who may not export; it and ``send`` take the
    code of a state, or None for all that the actor may export. ``send`` returns how many things it wrote.
    """

    check: Callable[[Actor], None]
    bring: Import
    choose: Callable[[Reader, Actor, str | None], Awaitable[object]]
    send: Send
    text: type[TextRow]


def _sender(
    kind: Callable[[Reader, Actor], Awaitable[Kind]], choose: Callable[[Reader, Actor, str | None], Awaitable[Chosen]]
) -> Send:
    """The export of a kind of which ``choose`` says what goes out."""

    async def send(
        session: Reader, actor: Actor, state: str | None, file: IO[bytes], format_: Format, progress: Progress
    ) -> int:
        chosen = await choose(session, actor, state)
        return await export(session, await kind(session, actor), chosen, file, format_, progress)

    return send


def _of(thing: type[Row]) -> Callable[[Reader, Actor, str | None], Awaitable[Chosen]]:
    """What is of the actor's delegation; for the platform of all delegations, or of that of a state."""

    async def choose(session: Reader, actor: Actor, state: str | None) -> Chosen:
        known = await authors(session, actor)
        chosen = known.delegations if state is None else {state.upper(): known.author(state)}
        return of_delegations(actor, thing, {author.delegation_id: code for code, author in chosen.items()})

    return choose


async def _bring_practices(
    db: Database,
    actor: Actor,
    source: RowSource,
    *,
    as_drafts: bool,
    dry_run: bool = False,
    skip_bad: Path | None = None,
    progress: Progress = quiet,
    then: Then = nothing,
) -> Report:
    """New practices are given to the secretariat for review, unless they stay drafts."""
    status = PracticeStatus.DRAFT if as_drafts else PracticeStatus.IN_REVIEW
    return await import_practices(
        db, actor, source, dry_run=dry_run, skip_bad=skip_bad, progress=progress, then=then, status=status
    )


EXCHANGES: Mapping[str, Exchange] = {
    ExchangeKind.PROPOSALS: Exchange(
        check_importer, import_proposals, _of(Proposal), _sender(proposal_kind, _of(Proposal)), ProposalText
    ),
    ExchangeKind.PRACTICES: Exchange(
        check_importer, _bring_practices, _of(Practice), _sender(practice_kind, _of(Practice)), PracticeText
    ),
    ExchangeKind.EXPERIENCE: Exchange(
        check_experience_importer,
        import_experience,
        chosen_cooperations,
        _sender(cooperation_kind, chosen_cooperations),
        CooperationText,
    ),
    ExchangeKind.LABS: Exchange(check_importer, import_labs, chosen_labs, export_labs, LabText),
}


async def export_things(
    db: Database,
    actor: Actor,
    what: str,
    file: IO[bytes],
    format_: Format,
    *,
    state: str | None = None,
    progress: Progress = quiet,
) -> int:
    """Export what the actor may, all of it or what is of one ``state``; return how many things that were.

    Of proposals and practices that is what the actor's delegation has, and for the platform what all have; of experience
    and labs what the actor sees, and ``state`` is one that took part.

    Raises:
        NotPermitted: nothing of this kind is the actor's to export.
        Invalid: ``state`` is none, or has no delegation.
        TooManyRows, CellTooLong: more than a spreadsheet holds.
    """
    exchange = EXCHANGES[what]
    async with db.write(actor, Scope.READ) as session:  # kept before anything goes out: what fails midway was read too
        await exchange.choose(session, actor, state)
        await record(session, actor, f"{what}.exported", "read", uuid7(), state=state, format=format_)
    async with db.read(actor) as session:
        return await exchange.send(session, actor, state, file, format_, progress)
