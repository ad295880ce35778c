"""The words of membership."""

from dataclasses import dataclass
from datetime import date
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


class Participation(StrEnum):
    """As what a delegation takes part; a co-chair is a member."""

    MEMBER = "member"
    OBSERVER = "observer"


class DelegationKind(StrEnum):
    """Whom a delegation stands for."""

    STATE = "state"
    OBSERVER = "observer"
    """An observer state, UN entity or organisation taking part without being a member."""


class OrganisationKind(StrEnum):
    """What a sponsored organisation is."""

    UNIVERSITY = "university"
    COMPANY = "company"
    ALLIANCE = "alliance"
    AGENCY = "agency"
    OTHER = "other"


class NominationStatus(StrEnum):
    """What became of a nomination of a focal point."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class StandingProposalStatus(StrEnum):
    """What became of a proposal to change a standing."""

    OPEN = "open"
    AGREED = "agreed"
    """Accepted; the term of the co-chair begins on a later day."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    """The standing changed otherwise before a co-chair decided, or before the term began."""


TAKES_PART = frozenset({Standing.MEMBER, Standing.CO_CHAIR, Standing.OBSERVER})
"""Those who read what is meant for members and may act."""
LISTED = frozenset({*TAKES_PART, Standing.SUSPENDED, Standing.WITHDRAWN})
"""Those whom the public roster shows; an invitation or application is nobody else's business yet."""


class VoicesNeeded(StrEnum):
    """How many co-chairs accept a change of a standing; one objection rejects it in any case."""

    ALL = "all"
    ONE = "one"


@dataclass(frozen=True, slots=True)
class GroupNumbers:
    """What the Group has set for all: voices on a standing, and how long proposals are open, in days."""

    voices_needed: VoicesNeeded = VoicesNeeded.ALL
    open_days: int = 365
    longest_open_days: int = 3 * 365


@dataclass(frozen=True, slots=True)
class NewDelegation:
    """A delegation to make: of a state (ISO 3166-1 alpha-3), or of an observer with names of its own.

    ``names`` are pairs of a BCP 47 tag and a name, one of them English. ``reference`` is the note verbale or
    decision that the invitation or application rests on, of the day ``reference_on``.
    """

    standing: Standing
    reference: str
    state: str | None = None
    names: tuple[tuple[str, str], ...] = ()
    reference_on: date | None = None


@dataclass(frozen=True, slots=True)
class StandingChange:
    """A standing wanted for a delegation; a co-chair's term is from ``since`` on, else the decision, until before ``until``."""

    standing: Standing
    reference: str
    until: date | None = None
    since: date | None = None
    reference_on: date | None = None
