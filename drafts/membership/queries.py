"""The other reads of membership."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.core.actor import Viewer
from services.core.db import Reader
from services.membership import policy
from services.membership.tables import StandingPeriod, StandingProposal
from services.membership.terms import Standing


async def delegation_of_proposal(session: Reader, viewer: Viewer, proposal_id: UUID) -> UUID | None:
    """Return whom a proposal is about; None where there is none that the viewer may know of."""
    return await session.scalar(
        sa.select(col(StandingProposal.delegation_id)).where(
            col(StandingProposal.id) == proposal_id, policy.visible_proposal(viewer, StandingProposal)
        )
    )


async def terms_over(session: Reader, day: date) -> Sequence[tuple[UUID, date]]:
    """Return the delegations whose latest standing is a co-chair's term that is over on ``day``, and when it ended."""
    later = aliased(StandingPeriod)
    followed = sa.select(col(later.id)).where(
        col(later.delegation_id) == col(StandingPeriod.delegation_id),
        col(later.valid_from) >= col(StandingPeriod.valid_to),
    )
    over = sa.select(col(StandingPeriod.delegation_id), col(StandingPeriod.valid_to)).where(
        col(StandingPeriod.standing) == Standing.CO_CHAIR, col(StandingPeriod.valid_to) <= day, ~followed.exists()
    )
    return [(delegation_id, ended) for delegation_id, ended in await session.execute(over) if ended is not None]
