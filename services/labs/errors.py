"""What can go wrong with a lab and what belongs to it, each with a stable code."""

from enum import StrEnum

from services.core.errors import Conflict, Invalid


class _WrongStep(Conflict):
    """The life cycle has no such step."""

    def __init__(self, noun: str, current: StrEnum, wanted: StrEnum) -> None:
        super().__init__(f"A {noun} that is {current.value} cannot become {wanted.value}.", path=("id",))


class LabWrongStatus(_WrongStep):
    """The life cycle of a lab has no such step from where it is."""

    code = "LAB_WRONG_STATUS"


class PartyWrongStatus(_WrongStep):
    """A party has answered already, and not so that it could answer this."""

    code = "LAB_PARTY_WRONG_STATUS"


class MilestoneWrongStatus(_WrongStep):
    """The life cycle of a milestone has no such step from where it is."""

    code = "LAB_MILESTONE_WRONG_STATUS"


class ContributionWrongStatus(_WrongStep):
    """A contribution cannot become this from where it is."""

    code = "LAB_CONTRIBUTION_WRONG_STATUS"


class LabExists(Conflict):
    """A lab was founded from this expression of interest already."""

    code = "LAB_EXISTS"


class WrongParties(Invalid):
    """The parties named cannot found a lab together."""

    code = "LAB_WRONG_PARTIES"


class WrongDates(Invalid):
    """Two dates are in the wrong order, a year is out of reach, or a day that has been has not come."""

    code = "WRONG_DATES"


class WrongAmount(Invalid):
    """A quantity is out of range."""

    code = "WRONG_AMOUNT"


class TextNeeded(Invalid):
    """Something must be said, and not too much of it."""

    code = "TEXT_NEEDED"


class TooMany(Invalid):
    """A list is longer than any lab needs."""

    code = "TOO_MANY"


class WrongAddress(Invalid):
    """A link that leads nowhere."""

    code = "WRONG_ADDRESS"


class CellTooLong(Invalid):
    """What belongs to a lab is longer than a cell of a spreadsheet."""

    code = "EXPORT_CELL_TOO_LONG"


class NotByFile(Conflict):
    """A file would change a lab that there is, or say what only a party itself says."""

    code = "LAB_NOT_BY_FILE"
