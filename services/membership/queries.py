"""The other reads of membership."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.db import Reader
from services.core.errors import NotFound
from services.membership.tables import Delegation
from services.membership.terms import TAKES_PART


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
