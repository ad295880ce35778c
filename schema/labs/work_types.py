"""GraphQL types of a lab's parties and its work; where values come from is in the Shapes."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.core.enums import describe
from schema.core.fields import may, why_not
from schema.core.money import Money
from schema.core.scalars import LanguageTag
from schema.core.texts import Node
from schema.membership.types import Delegation
from schema.proposals import types as proposal_types  # noqa: F401 - describes the other enums
from services.labs.terms import (
    ContributionStatus,
    LabPartyRole,
    LabPartyStatus,
    MilestoneStatus,
    OutputKind,
)
from services.labs.work_shapes import ContributionOrder, MilestoneOrder, OutputOrder, UpdateOrder
from services.proposals.terms import CooperationForm

if TYPE_CHECKING:
    from schema.labs.types import Lab

TheLab = Annotated["Lab", strawberry.lazy("schema.labs.types")]
SEEN = "Seen by whoever sees the lab."

describe(
    LabPartyRole,
    "What a party is to a lab.",
    PARTNER="A partner like the others.",
    FACILITATING="Makes the cooperation of the pivotal and the beneficiary party possible.",
    PIVOTAL="Shares what it has proven at home.",
    BENEFICIARY="Builds capacity of its own with it.",
)
describe(
    LabPartyStatus,
    "What a party has said about its part.",
    INVITED="It was asked.",
    CONFIRMED="It takes part under the terms as they are.",
    DECLINED="It does not take part; while the lab is planned it may still confirm.",
)
describe(
    MilestoneStatus,
    "Where a milestone is in its life. Overdue is no status: a planned one past its due day can still be reached.",
    PLANNED="It is to be reached.",
    REACHED="It was reached, in time or late.",
    MISSED="The parties say that it was missed.",
    DROPPED="The parties took it out of the workplan.",
)
describe(
    ContributionStatus,
    "What has become of what a party said it would give.",
    PLEDGED="The party said that it would.",
    COMMITTED="The party has bound itself.",
    DELIVERED="It was given.",
    WITHDRAWN="The party took it back.",
)
describe(
    OutputKind,
    "What was delivered.",
    PUBLICATION="A report, an article or a book.",
    DATA_SET="A data set.",
    MODEL="A trained model.",
    SOFTWARE="Software.",
    COURSE="A course or teaching material.",
    STANDARD="A standard, guideline or method.",
    EVENT="An event that took place.",
    OTHER="Something else.",
)
describe(MilestoneOrder, "Orders of milestones.", DUE="The one due first comes first.")
describe(ContributionOrder, "Orders of contributions.", OLDEST="The one pledged first comes first.")
describe(UpdateOrder, "Orders of progress updates.", NEWEST="The last one written first.")
describe(OutputOrder, "Orders of outputs.", NEWEST="The last one delivered first.")


@strawberry.type(
    description=f"A delegation, or an organisation that a delegation sponsors, with its role in a lab. {SEEN}"
)
class LabParty(Node):
    """Party."""

    lab: TheLab | None = strawberry.field(description="Its lab; null if you may not know of it.")
    delegation: Delegation | None = strawberry.field(
        description="Who speaks for it: the delegation that it is or that sponsors it; null if you may not know of it."
    )
    organisation: str = strawberry.field(
        description="The organisation that is the party; empty where the delegation itself is."
    )
    role: LabPartyRole = strawberry.field(description="Its role.")
    status: LabPartyStatus = strawberry.field(description="What it has said about its part.")
    confirmed_on: date | None = strawberry.field(description="When it confirmed (UTC); null unless it has.")
    reason: str = strawberry.field(description="Why it declined; else empty.")
    viewer_can_confirm: bool = may("confirm this part")
    viewer_cannot_confirm_reasons: list[str] = why_not("confirm this part")
    viewer_can_decline: bool = may("decline this part")
    viewer_cannot_decline_reasons: list[str] = why_not("decline this part")
    viewer_can_pledge_contribution: bool = may("pledge a contribution of this party")
    viewer_cannot_pledge_contribution_reasons: list[str] = why_not("pledge a contribution of this party")


@strawberry.type(description=f"A dated check of a lab's workplan. {SEEN}")
class LabMilestone(Node):
    """Milestone."""

    lab: TheLab | None = strawberry.field(description="Its lab; null if you may not know of it.")
    revision: int = strawberry.field(description="Counts the changes; name it when you revise.")
    language: LanguageTag = strawberry.field(description="The language of its texts.")
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    description: str = strawberry.field(description="What is to be reached, up to 5,000 characters.")
    due_on: date = strawberry.field(description="The last day on which it is reached in time (UTC).")
    status: MilestoneStatus = strawberry.field(description="Where it is in its life.")
    is_overdue: bool = strawberry.field(description="Whether it is still planned though its due day has passed.")
    reached_on: date | None = strawberry.field(description="When it was reached; null unless it was.")
    evidence: str = strawberry.field(description="What shows that it was reached; else empty.")
    reason: str = strawberry.field(description="Why it was missed or dropped; else empty.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    viewer_can_revise: bool = may("revise it")
    viewer_cannot_revise_reasons: list[str] = why_not("revise it")
    viewer_can_reach: bool = may("say that it was reached")
    viewer_cannot_reach_reasons: list[str] = why_not("say that it was reached")
    viewer_can_miss: bool = may("say that it was missed")
    viewer_cannot_miss_reasons: list[str] = why_not("say that it was missed")
    viewer_can_drop: bool = may("drop it")
    viewer_cannot_drop_reasons: list[str] = why_not("drop it")


@strawberry.type(description="What is given otherwise than in money; never forced into a money value.")
class LabContributionInKind:
    """Contribution in kind."""

    kind: CooperationForm = strawberry.field(description="What is given.")
    quantity: Decimal = strawberry.field(description="How much, counted in `unit`.")
    unit: str = strawberry.field(description="What `quantity` counts, such as `expert months`.")
    period_from: date | None = strawberry.field(description="From which day; null if not said.")
    period_to: date | None = strawberry.field(description="Until which day; null if not said.")
    valued: Money | None = strawberry.field(description="What it is worth; null where nobody says so.")
    valuation_method: str = strawberry.field(description="How the value was found; empty where there is none.")


@strawberry.type(description=f"What a party gives to a lab, in money or in kind. {SEEN}")
class LabContribution(Node):
    """Contribution."""

    lab: TheLab | None = strawberry.field(description="Its lab; null if you may not know of it.")
    party: LabParty | None = strawberry.field(description="Who gives it; null if you may not know of the lab.")
    status: ContributionStatus = strawberry.field(description="What has become of it.")
    money: Money | None = strawberry.field(description="The money; null where it is in kind.")
    in_kind: LabContributionInKind | None = strawberry.field(description="What is given in kind; null for money.")
    note: str = strawberry.field(description="What the party says about it, up to 2,000 characters.")
    pledged_on: date = strawberry.field(description="When it was pledged (UTC).")
    committed_on: date | None = strawberry.field(description="When it was committed; null before.")
    delivered_on: date | None = strawberry.field(description="When it was delivered; null before.")
    withdrawn_on: date | None = strawberry.field(description="When it was taken back; null unless it was.")
    viewer_can_commit: bool = may("commit it")
    viewer_cannot_commit_reasons: list[str] = why_not("commit it")
    viewer_can_deliver: bool = may("say that it is delivered")
    viewer_cannot_deliver_reasons: list[str] = why_not("say that it is delivered")
    viewer_can_withdraw: bool = may("take it back")
    viewer_cannot_withdraw_reasons: list[str] = why_not("take it back")


@strawberry.type(description=f"What a party tells of a lab's progress. {SEEN}")
class LabUpdate(Node):
    """Progress update."""

    lab: TheLab | None = strawberry.field(description="Its lab; null if you may not know of it.")
    delegation: Delegation | None = strawberry.field(description="Who tells it; null if you may not know of it.")
    milestone: LabMilestone | None = strawberry.field(description="The milestone it is about; null if it is of none.")
    language: LanguageTag = strawberry.field(description="The language of `text`.")
    text: str = strawberry.field(description="What is told, 1 to 5,000 characters.")
    reported_on: date = strawberry.field(description="The day that it tells of.")
    created_at: datetime = strawberry.field(description="When it was written.")


@strawberry.type(description=f"What a lab delivered. {SEEN}")
class LabOutput(Node):
    """Output."""

    lab: TheLab | None = strawberry.field(description="Its lab; null if you may not know of it.")
    delegation: Delegation | None = strawberry.field(description="Who says so; null if you may not know of it.")
    milestone: LabMilestone | None = strawberry.field(description="The milestone it belongs to; null if to none.")
    kind: OutputKind = strawberry.field(description="What it is.")
    language: LanguageTag = strawberry.field(description="The language of its texts.")
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    description: str = strawberry.field(description="What it is in words, up to 5,000 characters.")
    url: str = strawberry.field(
        description="Where it is found, by https; empty if nowhere. The platform never fetches it."
    )
    delivered_on: date = strawberry.field(description="When it was delivered.")


@strawberry.input(description="Which milestones; everything given must hold.")
class LabMilestoneWhere:
    """Milestone filter."""

    status: MilestoneStatus | None = strawberry.field(default=None, description="Is at this point of its life.")
    overdue: bool | None = strawberry.field(default=None, description="Is overdue, or is not.")


@strawberry.input(description="Which contributions; everything given must hold.")
class LabContributionWhere:
    """Contribution filter."""

    status: ContributionStatus | None = strawberry.field(default=None, description="Has come to this.")
    party: strawberry.ID | None = strawberry.field(default=None, description="Is given by this party.")
