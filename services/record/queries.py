"""Reads of the record for plain HTTP and the command line."""

from dataclasses import fields
from datetime import datetime
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor, Role, Scope
from services.core.audit import RecordLeaf, record
from services.core.db import Database, Reader
from services.core.errors import Invalid
from services.core.read.shape import table_of
from services.core.table import uuid7
from services.record.policy import visible_to
from services.record.tables import FAN, RecordHead, RecordNode
from services.record.terms import PAGE, Entry, Page, Published, Subtree

HEADS = 100
"""How many heads one answer has at most."""


async def heads(session: Reader, *, before: datetime | None = None, first: int = HEADS) -> list[Published]:
    """Published heads, the newest first; with ``before`` those that were signed before it."""
    columns = [table_of(RecordHead).c[one.name] for one in fields(Published)]
    chosen = sa.select(*columns).order_by(col(RecordHead.signed_at).desc(), col(RecordHead.id).desc())
    if before is not None:
        chosen = chosen.where(col(RecordHead.signed_at) < before)
    return [Published(*row) for row in await session.execute(chosen.limit(min(max(first, 1), HEADS)))]


async def size_of(session: Reader) -> int:
    """How many leaves have their places."""
    return int(await session.scalar(sa.select(sa.func.record_size())) or 0)


async def place_of(session: Reader, leaf_id: UUID) -> int | None:
    """The place of a leaf; None where it has none."""
    found = sa.select(col(RecordNode.place)).where(col(RecordNode.leaf_id) == leaf_id)
    return await session.scalar(found)


async def inclusion(session: Reader, place: int, size: int) -> tuple[bytes, list[bytes]] | None:
    """The hash at a place and its path in the tree of ``size``; None where there is none."""
    path = await session.scalar(sa.select(sa.func.record_inclusion(place, size)))
    hashed = await session.scalar(
        sa.select(col(RecordNode.hash)).where(col(RecordNode.level) == 0, col(RecordNode.place) == place)
    )
    return None if path is None or hashed is None else (hashed, list(path))


async def consistency(session: Reader, first: int, second: int) -> list[bytes] | None:
    """The proof that the tree of ``second`` begins with that of ``first``; None where there is none."""
    path = await session.scalar(sa.select(sa.func.record_consistency(first, second)))
    return None if path is None else list(path)


async def page(session: Reader, first: int, size: int, *, look: bool) -> Page:
    """Up to ``PAGE`` leaves from place ``first`` of the tree of ``size``; ``look`` also looks for damage.

    Who looks finds it among the leaves that the session's actor may see.

    Raises:
        Invalid: ``first`` is none that a page begins with.
    """
    if first % PAGE or first < 0:
        raise Invalid(f"Pages of the record begin at multiples of {PAGE}.", path=("first",))
    behind = min(first + PAGE, size)
    node = table_of(RecordNode).c
    stretches = [
        sa.and_(node.level == level, node.place >= first // FAN**level, node.place < behind // FAN**level)
        for level in range(8)
        if first // FAN**level < behind // FAN**level
    ]
    rows = await session.execute(
        sa.select(node.level, node.place, node.hash).where(sa.or_(sa.false(), *stretches)).order_by(node.level)
    )
    levels = {level: {row[1]: row[2] for row in held} for level, held in groupby(rows, lambda row: row[0])}
    leaves = levels.get(0, {})
    subtrees = [
        Subtree(level, place, levels.get(level, {}).get(place))
        for level in range(1, 8)
        for place in range(first // FAN**level, behind // FAN**level)
    ]
    found = Page(first, [leaves.get(place) for place in range(first, behind)], subtrees)
    if not look:
        return found
    damage = await session.execute(
        sa.text("SELECT * FROM record_damage(:first, :behind)"), {"first": first, "behind": behind}
    )
    return Page(first, found.hashes, subtrees, {row[0]: "missing" if row[1] else "changed" for row in damage})


async def entries_for(db: Database, actor: Actor, first: int) -> list[Entry]:
    """The same in a transaction of its own; that the secretariat reads them is an entry itself."""
    if actor.role is not Role.SECRETARIAT:
        async with db.read(actor) as session:
            return await entries(session, actor, first)
    async with db.write(actor, Scope.READ) as writer:
        await record(writer, actor, "record_entries.read", "read", uuid7(), first=first)
        return await entries(writer, actor, first)


async def entries(session: Reader, actor: Actor, first: int) -> list[Entry]:
    """The leaves of the page that begins at ``first``, as far as ``actor`` may see them, in their order."""
    node, leaf = table_of(RecordNode), table_of(RecordLeaf).alias()
    text = sa.func.record_text(leaf.table_valued(), type_=sa.Text())
    chosen = (
        sa.select(node.c.place, text, sa.func.encode(leaf.c.salt, "hex"))
        .join_from(node, leaf, leaf.c.id == node.c.leaf_id)
        .where(node.c.level == 0, node.c.place >= first, node.c.place < first + PAGE, visible_to(actor.viewer, leaf.c))
    )
    return [Entry(*row) for row in await session.execute(chosen.order_by(node.c.place))]
