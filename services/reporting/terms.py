"""The words of figures."""

from enum import StrEnum


class RecordOrder(StrEnum):
    """Orders of the records behind a figure."""

    NEWEST = "newest"
