"""The words of practices."""

from enum import StrEnum


class PracticeStatus(StrEnum):
    """Where a practice is in its life."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Freshness(StrEnum):
    """How long ago the author last confirmed a published practice."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
