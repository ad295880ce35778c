"""GraphQL types of proposals: names, descriptions and nullability; where values come from is in the Shapes."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.fields import may, why_not
from schema.core.page import Connection, answered_by_shape
from schema.core.scalars import LanguageTag
from schema.core.texts import Node
from schema.membership.types import Delegation
from schema.translations.types import Translated
from services.core.actor import Audience
from services.proposals.expression_shapes import ExpressionOrder
from services.proposals.shapes import ProposalOrder
from services.proposals.terms import CooperationForm, Direction, ExpressionStatus, Modality, ProposalStatus, Side
from services.taxonomy.terms import CapacityArea

if TYPE_CHECKING:
    from schema.proposals.expression_types import ExpressionOfInterest

describe(
    Side,
    "Whether a proposal asks, gives, or both.",
    NEED="Its delegation asks for something.",
    OFFER="Its delegation gives something.",
    JOINT="Its delegation wants to do something together with others.",
)
describe(
    ProposalStatus,
    "Where a proposal is in its life.",
    DRAFT="Only its delegation sees it.",
    OPEN="Its audience sees it, and delegations among it can express interest.",
    CLOSED="It takes nobody any more; its audience still sees it.",
    WITHDRAWN="Only its delegation and the secretariat still see it.",
    EXPIRED="Its last day has passed; its audience still sees it, and it can be renewed.",
)
describe(
    CooperationForm,
    "What a cooperation consists of.",
    TRAINING="Training.",
    EXPERT="Experts sent or received.",
    EQUIPMENT_COMPUTE="Equipment and computing time.",
    FUNDING="Funding.",
    JOINT_RESEARCH="Joint research.",
    LICENCE="Licences.",
    STUDY_VISIT="Study visits.",
    SCHOLARSHIP="Scholarships.",
    POLICY_ADVICE="Advice on policy.",
    DATA_ACCESS="Access to data.",
)
describe(
    Modality,
    "How states cooperate: derived from the classifications of the parties on a day, never typed.",
    NORTH_SOUTH="A developed with a developing state.",
    SOUTH_SOUTH="Developing states only.",
    TRIANGULAR="A third party makes the cooperation of two developing states possible.",
    OTHER="None of these.",
)
describe(
    ProposalOrder,
    "Orders of proposals.",
    NEWEST="Last opened first; drafts by when they were made.",
    EXPIRING="Soonest to expire first; what has no last day comes last.",
    RELEVANCE="Best found first; needs `where.search`.",
)
describe(
    ExpressionStatus,
    "Where an expression of interest is in its life.",
    DRAFT="Only the delegation that writes it sees it.",
    SENT="The receiver has it.",
    IN_TALKS="The receiver has taken up talks.",
    AGREED="Both sides have agreed; it holds one place of the proposal.",
    DECLINED="The receiver declined.",
    WITHDRAWN="The sender withdrew it.",
    EXPIRED="Nobody answered by the deadline.",
)
describe(
    ExpressionOrder,
    "Orders of expressions of interest.",
    NEWEST="Last sent first; drafts by when they were made.",
    DEADLINE="Whose turn ends soonest first; where it is nobody's turn, last.",
)
describe(
    Direction,
    "Which way an expression of interest went.",
    SENT="Your delegation made it.",
    RECEIVED="Your delegation received it.",
)


@strawberry.input(description="Which expressions of interest; everything given must hold.")
class ExpressionOfInterestWhere:
    """Expression filter."""

    status: ExpressionStatus | None = strawberry.field(default=None, description="Is at this point of its life.")
    direction: Direction | None = strawberry.field(default=None, description="Went this way.")
    awaiting_me: bool | None = strawberry.field(
        default=None, description="Whether it is your delegation's turn; false: whether it is not."
    )
    proposal: strawberry.ID | None = strawberry.field(default=None, description="Answers this proposal.")


Interests = Annotated[ExpressionOfInterestWhere | None, strawberry.argument(description="Which ones; all when absent.")]
InterestOrder = Annotated[ExpressionOrder, strawberry.argument(description="In which order.")]


@strawberry.type(
    description="A cooperation proposal by a delegation. A draft is seen by its delegation only; from the day it is "
    "opened by its audience; once withdrawn by its delegation and the secretariat."
)
class Proposal(Node, Translated):
    """Proposal."""

    revision: int = strawberry.field(description="Counts the changes; name it when you revise.")
    external_id: str | None = strawberry.field(description="The author's own number; null if it has none.")
    side: Side = strawberry.field(description="Whether it asks, gives, or both.")
    status: ProposalStatus = strawberry.field(description="Where it is in its life.")
    visibility: Audience = strawberry.field(description="Who reads it once it is open.")
    original_language: LanguageTag = strawberry.field(description="The language it was written in.")
    delegation: Delegation | None = strawberry.field(description="The author; null if you may not know of it.")
    capacity_areas: list[CapacityArea] = strawberry.field(description="Which capacity it builds.")
    sectors: list[str] = strawberry.field(description="OECD-DAC purpose codes of five digits.")
    sdg_targets: list[str] = strawberry.field(description="SDG targets, such as `4.4`.")
    forms: list[CooperationForm] = strawberry.field(description="What the cooperation consists of.")
    quantity: Decimal | None = strawberry.field(description="How much, counted in `unit`; null if not said.")
    unit: str = strawberry.field(description="What `quantity` counts, such as `participants`; empty if not said.")
    period_from: date | None = strawberry.field(description="First day of the cooperation itself; null if open.")
    period_to: date | None = strawberry.field(description="Last day of the cooperation itself; null if open.")
    places: int | None = strawberry.field(description="How many partners it can serve; null for no limit.")
    places_left: int | None = strawberry.field(
        description="`places` less those agreed; null for no limit. When none is left, it closes."
    )
    agreed: int = strawberry.field(description="How many expressions of interest in it are agreed.")
    modalities_accepted: list[Modality] = strawberry.field(description="Which modalities it accepts; empty for all.")
    regions_accepted: list[str] = strawberry.field(
        description="UN M49 codes: a partner's state lies in one of these regions; empty for all."
    )
    working_languages: list[LanguageTag] = strawberry.field(description="In which languages one can work together.")
    interpretation_offered: bool = strawberry.field(description="Whether it offers interpretation for other languages.")
    licence: str | None = strawberry.field(description="SPDX id of the licence of what is shared; null if not said.")
    readiness: int | None = strawberry.field(
        description="Technology readiness level, 1 to 9 (ISO 16290); null if not said."
    )
    opens_on: date | None = strawberry.field(
        description="From which day it is open; null while a draft leaves it open."
    )
    expires_on: date | None = strawberry.field(description="Its last day (UTC); null while a draft leaves it open.")
    opened_at: datetime | None = strawberry.field(description="When it was first opened; null before.")
    closed_at: datetime | None = strawberry.field(description="When it was closed; null unless it was.")
    created_at: datetime = strawberry.field(description="When its first draft was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    withdrawal_reason: str = strawberry.field(description="Why it was withdrawn; else empty.")
    is_demo: bool = strawberry.field(description="Whether it was made by the demonstration data.")
    viewer_can_revise: bool = may("revise it")
    viewer_cannot_revise_reasons: list[str] = why_not("revise it")
    viewer_can_delete: bool = may("delete it")
    viewer_cannot_delete_reasons: list[str] = why_not("delete it")
    viewer_can_open: bool = may("open it")
    viewer_cannot_open_reasons: list[str] = why_not("open it")
    viewer_can_renew: bool = may("renew it")
    viewer_cannot_renew_reasons: list[str] = why_not("renew it")
    viewer_can_close: bool = may("close it")
    viewer_cannot_close_reasons: list[str] = why_not("close it")
    viewer_can_withdraw: bool = may("withdraw it")
    viewer_cannot_withdraw_reasons: list[str] = why_not("withdraw it")
    viewer_can_draft_expression_of_interest: bool = may("draft an expression of interest in it")
    viewer_cannot_draft_expression_of_interest_reasons: list[str] = why_not("draft an expression of interest in it")
    viewer_can_express_interest: bool = may("send an expression of interest in it")
    viewer_cannot_express_interest_reasons: list[str] = why_not("send an expression of interest in it")

    @strawberry.field(
        description="The expressions of interest in it that your delegation made or received; others are nobody's "
        "business, not even as a number."
    )
    def expressions_of_interest(
        self,
        first: First = 20,
        after: After = None,
        where: Interests = None,
        order: InterestOrder = ExpressionOrder.NEWEST,
    ) -> Connection[Annotated["ExpressionOfInterest", strawberry.lazy("schema.proposals.expression_types")]]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.input(description="Which proposals; everything given must hold.")
class ProposalWhere:
    """Proposal filter."""

    search: str | None = strawberry.field(
        default=None,
        description="Words in any language, up to 300 characters; finds by word and across languages by meaning.",
    )
    side: Side | None = strawberry.field(default=None, description="Is on this side.")
    status: ProposalStatus | None = strawberry.field(
        default=None, description="Is at this point of its life; a board of what can be answered asks for `OPEN`."
    )
    delegation: strawberry.ID | None = strawberry.field(default=None, description="Is by this delegation.")
    mine: bool | None = strawberry.field(default=None, description="Is by your delegation; false: is by another one.")
    capacity_areas: list[CapacityArea] | None = strawberry.field(default=None, description="Builds any of these.")
    sectors: list[str] | None = strawberry.field(
        default=None, description="Is about any of these OECD-DAC purpose codes."
    )
    sdg_targets: list[str] | None = strawberry.field(default=None, description="Serves any of these SDG targets.")
    forms: list[CooperationForm] | None = strawberry.field(default=None, description="Consists of any of these.")
    working_languages: list[LanguageTag] | None = strawberry.field(
        default=None,
        description="Names any of these among its working languages; what names none is open to all and is not found by this.",
    )
    region: str | None = strawberry.field(
        default=None, description="Is by a state that lies in this region (UN M49 code)."
    )
    expires_after: date | None = strawberry.field(default=None, description="Expires on this day or later.")
    expires_before: date | None = strawberry.field(default=None, description="Expires on this day or earlier.")
