"""What can go wrong in matching, each with a stable code."""

from services.core.errors import Conflict, Invalid


class WrongWeights(Invalid):
    """A set of weights that no match could be scored by."""

    code = "WRONG_WEIGHTS"


class WrongCooperation(Invalid):
    """A finished cooperation whose parts do not fit together; ``path`` names the part."""

    code = "WRONG_COOPERATION"


class NoMatch(Conflict):
    """The two proposals are no match now; the message says which hard constraints they break."""

    code = "NO_MATCH"


class MatchAnswered(Conflict):
    """The delegation has said the same already, or must take back first what the other side was told."""

    code = "MATCH_ANSWERED"


class WrongAnswer(Invalid):
    """A reason that is missing or too long."""

    code = "WRONG_MATCH_ANSWER"


class TooManySearches(Conflict):
    """A delegation has as many standing searches as it may have."""

    code = "TOO_MANY_STANDING_SEARCHES"
