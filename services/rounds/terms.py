"""The words of allocation rounds."""

from enum import StrEnum


class RoundStatus(StrEnum):
    """Where an allocation round is in its life."""

    DRAFT = "draft"
    COMPUTED = "computed"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"


class NeedGroup(StrEnum):
    """The groups of needs that a round may set a floor for; one need may be in several."""

    ALL = "all"
    LDC = "ldc"
    LLDC = "lldc"
    SIDS = "sids"
    RECEIVED_NOTHING = "received_nothing"
    """Needs of states that have received nothing yet."""


class ComputationState(StrEnum):
    """How far a computation is. The last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class ComputationStage(StrEnum):
    """What a computation does, in its order."""

    SCORING = "scoring"
    FLOORS = "floors"
    SOLVING = "solving"
    CHECKING = "checking"
    CERTIFYING = "certifying"


class UnservedReason(StrEnum):
    """Why a need has nothing."""

    NO_OFFER = "no_offer"
    """No offer of the round fits."""
    PLACES_TAKEN = "places_taken"
    """Every offer that fits has given all of its places to others."""
    LOAD_REACHED = "load_reached"
    """Places remain, but their states bear as much as the round lets one bear."""


class AllocationAnswer(StrEnum):
    """What one side has said to what it was allocated."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class AllocationOrigin(StrEnum):
    """How a place came to a need."""

    SOLVED = "solved"
    """By the computation that was confirmed."""
    HANDED_ON = "handed_on"
    """After another had declined."""


class RoundOrder(StrEnum):
    """Orders of rounds."""

    NEWEST = "newest"


class ComputationOrder(StrEnum):
    """Orders of computations."""

    NEWEST = "newest"


class AllocationOrder(StrEnum):
    """Orders of what is allocated."""

    VALUE = "value"


class UnservedOrder(StrEnum):
    """Orders of needs that have nothing."""

    ROUND = "round"


LIVE = (ComputationState.WAITING, ComputationState.RUNNING)
