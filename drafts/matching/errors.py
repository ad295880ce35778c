"""What can go wrong in matching, each with a stable code."""

from services.core.errors import Invalid


class WrongWeights(Invalid):
    """A set of weights that no match could be scored by."""

    code = "WRONG_WEIGHTS"
