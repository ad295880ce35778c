"""Inputs of the mutations of allocation rounds."""

from uuid import UUID

import strawberry

from schema.core.fields import KEY
from schema.rounds.types import LEAST, LOAD
from services.core.ids import typed_id
from services.rounds.commands import RoundContent
from services.rounds.errors import WrongRound
from services.rounds.rules import CANDIDATES, THOUSAND, RoundTerms, Selection
from services.rounds.terms import NeedGroup
from services.taxonomy.terms import CapacityArea

FLOORS = (
    "The least share of the needs of each group that is to be served. Groups overlap; name one with 0 to have it counted "
    "among the least served. Without any, only value counts."
)


@strawberry.input(description="The least share of a group's needs that is to be served.")
class AllocationFloorInput:
    """A floor."""

    group: NeedGroup = strawberry.field(description="The group.")
    share: float = strawberry.field(description="0 to 1, with up to three decimals.")


@strawberry.input(description="The terms of an allocation.")
class AllocationTermsInput:
    """Terms."""

    floors: list[AllocationFloorInput] = strawberry.field(default_factory=list, description=FLOORS)
    max_load: int | None = strawberry.field(default=None, description=LOAD)
    least_served_first: bool = strawberry.field(default=True, description=LEAST)

    def terms(self) -> RoundTerms:
        """What the slice takes.

        Raises:
            WrongRound: a floor is finer than a thousandth, or a group named twice.
        """
        floors: dict[NeedGroup, int] = {}
        for one in self.floors:
            if one.group in floors:
                raise WrongRound(f"The floor of {one.group.name} is named twice.", path=("terms", "floors"))
            whole = round(one.share * THOUSAND) if abs(one.share) < THOUSAND else -1
            if abs(whole - one.share * THOUSAND) > 1e-6:
                raise WrongRound(
                    f"The floor of {one.group.name} is {one.share}; it is from 0 to 1, with up to three decimals.",
                    path=("terms", "floors"),
                )
            floors[one.group] = whole
        return RoundTerms(floors, self.max_load, self.least_served_first)


@strawberry.input(description="Which needs and offers a round takes in; everything given must hold.")
class AllocationSelectionInput:
    """Selection."""

    needs: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="These needs, up to 1,000; all that are open to members when empty."
    )
    offers: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="These offers, up to 1,000; all that are open to members when empty."
    )
    capacity_areas: list[CapacityArea] = strawberry.field(
        default_factory=list, description="Those that name any of these; all when empty."
    )
    sectors: list[str] = strawberry.field(
        default_factory=list, description="Those that name any of these OECD-DAC purpose codes; all when empty."
    )
    candidates: int = strawberry.field(
        default=CANDIDATES, description="Of each need so many offers, those that score highest; 1 to 1,000."
    )

    def selection(self) -> Selection:
        """What the slice takes.

        Raises:
            WrongId: an id is none, or that of another type.
        """
        named = {
            name: [typed_id(one, "proposal", path=("selection", name)).hex for one in listed]
            for name, listed in (("needs", self.needs), ("offers", self.offers))
        }
        return Selection(**named, capacity_areas=self.capacity_areas, sectors=self.sectors, candidates=self.candidates)


def weights_key(given: strawberry.ID | None) -> UUID | None:
    """The key of a version of the weights, if one is named.

    Raises:
        WrongId: no id, or that of another type.
    """
    return None if given is None else typed_id(given, "matching_weights", path=("weights",))


@strawberry.input(description="A round to draft.")
class AllocationRoundDraftInput:
    """New round."""

    title: str = strawberry.field(description="What it is called, 1 to 200 characters.")
    note: str = strawberry.field(default="", description="Why it is done so, up to 2,000 characters.")
    terms: AllocationTermsInput = strawberry.field(description="The terms it is computed under.")
    selection: AllocationSelectionInput = strawberry.field(
        default_factory=AllocationSelectionInput, description="Which needs and offers it takes in."
    )
    weights: strawberry.ID | None = strawberry.field(
        default=None,
        description="The version of the weights that pairs are scored by, in force or proposed; absent: the one in force.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)

    def content(self) -> RoundContent:
        """What the slice takes.

        Raises:
            WrongRound, WrongId: a part is wrong.
        """
        selection = self.selection.selection()
        return RoundContent(self.title, self.terms.terms(), selection, self.note, weights_key(self.weights))


@strawberry.input(description="A draft as it is to be, whole; what is left out takes its default.")
class AllocationRoundReviseInput(AllocationRoundDraftInput):
    """Revised round; ``revision`` is an argument of its own."""


@strawberry.input(description="Which round.")
class AllocationRoundComputeInput:
    """A round to compute."""

    id: strawberry.ID = strawberry.field(description="The round.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Which round, and the terms to preview it under.")
class AllocationRoundPreviewInput:
    """What if."""

    id: strawberry.ID = strawberry.field(description="The round.")
    terms: AllocationTermsInput = strawberry.field(description="The other terms, whole.")
    weights: strawberry.ID | None = strawberry.field(
        default=None, description="Another version of the weights, in force or proposed; absent: the round's own."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Which computation to stop.")
class AllocationComputationCancelInput:
    """A stop."""

    id: strawberry.ID = strawberry.field(description="The computation.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Which round to confirm, as computed by which computation.")
class AllocationRoundConfirmInput:
    """A confirmation."""

    id: strawberry.ID = strawberry.field(description="The round.")
    computation: strawberry.ID = strawberry.field(
        description="The computation that you have looked at; the round still stands for it."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Which round to give up.")
class AllocationRoundDiscardInput:
    """A discard."""

    id: strawberry.ID = strawberry.field(description="The round.")
    reason: str = strawberry.field(default="", description="Why, up to 2,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What to accept.")
class AllocationAcceptInput:
    """An acceptance."""

    id: strawberry.ID = strawberry.field(description="What was allocated.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What to decline, and why.")
class AllocationDeclineInput:
    """A refusal."""

    id: strawberry.ID = strawberry.field(description="What was allocated.")
    reason: str = strawberry.field(description="Why, 1 to 2,000 characters; the other side is told.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)
