"""The settings of the Group that are in force."""

import sqlalchemy as sa
from sqlmodel import col

from services.core.db import Reader
from services.membership.setting_tables import GroupSettings
from services.membership.terms import GroupNumbers


async def settings_in_force(session: Reader) -> GroupNumbers:
    """Return the version that was confirmed last; a migration brings the first."""
    wanted = sa.select(
        col(GroupSettings.voices_needed), col(GroupSettings.open_days), col(GroupSettings.longest_open_days)
    ).where(col(GroupSettings.confirmed_at).is_not(None))
    newest = wanted.order_by(col(GroupSettings.confirmed_at).desc(), col(GroupSettings.version).desc()).limit(1)
    # what a command has changed so far is written once it is checked, which may need these numbers
    return GroupNumbers(*(await session.execute(newest.execution_options(autoflush=False))).one())
