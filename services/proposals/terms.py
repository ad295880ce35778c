"""The words of proposals."""

from enum import StrEnum


class Side(StrEnum):
    """Whether a proposal asks, gives, or both."""

    NEED = "need"
    OFFER = "offer"
    JOINT = "joint"


class ProposalStatus(StrEnum):
    """Where a proposal is in its life."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class CooperationForm(StrEnum):
    """What a cooperation consists of."""

    TRAINING = "training"
    EXPERT = "expert"
    EQUIPMENT_COMPUTE = "equipment_compute"
    FUNDING = "funding"
    JOINT_RESEARCH = "joint_research"
    LICENCE = "licence"
    STUDY_VISIT = "study_visit"
    SCHOLARSHIP = "scholarship"
    POLICY_ADVICE = "policy_advice"
    DATA_ACCESS = "data_access"


class Modality(StrEnum):
    """How developed and developing states cooperate; derived from classifications on a day, never typed."""

    NORTH_SOUTH = "north_south"
    SOUTH_SOUTH = "south_south"
    TRIANGULAR = "triangular"
    OTHER = "other"


class ExpressionStatus(StrEnum):
    """Where an expression of interest is in its life."""

    DRAFT = "draft"
    SENT = "sent"
    IN_TALKS = "in_talks"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Direction(StrEnum):
    """Which way an expression of interest went, as the viewer's delegation sees it."""

    SENT = "sent"
    RECEIVED = "received"


class TurnKind(StrEnum):
    """One step of the exchange between the two delegations of an expression of interest."""

    SENT = "sent"
    ASKED = "asked"
    REPLIED = "replied"
    TALKS_TAKEN_UP = "talks_taken_up"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Party(StrEnum):
    """The two sides of an expression of interest."""

    SENDER = "sender"
    RECEIVER = "receiver"
