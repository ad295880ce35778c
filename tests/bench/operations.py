"""What is measured: the operations, each with its GraphQL document and the values that it is asked with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from services.core.ids import write_id
from services.core.page import fingerprint, write_cursor

MANY = 40
"""Sets of values of each operation, asked with in turn."""
SEARCHES = (
    *("training teachers", "flood warning", "irrigation in the dry season", "évaluation des systèmes", "洪水"),
    *("health workers", "оценка систем", "open data", "rural schools", "languages of the region"),
)


LIST, OTHER, PUBLIC = "list", "other", "public"
"""What the figures of an operation count among: pages of lists, other reads, or reads by the public."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``asks`` names its document and its statement, which several operations may have in common."""

    name: str
    kind: str
    asks: str
    asked: Sequence[dict[str, Any]]

    @property
    def document(self) -> str:
        """Its GraphQL document."""
        return (Path(__file__).parent / "documents" / f"{self.asks}.graphql").read_text()


async def operations(connection: Any, delegation: UUID) -> list[Operation]:
    """The operations as a focal point of ``delegation`` asks for them, with values found as the owner."""
    own = [row[0] for row in await connection.fetch(_ANSWERED, delegation, MANY)]
    needs = [row[0] for row in await connection.fetch(_NEEDS, delegation, MANY)]
    practices, labs = ("practices.newest", "published"), ("labs.due", "active")
    return [
        Operation("practices", LIST, "practices", await _pages(connection, _PRACTICES, *practices)),
        Operation("labs", LIST, "labs", await _pages(connection, _LABS, *labs)),
        Operation("proposal", OTHER, "proposal", [{"id": write_id("proposal", key)} for key in own]),
        Operation("matches", OTHER, "matches", [{"id": write_id("proposal", key)} for key in needs]),
        Operation("public practices", PUBLIC, "practices", await _pages(connection, _SHOWN, *practices)),
        Operation("search", OTHER, "search", [{"text": text} for text in SEARCHES]),  # the last: it loads the model
    ]


_PRACTICES = """
SELECT listed_at, id FROM practice WHERE status = 'published' AND visibility <> 'delegation'
ORDER BY listed_at DESC, id DESC
"""
_SHOWN = """
SELECT listed_at, id FROM practice WHERE status = 'published' AND visibility = 'public'
ORDER BY listed_at DESC, id DESC
"""
_LABS = """
SELECT coalesce(next_due_on, '2200-12-31') AS due, id FROM lab WHERE status = 'active' AND visibility <> 'delegation'
ORDER BY due, id
"""
_ANSWERED = """
SELECT proposal_id FROM expression_of_interest WHERE receiver_id = $1 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT $2
"""
_NEEDS = "SELECT id FROM proposal WHERE delegation_id = $1 AND side = 'need' AND status = 'open' ORDER BY id LIMIT $2"


async def _pages(connection: Any, rows: str, order: str, status: str) -> list[dict[str, Any]]:
    """Pages of a list from its beginning to its end, each by the cursor before it."""
    numbered = f"SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS total FROM ({rows}) AS listed"
    spread = f"SELECT * FROM ({numbered}) AS numbered WHERE place % greatest(total / {MANY}, 1) = 0"
    found = [(row[0], row[1]) for row in await connection.fetch(spread)]
    return [{"first": 20, "after": write_cursor(order, fingerprint({"status": status}), keys)} for keys in found]
