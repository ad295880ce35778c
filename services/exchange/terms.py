"""The words of files that come in and go out."""

from enum import StrEnum


class ExchangeKind(StrEnum):
    """A kind of thing that files are made of; its value is the name at the command line."""

    PROPOSALS = "proposals"
    PRACTICES = "practices"
    EXPERIENCE = "experience"
    """Finished cooperations of states."""
    LABS = "labs"
    """Joint labs, which are founded and compared by files, and never changed."""


class WorkState(StrEnum):
    """How far a piece of long work is. The last four are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    """Rows were refused, so nothing was kept."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Its person stopped it; nothing was kept."""


class WorkOrder(StrEnum):
    """Orders of pieces of work."""

    NEWEST = "newest"


class RefusalOrder(StrEnum):
    """Orders of refused rows."""

    LINE = "line"


LIVE = (WorkState.WAITING, WorkState.RUNNING)
