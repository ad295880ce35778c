"""Writes of matching: weights are proposed by the secretariat and confirmed by a co-chair."""

from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Writer, unique
from services.core.errors import Conflict, Invalid, NotPermitted
from services.core.policy import lock
from services.core.read.shape import table_of
from services.core.table import now
from services.core.texts import check_characters
from services.matching import policy
from services.matching.rules import NOTE_LIMIT, Weights
from services.matching.tables import MatchingWeights


async def propose_weights(session: Writer, actor: Actor, weights: Weights, note: str) -> UUID:
    """Write the next version of the weights; matches use it only once a co-chair has confirmed it.

    Raises:
        NotPermitted: the actor is not the secretariat.
        WrongWeights: no match could be scored by them.
        Invalid: the note is too long.
        Conflict: someone proposed weights at the same time.
    """
    if not policy.may_propose(actor.viewer):
        raise NotPermitted("Only the secretariat can propose weights.")
    weights.checked()
    if len(note) > NOTE_LIMIT:
        raise Invalid(f"The note has {len(note):,} characters; it may have {NOTE_LIMIT:,}.", path=("note",))
    check_characters(note, path=("note",))
    last = await session.scalar(sa.select(sa.func.max(table_of(MatchingWeights).c.version)))
    row = MatchingWeights(version=(last or 0) + 1, weights=weights.as_json(), author_id=actor.person_id, note=note)
    taken = Conflict("Someone else proposed weights just now. Look at theirs, and try again.")
    async with unique(session, "uq_matching_weights_version", taken):
        session.add(row)
    await record(session, actor, "matching_weights.proposed", "matching_weights", row.id, weights=row.weights)
    return row.id


async def confirm_weights(session: Writer, actor: Actor, weights_id: UUID) -> UUID:
    """Put a version of the weights in force: every match from now on is scored by it.

    Raises:
        NotFound: no such version.
        NotPermitted, Conflict: see ``policy.refusals_to_confirm``.
    """
    row = await lock(
        session,
        actor,
        MatchingWeights,
        weights_id,
        policy.weights_visible_to,
        policy.refusals_to_confirm,
        what="version of weights",
    )
    row.confirmed_at, row.confirmed_by_id = now(), actor.person_id
    await session.flush()
    await record(session, actor, "matching_weights.confirmed", "matching_weights", row.id, version=row.version)
    return row.id
