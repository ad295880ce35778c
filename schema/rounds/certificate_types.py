"""GraphQL types of certificates: what an allocation is certified by."""

from typing import Annotated

import strawberry

from schema.core.arguments import After, First
from schema.core.enums import describe
from schema.core.page import Connection, answered_by_shape
from schema.proposals.types import Proposal
from services.rounds.terms import NeedGroup, UnservedOrder, UnservedReason

describe(
    NeedGroup,
    "Groups of needs that a round may set a floor for; one need may be in several.",
    ALL="All needs of the round.",
    LDC="Needs of states that are least developed countries on the day of the round.",
    LLDC="Needs of states that are landlocked developing countries on the day of the round.",
    SIDS="Needs of states that are small island developing states on the day of the round.",
    RECEIVED_NOTHING="Needs of states that have received nothing yet: they took part in no finished cooperation, none of "
    "their needs was agreed on, no offer was agreed to them, and no place of an earlier round was accepted.",
)
describe(
    UnservedReason,
    "Why a need has nothing.",
    NO_OFFER="No offer of the round fits.",
    PLACES_TAKEN="Every offer that fits has given all of its places to others.",
    LOAD_REACHED="Places remain, but their states already give as many as the round lets one state give.",
)
describe(UnservedOrder, "Orders of needs that have nothing.", ROUND="As the round took them in.")


@strawberry.type(description="What one solver says of an allocation.")
class AllocationProof:
    """Proof."""

    solver: str = strawberry.field(description="Its name.")
    value: float = strawberry.field(description="The value that it found, a sum of scores.")
    bound: float = strawberry.field(description="The value that, it says, no allocation exceeds.")
    proven: bool = strawberry.field(description="Whether it proved that its value is the best there is.")


@strawberry.type(description="How a group of needs is served.")
class AllocationGroup:
    """Group."""

    group: NeedGroup = strawberry.field(description="The group.")
    needs: int = strawberry.field(description="How many needs of the round are in it.")
    served: int = strawberry.field(description="How many of them have a place.")
    share: float = strawberry.field(description="Their share, 0 to 1.")
    floor: float | None = strawberry.field(description="The floor that the round sets, 0 to 1; null if it names none.")
    least: int | None = strawberry.field(
        description="How many were to be served: by the floor, or raised with the least served group; null without one."
    )
    possible: int = strawberry.field(description="How many could be served if nobody else were.")


@strawberry.type(description="A need that has nothing.")
class UnservedNeed:
    """Need without a place."""

    need: Proposal | None = strawberry.field(description="The need; null if you may not see it any more.")
    reason: UnservedReason = strawberry.field(description="Why.")


@strawberry.type(
    description="A need and an offer that would both rather have each other: worth more to the need than what it has, and "
    "to the offer than the least that it gives a place to. Floors are the reason."
)
class BlockingPair:
    """Blocking pair."""

    need: Proposal | None = strawberry.field(description="The need; null if you may not see it any more.")
    offer: Proposal | None = strawberry.field(description="The offer; null if you may not see it any more.")
    value: float = strawberry.field(description="The score of the pair, 0 to 1.")
    has: float = strawberry.field(description="The score of what the need has; 0 if it has nothing.")


@strawberry.type(
    description="What an allocation is certified by. Everything follows from the frozen input, so that anyone who has it "
    "computes the same; operators check it by `gof match verify`."
)
class AllocationCertificate:
    """Certificate."""

    needs: int = strawberry.field(description="How many needs the round took in.")
    offers: int = strawberry.field(description="How many offers.")
    pairs: int = strawberry.field(description="How many scored pairs of both.")
    places: int = strawberry.field(description="How many places the offers had left.")
    served: int = strawberry.field(description="How many needs have a place; each has one at most.")
    unserved: int = strawberry.field(description="How many have none.")
    value: float = strawberry.field(description="The sum of the scores of what is allocated.")
    bound: float = strawberry.field(description="No allocation under the same floors and loads is worth more.")
    proven: bool = strawberry.field(description="Whether two solvers found the same value and proved it the best.")
    proofs: list[AllocationProof] = strawberry.field(description="What each solver says.")
    value_without_floors: float = strawberry.field(
        description="The most that could be had with the same loads and no floors."
    )
    price_of_fairness: float = strawberry.field(description="The share of that value that the floors cost, 0 to 1.")
    greedy_value: float | None = strawberry.field(
        description="What taking always the best pair left would give under the same loads and floors, raised as they are; "
        "null where that does not meet them."
    )
    greedy_value_at_floors: float | None = strawberry.field(
        description="The same under the floors as the round sets them, with the least served group not raised."
    )
    groups: list[AllocationGroup] = strawberry.field(description="How each group that has needs is served.")
    least_share: float = strawberry.field(
        description="The share of the least served group among those with a floor, or among all where there is none."
    )
    gini: float = strawberry.field(
        description="How unequally the places given are borne by the states that offer: 0 where all give the same, towards 1 "
        "where one gives everything."
    )
    envious: int = strawberry.field(
        description="How many needs would rather have a place that another has: it scores higher for them."
    )
    blocking: int = strawberry.field(description="How many pairs would both rather have each other.")
    blocking_pairs: list[BlockingPair] = strawberry.field(description="The 100 most valuable of them.")
    input_hash: str = strawberry.field(
        description="The SHA-256 of the frozen input, in hexadecimal; the record binds it."
    )

    @strawberry.field(description="The needs that have nothing, and why.")
    def unserved_needs(
        self,
        first: First = 20,
        after: After = None,
        order: Annotated[UnservedOrder, strawberry.argument(description="In which order.")] = UnservedOrder.ROUND,
    ) -> Connection[UnservedNeed]:
        """Answered by the Shape."""
        return answered_by_shape()  # type: ignore[no-any-return]
