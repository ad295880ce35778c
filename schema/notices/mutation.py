"""Marking notices as read."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS
from schema.core.mutation import act
from schema.identity.types import Viewer
from services.core.actor import Actor
from services.core.db import Writer
from services.core.ids import typed_id
from services.identity.shapes import MYSELF
from services.notices import commands


@strawberry.input(description="Which of your notices you have read.")
class NoticesReadInput:
    """Read marks."""

    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Up to 100 notices; all of yours when left out."
    )


@strawberry.type(description="You with your notices as they now are, or why it was not done.")
class NoticesReadPayload:
    """Answer of noticesRead."""

    person_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="You, with `notices` and `unreadCount`; null if nothing was done.")
    async def viewer(self, info: Info) -> Viewer | None:
        """Read back after the commit, through the same Shape."""
        return await read(info, MYSELF) if self.person_id else None


@strawberry.type
class NoticesMutation:
    """Mutations of notices."""

    @strawberry.mutation(description="Mark your notices as read; what is read already stays as it is.")
    async def notices_read(self, info: Info, input: Annotated[NoticesReadInput, ASKED]) -> NoticesReadPayload:
        """One command."""

        async def mark(session: Writer, actor: Actor) -> UUID:
            ids = None if input.ids is None else [typed_id(one, "notice", path=("ids",)) for one in input.ids]
            return await commands.read_notices(session, actor, ids)

        done, errors = await act(info, mark)
        return NoticesReadPayload(person_id=done, errors=errors)
