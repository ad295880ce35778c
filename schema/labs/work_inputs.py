"""Inputs of the mutations of a lab's work."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.core.fields import KEY
from schema.core.money import MoneyInput
from schema.core.scalars import LanguageTag
from schema.labs import work_types  # noqa: F401 - describes the enums
from services.core.ids import typed_id
from services.core.money import Money
from services.labs.contribution_commands import InKind
from services.labs.milestone_commands import MilestoneContent
from services.labs.terms import OutputKind
from services.labs.update_commands import OutputContent, UpdateContent
from services.proposals.terms import CooperationForm

THE_MILESTONE = strawberry.field(description="The milestone.")
ABOUT = "A milestone of the lab that it is about; none when absent."


def milestone_key(milestone: strawberry.ID | None) -> UUID | None:
    """The key of the milestone that something is about.

    Raises:
        WrongId: it is no milestone's id.
    """
    return None if milestone is None else typed_id(milestone, "lab_milestone", path=("milestone",))


@strawberry.input(description="A milestone to plan.")
class LabMilestoneAddInput:
    """New milestone."""

    lab: strawberry.ID = strawberry.field(description="The lab; it has up to 200 milestones.")
    language: LanguageTag = strawberry.field(description="The language of its texts.")
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    description: str = strawberry.field(default="", description="What is to be reached, up to 5,000 characters.")
    due_on: date = strawberry.field(description="The last day on which it is reached in time (UTC).")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def content(self) -> MilestoneContent:
        """What the slice takes."""
        return MilestoneContent(self.language, self.title, self.due_on, self.description)


@strawberry.input(description="What of a planned milestone changes; what is left out stays as it is.")
class LabMilestoneReviseInput:
    """Changes."""

    revision: int = strawberry.field(description="The revision that you changed.")
    language: strawberry.Maybe[LanguageTag] = strawberry.field(description="The language of its texts.")
    title: strawberry.Maybe[str] = strawberry.field(description="Title, 1 to 200 characters.")
    description: strawberry.Maybe[str] = strawberry.field(description="What is to be reached.")
    due_on: strawberry.Maybe[date] = strawberry.field(description="The last day on which it is reached in time (UTC).")


@strawberry.input(description="A milestone that was reached, and what shows it.")
class LabMilestoneReachInput:
    """One milestone and its evidence."""

    id: strawberry.ID = THE_MILESTONE
    evidence: str = strawberry.field(description="What shows that it was reached, 1 to 5,000 characters.")
    reached_on: date | None = strawberry.field(default=None, description="On which day (UTC); today when absent.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A milestone, by its id, and a reason.")
class LabMilestoneReasonInput:
    """One milestone and a reason."""

    id: strawberry.ID = THE_MILESTONE
    reason: str = strawberry.field(description="The reason, 1 to 2,000 characters; the other parties are told.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What is given otherwise than in money.")
class LabContributionInKindInput:
    """In kind."""

    kind: CooperationForm = strawberry.field(description="What is given; funding is given in money.")
    quantity: Decimal = strawberry.field(description="How much: above 0 and below 10^15, up to three decimals.")
    unit: str = strawberry.field(description="What `quantity` counts, 1 to 100 characters.")
    period_from: date | None = strawberry.field(default=None, description="From which day; not said when absent.")
    period_to: date | None = strawberry.field(default=None, description="Until which day; not said when absent.")
    valued: MoneyInput | None = strawberry.field(
        default=None, description="What it is worth; never needed, and only with a `valuationMethod`."
    )
    valuation_method: str = strawberry.field(
        default="", description="How the value was found, up to 500 characters; kept with a value only."
    )

    def content(self) -> InKind:
        """What the slice takes."""
        return InKind(
            kind=self.kind,
            quantity=self.quantity,
            unit=self.unit,
            period_from=self.period_from,
            period_to=self.period_to,
            valued=None if self.valued is None else self.valued.money(),
            valuation_method=self.valuation_method,
        )


@strawberry.input(description="What is given: exactly one of the two.", one_of=True)
class LabContributionGivenInput:
    """Money or kind."""

    money: strawberry.Maybe[MoneyInput] = strawberry.field(description="Money.")
    in_kind: strawberry.Maybe[LabContributionInKindInput] = strawberry.field(description="Something else.")

    def content(self) -> Money | InKind:
        """What the slice takes."""
        if self.money is not None:
            return self.money.value.money()
        assert self.in_kind is not None, "GraphQL lets exactly one through"
        return self.in_kind.value.content()


@strawberry.input(description="A contribution to pledge.")
class LabContributionPledgeInput:
    """New contribution."""

    party: strawberry.ID = strawberry.field(description="The party that gives it.")
    given: LabContributionGivenInput = strawberry.field(description="What is given.")
    note: str = strawberry.field(default="", description="What you say about it, up to 2,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A contribution, by its id.")
class LabContributionInput:
    """One contribution."""

    id: strawberry.ID = strawberry.field(description="The contribution.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What to tell of a lab's progress.")
class LabUpdatePostInput:
    """New progress update."""

    lab: strawberry.ID = strawberry.field(description="The lab.")
    language: LanguageTag = strawberry.field(description="The language of the text.")
    text: str = strawberry.field(description="What is told, 1 to 5,000 characters.")
    reported_on: date | None = strawberry.field(
        default=None, description="The day that it tells of (UTC), not after today; today when absent."
    )
    milestone: strawberry.ID | None = strawberry.field(default=None, description=ABOUT)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def content(self) -> UpdateContent:
        """What the slice takes."""
        return UpdateContent(self.language, self.text, self.reported_on, milestone_key(self.milestone))


@strawberry.input(description="What a lab has delivered.")
class LabOutputDeliverInput:
    """New output."""

    lab: strawberry.ID = strawberry.field(description="The lab.")
    kind: OutputKind = strawberry.field(description="What it is.")
    language: LanguageTag = strawberry.field(description="The language of its texts.")
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    description: str = strawberry.field(default="", description="What it is in words, up to 5,000 characters.")
    url: str = strawberry.field(default="", description="Where it is found, by https; nowhere when empty.")
    delivered_on: date | None = strawberry.field(
        default=None, description="When (UTC), not after today; today when absent."
    )
    milestone: strawberry.ID | None = strawberry.field(default=None, description=ABOUT)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def content(self) -> OutputContent:
        """What the slice takes."""
        return OutputContent(
            kind=self.kind,
            language=self.language,
            title=self.title,
            description=self.description,
            url=self.url,
            delivered_on=self.delivered_on,
            milestone_id=milestone_key(self.milestone),
        )
