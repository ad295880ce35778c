"""GraphQL types of membership."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.core.arguments import After, First, Prefer
from schema.core.enums import describe
from schema.core.page import Connection, answered_by_shape
from schema.core.texts import LocalizedText, Node
from schema.taxonomy.types import MemberState
from services.identity.shapes import PersonOrder
from services.membership.shapes import NameOrder, StandingProposalOrder
from services.membership.terms import DelegationKind, Standing, StandingProposalStatus
from services.taxonomy.terms import ClassificationScheme

if TYPE_CHECKING:
    from schema.identity.types import Person

_IDENTITY = strawberry.lazy("schema.identity.types")
APerson = Annotated["Person", _IDENTITY]
PeopleSorted = Annotated["PersonOrder", _IDENTITY, strawberry.argument(description="In which order.")]

describe(NameOrder, "Orders of states and delegations; never by size.", NAME="By name in the reader's language.")
describe(
    Standing,
    "How a delegation stands to the Group; each standing is dated, and past ones stay.",
    INVITED="Invited to become a member or observer.",
    APPLICANT="Has applied.",
    DECLINED="Its application was declined, or it declined the invitation.",
    MEMBER="Member of the Group.",
    CO_CHAIR="Member that chairs the Group together with others, for a dated term.",
    OBSERVER="Takes part without being a member.",
    SUSPENDED="Suspended: reads as the public does and acts on nothing.",
    WITHDRAWN="Has left; its past acts stay.",
)
describe(
    DelegationKind,
    "Whom a delegation stands for.",
    STATE="A member state of the United Nations.",
    OBSERVER="An observer state, UN entity or organisation taking part without being a member.",
)
describe(
    StandingProposalStatus,
    "What became of a proposal to change a standing.",
    OPEN="Co-chairs are to decide.",
    AGREED="All co-chairs accepted it; the term of the co-chair begins on its first day.",
    ACCEPTED="All co-chairs accepted it, and the delegation has stood so since that day.",
    REJECTED="A co-chair rejected it, with a reason.",
    LAPSED="The standing changed otherwise before it was decided.",
)
describe(StandingProposalOrder, "Orders of proposals to change a standing.", NEWEST="Last made first.")


@strawberry.type(description="One standing of one delegation, dated.")
class StandingPeriod:
    """Standing period."""

    standing: Standing = strawberry.field(description="The standing.")
    valid_from: date = strawberry.field(description="The first day.")
    valid_to: date | None = strawberry.field(
        description="The first day on which it no longer holds, set in advance for a co-chair's term; null where none is set."
    )
    reference: str = strawberry.field(description="The note verbale or decision it rests on; empty if none is named.")
    reference_on: date | None = strawberry.field(description="The day that stands on it; null if none is named.")


@strawberry.type(
    description="The people through whom one state or observer acts here. Everyone sees members, co-chairs, observers, "
    "suspended and withdrawn ones and those that once took part; invited, applying and declined ones only themselves, "
    "the secretariat and the co-chairs."
)
class Delegation(Node):
    """Delegation."""

    kind: DelegationKind = strawberry.field(description="Whom it stands for.")
    state: MemberState | None = strawberry.field(description="Its state; null for an observer that is no state.")
    standing: Standing = strawberry.field(description="How it stands to the Group today.")
    standing_since: date = strawberry.field(description="Since when.")
    standings: list[StandingPeriod] = strawberry.field(
        description="All its standings, the newest first; invitation, application and refusal only where you may know."
    )
    open_proposal: "StandingProposal | None" = strawberry.field(
        description="The proposal to change its standing that waits for the co-chairs. Seen by the delegation itself, the "
        "secretariat and the co-chairs; null if there is none that you may know of."
    )
    is_demo: bool = strawberry.field(description="Whether it was made by the demonstration data.")
    viewer_can_propose_standing: bool = strawberry.field(
        description="Whether you may propose another standing for it now."
    )
    viewer_can_record_application: bool = strawberry.field(
        description="Whether you may record now that it applies again."
    )
    viewer_can_answer_invitation: bool = strawberry.field(
        description="Whether you may accept or decline its invitation now."
    )
    viewer_can_withdraw: bool = strawberry.field(description="Whether you may let it leave the Group now.")
    viewer_cannot_withdraw_reasons: list[str] = strawberry.field(description="Codes of why you may not; or empty.")

    @strawberry.field(description="Its name.")
    def name(self, language: Prefer = None) -> LocalizedText:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(description="How it stood on a day; null before its first standing that you may know of.")
    def standing_on(self, day: Annotated[date, strawberry.argument(description="The day.")]) -> Standing | None:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]

    @strawberry.field(
        description="Its people who have not left. Seen by themselves and the secretariat; others see none."
    )
    def people(
        self,
        first: First = 20,
        after: After = None,
        order: PeopleSorted = PersonOrder.NAME,
    ) -> Connection[APerson]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.type(
    description="What one co-chairing state said on a proposal: one voice, whatever its number of focal points. Seen by "
    "the delegation that the proposal is about, the secretariat and the co-chairs."
)
class StandingVoice:
    """Standing voice."""

    delegation: Delegation | None = strawberry.field(
        description="Whose voice it is; null if you may not know of it, as while it applies anew."
    )
    accepts: bool = strawberry.field(description="True accepts the proposal; false objects, which rejects it.")
    reason: str = strawberry.field(description="The reason given; empty unless it objects or something was said.")
    created_at: datetime = strawberry.field(description="When it spoke.")


@strawberry.type(
    description="A proposal of the secretariat to change a delegation's standing, and what the co-chairs decided on it. All "
    "co-chairs in office but the delegation itself accept it, one voice each; one objection rejects it. Seen by "
    "that delegation, the secretariat and the co-chairs. A delegation has one open proposal at most."
)
class StandingProposal(Node):
    """Standing proposal."""

    delegation: Delegation | None = strawberry.field(description="Whom it is about; null if you may not know of it.")
    standing: Standing = strawberry.field(description="The standing proposed.")
    since: date | None = strawberry.field(
        description="The first day of the term of a co-chair; null where it begins with the decision."
    )
    until: date | None = strawberry.field(
        description="The first day after the term of a co-chair; null for every other standing."
    )
    reference: str = strawberry.field(description="The note verbale or decision it rests on.")
    reference_on: date | None = strawberry.field(description="The day that stands on it; null if none is named.")
    status: StandingProposalStatus = strawberry.field(description="What became of it.")
    reason: str = strawberry.field(
        description="What the co-chair said whose voice decided it; empty unless it was rejected or something was said."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    closed_at: datetime | None = strawberry.field(description="When it was decided or lapsed; null while it is open.")
    proposed_by: APerson | None = strawberry.field(description="Who made it; null if you may not know of them.")
    decided_by: Delegation | None = strawberry.field(
        description="The co-chair whose voice decided it: the last one needed, or the objection; null unless one did."
    )
    voices: list[StandingVoice] = strawberry.field(description="What co-chairs have said on it, the first one first.")
    awaited: list[Delegation] = strawberry.field(
        description="The co-chairs whose voices are still missing, by name; none unless it is open."
    )
    viewer_can_decide: bool = strawberry.field(description="Whether you may accept or reject it now.")
    viewer_cannot_decide_reasons: list[str] = strawberry.field(description="Codes of why you may not; or empty.")


@strawberry.input(description="A group of states on a day.")
class ClassificationWhere:
    """Classification filter."""

    scheme: ClassificationScheme = strawberry.field(description="Which group.")
    as_of: date | None = strawberry.field(default=None, description="On which day; today when absent.")


@strawberry.input(description="How delegations stood to the Group on a day, as far as you may know.")
class StandingWhere:
    """Standing filter."""

    any_of: list[Standing] = strawberry.field(description="Any of these standings.")
    as_of: date | None = strawberry.field(default=None, description="On which day; today when absent.")


@strawberry.input(description="Which states or delegations; everything given must hold.")
class StateWhere:
    """State filter."""

    region: str | None = strawberry.field(default=None, description="Lies in this region (M49 code).")
    classification: ClassificationWhere | None = strawberry.field(default=None, description="Is in this group.")
    standing: StandingWhere | None = strawberry.field(default=None, description="Stood to the Group like this.")


@strawberry.input(description="Which proposals; everything given must hold.")
class StandingProposalWhere:
    """Standing proposal filter."""

    status: StandingProposalStatus | None = strawberry.field(default=None, description="Has come to this.")
    delegation: strawberry.ID | None = strawberry.field(default=None, description="Is about this delegation.")


Where = Annotated[StateWhere | None, strawberry.argument(description="Which ones; all when absent.")]
Sorted = Annotated[NameOrder, strawberry.argument(description="In which order.")]
