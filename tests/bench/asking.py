"""Who asks: a focal point of the delegation that has the most, with an API token."""

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.core.table import uuid7
from services.core.tokens import secret_hash
from services.identity.queries import API_TOKEN
from services.identity.rules import reading_languages

_BUSIEST = """
SELECT delegation_id FROM proposal p JOIN delegation d ON d.id = p.delegation_id
WHERE d.standing IN ('member', 'co_chair') GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""
_TOKEN = """
INSERT INTO api_token (id, created_at, updated_at, revision, person_id, name, secret_hash, scopes, expires_at)
SELECT $1, now(), now(), 1, id, 'bench', $2, '{read,write}', now() + interval '1 day'
FROM person WHERE role = 'focal_point' AND delegation_id = $3 LIMIT 1
RETURNING (SELECT languages FROM person WHERE id = person_id)
"""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose token goes with every request."""

    delegation: UUID
    languages: tuple[str, ...]
    token: str


async def asker(connection: Any) -> Asker:
    """A focal point with a token for one day, found and made as the owner; tokens of earlier runs are removed."""
    delegation: UUID = await connection.fetchval(_BUSIEST)
    secret = f"{API_TOKEN}_{secrets.token_urlsafe(32)}"
    await connection.execute("DELETE FROM api_token WHERE name = 'bench'")
    languages = await connection.fetchval(_TOKEN, uuid7(), secret_hash(secret), delegation)
    return Asker(delegation, reading_languages(languages), secret)
