"""Which hard constraints one pair of proposals keeps, in SQL: one row for the pair, or none."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor, Viewer
from services.core.db import Reader
from services.core.read.shape import Columns, Expression, Row, table_of, within
from services.matching.policy import Pair, constraints
from services.matching.states import home, partners
from services.matching.terms import Constraint
from services.membership.tables import Delegation
from services.proposals.policy import visible_to
from services.proposals.tables import Proposal


@dataclass(frozen=True, slots=True)
class Fit:
    """A pair as it is now; ``broken`` are the hard constraints that it does not keep, in their order."""

    other_id: UUID
    other_delegation_id: UUID
    other_revision: int
    other_visibility: str
    broken: tuple[Constraint, ...]


def fitting(own: Row, other_id: Expression, viewer: Viewer) -> sa.Subquery:
    """The proposal ``other_id`` as a partner of the proposal ``own``; no row where the viewer may not see it.

    Columns: all of the other proposal; ``keeps_…`` for each constraint, whether the pair keeps it; ``their_state`` and
    ``own_state``, ``their_regions`` and ``own_regions``, NULL for a delegation that is no state's; ``pair_modality``.
    """
    mine = home(own, viewer)
    theirs = partners(mine, viewer)
    other, delegation = table_of(Proposal).alias(), table_of(Delegation).alias()
    pair = Pair(own, mine.c, other.c, theirs.c, delegation.c)
    kept = [
        sa.func.coalesce(condition, sa.false(), type_=sa.Boolean()).label(f"keeps_{one}")
        for one, condition in constraints(viewer, pair).items()
    ]
    chosen = (
        sa.select(
            *other.c,
            *kept,
            theirs.c.iso3.label("their_state"),
            mine.c.iso3.label("own_state"),
            theirs.c.regions.label("their_regions"),
            mine.c.regions.label("own_regions"),
            pair.modality.label("pair_modality"),
        )
        .select_from(
            sa.join(other, delegation, delegation.c.id == other.c.delegation_id).outerjoin(
                theirs, theirs.c.iso3 == delegation.c.state
            )
        )
        .where(other.c.id == other_id, visible_to(viewer, other.c))
        .correlate(mine)
        .offset(0)
    )
    found = within(own, chosen).lateral()
    return sa.select(*found.c).select_from(sa.join(mine, found, sa.true())).subquery()


async def fit_of(session: Reader, actor: Actor, own: UUID, other: UUID) -> Fit | None:
    """How the proposal ``other`` fits to ``own``, as the actor sees both; None where there is no such proposal."""
    table = table_of(Proposal).alias()
    found = fitting(Columns(table), sa.literal(other, sa.Uuid), actor.viewer).lateral()
    kept = [found.c[f"keeps_{one}"] for one in Constraint]
    asked = sa.select(found.c.id, found.c.delegation_id, found.c.revision, found.c.visibility, *kept)
    asked = asked.select_from(sa.join(table, found, sa.true())).where(table.c.id == own)
    row = (await session.execute(asked)).one_or_none()
    if row is None:
        return None
    key, delegation, revision, visibility, *keeps = row
    broken = tuple(one for one, keeps_it in zip(Constraint, keeps, strict=True) if not keeps_it)
    return Fit(key, delegation, revision, visibility, broken)
