"""Other reads of matching."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.actor import SYSTEM, Actor
from services.core.db import Reader
from services.core.errors import NotFound
from services.core.read.shape import Ask, Columns, table_of, within
from services.matching.scoring import ranked
from services.matching.shapes import reaches, shown
from services.matching.tables import MatchingWeights
from services.matching.terms import MatchBand
from services.membership.tables import Delegation
from services.proposals.policy import visible_to
from services.proposals.tables import Proposal

_IDS = ARRAY(sa.Uuid)


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


async def scores_of(
    session: Reader, proposal: UUID, others: Sequence[UUID], weights_id: UUID | None, most: int
) -> Sequence[tuple[UUID, float]]:
    """The ``most`` best partners of a proposal among ``others``, with their scores, as the platform sees them.

    ``weights_id`` names a version of the weights; None is the one in force.
    """
    table = table_of(Proposal).alias()
    own = Columns(table)
    found = ranked(own, Ask(SYSTEM.viewer, lambda _: None), weights_id)
    best = sa.select(found.c.id, found.c.score).where(found.c.id == sa.any_(sa.bindparam("others", type_=_IDS)))
    best = best.order_by(found.c.score.desc(), found.c.id).limit(sa.bindparam("most", type_=sa.Integer))
    each = within(own, best).lateral()
    asked = sa.select(each.c.id, each.c.score).select_from(sa.join(table, each, sa.true()))
    asked = asked.where(table.c.id == sa.bindparam("own", type_=sa.Uuid))
    values = {"own": proposal, "others": list(others), "most": most}
    return [tuple(row) for row in await session.execute(asked, values)]


async def version_of(session: Reader, weights_id: UUID | None) -> int:
    """The number of a version of the weights; of the one in force for None."""
    row = table_of(MatchingWeights).c
    wanted = sa.select(row.version)
    if weights_id is None:
        latest = (row.confirmed_at.desc(), row.version.desc())
        wanted = wanted.where(row.confirmed_at.is_not(None)).order_by(*latest).limit(1)
    else:
        wanted = wanted.where(row.id == weights_id)
    return int((await session.execute(wanted)).scalar_one())


async def matches_of(session: Reader, actor: Actor, proposal: UUID, band: MatchBand) -> Sequence[UUID]:
    """All that a proposal could be matched with in ``band`` or a better one, as the actor sees it; not what is set aside."""
    table = table_of(Proposal).alias()
    own = Columns(table)
    found = Columns(shown(own, Ask(actor.viewer, lambda _: None)))
    each = within(own, sa.select(found.id).where(reaches(found, band))).lateral()
    asked = sa.select(each.c.id).select_from(sa.join(table, each, sa.true())).where(table.c.id == proposal)
    return (await session.execute(asked)).scalars().all()
