"""What can be wrong with the reference data."""

from typing import ClassVar

from services.core.errors import Invalid


class ReferenceInvalid(Invalid):
    """A table of the reference data cannot be read; ``file``, ``line`` and ``column`` say where.

    ``line`` counts from 1 and line 1 is the header; 0 means the file as a whole. ``column`` is the header's
    name for it, or None where the whole line is at fault.
    """

    code: ClassVar[str] = "REFERENCE_INVALID"

    def __init__(self, file: str, line: int, column: str | None, problem: str) -> None:
        place = "".join([file, f", line {line}" if line else "", f", column {column}" if column else ""])
        super().__init__(f"{place}: {problem}")
        self.file = file
        self.line = line
        self.column = column
