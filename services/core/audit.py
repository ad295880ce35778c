"""The record: one leaf for every act, written with the change it tells of, in the same transaction.

A leaf names actor, act, object and a salted hash of what was asked and kept, so that the record can be shown to others
without showing content. Leaves are unordered: a chain written inside each transaction would make all writers wait. Each
waits in ``record_pending`` until it has its place in the tree (``services.record``).
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.core.actor import Actor, Role, Scope
from services.core.canonical import canonical
from services.core.db import Database, Writer
from services.core.ids import write_id
from services.core.later import insert_later
from services.core.merkle import Frontier, leaf_hash
from services.core.protection import AUDIENCE, OWN, PLATFORM, SECRETARIAT, either, protect
from services.core.read.plan import Plan
from services.core.read.selection import Variables
from services.core.table import now, text_enum, uuid7

VERSION = 1
"""Counts the changes of what a leaf's text says; a leaf keeps the one it was made with."""
_ASKED, _RECORDED = "record.asked", "record.recorded"


class RecordLeaf(SQLModel, table=True):
    """One act as the record keeps it; never changed, but for a salt that goes with a person's name, and never removed."""

    __tablename__ = "record_leaf"
    __table_args__ = (
        sa.Index("ix_record_leaf_delegation_id", "delegation_id", sa.text("id DESC"), postgresql_include=["role"]),
        sa.Index("ix_record_leaf_role", "role", sa.text("id DESC"), postgresql_include=["delegation_id"]),
        sa.Index("ix_record_leaf_person", "object_id", postgresql_where=sa.text("object_kind = 'person'")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    person_id: UUID | None = None
    delegation_id: UUID | None = None
    role: Role = Field(sa_type=text_enum(Role))
    act: str
    object_kind: str
    object_id: UUID = Field(index=True)
    salt: bytes
    content_hash: bytes
    rows_count: int | None = Field(default=None, sa_type=sa.BigInteger)
    """Of an import: how many rows it kept."""
    rows_root: bytes | None = None
    """Of an import: the Merkle root over them (``RowTree``)."""


class RecordPending(SQLModel, table=True):
    """A leaf that has no place in the tree yet; a trigger writes it beside its leaf, the sequencer removes it."""

    __tablename__ = "record_pending"

    leaf_id: UUID = Field(primary_key=True, foreign_key="record_leaf.id", ondelete="CASCADE")


protect(
    "record_leaf",
    seen=either(
        OWN,
        f"role = 'secretariat' AND {AUDIENCE} = 'members'",
        f"{SECRETARIAT} AND role IN ('secretariat', 'system')",
        PLATFORM,
    ),
    written="true",
    private=True,
)
protect("record_pending", seen=PLATFORM, written="true", removed=PLATFORM, private=True)


@dataclass(slots=True)
class RowTree:
    """The Merkle tree over the rows of an import, in the order of the file; each is salted, so none can be guessed."""

    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    tree: Frontier = field(default_factory=Frontier)

    def add(self, row: Any) -> None:
        """Append a row: the leaf is the salt and the row's canonical JSON."""
        self.tree.add(leaf_hash(self.salt + canonical(row)))


def asked(session: Writer, what: Any) -> None:
    """Let the leaves of this transaction also bind what was asked for, such as the whole input of a mutation."""
    session.info[_ASKED] = what


def is_recorded(session: Writer) -> bool:
    """Whether this transaction has written a leaf."""
    return bool(session.info.get(_RECORDED))


async def record(session: Writer, actor: Actor, act: str, kind: str, object_id: UUID, **content: Any) -> None:
    """Write the leaf of one act; it exists if and only if the caller's transaction commits.

    ``act`` is noun and verb (``practice.published``), ``kind`` the type name in the object's global id. The hash is
    SHA-256 over the leaf's salt and the canonical JSON of ``{"asked": …, "content": …}``.
    """
    await _write(session, actor, (act, kind, object_id), secrets.token_bytes(16), content)


async def record_import(
    session: Writer, actor: Actor, act: str, object_id: UUID, rows: RowTree, content: Mapping[str, Any]
) -> None:
    """Write the one leaf of an import, with the Merkle root of the rows it keeps."""
    kept = {"rows_count": rows.tree.size, "rows_root": rows.tree.root()}
    await _write(session, actor, (act, "import", object_id), rows.salt, content, **kept)


async def read_on_record(db: Database, plan: Plan, actor: Actor, variables: Variables, what: str) -> str:
    """Answer an administrative read as ``Database.document`` does, with its leaf in the same transaction.

    ``what`` names the field that is read. The leaf binds which Shapes were read, and with which values.

    Raises:
        Invalid, Unavailable: as ``Database.document``.
    """
    async with db.write(actor, Scope.READ) as session:
        read = {
            "shapes": sorted(plan.administrative),
            "values": {".".join(path): value for path, value in variables.items()},
            "sql": plan.sql,
        }
        await record(session, actor, f"{what}.read", "read", uuid7(), **read)
        return await db.document_within(session, plan, actor, variables)


async def _write(
    session: Writer, actor: Actor, what: tuple[str, str, UUID], salt: bytes, content: Mapping[str, Any], **rows: Any
) -> None:
    act, kind, object_id = what
    payload = canonical({"asked": session.info.get(_ASKED), "content": content})
    leaf = RecordLeaf(
        person_id=actor.person_id,
        delegation_id=actor.delegation_id,
        role=actor.role,
        act=act,
        object_kind=kind,
        object_id=object_id,
        salt=salt,
        content_hash=hashlib.sha256(salt + payload).digest(),
        **rows,
    )
    insert_later(session, RecordLeaf, leaf.model_dump())
    session.info[_RECORDED] = True


def leaf_text(leaf: RecordLeaf) -> bytes:
    """The canonical JSON that a leaf's hash in the tree is taken of; the salt is no part of it."""
    rows = None if leaf.rows_root is None else {"count": leaf.rows_count, "root": leaf.rows_root.hex()}
    return canonical(
        {
            "version": VERSION,
            "id": write_id("record_leaf", leaf.id),
            "at": leaf.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "act": leaf.act,
            "object": write_id(leaf.object_kind, leaf.object_id),
            "role": leaf.role,
            "person": leaf.person_id and write_id("person", leaf.person_id),
            "delegation": leaf.delegation_id and write_id("delegation", leaf.delegation_id),
            "contentHash": leaf.content_hash.hex(),
            "rows": rows,
        }
    )
