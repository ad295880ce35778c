"""Reads of single attachments, for the door through which their content goes."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor
from services.core.db import Database
from services.core.errors import NotFound
from services.proposals import expression_policy as policy
from services.proposals.thread_tables import Attachment


async def attachment_of(db: Database, actor: Actor, attachment_id: UUID) -> Attachment:
    """Return an attachment that the actor may see.

    Raises:
        NotFound: there is none, or none that the actor may know of.
    """
    wanted = sa.select(Attachment).where(
        col(Attachment.id) == attachment_id, policy.visible_attachment(actor.viewer, Attachment)
    )
    async with db.read(actor) as session:
        found = (await session.execute(wanted)).scalar_one_or_none()
        if found is None:
            raise NotFound("There is no such file, or none that you may know of.", path=("id",))
        session.expunge(found)
        return found
