"""Standing searches: a delegation is told of new matches of its proposal, each exactly once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.core.actor import SYSTEM, Actor, Role
from services.core.audit import record
from services.core.db import Reader, Writer
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import lock
from services.core.read.shape import table_of
from services.core.table import now
from services.matching import answer_policy as policy
from services.matching.answer_tables import StandingSearch, StandingSearchMatch
from services.matching.errors import TooManySearches
from services.matching.queries import matches_of
from services.matching.rules import MOST_SEARCHES
from services.matching.terms import MatchBand
from services.membership.tables import Delegation
from services.membership.terms import TAKES_PART, Standing
from services.proposals.policy import visible_to
from services.proposals.tables import Proposal
from services.proposals.terms import ProposalStatus

KIND = "standing_search"
BATCH = 20
"""How many searches are looked at before others are listed again."""
ROWS = 1_000
"""How many matches one statement keeps."""


async def start_search(session: Writer, actor: Actor, proposal_id: UUID, band: MatchBand) -> UUID:
    """Tell the actor's delegation of new matches of its open proposal that reach ``band``, from now on.

    What matches already is known and not told. A search that is there already goes on with another band.

    Raises:
        NotFound, NotPermitted, Conflict: see ``answer_policy.refusals_to_search``.
        TooManySearches: the delegation has ``MOST_SEARCHES``.
    """
    own = await lock(
        session,
        actor,
        Proposal,
        proposal_id,
        visible_to,
        policy.refusals_to_search,
        what="proposal",
        path=("proposal",),
    )
    row = table_of(StandingSearch).c
    found = sa.select(StandingSearch).where(col(StandingSearch.proposal_id) == own.id)
    search = (await session.execute(found)).scalar_one_or_none()
    if search is None:
        count = await session.scalar(sa.select(sa.func.count()).where(row.delegation_id == own.delegation_id))
        if (count or 0) >= MOST_SEARCHES:
            raise TooManySearches(f"Your delegation has {MOST_SEARCHES} standing searches. End one of them first.")
        search = StandingSearch(proposal_id=own.id, delegation_id=own.delegation_id)
        session.add(search)
    search.band, search.looked_at = band, now()
    await session.flush()
    await _keep(session, search, await matches_of(session, actor, own.id, band))
    await record(session, actor, "standing_search.started", KIND, search.id, proposal=str(own.id), band=band)
    await tell(session, topic("delegation", own.delegation_id))
    return search.id


async def stop_search(session: Writer, actor: Actor, search_id: UUID) -> UUID:
    """End a standing search; what it knew goes with it.

    Raises:
        NotFound, NotPermitted: see ``answer_policy.refusals_to_stop``.
    """
    row = await lock(
        session,
        actor,
        StandingSearch,
        search_id,
        policy.visible_search,
        policy.refusals_to_stop,
        what="standing search",
    )
    await session.delete(row)
    await session.flush()
    await record(session, actor, "standing_search.stopped", KIND, search_id, proposal=str(row.proposal_id))
    await tell(session, topic("delegation", row.delegation_id))
    return search_id


async def searches_to_look_at(session: Reader, before: datetime) -> Sequence[tuple[UUID, Actor]]:
    """Up to ``BATCH`` standing searches that were last looked at before a moment, each with its delegation as an actor.

    Of open proposals by delegations that take part; those looked at longest ago come first.
    """
    search, proposal, delegation = (table_of(one).alias() for one in (StandingSearch, Proposal, Delegation))
    due = (
        sa.select(search.c.id, delegation.c.id, delegation.c.standing)
        .join_from(search, proposal, proposal.c.id == search.c.proposal_id)
        .join(delegation, delegation.c.id == search.c.delegation_id)
        .where(search.c.looked_at < before, proposal.c.status == ProposalStatus.OPEN)
        .where(delegation.c.standing.in_(sorted(TAKES_PART)))
        .order_by(search.c.looked_at, search.c.id)
        .limit(BATCH)
    )
    return [(key, _for_delegation(one, standing)) for key, one, standing in await session.execute(due)]


async def look(session: Writer, actor: Actor, search_id: UUID) -> int:
    """Look at one standing search as its delegation, and announce the new matches, all in one notice; return how many.

    What is told is kept in the same transaction, so looking twice, or two at once, tells nothing twice. The event
    ``search.found`` tells how many (``count``).
    """
    held = sa.select(StandingSearch).where(col(StandingSearch.id) == search_id).with_for_update(skip_locked=True)
    search = (await session.execute(held)).scalar_one_or_none()
    if search is None:
        return 0
    told = await _keep(session, search, await matches_of(session, actor, search.proposal_id, search.band))
    change = sa.update(StandingSearch).where(col(StandingSearch.id) == search_id)
    await session.execute(change.values(looked_at=now(), updated_at=search.updated_at))
    if told:
        await announce(session, SYSTEM, "search.found", search_id, count=told)
    return told


async def _keep(session: Writer, search: StandingSearch, found: Sequence[UUID]) -> int:
    """Let the search know of these matches; return how many it did not know of."""
    told = 0
    for place in range(0, len(found), ROWS):
        rows = [
            {"search_id": search.id, "other_id": one, "delegation_id": search.delegation_id}
            for one in found[place : place + ROWS]
        ]
        kept = insert(StandingSearchMatch).values(rows).on_conflict_do_nothing()
        told += len((await session.execute(kept.returning(col(StandingSearchMatch.other_id)))).all())
    return told


def _for_delegation(delegation_id: UUID, standing: Standing) -> Actor:
    """The platform at work for a delegation: it sees what the delegation's people see."""
    return Actor(
        Role.VIEWER, None, delegation_id, reads_members=True, acts=True, observer=standing is Standing.OBSERVER
    )
