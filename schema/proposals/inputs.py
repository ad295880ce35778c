"""Inputs of the mutations of proposals and expressions of interest."""

from datetime import date
from decimal import Decimal

import strawberry

from schema.core.fields import KEY
from schema.core.scalars import LanguageTag
from schema.proposals import types as proposal_types  # noqa: F401 - describes the other enums
from services.core.actor import Audience
from services.core.texts import Text
from services.proposals.content import ProposalContent
from services.proposals.terms import CooperationForm, Modality, Side
from services.taxonomy.terms import CapacityArea


@strawberry.input(description="A proposal to draft.")
class ProposalDraftInput:
    """New draft."""

    side: Side = strawberry.field(description="Whether it asks, gives, or both; observers post offers only.")
    language: LanguageTag = strawberry.field(description="The language it is written in.")
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    summary: str = strawberry.field(default="", description="Summary, up to 1,000 characters.")
    description: str = strawberry.field(
        default="", description="The proposal itself, Markdown, up to 20,000 characters."
    )
    capacity_areas: list[CapacityArea] = strawberry.field(default_factory=list, description="Which capacity it builds.")
    sectors: list[str] = strawberry.field(default_factory=list, description="OECD-DAC purpose codes of five digits.")
    sdg_targets: list[str] = strawberry.field(default_factory=list, description="SDG targets, such as `4.4`.")
    forms: list[CooperationForm] = strawberry.field(
        default_factory=list, description="What the cooperation consists of."
    )
    quantity: Decimal | None = strawberry.field(
        default=None, description="How much, counted in `unit`: above 0 and below 10^15, up to three decimals."
    )
    unit: str = strawberry.field(default="", description="What `quantity` counts, up to 100 characters.")
    period_from: date | None = strawberry.field(default=None, description="First day of the cooperation itself.")
    period_to: date | None = strawberry.field(default=None, description="Last day of the cooperation itself.")
    places: int | None = strawberry.field(
        default=None, description="How many partners it can serve, 1 to 100,000; no limit when absent."
    )
    modalities_accepted: list[Modality] = strawberry.field(
        default_factory=list, description="Which modalities it accepts; all when empty."
    )
    regions_accepted: list[str] = strawberry.field(
        default_factory=list,
        description="UN M49 codes: a partner's state lies in one of these regions; all when empty.",
    )
    working_languages: list[LanguageTag] = strawberry.field(
        default_factory=list,
        description="In which languages one can work; none named leaves it open.",
    )
    interpretation_offered: bool = strawberry.field(
        default=False, description="Whether it offers interpretation for other languages."
    )
    licence: str | None = strawberry.field(default=None, description="SPDX id of the licence of what is shared.")
    readiness: int | None = strawberry.field(
        default=None, description="Technology readiness level, 1 to 9 (ISO 16290)."
    )
    opens_on: date | None = strawberry.field(
        default=None, description="From which day; the day it is opened when absent."
    )
    expires_on: date | None = strawberry.field(
        default=None, description="Its last day (UTC), within three years; a year after it is opened when absent."
    )
    visibility: Audience = strawberry.field(default=Audience.MEMBERS, description="Who reads it once it is open.")
    external_id: str | None = strawberry.field(
        default=None, description="Your own number for it, unique in your delegation."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def content(self) -> ProposalContent:
        """What the slice takes."""
        return ProposalContent(
            side=self.side,
            text=Text(self.language, self.title, self.summary, self.description),
            capacity_areas=tuple(self.capacity_areas),
            sectors=tuple(self.sectors),
            sdg_targets=tuple(self.sdg_targets),
            forms=tuple(self.forms),
            quantity=self.quantity,
            unit=self.unit,
            period_from=self.period_from,
            period_to=self.period_to,
            places=self.places,
            modalities_accepted=tuple(self.modalities_accepted),
            regions_accepted=tuple(self.regions_accepted),
            working_languages=tuple(self.working_languages),
            interpretation_offered=self.interpretation_offered,
            licence=self.licence,
            readiness=self.readiness,
            opens_on=self.opens_on,
            expires_on=self.expires_on,
            visibility=self.visibility,
            external_id=self.external_id,
        )


@strawberry.input(description="A proposal to draft and open in one act.")
class ProposalPostInput(ProposalDraftInput):
    """New proposal."""


@strawberry.input(description="What of a proposal changes; what is left out stays as it is.")
class ProposalReviseInput:
    """Changes."""

    revision: int = strawberry.field(description="The revision that you changed.")
    side: strawberry.Maybe[Side] = strawberry.field(description="Whether it asks, gives, or both; of a draft only.")
    language: strawberry.Maybe[LanguageTag] = strawberry.field(description="The language it is written in.")
    title: strawberry.Maybe[str] = strawberry.field(description="Title, 1 to 200 characters.")
    summary: strawberry.Maybe[str] = strawberry.field(description="Summary, up to 1,000 characters.")
    description: strawberry.Maybe[str] = strawberry.field(description="The proposal itself, up to 20,000 characters.")
    capacity_areas: strawberry.Maybe[list[CapacityArea]] = strawberry.field(description="Which capacity it builds.")
    sectors: strawberry.Maybe[list[str]] = strawberry.field(description="OECD-DAC purpose codes.")
    sdg_targets: strawberry.Maybe[list[str]] = strawberry.field(description="SDG targets.")
    forms: strawberry.Maybe[list[CooperationForm]] = strawberry.field(description="What the cooperation consists of.")
    quantity: strawberry.Maybe[Decimal | None] = strawberry.field(description="How much; null for nothing said.")
    unit: strawberry.Maybe[str] = strawberry.field(description="What `quantity` counts, up to 100 characters.")
    period_from: strawberry.Maybe[date | None] = strawberry.field(
        description="First day of the cooperation; null for open."
    )
    period_to: strawberry.Maybe[date | None] = strawberry.field(
        description="Last day of the cooperation; null for open."
    )
    places: strawberry.Maybe[int | None] = strawberry.field(
        description="How many partners it can serve, more than have agreed; null for no limit."
    )
    modalities_accepted: strawberry.Maybe[list[Modality]] = strawberry.field(
        description="Which it accepts; all when empty."
    )
    regions_accepted: strawberry.Maybe[list[str]] = strawberry.field(
        description="UN M49 codes; all regions when empty."
    )
    working_languages: strawberry.Maybe[list[LanguageTag]] = strawberry.field(
        description="In which languages one can work."
    )
    interpretation_offered: strawberry.Maybe[bool] = strawberry.field(description="Whether it offers interpretation.")
    licence: strawberry.Maybe[str | None] = strawberry.field(description="SPDX id of the licence; null for none.")
    readiness: strawberry.Maybe[int | None] = strawberry.field(description="Readiness level, 1 to 9; null for none.")
    opens_on: strawberry.Maybe[date | None] = strawberry.field(
        description="From which day; null for the day it is opened."
    )
    expires_on: strawberry.Maybe[date | None] = strawberry.field(
        description="Its last day (UTC); null for a year from now."
    )
    visibility: strawberry.Maybe[Audience] = strawberry.field(description="Who reads it once it is open.")
    external_id: strawberry.Maybe[str | None] = strawberry.field(description="Your own number for it; null for none.")


@strawberry.input(description="A proposal, by its id.")
class ProposalInput:
    """One proposal."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A proposal, by its id, and until when it is open.")
class ProposalRenewInput:
    """One proposal and a day."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    expires_on: date = strawberry.field(description="Its new last day (UTC): after today, within three years.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A proposal, by its id, and a reason that its delegation is told.")
class ProposalReasonInput:
    """One proposal and a reason."""

    id: strawberry.ID = strawberry.field(description="The proposal.")
    reason: str = strawberry.field(description="The reason, 1 to 2,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)
