"""What can go wrong in matching, each with a stable code."""

from services.core.errors import Invalid


class WrongWeights(Invalid):
    """A set of weights that no match could be scored by."""

    code = "WRONG_WEIGHTS"


class WrongCooperation(Invalid):
    """A finished cooperation whose parts do not fit together; ``path`` names the part."""

    code = "WRONG_COOPERATION"
