"""What an import tells at its end."""

from collections import Counter
from dataclasses import dataclass, field

from services.core.importing.judging import Outcome, Ready
from services.core.importing.refused import Refused

MOST_REFUSED = 10_000
"""How many refused rows a report holds; the rest are counted."""


@dataclass(slots=True)
class Report:
    """What an import did, or where it was not ``kept`` would have done.

    ``refused`` has the first 10,000 of the ``refused_rows``, in the order of the file. ``by_status`` counts by their
    status (small letters) the things added and changed. ``source`` is what was read: a file, and of a spreadsheet of
    several sheets which one.
    """

    dry_run: bool
    source: str = ""
    kept: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused_rows: int = 0
    refused: list[Refused] = field(default_factory=list)
    by_status: Counter[str] = field(default_factory=Counter)

    def refuse(self, refused: Refused) -> None:
        """Count a refused row, and hold it as long as there is room."""
        self.refused_rows += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append(refused)

    def count(self, row: Ready) -> None:
        """Count a row that is not refused."""
        match row.outcome:
            case Outcome.ADDED:
                self.added += 1
            case Outcome.CHANGED:
                self.changed += 1
            case Outcome.UNCHANGED:
                self.unchanged += 1
                return
        self.by_status[str(row.values["status"])] += 1
