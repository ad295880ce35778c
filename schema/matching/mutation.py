"""Writes of matching."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.core.context import Info
from schema.core.errors import UserError
from schema.core.execution import read
from schema.core.fields import ERRORS, KEY
from schema.core.mutation import act
from schema.matching.types import MatchingWeights
from services.core.ids import typed_id, write_id
from services.matching import commands, shapes
from services.matching.errors import WrongWeights
from services.matching.rules import Weights
from services.matching.terms import MatchCriterion


@strawberry.input(description="How much a criterion counts.")
class CriterionWeightInput:
    """One weight."""

    criterion: MatchCriterion = strawberry.field(description="The criterion.")
    weight: float = strawberry.field(description="0 to 1.")


@strawberry.input(description="A version of the weights to propose.")
class MatchingWeightsProposeInput:
    """New version."""

    need: list[CriterionWeightInput] = strawberry.field(
        description="What counts for the side that needs; sums to 1, and a criterion left out counts 0."
    )
    offer: list[CriterionWeightInput] = strawberry.field(
        description="What counts for the side that offers; sums to 1, and a criterion left out counts 0."
    )
    floor: float = strawberry.field(description="What any agreement is worth of a full one, 0 to 1.")
    strong: float = strawberry.field(description="The least score of the band STRONG, up to 1.")
    good: float = strawberry.field(description="The least score of the band GOOD, above 0 and below `strong`.")
    note: str = strawberry.field(default="", description="Why these weights, up to 2,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def weights(self) -> Weights:
        """Return what the command takes.

        Raises:
            WrongWeights: a criterion is named twice.
        """
        need, offer = _by_criterion("need", self.need), _by_criterion("offer", self.offer)
        return Weights(need, offer, floor=self.floor, strong=self.strong, good=self.good)


@strawberry.input(description="A version of the weights to confirm.")
class MatchingWeightsConfirmInput:
    """Which version."""

    id: strawberry.ID = strawberry.field(description="The version's id.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


Proposed = Annotated[MatchingWeightsProposeInput, strawberry.argument(description="The weights.")]
Confirmed = Annotated[MatchingWeightsConfirmInput, strawberry.argument(description="Which version.")]


@strawberry.type(description="The weights as they now are, or why it was not done.")
class MatchingWeightsPayload:
    """What every act on weights answers."""

    weights_id: strawberry.Private[UUID | None] = None
    errors: list[UserError] = strawberry.field(default_factory=list, description=ERRORS)

    @strawberry.field(description="The weights as they now are; null if nothing was done.")
    async def weights(self, info: Info) -> MatchingWeights | None:
        """Read back after the commit, through the same Shape."""
        if self.weights_id is None:
            return None
        return await read(info, shapes.WEIGHTS_BY_ID, id=write_id("matching_weights", self.weights_id))  # type: ignore[no-any-return]


@strawberry.type(description="The weights as they now are, or why it was not done.")
class MatchingWeightsProposePayload(MatchingWeightsPayload):
    """Answer of matchingWeightsPropose."""


@strawberry.type(description="The weights as they now are, or why it was not done.")
class MatchingWeightsConfirmPayload(MatchingWeightsPayload):
    """Answer of matchingWeightsConfirm."""


@strawberry.type
class MatchingMutation:
    """Mutations of matching."""

    @strawberry.mutation(
        description="Propose weights for matching; nothing changes until a co-chair confirms them. Secretariat."
    )
    async def matching_weights_propose(self, info: Info, input: Proposed) -> MatchingWeightsProposePayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.propose_weights(session, actor, input.weights(), input.note),
            input,
            key=input.idempotency_key,
        )
        return MatchingWeightsProposePayload(weights_id=done, errors=errors)

    @strawberry.mutation(description="Put proposed weights in force. Focal points of co-chairing states.")
    async def matching_weights_confirm(self, info: Info, input: Confirmed) -> MatchingWeightsConfirmPayload:
        """One command."""
        done, errors = await act(
            info,
            lambda session, actor: commands.confirm_weights(session, actor, typed_id(input.id, "matching_weights")),
            input,
            key=input.idempotency_key,
        )
        return MatchingWeightsConfirmPayload(weights_id=done, errors=errors)


def _by_criterion(side: str, given: list[CriterionWeightInput]) -> dict[MatchCriterion, float]:
    weights = {one.criterion: one.weight for one in given}
    if len(weights) < len(given):
        raise WrongWeights(f"The weights of the {side} name a criterion twice.", path=(side,))
    return weights
