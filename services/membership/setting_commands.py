"""Writes of the Group's settings: proposed by the secretariat, confirmed by a co-chair."""

from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Writer, unique
from services.core.errors import Conflict, NotPermitted
from services.core.events import announce
from services.core.live import CO_CHAIRS, tell
from services.core.policy import lock
from services.core.read.shape import table_of
from services.core.table import now
from services.membership import rules
from services.membership import setting_policy as policy
from services.membership.setting_tables import GroupSettings
from services.membership.terms import GroupNumbers


async def propose_settings(session: Writer, actor: Actor, numbers: GroupNumbers, note: str) -> UUID:
    """Write the next version of the settings; nothing changes until a co-chair has confirmed it.

    Raises:
        NotPermitted: the actor is not the secretariat.
        WrongSettings: a number is out of range.
        ReasonNeeded: the note is missing or too long.
        Conflict: someone proposed settings at the same time.
    """
    if not policy.may_propose(actor.viewer):
        raise NotPermitted("Only the secretariat can propose settings of the Group.")
    rules.check_numbers(numbers)
    last = await session.scalar(sa.select(sa.func.max(table_of(GroupSettings).c.version)))
    row = GroupSettings(
        version=(last or 0) + 1,
        voices_needed=numbers.voices_needed,
        open_days=numbers.open_days,
        longest_open_days=numbers.longest_open_days,
        note=rules.checked_reason(note, needed=True, path="note"),
        author_id=actor.person_id,
    )
    taken = Conflict("Someone else proposed settings just now. Look at theirs, and try again.")
    async with unique(session, "uq_group_settings_version", taken):
        session.add(row)
    values = {"voices": row.voices_needed, "open_days": row.open_days, "longest": row.longest_open_days}
    await record(session, actor, "group_settings.proposed", "group_settings", row.id, **values, note=row.note)
    await announce(session, actor, "group_settings.proposed", row.id)
    await tell(session, CO_CHAIRS)
    return row.id


async def confirm_settings(session: Writer, actor: Actor, settings_id: UUID) -> UUID:
    """Put a version of the settings in force from now on.

    Raises:
        NotFound: no such version.
        NotPermitted, Conflict: see ``setting_policy.refusals_to_confirm``.
    """
    seen, refusals = policy.visible_settings, policy.refusals_to_confirm
    row = await lock(session, actor, GroupSettings, settings_id, seen, refusals, what="version of the settings")
    row.confirmed_at, row.confirmed_by_id = now(), actor.person_id
    row.revision += 1
    await session.flush()
    await record(session, actor, "group_settings.confirmed", "group_settings", row.id, version=row.version)
    await announce(session, actor, "group_settings.confirmed", row.id)
    await tell(session, CO_CHAIRS)
    return row.id
