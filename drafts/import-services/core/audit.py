"""The record: one leaf for every act, written with the change it tells of, in the same transaction.

A leaf names actor, act, object and a hash of what was kept, salted, so that the record can be shown to others
without showing content. Leaves are unordered: a chain written inside each transaction would make all writers wait.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.core.actor import Actor, Role
from services.core.db import Writer
from services.core.protection import OWN, PLATFORM, SECRETARIAT, either, protect
from services.core.table import now, text_enum, uuid7


class RecordLeaf(SQLModel, table=True):
    """One act as the record keeps it; never changed, never removed."""

    __tablename__ = "record_leaf"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    person_id: UUID | None = None
    delegation_id: UUID | None = Field(default=None, index=True)
    role: Role = Field(sa_type=text_enum(Role))
    act: str
    object_kind: str
    object_id: UUID = Field(index=True)
    salt: bytes
    content_hash: bytes


protect(
    "record_leaf",
    seen=either(OWN, f"{SECRETARIAT} AND role IN ('secretariat', 'system')", PLATFORM),
    written="true",
)


async def record(session: Writer, actor: Actor, act: str, kind: str, object_id: UUID, **content: Any) -> None:
    """Write the leaf of one act; it exists if and only if the caller's transaction commits.

    ``act`` is noun and verb (``practice.published``), ``kind`` the type name in the object's global id.
    """
    salt = secrets.token_bytes(16)
    canonical = orjson.dumps(content, default=str, option=orjson.OPT_SORT_KEYS)
    leaf = RecordLeaf(
        person_id=actor.person_id,
        delegation_id=actor.delegation_id,
        role=actor.role,
        act=act,
        object_kind=kind,
        object_id=object_id,
        salt=salt,
        content_hash=hashlib.sha256(salt + canonical).digest(),
    )
    await session.execute(sa.insert(RecordLeaf).values(**leaf.model_dump()))
