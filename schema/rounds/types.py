"""GraphQL types of allocation rounds; where values come from is in the Shapes."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.fields import may
from schema.core.page import Connection, answered_by_shape
from schema.core.texts import Node
from schema.identity.types import Person
from schema.matching.types import MatchingWeights
from schema.membership.types import Delegation
from schema.proposals.types import Proposal
from schema.rounds.certificate_types import AllocationCertificate
from services.rounds.terms import (
    AllocationAnswer,
    AllocationOrder,
    AllocationOrigin,
    ComputationOrder,
    ComputationStage,
    ComputationState,
    NeedGroup,
    RoundOrder,
    RoundStatus,
)

describe(
    RoundStatus,
    "Where an allocation round is in its life.",
    DRAFT="It is prepared.",
    COMPUTED="There is an allocation with a certificate, which a co-chair confirms or discards.",
    CONFIRMED="Its delegations see what is theirs, and accept or decline.",
    DISCARDED="It was given up.",
)
describe(
    ComputationState,
    "How far a computation is; the last three are final.",
    WAITING="It waits for a worker.",
    RUNNING="It is being done.",
    DONE="It has a certificate.",
    FAILED="It could not be done; `reason` says why, such as a floor that cannot be met.",
    INTERRUPTED="It was stopped, and nothing was kept.",
)
describe(
    ComputationStage,
    "What a computation does, in its order.",
    SCORING="Needs are scored with offers, as matches are.",
    FLOORS="It is found out whether the floors can be met, and how far the least served group can be raised.",
    SOLVING="The most valuable allocation is looked for.",
    CHECKING="A second solver proves it.",
    CERTIFYING="The certificate is made.",
)
describe(
    AllocationAnswer,
    "What one side has said.",
    OPEN="Nothing yet.",
    ACCEPTED="It accepts.",
    DECLINED="It declines, with a reason.",
)
describe(
    AllocationOrigin,
    "How a place came to a need.",
    SOLVED="By the computation that was confirmed.",
    HANDED_ON="After another need or offer had been declined.",
)
describe(RoundOrder, "Orders of rounds.", NEWEST="The newest first.")
describe(ComputationOrder, "Orders of computations.", NEWEST="The newest first.")
describe(AllocationOrder, "Orders of what is allocated.", VALUE="The highest score first.")


@strawberry.type(description="The least share of a group's needs that is to be served.")
class AllocationFloor:
    """Floor."""

    group: NeedGroup = strawberry.field(description="The group.")
    share: float = strawberry.field(description="0 to 1, in thousandths; 0 only watches the group.")


@strawberry.input(description="Which of what is allocated; everything given must hold.")
class AllocationWhere:
    """Filter."""

    declined: bool | None = strawberry.field(default=None, description="A side has declined, or none has.")
    mine: bool | None = strawberry.field(default=None, description="Is your delegation's, or is not.")


AllocationsWhere = Annotated[
    AllocationWhere | None, strawberry.argument(description="Which ones; all that you may see when absent.")
]
AllocationsOrder = Annotated[AllocationOrder, strawberry.argument(description="In which order.")]
LEAST = "Whether the least served of the groups with a floor is raised as far as it goes, before any value counts."
LOAD = "How many places one state may give at most; null, or absent, for no limit."


@strawberry.type(
    description="A place of an offer for a need. Seen by the secretariat and co-chairs, and once its round is confirmed by its "
    "two delegations, which each accept or decline. When both accept, it is settled: express interest, as with any match."
)
class Allocation(Node):
    """Allocation."""

    round: "AllocationRound | None" = strawberry.field(description="Its round; null if you may not see that any more.")
    need: Proposal | None = strawberry.field(description="The need; null if you may not see it any more.")
    offer: Proposal | None = strawberry.field(description="The offer; null if you may not see it any more.")
    need_delegation: Delegation | None = strawberry.field(description="Whose need it is.")
    offer_delegation: Delegation | None = strawberry.field(description="Whose offer it is.")
    value: float = strawberry.field(description="The score of the pair when the round was computed, 0 to 1.")
    origin: AllocationOrigin = strawberry.field(description="How the place came to the need.")
    need_answer: AllocationAnswer = strawberry.field(description="What the delegation of the need has said.")
    offer_answer: AllocationAnswer = strawberry.field(description="What the delegation of the offer has said.")
    reason: str = strawberry.field(description="Why a side declined; empty if none did.")
    created_at: datetime = strawberry.field(description="When it was allocated.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    viewer_can_answer: bool = may("accept or decline it")


@strawberry.type(
    description="One computation of a round, or a preview of it under other terms. Seen by the secretariat and co-chairs; the "
    "one that a confirmed round stands for by all members."
)
class AllocationComputation(Node):
    """Computation."""

    is_preview: bool = strawberry.field(description="Whether it was computed to be looked at only.")
    floors: list[AllocationFloor] = strawberry.field(description="The floors it was asked for with.")
    max_load: int | None = strawberry.field(description=LOAD)
    least_served_first: bool = strawberry.field(description=LEAST)
    weights_version: int | None = strawberry.field(
        description="The version of the weights that pairs were scored by; null until it is done."
    )
    state: ComputationState = strawberry.field(description="How far it is.")
    stage: ComputationStage = strawberry.field(description="What is being done.")
    done: int = strawberry.field(description="How many needs are scored of `total`.")
    total: int | None = strawberry.field(description="How many needs there are; null as long as that is not known.")
    reason: str = strawberry.field(description="Why it failed, for people; empty in any other state.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null while it is under way.")
    certificate: AllocationCertificate | None = strawberry.field(
        description="What it is certified by; null until it is DONE."
    )
    viewer_can_cancel: bool = may("stop it")

    @strawberry.field(description="What it allocates, as far as you may see it.")
    def allocations(
        self,
        first: First = 20,
        after: After = None,
        where: AllocationsWhere = None,
        order: AllocationsOrder = AllocationOrder.VALUE,
    ) -> Connection[Allocation]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.type(
    description="One allocation of scarce offers to needs: floors for groups of states, a most that one state gives, then the "
    "highest sum of scores, proven by two solvers. The secretariat drafts and computes it, a co-chair confirms, then each "
    "side accepts or declines, and a declined place goes to the next. Members see it once it is confirmed."
)
class AllocationRound(Node):
    """Round."""

    title: str = strawberry.field(description="What it is called, in the language of whoever drafted it.")
    note: str = strawberry.field(description="Why it is done so; may be empty.")
    status: RoundStatus = strawberry.field(description="Where it is in its life.")
    revision: int = strawberry.field(description="Counts its changes; name it when you revise.")
    sectors: list[str] = strawberry.field(
        description="It takes in needs and offers that name one of these OECD-DAC purpose codes; all when empty."
    )
    candidates: int = strawberry.field(description="How many offers of each need it takes in, the best.")
    floors: list[AllocationFloor] = strawberry.field(description="The floors; groups may overlap.")
    max_load: int | None = strawberry.field(description=LOAD)
    least_served_first: bool = strawberry.field(description=LEAST)
    weights: MatchingWeights | None = strawberry.field(
        description="The version of the weights it is to be computed with; null for the one in force then."
    )
    author: Person | None = strawberry.field(description="Who drafted it; null if you may not see the person.")
    created_at: datetime = strawberry.field(description="When it was drafted.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    confirmed_at: datetime | None = strawberry.field(description="When it was confirmed; null before.")
    confirmed_by: Person | None = strawberry.field(
        description="Who confirmed it; null before, or if you may not see the person."
    )
    discard_reason: str = strawberry.field(description="Why it was given up; may be empty.")
    computation: AllocationComputation | None = strawberry.field(
        description="The computation that it stands for; null while it is a draft."
    )
    viewer_can_revise: bool = may("revise it")
    viewer_can_compute: bool = may("have it computed")
    viewer_can_preview: bool = may("preview it under other terms")
    viewer_can_confirm: bool = may("confirm it")
    viewer_can_discard: bool = may("discard it")

    @strawberry.field(description="All computations and previews of it that you may see.")
    def computations(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[
            ComputationOrder, strawberry.argument(description="In which order.")
        ] = ComputationOrder.NEWEST,
    ) -> Connection[AllocationComputation]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]


@strawberry.input(description="Which rounds; everything given must hold.")
class AllocationRoundWhere:
    """Filter."""

    status: RoundStatus | None = strawberry.field(default=None, description="Is here in its life.")
