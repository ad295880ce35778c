"""A key makes asking twice the same as asking once: key -> stored answer, in the transaction of the effect."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from services.core.actor import Actor
from services.core.db import Writer
from services.core.errors import Conflict, Invalid
from services.core.later import insert_later
from services.core.protection import PERSON, PLATFORM, either, protect
from services.core.table import now


class KeyOfOther(Conflict):
    """The key was used before, with another input."""

    code = "IDEMPOTENCY_KEY_REUSED"


class IdempotencyKey(SQLModel, table=True):
    """What was answered under a key of one person."""

    __tablename__ = "idempotency_key"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    key: str = Field(primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    input_hash: bytes
    object_id: UUID


protect(
    "idempotency_key",
    seen=either(f"person_id = {PERSON}", PLATFORM),
    written=either(f"person_id = {PERSON}", PLATFORM),
    removed=PLATFORM,
    private=True,
)


_ALONE = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("whole", type_=sa.Text), 0)))
_KNOWN = sa.select(col(IdempotencyKey.input_hash), col(IdempotencyKey.object_id)).where(
    col(IdempotencyKey.person_id) == sa.bindparam("person", type_=sa.Uuid()),
    col(IdempotencyKey.key) == sa.bindparam("key", type_=sa.Text),
)


def check_key(key: str | None) -> None:
    """Make sure that a key, where there is one, is one that people can name.

    Raises:
        Invalid: the key is empty, longer than 200 characters, or has characters that nobody sees.
    """
    if key is not None and (not 1 <= len(key) <= 200 or not key.isprintable()):
        raise Invalid("An idempotency key has 1 to 200 printable characters.", path=("idempotencyKey",))


async def once(session: Writer, actor: Actor, key: str | None, asked: Any, act: Callable[[], Awaitable[UUID]]) -> UUID:
    """Return the id that ``act`` gives, doing it only if ``key`` was not used before; None always does it.

    ``asked`` is the whole input with the name of the mutation: the same key stands for the same input.

    Raises:
        Invalid: the key is empty, longer than 200 characters, or has characters that nobody sees.
        KeyOfOther: the key was used with another input.
    """
    check_key(key)
    if key is None:
        return await act()
    canonical = orjson.dumps(asked, default=str, option=orjson.OPT_SORT_KEYS)
    input_hash = hashlib.sha256(canonical).digest()
    await session.execute(_ALONE, {"whole": f"{actor.person_id}{key}"})
    known = (await session.execute(_KNOWN, {"person": actor.person_id, "key": key})).one_or_none()
    if known is not None:
        if known.input_hash != input_hash:
            raise KeyOfOther(
                "This idempotency key was used with another input; take a new one.", path=("idempotencyKey",)
            )
        kept: UUID = known.object_id
        return kept
    object_id = await act()
    row = {
        "person_id": actor.person_id,
        "key": key,
        "created_at": now(),
        "input_hash": input_hash,
        "object_id": object_id,
    }
    insert_later(session, IdempotencyKey, row)
    return object_id
