"""The words of membership."""

from enum import StrEnum


class Standing(StrEnum):
    """How a delegation stands to the Group; each standing is dated, and past ones stay."""

    INVITED = "invited"
    APPLICANT = "applicant"
    DECLINED = "declined"
    MEMBER = "member"
    CO_CHAIR = "co_chair"
    OBSERVER = "observer"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class DelegationKind(StrEnum):
    """Whom a delegation stands for."""

    STATE = "state"
    OBSERVER = "observer"
    """An observer state, UN entity or organisation taking part without being a member."""


TAKES_PART = frozenset({Standing.MEMBER, Standing.CO_CHAIR, Standing.OBSERVER})
"""Those who read what is meant for members and may act."""
LISTED = frozenset({*TAKES_PART, Standing.SUSPENDED, Standing.WITHDRAWN})
"""Those whom the public roster shows; an invitation or application is nobody else's business yet."""
