"""Translations that a changed original has left behind: their delegation hears of it."""

from collections.abc import Iterable
from uuid import UUID

from services.core.actor import Actor
from services.core.db import Writer
from services.core.events import announce

EVENT = "translation.stale"


async def announce_stale(session: Writer, actor: Actor, kind: str, thing_id: UUID, languages: Iterable[str]) -> None:
    """Announce once for a change of a thing's original that its accepted translations are stale, if there are any."""
    listed = list(languages)
    if listed:
        await announce(session, actor, EVENT, thing_id, kind=kind, languages=listed)
