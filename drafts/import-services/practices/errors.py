"""What can go wrong with a practice, each with a stable code."""

from services.core.errors import Conflict, Invalid
from services.practices.terms import PracticeStatus


class WrongStatus(Conflict):
    """The life cycle has no such step from where the practice is."""

    code = "PRACTICE_WRONG_STATUS"

    def __init__(self, current: PracticeStatus, wanted: PracticeStatus) -> None:
        super().__init__(f"A practice that is {current.value} cannot become {wanted.value}.", path=("id",))


class ReasonNeeded(Invalid):
    """The act needs a reason that the owner is told."""

    code = "REASON_NEEDED"
