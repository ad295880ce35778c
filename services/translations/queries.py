"""The other reads of translations."""

from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Actor
from services.core.db import Reader
from services.core.errors import NotFound
from services.core.read.shape import table_of
from services.translations import policy
from services.translations.kinds import KINDS, Kind
from services.translations.tables import TranslationSuggestion


async def thing_of(session: Reader, actor: Actor, suggestion_id: UUID) -> tuple[Kind, UUID]:
    """Return what a suggestion is a translation of: kind and key.

    Raises:
        NotFound: no such suggestion, or none the actor may know of.
    """
    row = table_of(TranslationSuggestion).alias()
    visible = policy.visible_to(actor.viewer, row.c)
    found = await session.execute(sa.select(row.c.kind, row.c.thing_id).where(row.c.id == suggestion_id, visible))
    one = found.one_or_none()
    if one is None:
        raise NotFound("No such translation.", path=("id",))
    return KINDS[one.kind], one.thing_id
