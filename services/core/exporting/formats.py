"""The formats of files of rows, by the ends of their names."""

from enum import StrEnum
from pathlib import Path


class Format(StrEnum):
    """A format of files of rows; also the end of its files' names."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


def format_of(path: Path) -> Format | None:
    """The format that a file's name ends with."""
    ending = path.suffix.lower().lstrip(".")
    return Format(ending) if ending in set(Format) else None
