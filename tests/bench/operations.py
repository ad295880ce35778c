"""What is measured: the operations, each with its GraphQL document and the values that it is asked with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from services.core.ids import write_id
from services.core.page import fingerprint, write_cursor
from services.demo.commands import PASSWORD

MANY, MANY_WRITTEN = 40, 4_000
"""Sets of values of each operation, asked with in turn; and of what is written, where each is good once in a turn."""
SEARCHES = (
    *("training teachers", "flood warning", "irrigation in the dry season", "évaluation des systèmes", "洪水"),
    *("health workers", "оценка систем", "open data", "rural schools", "languages of the region"),
)


LIST, OTHER, PUBLIC, WRITE, SIGN_IN = "list", "other", "public", "write", "sign-in"
"""What the figures of an operation count among: pages of lists, other reads, reads by the public, or what writes."""
AGENT = "gof bench"
"""What the clients call themselves."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``asks`` names its document and its statement, which several operations may have in common.

    What is written is undone after each turn by ``undo``, which tells how often it was done. ``fresh`` names the parts
    of an answer that are never the same again.
    """

    name: str
    kind: str
    asks: str
    asked: Sequence[dict[str, Any]]
    undo: str | None = None
    fresh: frozenset[str] = frozenset()

    @property
    def by_token(self) -> bool:
        """Whether someone asks who is known."""
        return self.kind not in {PUBLIC, SIGN_IN}

    @property
    def once(self) -> bool:
        """Whether each set of values is good once in a turn."""
        return self.kind == WRITE

    @property
    def document(self) -> str:
        """Its GraphQL document."""
        return (Path(__file__).parent / "documents" / f"{self.asks}.graphql").read_text()


async def operations(connection: Any, delegation: UUID) -> list[Operation]:
    """The operations as a focal point of ``delegation`` asks for them, with values found as the owner."""
    own = [row[0] for row in await connection.fetch(_ANSWERED, delegation, MANY)]
    needs = [row[0] for row in await connection.fetch(_NEEDS, delegation, MANY)]
    others = await connection.fetch(_OPEN, delegation, MANY_WRITTEN)
    people = await connection.fetch(_PEOPLE, MANY)
    practices, labs = ("practices.newest", "published"), ("labs.due", "active")
    return [
        Operation("practices", LIST, "practices", await _pages(connection, _PRACTICES, *practices)),
        Operation("labs", LIST, "labs", await _pages(connection, _LABS, *labs)),
        Operation("proposal", OTHER, "proposal", [{"id": write_id("proposal", key)} for key in own]),
        Operation("matches", OTHER, "matches", [{"id": write_id("proposal", key)} for key in needs]),
        Operation("public practices", PUBLIC, "practices", await _pages(connection, _SHOWN, *practices)),
        Operation("express", WRITE, "express", [_sent(row[0]) for row in others], _UNSENT, frozenset({"id", "sentAt"})),
        Operation("sign in", SIGN_IN, "sign_in", [_came(row[0]) for row in people], _UNSIGNED, _TOKENS),
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


_OPEN = """
SELECT id FROM proposal p
WHERE status = 'open' AND visibility <> 'delegation' AND delegation_id <> $1
    AND (expires_on IS NULL OR expires_on > current_date + 1) AND (places IS NULL OR agreed < places)
    AND NOT EXISTS (SELECT FROM expression_of_interest e WHERE e.proposal_id = p.id AND e.sender_id = $1)
ORDER BY id LIMIT $2
"""
_UNSENT = f"""
WITH keys AS (DELETE FROM idempotency_key WHERE key LIKE '{AGENT} %' RETURNING object_id),
leaves AS (DELETE FROM record_leaf WHERE object_id IN (SELECT object_id FROM keys) RETURNING object_id),
jobs AS (
    DELETE FROM pgqueuer WHERE entrypoint = 'notices.tell' AND (convert_from(payload, 'UTF8')::jsonb ->> 'about')::uuid
        IN (SELECT object_id FROM keys)
    RETURNING id),
logged AS (DELETE FROM pgqueuer_log WHERE job_id IN (SELECT id FROM jobs) RETURNING job_id),
made AS (DELETE FROM expression_of_interest WHERE id IN (SELECT object_id FROM keys) RETURNING id)
SELECT least(
    (SELECT count(*) FROM made), (SELECT count(*) FROM leaves), (SELECT count(*) FROM jobs), (SELECT count(*) FROM logged))
"""
_PEOPLE = """
SELECT email FROM person
WHERE password_hash IS NOT NULL AND left_at IS NULL AND NOT EXISTS (SELECT FROM authenticator a WHERE a.person_id = person.id)
ORDER BY id LIMIT $1
"""
_UNSIGNED = f"""
WITH begun AS (DELETE FROM sign_in_session WHERE device = '{AGENT}' RETURNING id),
leaves AS (DELETE FROM record_leaf WHERE object_id IN (SELECT id FROM begun) RETURNING object_id)
SELECT least((SELECT count(*) FROM begun), (SELECT count(*) FROM leaves))
"""
_TOKENS = frozenset({"accessToken", "accessExpiresAt", "refreshToken", "refreshExpiresAt"})


def _sent(key: UUID) -> dict[str, Any]:
    message = "We would like to work on this with you, and could send two people in the coming year."
    name = f"{AGENT} {key.hex}"
    return {
        "input": {"proposal": write_id("proposal", key), "language": "en", "message": message, "idempotencyKey": name}
    }


def _came(email: str) -> dict[str, Any]:
    return {"input": {"email": email, "password": PASSWORD}}


async def _pages(connection: Any, rows: str, order: str, status: str) -> list[dict[str, Any]]:
    """Pages of a list from its beginning to its end, each by the cursor before it."""
    numbered = f"SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS total FROM ({rows}) AS listed"
    spread = f"SELECT * FROM ({numbered}) AS numbered WHERE place % greatest(total / {MANY}, 1) = 0"
    found = [(row[0], row[1]) for row in await connection.fetch(spread)]
    return [{"first": 20, "after": write_cursor(order, fingerprint({"status": status}), keys)} for keys in found]
