"""What can be wrong with allocation rounds, each with a stable code."""

from typing import ClassVar

from services.core.errors import Conflict, Invalid


class WrongRound(Invalid):
    """The terms of a round do not fit together; ``path`` names the part."""

    code: ClassVar[str] = "ALLOCATION_ROUND_WRONG"


class FloorsUnreachable(Invalid):
    """No allocation meets the floors; the sentence says which group cannot be served, and why."""

    code: ClassVar[str] = "ALLOCATION_FLOORS_UNREACHABLE"


class RoundTooLarge(Invalid):
    """There is more to allocate than one round may have."""

    code: ClassVar[str] = "ALLOCATION_ROUND_TOO_LARGE"


class WrongAllocation(Invalid):
    """An allocation that breaks a constraint of its round."""

    code: ClassVar[str] = "ALLOCATION_WRONG"


class RoundStatusWrong(Conflict):
    """The life of a round has no such step."""

    code: ClassVar[str] = "ALLOCATION_ROUND_WRONG_STATUS"


class TooManyComputations(Conflict):
    """As many computations are under way as may be."""

    code: ClassVar[str] = "ALLOCATION_TOO_MANY"


class ComputationTaken(Conflict):
    """Another worker has taken this computation up meanwhile; what this one did is not kept."""

    code: ClassVar[str] = "ALLOCATION_TAKEN"
