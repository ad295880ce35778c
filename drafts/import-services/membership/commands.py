"""Writes of membership."""

import sqlalchemy as sa

from services.core.db import Writer
from services.core.read.shape import table_of
from services.membership.tables import Delegation
from services.taxonomy.tables import MemberState


async def refresh_names(session: Writer) -> int:
    """Copy the states' names and their places to the delegations, and return how many delegations that changed.

    To be called after reference data was loaded, by the platform itself (``SYSTEM``): row security keeps others from
    seeing or changing all of them. Revisions stay: what people are editing does not go stale by a name.
    """
    delegation, state = table_of(Delegation).c, table_of(MemberState).c
    copies = {delegation.names: state.names, delegation.places: state.places}
    changed = await session.execute(
        sa.update(Delegation)
        .values({column.name: source for column, source in copies.items()})
        .where(delegation.state == state.iso3, sa.tuple_(*copies).is_distinct_from(sa.tuple_(*copies.values())))
        .returning(delegation.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())
