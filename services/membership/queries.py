"""The other reads of membership."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.core.actor import Viewer
from services.core.db import Reader
from services.core.errors import NotFound
from services.membership import policy
from services.membership.tables import Delegation, StandingPeriod, StandingProposal
from services.membership.terms import TAKES_PART, Standing


async def delegation_of_state(session: Reader, code: str) -> tuple[UUID, bool]:
    """Return a state's delegation and whether it takes part today; ``code`` is ISO 3166-1 alpha-3, in capitals.

    Raises:
        NotFound: the state has none, or there is no such state.
    """
    found = sa.select(col(Delegation.id), col(Delegation.standing)).where(col(Delegation.state) == code)
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound(f"No state “{code[:10]}” has a delegation here; a code looks like ZMB.", path=("delegation",))
    return row[0], row[1] in TAKES_PART


async def delegation_of_proposal(session: Reader, viewer: Viewer, proposal_id: UUID) -> UUID | None:
    """Return whom a proposal is about; None where there is none that the viewer may know of."""
    return await session.scalar(
        sa.select(col(StandingProposal.delegation_id)).where(
            col(StandingProposal.id) == proposal_id, policy.visible_proposal(viewer, StandingProposal)
        )
    )


async def co_chairs_in_office(session: Reader, *, besides: UUID) -> Sequence[UUID]:
    """Return the delegations that are co-chair today, but for one."""
    found = sa.select(col(Delegation.id)).where(
        col(Delegation.standing) == Standing.CO_CHAIR, col(Delegation.id) != besides
    )
    return (await session.execute(found)).scalars().all()


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
