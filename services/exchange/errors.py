"""What can be wrong with long work."""

from typing import ClassVar

from services.core.errors import Conflict, Invalid


class WrongContent(Invalid):
    """The content of a file is empty, too long, or not the base64 that an XLSX file is sent as."""

    code: ClassVar[str] = "IMPORT_WRONG_CONTENT"


class TooMuchWork(Conflict):
    """The person has as many pieces of work under way as one may have."""

    code: ClassVar[str] = "WORK_TOO_MUCH"


class WorkTaken(Conflict):
    """Another worker has taken this work up meanwhile; what this one did is not kept."""

    code: ClassVar[str] = "WORK_TAKEN"
