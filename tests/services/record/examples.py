"""Example rows of the record, for the tests that read everything."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.audit import RecordLeaf, RowTree, leaf_text, record, record_import
from services.core.db import Writer
from services.core.merkle import leaf_hash, root_of
from services.core.table import now
from services.record.tables import RecordHead, RecordNode
from tests.builders import actor, id_of
from tests.conftest import HEAD_KEYS

WHO = ("ZMB focal point", "FRA contributor", "secretariat", "CHN focal point")


async def build_record_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Entries of several delegations, an import, and heads; all but the last entry have their places."""
    for number, who in enumerate(WHO * 2):
        await record(session, actor(who), "practice.drafted", "practice", id_of(f"recorded {number}"), number=number)
    rows = RowTree()
    for number in range(3):
        rows.add({"externalId": number})
    await record_import(session, actor("ZMB focal point"), "practice.imported", id_of("an import"), rows, {"file": "a"})
    await session.flush()
    leaves = (await session.execute(sa.select(RecordLeaf).order_by(col(RecordLeaf.id)))).scalars().all()
    made: list[tuple[str, UUID]] = [("record_leaf", leaf.id) for leaf in leaves]
    hashes = [leaf_hash(leaf_text(leaf)) for leaf in leaves[:-1]]
    for place, (hashed, leaf) in enumerate(zip(hashes, leaves, strict=False)):
        session.add(RecordNode(level=0, place=place, hash=hashed, leaf_id=leaf.id))
    for size in (0, 3, len(hashes)):
        moment = now()
        note = HEAD_KEYS.sign(size, root_of(hashes[:size]), moment)
        head = RecordHead(
            size=size, root=root_of(hashes[:size]), signed_at=moment, key=HEAD_KEYS.public()[0], note=note
        )
        session.add(head)
        made.append(("record_head", head.id))
    await session.flush()
    return made
