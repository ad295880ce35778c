"""Other reads of matching."""

from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.db import Reader
from services.core.errors import NotFound
from services.core.read.shape import table_of
from services.membership.tables import Delegation
from services.proposals.policy import visible_to
from services.proposals.tables import Proposal


async def find_proposal(session: Reader, actor: Actor, delegation: str, external_id: str) -> UUID:
    """Return the proposal that a state's delegation (ISO 3166-1 alpha-3, in capitals) calls ``external_id``.

    Raises:
        NotFound: no such proposal, or none the actor may know of.
    """
    proposal, owner = table_of(Proposal).alias(), table_of(Delegation).alias()
    found = await session.scalar(
        sa.select(proposal.c.id)
        .join_from(proposal, owner, owner.c.id == proposal.c.delegation_id)
        .where(owner.c.state == delegation, proposal.c.external_id == external_id, visible_to(actor.viewer, proposal.c))
    )
    if found is None:
        raise NotFound(f"{delegation} has no proposal “{external_id}” that you may see.", path=("externalId",))
    return found  # type: ignore[no-any-return]
