"""Writes of threads; every mutation is one command in one transaction, failures are data."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act, act_on
from schema.core.scalars import LanguageTag
from schema.proposals.expression_types import ExpressionOfInterest
from schema.proposals.thread_types import ThreadMessage
from services.core.actor import Actor
from services.core.db import Writer
from services.core.ids import typed_id, write_id
from services.proposals import thread_commands as commands
from services.proposals.expression_shapes import EXPRESSION_OF_INTEREST_BY_ID
from services.proposals.thread_shapes import THREAD_MESSAGE_BY_ID

KIND, MESSAGE = "expression_of_interest", "thread_message"


@strawberry.input(description="A message for the thread of an expression of interest.")
class ThreadMessageWriteInput:
    """New message."""

    id: strawberry.ID = strawberry.field(description="The expression of interest.")
    language: LanguageTag = strawberry.field(description="The language of `text`.")
    text: str = strawberry.field(description="What you say, 1 to 5,000 characters.")
    attachments: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="Up to 10 files that you have uploaded and that go with no message yet, in the order to show them.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="The message up to which you have read its thread.")
class ThreadReadInput:
    """A read mark."""

    id: strawberry.ID = strawberry.field(description="The last message that you have read.")


@strawberry.type(description="The message as it was kept, or why it was not written.")
class ThreadMessageWritePayload:
    """Answer of threadMessageWrite."""

    message_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The message; null if it was not written.")
    async def thread_message(self, info: Info) -> ThreadMessage | None:
        """Read back after the commit, through the same Shape."""
        if self.message_id is None:
            return None
        return await read(info, THREAD_MESSAGE_BY_ID, id=write_id(MESSAGE, self.message_id))  # type: ignore[no-any-return]


@strawberry.type(description="The expression of interest whose thread was read, or why it was not marked.")
class ThreadReadPayload:
    """Answer of threadRead."""

    expression_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The expression of interest as it now is; null if nothing was marked.")
    async def expression_of_interest(self, info: Info) -> ExpressionOfInterest | None:
        """Read back after the commit, through the same Shape."""
        if self.expression_id is None:
            return None
        return await read(info, EXPRESSION_OF_INTEREST_BY_ID, id=write_id(KIND, self.expression_id))  # type: ignore[no-any-return]


@strawberry.type
class ThreadMutation:
    """Mutations of threads."""

    @strawberry.mutation(
        description="Write a message into the thread of an expression of interest; it takes no turn. Contributors and "
        "focal points of both delegations, from the day it was sent and as long as it is live or agreed."
    )
    async def thread_message_write(
        self, info: Info, input: Annotated[ThreadMessageWriteInput, ASKED]
    ) -> ThreadMessageWritePayload:
        """One command."""

        async def write(session: Writer, actor: Actor, key: UUID) -> UUID:
            files = [typed_id(str(one), "attachment", path=("attachments",)) for one in input.attachments]
            return await commands.write_message(session, actor, key, input.language, input.text, files)

        done, errors = await act_on(info, KIND, input, write)
        return ThreadMessageWritePayload(message_id=done, errors=errors)

    @strawberry.mutation(
        description="Mark a thread as read up to a message; the mark never goes back. Everyone of the two delegations, "
        "each for themselves: the other side sees only that someone of yours has read."
    )
    async def thread_read(self, info: Info, input: Annotated[ThreadReadInput, ASKED]) -> ThreadReadPayload:
        """One command."""
        done, errors = await act(
            info, lambda session, actor: commands.read_thread(session, actor, typed_id(str(input.id), MESSAGE))
        )
        return ThreadReadPayload(expression_id=done, errors=errors)
