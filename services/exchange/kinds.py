"""The kinds of things that files are made of, by the names that people give them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from services.core.actor import Actor
from services.core.db import Database, Reader
from services.core.exporting.formats import Format
from services.core.exporting.run import export
from services.core.importing.kind import Kind
from services.core.importing.report import Report
from services.core.importing.rows import RowSource
from services.core.importing.run import Then, nothing
from services.core.progress import Progress, quiet
from services.core.texts import TextRow
from services.exchange.terms import ExchangeKind
from services.membership.imports import authors
from services.practices.imports import import_practices, practice_kind
from services.practices.tables import PracticeText
from services.practices.terms import PracticeStatus
from services.proposals.imports import import_proposals, proposal_kind
from services.proposals.tables import ProposalText


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


@dataclass(frozen=True, slots=True)
class Exchange:
    """A kind of thing: how its rows are imported, what stands in its files, and where its texts are."""

    bring: Import
    kind: Callable[[Reader, Actor], Awaitable[Kind]]
    text: type[TextRow]


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
    ExchangeKind.PROPOSALS: Exchange(import_proposals, proposal_kind, ProposalText),
    ExchangeKind.PRACTICES: Exchange(_bring_practices, practice_kind, PracticeText),
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
    """Export what the actor's delegation has, or for the platform all delegations or that of ``state``; how many.

    Raises:
        NotPermitted: neither the platform nor a delegation.
        Invalid: ``state`` is none, or has no delegation.
        TooManyRows: more than a spreadsheet has rows.
    """
    exchange = EXCHANGES[what]
    async with db.read(actor) as session:
        known = await authors(session, actor)
        chosen = known.delegations if state is None else {state.upper(): known.author(state)}
        kind = await exchange.kind(session, actor)
        states = {author.delegation_id: code for code, author in chosen.items()}
        return await export(session, actor, kind, states, file, format_, progress)
