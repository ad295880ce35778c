"""Inputs of the mutations of labs and their parties."""

from datetime import date

import strawberry

from schema.core.fields import KEY
from schema.core.scalars import LanguageTag
from schema.labs import types as lab_types  # noqa: F401 - describes the enums
from services.core.actor import Audience
from services.core.ids import typed_id
from services.core.texts import Text
from services.labs.commands import Lessons
from services.labs.founding import LabContent
from services.labs.queries import Named
from services.labs.terms import LabPartyRole
from services.taxonomy.terms import CapacityArea

THE_LAB = strawberry.field(description="The lab.")
REASON = strawberry.field(description="The reason, 1 to 2,000 characters; the other parties are told.")


@strawberry.input(description="A party of a lab to be founded.")
class LabPartyInput:
    """One party."""

    delegation: strawberry.ID = strawberry.field(
        description="Who speaks for it: the delegation that it is, or the one that sponsors the organisation. A "
        "delegation of the expression of interest is a party anyway; name it here to give it a role."
    )
    organisation: str = strawberry.field(
        default="", description="The organisation that is the party, up to 200 characters; empty for the delegation."
    )
    role: LabPartyRole = strawberry.field(default=LabPartyRole.PARTNER, description="Its role.")

    def named(self) -> Named:
        """What the slice takes."""
        key = typed_id(self.delegation, "delegation", path=("parties", "delegation"))
        return Named(key, self.role, self.organisation)


@strawberry.input(description="A lab to found from an agreed expression of interest.")
class LabFoundInput:
    """New lab."""

    expression_of_interest: strawberry.ID = strawberry.field(description="The expression of interest; it has one lab.")
    language: LanguageTag = strawberry.field(description="The language it is written in.")
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    summary: str = strawberry.field(default="", description="Summary, up to 1,000 characters.")
    description: str = strawberry.field(default="", description="What it does, Markdown, up to 20,000 characters.")
    terms_of_reference: str = strawberry.field(description="What the parties confirm, 1 to 20,000 characters.")
    starts_on: date | None = strawberry.field(default=None, description="First day of the work; open when absent.")
    ends_on: date | None = strawberry.field(default=None, description="Last day of the work; open when absent.")
    capacity_areas: list[CapacityArea] | None = strawberry.field(
        default=None, description="Which capacity it builds; what the proposal says when absent."
    )
    sectors: list[str] | None = strawberry.field(
        default=None, description="OECD-DAC purpose codes; what the proposal says when absent."
    )
    sdg_targets: list[str] | None = strawberry.field(
        default=None, description="SDG targets; what the proposal says when absent."
    )
    visibility: Audience = strawberry.field(
        default=Audience.MEMBERS,
        description="Who reads it from the day it is active; DELEGATION: the people of its parties.",
    )
    parties: list[LabPartyInput] = strawberry.field(
        default_factory=list, description="Further parties, and the roles of any; up to 50 parties in all."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def content(self) -> LabContent:
        """What the slice takes."""
        return LabContent(
            text=Text(self.language, self.title, self.summary, self.description),
            terms_of_reference=self.terms_of_reference,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            capacity_areas=None if self.capacity_areas is None else tuple(self.capacity_areas),
            sectors=None if self.sectors is None else tuple(self.sectors),
            sdg_targets=None if self.sdg_targets is None else tuple(self.sdg_targets),
            visibility=self.visibility,
        )


@strawberry.input(description="What of a planned lab changes; what is left out stays as it is.")
class LabReviseInput:
    """Changes."""

    revision: int = strawberry.field(description="The revision that you changed.")
    language: strawberry.Maybe[LanguageTag] = strawberry.field(description="The language it is written in.")
    title: strawberry.Maybe[str] = strawberry.field(description="Title, 1 to 200 characters.")
    summary: strawberry.Maybe[str] = strawberry.field(description="Summary, up to 1,000 characters.")
    description: strawberry.Maybe[str] = strawberry.field(description="What it does, up to 20,000 characters.")
    terms_of_reference: strawberry.Maybe[str] = strawberry.field(description="Up to 20,000 characters.")
    starts_on: strawberry.Maybe[date | None] = strawberry.field(description="First day of the work; null for open.")
    ends_on: strawberry.Maybe[date | None] = strawberry.field(description="Last day of the work; null for open.")
    capacity_areas: strawberry.Maybe[list[CapacityArea]] = strawberry.field(description="Which capacity it builds.")
    sectors: strawberry.Maybe[list[str]] = strawberry.field(description="OECD-DAC purpose codes.")
    sdg_targets: strawberry.Maybe[list[str]] = strawberry.field(description="SDG targets.")
    visibility: strawberry.Maybe[Audience] = strawberry.field(description="Who reads it from the day it is active.")


@strawberry.input(description="A lab, by its id.")
class LabInput:
    """One lab."""

    id: strawberry.ID = THE_LAB
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A lab, by its id, and a reason.")
class LabReasonInput:
    """One lab and a reason."""

    id: strawberry.ID = THE_LAB
    reason: str = REASON
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A lab to conclude, and what it has taught.")
class LabConcludeInput:
    """One lab and its lessons."""

    id: strawberry.ID = THE_LAB
    language: LanguageTag = strawberry.field(description="The language of the lessons.")
    lessons: str = strawberry.field(
        description="What others can learn from it, Markdown, 1 to 20,000 characters; it becomes a practice draft of "
        "your delegation."
    )
    title: str = strawberry.field(
        default="", description="Title of the practice, up to 200 characters; the lab's own when empty."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def content(self) -> Lessons:
        """What the slice takes."""
        return Lessons(self.language, self.lessons, self.title)


@strawberry.input(description="A party, by its id.")
class LabPartyConfirmInput:
    """One party."""

    id: strawberry.ID = strawberry.field(description="The party.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A party, by its id, and a reason.")
class LabPartyDeclineInput:
    """One party and a reason."""

    id: strawberry.ID = strawberry.field(description="The party.")
    reason: str = REASON
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)
