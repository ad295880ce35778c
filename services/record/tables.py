"""The tree that gives every leaf its place, and the heads that were signed of it. Rows are added, never changed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.core.protection import PLATFORM, protect
from services.core.table import now, uuid7

FAN = 16
"""How many nodes of one level stand under one of the next: what lies between them is hashed again when it is asked for."""


class RecordNode(SQLModel, table=True):
    """The root of a perfect subtree of ``FAN ** level`` leaves, the ``place``-th of its level from 0.

    Level 0 are the leaves themselves. Nodes are complete when they are written and never change after that, so the
    tree of any size in the past is still there.
    """

    __tablename__ = "record_node"
    __table_args__ = (
        sa.CheckConstraint("octet_length(hash) = 32", name="hash_length"),
        sa.CheckConstraint("(leaf_id IS NOT NULL) = (level = 0)", name="leaf_of_level_0"),
        sa.Index("uq_record_node_leaf_id", "leaf_id", unique=True, postgresql_where=sa.text("leaf_id IS NOT NULL")),
    )

    level: int = Field(primary_key=True, sa_type=sa.SmallInteger, sa_column_kwargs={"autoincrement": False})
    place: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: bytes
    leaf_id: UUID | None = None


class RecordHead(SQLModel, table=True):
    """What was signed of the tree at one moment: that its first ``size`` leaves have this root."""

    __tablename__ = "record_head"
    __table_args__ = (
        sa.CheckConstraint("octet_length(root) = 32 AND octet_length(key) = 32 AND size >= 0", name="form"),
        sa.Index("ix_record_head_signed_at", sa.text("signed_at DESC"), sa.text("id DESC")),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    size: int = Field(sa_type=sa.BigInteger)
    root: bytes
    signed_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))
    key: bytes
    """The public half of the key that signed it (Ed25519)."""
    note: str
    """The signed text as a whole (``services.record.notes``)."""


protect("record_node", seen="true", written=PLATFORM)
protect("record_head", seen="true", written=PLATFORM)
