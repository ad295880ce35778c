"""What can be read of the record: heads, entries, proofs."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from services.core.audit import RecordLeaf
from services.core.errors import Invalid
from services.core.ids import of_kind, split_id
from services.core.read.shape import (
    Ask,
    Connection,
    Expression,
    Filter,
    One,
    Order,
    Row,
    Shape,
    Value,
    global_id,
    table_of,
    within,
)
from services.identity.shapes import PERSON
from services.membership.shapes import DELEGATION
from services.record import policy
from services.record.tables import RecordHead, RecordNode
from services.record.terms import EntryOrder, HeadOrder

_NEWEST = (sa.DateTime(timezone=True), sa.Uuid())
_BIG = sa.BigInteger()


def _hex(name: str, *, null: bool = False) -> Value:
    return Value(lambda row, _: sa.func.encode(row[name], "hex", type_=sa.Text()), null=null)


def _of_node(column: str, form: Callable[[Expression], Expression]) -> Value:
    """What the tree knows of a leaf; NULL until it has its place."""

    def found(row: Row, _: Ask) -> Expression:
        node = table_of(RecordNode).alias()
        return within(row, sa.select(form(node.c[column])).where(node.c.leaf_id == row.id)).scalar_subquery()

    return Value(found, null=True)


def _text(row: Row, _: Ask) -> Expression:
    leaf = table_of(RecordLeaf).alias()
    return within(
        row, sa.select(sa.func.record_text(leaf.table_valued(), type_=sa.Text())).where(leaf.c.id == row.id)
    ).scalar_subquery()


def _object(row: Row, _: Ask) -> Expression:
    return row.object_kind.concat("_").concat(sa.func.replace(sa.cast(row.object_id, sa.Text), "-", ""))  # type: ignore[no-any-return]


HEAD = Shape.of(
    "RecordHead",
    RecordHead,
    None,
    {
        "id": global_id("record_head"),
        "size": RecordHead.size,
        "root": _hex("root"),
        "signedAt": RecordHead.signed_at,
        "key": _hex("key"),
        "note": RecordHead.note,
    },
)

ENTRY = Shape.of(
    "RecordEntry",
    RecordLeaf,
    policy.visible_to,
    {
        "id": global_id("record_leaf"),
        "at": RecordLeaf.at,
        "act": RecordLeaf.act,
        "role": RecordLeaf.role,
        "person": One(lambda: PERSON, on=lambda row, person: person.id == row.person_id),
        "delegation": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.delegation_id),
        "object": Value(_object),
        "contentHash": _hex("content_hash"),
        "salt": _hex("salt"),
        "rowsCount": RecordLeaf.rows_count,
        "rowsRoot": _hex("rows_root", null=True),
        "text": Value(_text),
        "place": _of_node("place", lambda place: place),
        "hash": _of_node("hash", lambda hashed: sa.func.encode(hashed, "hex", type_=sa.Text())),
    },
)

HEADS = Connection(
    lambda: HEAD,
    orders={
        HeadOrder.NEWEST: Order("record_heads.newest", lambda row, _: [(row.signed_at, True), (row.id, True)], _NEWEST)
    },
    default=lambda _: HeadOrder.NEWEST,
)
NEWEST_HEAD = One(
    lambda: HEAD,
    on=lambda _, row: row.id == sa.select(col(RecordHead.id)).order_by(
        col(RecordHead.signed_at).desc(), col(RecordHead.id).desc()
    ).limit(1).scalar_subquery(),
)  # fmt: skip
HEAD_BY_ID = One(lambda: HEAD, by={"id": Filter(lambda row, key: row.id == key, of_kind("record_head"), (sa.Uuid(),))})

ENTRIES = Connection(
    lambda: ENTRY,
    orders={EntryOrder.NEWEST: Order("record_entries.newest", lambda row, _: [(row.id, True)], (sa.Uuid(),))},
    default=lambda _: EntryOrder.NEWEST,
    where={
        "act": Filter(lambda row, act: row.act == act, types=(sa.Text(),)),
        "object": Filter(lambda row, key: row.object_id == key, lambda text: split_id(text, path=())[1], (sa.Uuid(),)),
    },
    ways=policy.ways,
)
"""The record's entries that the viewer may see."""
ENTRY_BY_ID = One(
    lambda: ENTRY, by={"id": Filter(lambda row, key: row.id == key, of_kind("record_leaf"), (sa.Uuid(),))}
)


def _place(value: Any) -> int:
    if not 0 <= value < 2**62:
        raise Invalid("Places and sizes of the record are whole numbers from 0.", path=())
    return int(value)


def _inclusion(_: Row, ask: Ask) -> sa.FromClause:
    place, size = (sa.cast(ask.arg(name), _BIG) for name in ("place", "size"))
    node = table_of(RecordNode).alias()
    path = sa.func.record_inclusion(place, size, type_=ARRAY(sa.LargeBinary))
    found = sa.select(place.label("place"), size.label("size"), node.c.hash, path.label("path")).where(
        node.c.level == 0, node.c.place == place
    )
    proof = found.offset(0).subquery()
    return sa.select(proof).where(proof.c.path.is_not(None)).subquery()


def _consistency(_: Row, ask: Ask) -> sa.FromClause:
    first, second = (sa.cast(ask.arg(name), _BIG) for name in ("first", "second"))
    path = sa.func.record_consistency(first, second, type_=ARRAY(sa.LargeBinary))
    proof = sa.select(first.label("first"), second.label("second"), path.label("path")).offset(0).subquery()
    return sa.select(proof).where(proof.c.path.is_not(None)).subquery()


_PATH = Value(lambda row, _: sa.func.record_hexes(row.path, type_=ARRAY(sa.Text)))
INCLUSION = One(
    lambda: Shape.of(
        "RecordInclusion",
        None,
        None,
        {
            "place": Value(lambda row, _: row.place),
            "size": Value(lambda row, _: row.size),
            "hash": _hex("hash"),
            "path": _PATH,
        },
    ),
    over=_inclusion,
    convert={"place": _place, "size": _place},
)
CONSISTENCY = One(
    lambda: Shape.of(
        "RecordConsistency",
        None,
        None,
        {"first": Value(lambda row, _: row.first), "second": Value(lambda row, _: row.second), "path": _PATH},
    ),
    over=_consistency,
    convert={"first": _place, "second": _place},
)
