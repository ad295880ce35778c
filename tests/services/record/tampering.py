"""Ways to tamper with a record as the owner of its database, each with the places where it must be found."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import Role
from services.core.audit import RecordLeaf, leaf_text
from services.core.db import Writer
from services.core.merkle import leaf_hash
from services.core.table import uuid7
from services.record.tables import FAN
from tests.services.record.test_merkle import naive_root

Leaves = list[tuple[UUID, bytes]]
FIELDS: dict[str, str] = {
    "act": "act || 'x'",
    "at": "at + interval '1 microsecond'",
    "person_id": "CASE WHEN person_id IS NULL THEN id END",
    "delegation_id": "CASE WHEN delegation_id IS NULL THEN id END",
    "role": "CASE WHEN role = 'viewer' THEN 'contributor' ELSE 'viewer' END",
    "object_kind": "'practice'",
    "object_id": "id",
    "content_hash": "sha256(content_hash)",
    "rows_root": "sha256(salt)",
    "rows_count": "7",
}


@dataclass
class Tamperer:
    """Someone who may do anything to the database, but has no signing key."""

    session: Writer
    chance: random.Random
    size: int

    async def run(self, sql: str, **values: Any) -> Any:
        return await self.session.execute(sa.text(sql), values)

    async def leaves(self) -> Leaves:
        rows = await self.run("SELECT leaf_id, hash FROM record_node WHERE level = 0 ORDER BY place")
        return [(row[0], row[1]) for row in rows]

    async def rebuild(self, leaves: Leaves) -> None:
        """Write the tree anew over ``leaves``, whole and without a flaw."""
        await self.run("DELETE FROM record_node")
        insert = "INSERT INTO record_node (level, place, hash, leaf_id) VALUES (:level, :place, :hash, :leaf)"
        rows: list[dict[str, Any]] = [
            {"level": 0, "place": place, "hash": hashed, "leaf": leaf} for place, (leaf, hashed) in enumerate(leaves)
        ]
        level, below = 1, [hashed for _, hashed in leaves]
        while len(below) >= FAN:
            below = [naive_root(below[at : at + FAN]) for at in range(0, len(below) - FAN + 1, FAN)]
            rows += [{"level": level, "place": at, "hash": hashed, "leaf": None} for at, hashed in enumerate(below)]
            level += 1
        if rows:
            await self.session.execute(sa.text(insert), rows)

    def place(self, behind: int | None = None) -> int:
        return self.chance.randrange(self.size if behind is None else behind)

    async def change(self, place: int) -> UUID:
        """Change one word of the leaf at a place."""
        name = self.chance.choice([*FIELDS][:-2])
        leaf = (await self.leaves())[place][0]
        await self.run(f"UPDATE record_leaf SET {name} = {FIELDS[name]} WHERE id = :id", id=leaf)
        return leaf

    async def forge(self) -> tuple[UUID, bytes]:
        """Make a leaf that never was, and its hash."""
        leaf = RecordLeaf(
            id=uuid7(), role=Role.SECRETARIAT, act="practice.published", object_kind="practice", object_id=uuid7(),
            salt=b"s" * 16, content_hash=b"c" * 32,
        )  # fmt: skip
        self.session.add(leaf)
        await self.session.flush()
        return leaf.id, leaf_hash(leaf_text(leaf))

    async def hash_of(self, leaf: UUID) -> bytes:
        """The hash that the leaf has now."""
        text = await self.session.scalar(
            sa.text("SELECT record_text(leaf) FROM record_leaf leaf WHERE id = :id"), {"id": leaf}
        )
        return leaf_hash(text.encode())


Tampering = Callable[[Tamperer], Awaitable[list[int]]]


async def change_a_leaf(by: Tamperer) -> list[int]:
    place = by.place()
    await by.change(place)
    return [place]


async def give_a_leaf_rows(by: Tamperer) -> list[int]:
    place = by.place()
    leaf = (await by.leaves())[place][0]
    await by.run("UPDATE record_leaf SET rows_root = sha256(salt), rows_count = 7 WHERE id = :id", id=leaf)
    return [place]


async def remove_a_leaf(by: Tamperer) -> list[int]:
    place = by.place()
    await by.run("DELETE FROM record_leaf WHERE id = :id", id=(await by.leaves())[place][0])
    return [place]


async def remove_a_hash(by: Tamperer) -> list[int]:
    place = by.place(by.size - 1)  # the last one is a truncation
    await by.run("DELETE FROM record_node WHERE level = 0 AND place = :place", place=place)
    return [place]


async def change_a_hash(by: Tamperer) -> list[int]:
    place = by.place()
    await by.run("UPDATE record_node SET hash = sha256(hash) WHERE level = 0 AND place = :place", place=place)
    return [place]


async def rewrite_a_leaf(by: Tamperer) -> list[int]:
    place = by.place()
    leaves = await by.leaves()
    leaf = await by.change(place)
    leaves[place] = (leaf, await by.hash_of(leaf))
    await by.rebuild(leaves)
    return [place]


async def swap_two_leaves(by: Tamperer) -> list[int]:
    one, other = by.chance.sample(range(by.size), 2)
    leaves = await by.leaves()
    leaves[one], leaves[other] = leaves[other], leaves[one]
    await by.rebuild(leaves)
    return [one, other]


async def add_a_leaf(by: Tamperer) -> list[int]:
    place = by.place()
    leaves = await by.leaves()
    leaves.insert(place, await by.forge())
    await by.rebuild(leaves)
    return [place]


async def take_a_leaf_out(by: Tamperer) -> list[int]:
    place = by.place()
    leaves = await by.leaves()
    await by.run("DELETE FROM record_leaf WHERE id = :id", id=leaves.pop(place)[0])
    await by.rebuild(leaves)
    return [place]


async def truncate(by: Tamperer) -> list[int]:
    place = by.place()
    leaves = await by.leaves()
    await by.rebuild(leaves[:place])
    await by.run("DELETE FROM record_leaf WHERE id = ANY (:ids)", ids=[leaf for leaf, _ in leaves[place:]])
    await by.run("DELETE FROM record_head WHERE size > :size", size=place)
    return [place]


async def rewrite_from_a_place_on(by: Tamperer) -> list[int]:
    place = by.place()
    leaves = await by.leaves()
    forged = [await by.forge() for _ in range(by.size - place)]
    await by.rebuild([*leaves[:place], *forged])
    await by.run("DELETE FROM record_head")
    return [place]


async def change_a_subtree(by: Tamperer) -> list[int]:
    rows = (await by.run("SELECT level, place FROM record_node WHERE level > 0")).all()
    level, place = by.chance.choice(rows)
    await by.run(
        "UPDATE record_node SET hash = sha256(hash) WHERE level = :level AND place = :place", level=level, place=place
    )
    return [place * FAN**level]


REWRITES: dict[str, Tampering] = {
    one.__name__: one
    for one in (rewrite_a_leaf, swap_two_leaves, add_a_leaf, take_a_leaf_out, truncate, rewrite_from_a_place_on)
}
"""After these the tree agrees with itself: only what is held outside the database tells."""
TAMPERINGS: dict[str, Tampering] = {
    **{
        one.__name__: one
        for one in (
            change_a_leaf, give_a_leaf_rows, remove_a_leaf, remove_a_hash, change_a_hash, change_a_subtree,
        )
    },
    **REWRITES,
}  # fmt: skip
