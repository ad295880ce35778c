"""Writes of sponsored organisations."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.arguments import ASKED
from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act, act_on
from schema.membership.organisation_types import Organisation
from services.core.ids import write_id
from services.membership import organisation_commands as commands
from services.membership.organisation_shapes import ORGANISATION_BY_ID
from services.membership.terms import OrganisationKind


@strawberry.input(description="An organisation that your delegation sponsors from today on.")
class OrganisationSponsorInput:
    """New organisation."""

    name: str = strawberry.field(description="Its name, one line of 1 to 200 characters.")
    kind: OrganisationKind = strawberry.field(description="What it is.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="An organisation, by its id.")
class OrganisationSponsorshipEndInput:
    """End of a sponsorship."""

    id: strawberry.ID = strawberry.field(description="The organisation.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The organisation as it now is, or why it was not done.")
class OrganisationPayload:
    """What every act on an organisation answers."""

    organisation_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The organisation as it now is; null if nothing was done.")
    async def organisation(self, info: Info) -> Organisation | None:
        """Read back after the commit, through the same Shape."""
        if self.organisation_id is None:
            return None
        return await read(info, ORGANISATION_BY_ID, id=write_id("organisation", self.organisation_id))  # type: ignore[no-any-return]


@strawberry.type(description="The organisation, or why your delegation does not sponsor it.")
class OrganisationSponsorPayload(OrganisationPayload):
    """Answer of organisationSponsor."""


@strawberry.type(description="The organisation as it now is, or why its sponsorship was not ended.")
class OrganisationSponsorshipEndPayload(OrganisationPayload):
    """Answer of organisationSponsorshipEnd."""


@strawberry.type
class OrganisationMutation:
    """Mutations of sponsored organisations."""

    @strawberry.mutation(
        description="Let your delegation sponsor an organisation from today on. Focal points of a delegation taking part."
    )
    async def organisation_sponsor(
        self, info: Info, input: Annotated[OrganisationSponsorInput, ASKED]
    ) -> OrganisationSponsorPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.sponsor_organisation(session, actor, input.name, input.kind),
            input,
            key=input.idempotency_key,
        )
        return OrganisationSponsorPayload(organisation_id=done, errors=errors)

    @strawberry.mutation(
        description="End from today on that your delegation sponsors an organisation; past acts stay, and no new lab can "
        "name it as your delegation's. Focal points of the delegation."
    )
    async def organisation_sponsorship_end(
        self, info: Info, input: Annotated[OrganisationSponsorshipEndInput, ASKED]
    ) -> OrganisationSponsorshipEndPayload:
        """One command."""
        done, errors = await act_on(info, "organisation", input, commands.end_sponsorship)
        return OrganisationSponsorshipEndPayload(organisation_id=done, errors=errors)
