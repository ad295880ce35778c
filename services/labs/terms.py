"""The words of joint labs."""

from enum import StrEnum


class LabStatus(StrEnum):
    """Where a lab is in its life."""

    PLANNED = "planned"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CONCLUDED = "concluded"


class LabPartyRole(StrEnum):
    """What a party is to the lab: a partner like the others, or one of the three roles of triangular cooperation."""

    PARTNER = "partner"
    FACILITATING = "facilitating"
    PIVOTAL = "pivotal"
    BENEFICIARY = "beneficiary"


class LabPartyStatus(StrEnum):
    """What a party has said about its part."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class LabModalityReason(StrEnum):
    """Why the cooperation of a lab is of no modality that has a name."""

    ALL_DEVELOPED = "all_developed"
    TOO_FEW_STATES = "too_few_states"


class MilestoneStatus(StrEnum):
    """Where a milestone is in its life; a planned one past its due day is overdue, which is no status."""

    PLANNED = "planned"
    REACHED = "reached"
    MISSED = "missed"
    DROPPED = "dropped"


class ContributionStatus(StrEnum):
    """What has become of what a party said it would give."""

    PLEDGED = "pledged"
    COMMITTED = "committed"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"


class OutputKind(StrEnum):
    """What was delivered."""

    PUBLICATION = "publication"
    DATA_SET = "data_set"
    MODEL = "model"
    SOFTWARE = "software"
    COURSE = "course"
    STANDARD = "standard"
    EVENT = "event"
    OTHER = "other"
