"""What can go wrong with a proposal or an expression of interest, each with a stable code."""

from services.core.errors import Conflict, Invalid
from services.proposals.terms import ExpressionStatus, ProposalStatus


class WrongStatus(Conflict):
    """The life cycle has no such step from where the proposal is."""

    code = "PROPOSAL_WRONG_STATUS"

    def __init__(self, current: ProposalStatus, wanted: ProposalStatus) -> None:
        super().__init__(f"A proposal that is {current.value} cannot become {wanted.value}.", path=("id",))


class ExpressionWrongStatus(Conflict):
    """The life cycle has no such step from where the expression of interest is."""

    code = "EXPRESSION_OF_INTEREST_WRONG_STATUS"

    def __init__(self, current: ExpressionStatus, wanted: ExpressionStatus) -> None:
        shown = [status.value.replace("_", " ") for status in (current, wanted)]
        super().__init__(f"An expression of interest that is {shown[0]} cannot become {shown[1]}.", path=("id",))


class WrongDates(Invalid):
    """Two dates are in the wrong order, or a year is out of reach."""

    code = "WRONG_DATES"


class WrongExpiry(Invalid):
    """An open proposal must expire after today and within the longest time."""

    code = "PROPOSAL_WRONG_EXPIRY"


class OpensLater(Conflict):
    """The day from which the proposal is meant to be open has not come."""

    code = "PROPOSAL_OPENS_LATER"


class WrongAmount(Invalid):
    """A quantity, a number of places or a readiness level is out of range."""

    code = "WRONG_AMOUNT"


class TooMany(Invalid):
    """A list of codes is longer than any proposal needs."""

    code = "TOO_MANY"


class SideFixed(Conflict):
    """Others have read an open proposal as a need, an offer or a joint one; that does not change under their eyes."""

    code = "PROPOSAL_SIDE_FIXED"

    def __init__(self) -> None:
        super().__init__("An open proposal keeps its side. Withdraw it and post another one instead.", path=("side",))


class PlacesTaken(Conflict):
    """More partners have agreed, or would, than the proposal has places."""

    code = "PROPOSAL_FULL"


class ExternalIdTaken(Conflict):
    """The delegation has another proposal of this external id."""

    code = "EXTERNAL_ID_TAKEN"

    def __init__(self, external_id: str | None) -> None:
        super().__init__(f"Your delegation already has a proposal “{external_id}”.", path=("externalId",))


class AlreadyExpressed(Conflict):
    """The delegation has a draft or live expression of interest in the same proposal."""

    code = "EXPRESSION_OF_INTEREST_EXISTS"

    def __init__(self) -> None:
        super().__init__(ALREADY_EXPRESSED, path=("proposal",))


class ReasonNeeded(Invalid):
    """The act needs a reason that the other side is told."""

    code = "REASON_NEEDED"


class TextNeeded(Invalid):
    """The step needs something said, and not too much of it."""

    code = "TEXT_NEEDED"


ALREADY_EXPRESSED = (
    "Your delegation has an expression of interest in this proposal already, as a draft or with its receiver. "
    "Delete, withdraw or finish that one first."
)
