"""What people do about their own data."""

from typing import Annotated
from uuid import UUID

import orjson
import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act, act_on
from schema.identity.inputs import PersonPayload
from schema.identity.types import Viewer
from services.identity.shapes import MYSELF
from services.privacy import commands
from services.privacy.queries import personal_data


@strawberry.input(description="Someone who has left, by their id.")
class PersonEraseInput:
    """Order to erase."""

    id: strawberry.ID = strawberry.field(description="The person.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="All that is kept about you, or why you did not get it.")
class PersonalDataExportPayload:
    """Answer of personalDataExport."""

    person_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(
        description="One JSON document: `person`, what is your `own` by table, your `acts` for your delegation, and the "
        "entries of the `record` that name you. Null if you did not get it."
    )
    async def data(self, info: Info) -> str | None:
        """Read after the commit that put it on record."""
        if self.person_id is None:
            return None
        return orjson.dumps(await personal_data(info.context.db, self.person_id), default=str).decode()


@strawberry.type(description="You as you now are, or why it was not done.")
class ErasurePayload:
    """What asking for an erasure and taking it back answer."""

    person_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="You; null if nothing was done.")
    async def viewer(self, info: Info) -> Viewer | None:
        """Read back after the commit, through the same Shape."""
        return None if self.person_id is None else await read(info, MYSELF)


@strawberry.type(description="You with the day on which you are erased, or why it was not asked for.")
class ErasureAskPayload(ErasurePayload):
    """Answer of erasureAsk."""


@strawberry.type(description="You as you now are, or why it was not taken back.")
class ErasureCancelPayload(ErasurePayload):
    """Answer of erasureCancel."""


@strawberry.type(description="The person, whom a worker erases within seconds, or why it was not done.")
class PersonErasePayload(PersonPayload):
    """Answer of personErase."""


@strawberry.type
class PrivacyMutation:
    """Mutations of privacy."""

    @strawberry.mutation(
        description="Get a copy of all that is kept about you, as JSON. Everyone, signed in; no API token."
    )
    async def personal_data_export(self, info: Info) -> PersonalDataExportPayload:
        """One command, and one read after it."""
        done, errors = await act(info, commands.export_data)
        return PersonalDataExportPayload(person_id=done, errors=errors)

    @strawberry.mutation(
        description="Ask to be erased, 7 days from now: your name, address, sign-ins, tokens and notices go, what you did for "
        "your delegation stays under a pseudonym, and the record still verifies. Everyone, signed in; a last focal point "
        "hands over first."
    )
    async def erasure_ask(self, info: Info) -> ErasureAskPayload:
        """One command."""
        done, errors = await act(info, commands.ask_erasure)
        return ErasureAskPayload(person_id=done, errors=errors)

    @strawberry.mutation(description="Take back that you are erased. Everyone, signed in; no API token.")
    async def erasure_cancel(self, info: Info) -> ErasureCancelPayload:
        """One command."""
        done, errors = await act(info, commands.cancel_erasure)
        return ErasureCancelPayload(person_id=done, errors=errors)

    @strawberry.mutation(
        description="Have someone erased who has left, at once; their acts stay under a pseudonym. Focal points of the "
        "delegation, and the secretariat."
    )
    async def person_erase(self, info: Info, input: Annotated[PersonEraseInput, ASKED]) -> PersonErasePayload:
        """One command."""
        done, errors = await act_on(info, "person", input, commands.order_erasure)
        return PersonErasePayload(person_id=done, errors=errors)
