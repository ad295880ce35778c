"""What can go wrong with delegations and their standings, each with a stable code."""

from datetime import date

from services.core.errors import Conflict, Invalid
from services.membership.terms import Standing


class WrongStanding(Conflict):
    """The life cycle has no such step from where the delegation stands."""

    code = "DELEGATION_WRONG_STANDING"

    def __init__(self, current: Standing, wanted: Standing, allowed: list[Standing]) -> None:
        ways = " or ".join(_said(one) for one in allowed) or "nothing else"
        super().__init__(
            f"A delegation that is {_said(current)} cannot become {_said(wanted)}; it can become {ways}.",
            path=("standing",),
        )


class NotRecorded(Invalid):
    """The standing is none that can be recorded or proposed like this."""

    code = "STANDING_NOT_POSSIBLE"


class DelegationThere(Conflict):
    """The state has a delegation already."""

    code = "DELEGATION_THERE"

    def __init__(self) -> None:
        super().__init__("This state has a delegation already; there is one for each state.", path=("state",))


class WrongDelegation(Invalid):
    """It is not said, or said twice, whom the delegation stands for."""

    code = "WRONG_DELEGATION"


class WrongName(Invalid):
    """The names of an observer that is no state, or of an organisation, are not as they should be."""

    code = "WRONG_NAME"


class WrongTerm(Invalid):
    """A co-chair's term has no end, or one that is past; or something else was given a term."""

    code = "WRONG_TERM"


class TermOver(Conflict):
    """The term that was proposed would be over by now."""

    code = "TERM_OVER"

    def __init__(self, until: date) -> None:
        super().__init__(
            f"The proposed term would be over since {until}; reject it, so that another can be proposed.", path=("id",)
        )


class ProposalThere(Conflict):
    """The delegation has an open proposal; they are decided one after another."""

    code = "STANDING_PROPOSAL_THERE"

    def __init__(self) -> None:
        super().__init__("An open proposal for this delegation is to be decided first.", path=("id",))


class OrganisationThere(Conflict):
    """The delegation sponsors an organisation of this name already."""

    code = "ORGANISATION_THERE"

    def __init__(self) -> None:
        super().__init__("Your delegation sponsors an organisation of this name already.", path=("name",))


class NominationThere(Conflict):
    """The person has an open nomination."""

    code = "NOMINATION_THERE"

    def __init__(self) -> None:
        super().__init__("This person is nominated already.", path=("person",))


class WrongSettings(Invalid):
    """A setting of the Group is out of range."""

    code = "WRONG_SETTINGS"


class WrongReferenceDate(Invalid):
    """What an act rests on cannot be of this day."""

    code = "WRONG_REFERENCE_DATE"


class ReferenceNeeded(Invalid):
    """A standing rests on a note verbale or decision, and none is named."""

    code = "REFERENCE_NEEDED"


class ReasonNeeded(Invalid):
    """A rejection needs a reason that those concerned are told."""

    code = "REASON_NEEDED"


def _said(standing: Standing) -> str:
    return standing.value.replace("_", "-")
