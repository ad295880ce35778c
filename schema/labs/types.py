"""GraphQL types of labs: names, descriptions and nullability; where values come from is in the Shapes."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.fields import may, why_not
from schema.core.page import Connection, answered_by_shape
from schema.core.scalars import CountryCode, LanguageTag
from schema.core.texts import Node
from schema.labs.work_types import (
    LabContribution,
    LabContributionWhere,
    LabMilestone,
    LabMilestoneWhere,
    LabOutput,
    LabParty,
    LabUpdate,
)
from schema.membership.types import Delegation
from schema.practices.types import Practice
from schema.proposals.expression_types import ExpressionOfInterest
from schema.proposals.types import Proposal
from schema.translations.types import Translated
from services.core.actor import Audience
from services.labs.shapes import LabOrder
from services.labs.terms import LabModalityReason, LabStatus
from services.labs.work_shapes import ContributionOrder, MilestoneOrder, OutputOrder, UpdateOrder
from services.proposals.terms import Modality
from services.taxonomy.terms import CapacityArea

describe(
    LabStatus,
    "Where a lab is in its life.",
    PLANNED="Its parties are asked; only their people see it.",
    ACTIVE="It works.",
    SUSPENDED="It rests and may be resumed.",
    CONCLUDED="It has ended, with lessons.",
)
describe(
    LabModalityReason,
    "Why a lab's cooperation has no modality with a name.",
    ALL_DEVELOPED="No state among its parties was a developing economy by UNCTAD on the founding day.",
    TOO_FEW_STATES="Fewer than two of its parties are states, so classifications say nothing.",
)
describe(
    LabOrder,
    "Orders of labs.",
    NEWEST="Last started first; planned ones by when they were founded.",
    DUE="Whose next milestone is due soonest first; what has none planned, last.",
    RELEVANCE="Best found first; needs `where.search`.",
)


@strawberry.input(description="Which labs; everything given must hold.")
class LabDashboardWhere:
    """Filter of labs and of their figures."""

    state: CountryCode | None = strawberry.field(default=None, description="This state is a party.")
    region: str | None = strawberry.field(
        default=None, description="A party is a state that lies in this region (UN M49 code)."
    )
    capacity_area: CapacityArea | None = strawberry.field(default=None, description="Builds this capacity.")
    overdue: bool | None = strawberry.field(default=None, description="Has an overdue milestone, or has none.")
    status: LabStatus | None = strawberry.field(default=None, description="Is at this point of its life.")
    modality: Modality | None = strawberry.field(default=None, description="Is of this modality.")
    mine: bool | None = strawberry.field(
        default=None, description="Your delegation speaks for a party of it; false: for none."
    )


@strawberry.input(description="Which labs; everything given must hold.")
class LabWhere(LabDashboardWhere):
    """Lab filter."""

    search: str | None = strawberry.field(
        default=None,
        description="Words in any language, up to 300 characters; finds by word and across languages by meaning.",
    )


@strawberry.type(
    description="Standing cooperation of two or more parties with a workplan, founded from an agreed expression of "
    "interest. While it is planned only the people of its parties see it; from the day it is active those it is meant "
    "for. `visibility: DELEGATION` keeps it among the parties; the secretariat sees what members see."
)
class Lab(Node, Translated):
    """Lab."""

    revision: int = strawberry.field(description="Counts the changes; name it when you revise.")
    status: LabStatus = strawberry.field(description="Where it is in its life.")
    visibility: Audience = strawberry.field(
        description="Who reads it from the day it is active; DELEGATION: the people of its parties."
    )
    original_language: LanguageTag = strawberry.field(description="The language it was written in.")
    terms_of_reference: str = strawberry.field(
        description="What the parties confirm, in the original language, 1 to 20,000 characters."
    )
    founder: Delegation | None = strawberry.field(description="Who founded it; null if you may not know of it.")
    expression_of_interest: ExpressionOfInterest | None = strawberry.field(
        description="What it was founded from; null for all but the two delegations."
    )
    proposal: Proposal | None = strawberry.field(
        description="The proposal that it goes back to; null if you may not read it."
    )
    parties: list[LabParty] = strawberry.field(description="Its parties, 2 to 50, the founder first.")
    modality: Modality = strawberry.field(
        description="Derived from the roles of the parties and from UNCTAD's classification on `modalityOn`; never typed."
    )
    modality_on: date = strawberry.field(description="The founding day (UTC).")
    modality_reason: LabModalityReason | None = strawberry.field(description="Why it is OTHER; null where it is not.")
    starts_on: date | None = strawberry.field(description="First day of the work; null if open.")
    ends_on: date | None = strawberry.field(description="Last day of the work; null if open.")
    capacity_areas: list[CapacityArea] = strawberry.field(description="Which capacity it builds.")
    sectors: list[str] = strawberry.field(description="OECD-DAC purpose codes of five digits.")
    sdg_targets: list[str] = strawberry.field(description="SDG targets, such as `4.4`.")
    next_due_on: date | None = strawberry.field(
        description="The earliest day on which a planned milestone is due; null if none is planned."
    )
    is_overdue: bool = strawberry.field(description="Whether some milestone of it is overdue.")
    suspension_reason: str = strawberry.field(description="Why it was last suspended; empty if it never was.")
    lessons: str = strawberry.field(description="What it has taught; empty until it is concluded.")
    lessons_language: LanguageTag | None = strawberry.field(description="The language of `lessons`; null before.")
    practice: Practice | None = strawberry.field(
        description="What its lessons became when it was concluded; null before, and if you may not read it."
    )
    activated_at: datetime | None = strawberry.field(description="When it was first started; null before.")
    concluded_at: datetime | None = strawberry.field(description="When it was concluded; null before.")
    created_at: datetime = strawberry.field(description="When it was founded.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    is_demo: bool = strawberry.field(description="Whether it was made by the demonstration data.")
    viewer_is_party: bool = strawberry.field(description="Whether your delegation speaks for a party of it.")
    viewer_can_revise: bool = may("revise it")
    viewer_cannot_revise_reasons: list[str] = why_not("revise it")
    viewer_can_activate: bool = may("start it")
    viewer_cannot_activate_reasons: list[str] = why_not("start it")
    viewer_can_suspend: bool = may("suspend it")
    viewer_cannot_suspend_reasons: list[str] = why_not("suspend it")
    viewer_can_resume: bool = may("resume it")
    viewer_cannot_resume_reasons: list[str] = why_not("resume it")
    viewer_can_conclude: bool = may("conclude it")
    viewer_cannot_conclude_reasons: list[str] = why_not("conclude it")
    viewer_can_add_milestone: bool = may("add a milestone")
    viewer_cannot_add_milestone_reasons: list[str] = why_not("add a milestone")
    viewer_can_post_update: bool = may("tell of its progress")
    viewer_cannot_post_update_reasons: list[str] = why_not("tell of its progress")
    viewer_can_deliver_output: bool = may("deliver an output")
    viewer_cannot_deliver_output_reasons: list[str] = why_not("deliver an output")

    @strawberry.field(description="Its milestones.")
    def milestones(
        self,
        first: First = 20,
        after: After = None,
        where: Annotated[
            LabMilestoneWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: Annotated[MilestoneOrder, strawberry.argument(description="In which order.")] = MilestoneOrder.DUE,
    ) -> Connection[LabMilestone]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="What its parties give.")
    def contributions(
        self,
        first: First = 20,
        after: After = None,
        where: Annotated[
            LabContributionWhere | None, strawberry.argument(description="Which ones; all when absent.")
        ] = None,
        order: Annotated[
            ContributionOrder, strawberry.argument(description="In which order.")
        ] = ContributionOrder.OLDEST,
    ) -> Connection[LabContribution]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="What its parties tell of its progress.")
    def updates(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[UpdateOrder, strawberry.argument(description="In which order.")] = UpdateOrder.NEWEST,
    ) -> Connection[LabUpdate]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="What it delivered.")
    def outputs(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[OutputOrder, strawberry.argument(description="In which order.")] = OutputOrder.NEWEST,
    ) -> Connection[LabOutput]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.type
class ExpressionOfInterestLab:
    """What labs add to ExpressionOfInterest; ``root`` composes it."""

    lab: Lab | None = strawberry.field(
        description="The lab that was founded from it; null if there is none that you may know of."
    )
    viewer_can_found_lab: bool = may("found a lab from it")
    viewer_cannot_found_lab_reasons: list[str] = why_not("found a lab from it")
