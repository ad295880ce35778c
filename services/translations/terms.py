"""The words of translations."""

from enum import StrEnum


class SuggestionStatus(StrEnum):
    """Where a suggested translation is in its life."""

    MACHINE = "machine"
    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
