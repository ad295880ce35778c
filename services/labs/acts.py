"""What every command on a lab does: hold the lab first, then what belongs to it; record, announce and tell.

Triggers copy from the lab to its rows and back, so whoever changes either holds the lab: no two wait for each other.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.audit import record
from services.core.db import Writer
from services.core.errors import NotFound
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import Kept, Refusals, lock
from services.core.read.shape import table_of
from services.core.texts import check_characters
from services.labs import policy
from services.labs.errors import TextNeeded
from services.labs.tables import Lab


async def hold_lab(
    session: Writer, actor: Actor, lab_id: UUID, refusals: Refusals, path: tuple[str, ...] = ("id",)
) -> Lab:
    """The lab, held until the transaction ends.

    Raises:
        NotFound, NotPermitted, Conflict: as ``core.policy.lock``.
    """
    return await lock(session, actor, Lab, lab_id, policy.visible_to, refusals, what="lab", path=path)


async def hold_part(
    session: Writer,
    actor: Actor,
    table: type[Kept],
    key: UUID,
    refusals: Refusals,
    *,
    what: str,
    path: tuple[str, ...] = ("id",),
) -> Kept:
    """A row that belongs to a lab, held with its lab.

    Raises:
        NotFound, NotPermitted, Conflict: as ``core.policy.lock``.
    """
    columns = table_of(table).c
    lab_id = await session.scalar(
        sa.select(columns.lab_id).where(columns.id == key, policy.visible_part(actor.viewer, columns))
    )
    if lab_id is None:
        raise NotFound(f"No such {what}.", path=path)
    await hold_lab(session, actor, lab_id, lambda _viewer, _row: [])
    return await lock(session, actor, table, key, policy.visible_part, refusals, what=what, path=path)


async def keep(session: Writer, actor: Actor, act: str, lab_id: UUID, kind: str, key: UUID, /, **facts: Any) -> UUID:
    """Write what was changed, record the act on the thing of type ``kind``, and tell the open pages of the lab."""
    await session.flush()
    await record(session, actor, act, kind, key, lab=lab_id, **facts)
    await tell(session, topic("lab", lab_id))
    return key


async def keep_and_announce(
    session: Writer, actor: Actor, act: str, lab_id: UUID, kind: str, key: UUID, /, **facts: Any
) -> UUID:
    """As ``keep``, and the people of the parties hear of it; ``facts`` are JSON values."""
    await keep(session, actor, act, lab_id, kind, key, **facts)
    if kind != "lab":
        facts[kind.removeprefix("lab_")] = str(key)
    await announce(session, actor, act, lab_id, **facts)
    return key


def said(text: str, name: str, limit: int, *, needed: bool = False) -> str:
    """Return a text without blanks around, up to ``limit`` characters; at least one where it is ``needed``.

    Raises:
        TextNeeded: it is empty where something must be said, or too long.
        Invalid: it has a character that is no text.
    """
    words = text.strip()
    if len(words) > limit:
        raise TextNeeded(f"This has {len(words):,} characters; it may have {limit:,}.", path=(name,))
    if needed and not words:
        raise TextNeeded(f"Something must be said here: 1 to {limit:,} characters.", path=(name,))
    return check_characters(words, path=(name,))
