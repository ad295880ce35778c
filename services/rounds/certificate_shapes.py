"""What can be read of a certificate: figures of the JSON that a computation keeps."""

from typing import Any

import sqlalchemy as sa

from services.core.read.shape import (
    Ask,
    Connection,
    Expression,
    Many,
    One,
    Order,
    Row,
    Shape,
    Value,
    within,
)
from services.core.table import text_enum
from services.proposals.shapes import PROPOSAL
from services.rounds.terms import NeedGroup, UnservedOrder, UnservedReason

MILLION = 1e6


def whole(text: Expression) -> Expression:
    """A whole number out of JSON."""
    return sa.cast(text, sa.Integer)


def _text(row: Row, name: str) -> Expression:
    return row.certificate.op("->>")(name)  # type: ignore[no-any-return]


def _count(name: str) -> Value:
    return Value(lambda row, _: whole(_text(row, name)))


def _share(name: str) -> Value:
    return Value(lambda row, _: sa.cast(_text(row, name), sa.Float))


def _score(name: str, *, null: bool = False) -> Value:
    return Value(lambda row, _: scored(sa.cast(_text(row, name), sa.Float)), null=null)


def scored(millionths: Expression) -> Expression:
    """A score, or a sum of scores, out of millionths."""
    return millionths / sa.cast(sa.literal(MILLION), sa.Float)


def _each(name: str, **columns: Any) -> Any:
    """The rows of a list in the certificate, with their ``place`` from 1 and these columns."""

    def rows(row: Row, _: Ask) -> sa.FromClause:
        each = (
            sa.func.jsonb_array_elements(row.certificate.op("->")(name))
            .table_valued(sa.column("it"), with_ordinality="place")
            .render_derived()
        )
        read = [sa.cast(each.c.it.op("->>")(one), kind).label(one) for one, kind in columns.items()]
        return within(row, sa.select(each.c.place, *read)).subquery()

    return rows


def _in_order(row: Row, _: Ask) -> list[Expression]:
    return [row.place]


PROOF = Shape.of(
    "AllocationProof",
    None,
    None,
    {
        "solver": Value(lambda row, _: row.solver),
        "value": Value(lambda row, _: scored(row.value)),
        "bound": Value(lambda row, _: scored(row.bound)),
        "proven": Value(lambda row, _: row.proven),
    },
)
GROUP = Shape.of(
    "AllocationGroup",
    None,
    None,
    {
        "group": Value(lambda row, _: sa.type_coerce(row.group, text_enum(NeedGroup))),
        "needs": Value(lambda row, _: row.needs),
        "served": Value(lambda row, _: row.served),
        "share": Value(lambda row, _: row.share),
        "floor": Value(lambda row, _: row.floor, null=True),
        "least": Value(lambda row, _: row.least, null=True),
        "possible": Value(lambda row, _: row.possible),
    },
)
UNSERVED = Shape.of(
    "UnservedNeed",
    None,
    None,
    {
        "need": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.need),
        "reason": Value(lambda row, _: sa.type_coerce(row.reason, text_enum(UnservedReason))),
    },
)
BLOCKING = Shape.of(
    "BlockingPair",
    None,
    None,
    {
        "need": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.need),
        "offer": One(lambda: PROPOSAL, on=lambda row, it: it.id == row.offer),
        "value": Value(lambda row, _: scored(row.value)),
        "has": Value(lambda row, _: scored(row.has)),
    },
)

_PROOFS = _each("proofs", solver=sa.Text, value=sa.Float, bound=sa.Float, proven=sa.Boolean)
_GROUPS = _each(
    "groups",
    group=sa.Text, needs=sa.Integer, served=sa.Integer, share=sa.Float, floor=sa.Float, least=sa.Integer,
    possible=sa.Integer,
)  # fmt: skip
_UNSERVED = _each("unserved_listed", need=sa.Uuid, reason=sa.Text)
_BLOCKING = _each("blocking_listed", need=sa.Uuid, offer=sa.Uuid, value=sa.Float, has=sa.Float)

CERTIFICATE = Shape.of(
    "AllocationCertificate",
    None,
    None,
    {
        **{name: _count(name) for name in ("needs", "offers", "pairs", "places", "served", "unserved", "envious")},
        "value": _score("value"),
        "bound": _score("bound"),
        "proven": Value(lambda row, _: sa.cast(_text(row, "proven"), sa.Boolean)),
        "proofs": Many(lambda: PROOF, over=_PROOFS, order=_in_order),
        "valueWithoutFloors": _score("unconstrained"),
        "priceOfFairness": _share("price"),
        "greedyValue": _score("greedy", null=True),
        "greedyValueAtFloors": _score("greedy_at_floors", null=True),
        "groups": Many(lambda: GROUP, over=_GROUPS, order=_in_order),
        "leastShare": _share("least_share"),
        "gini": _share("gini"),
        "unservedNeeds": Connection(
            lambda: UNSERVED,
            orders={
                UnservedOrder.ROUND: Order("unserved.round", lambda row, _: [(row.place, False)], (sa.BigInteger(),))
            },
            default=lambda _: UnservedOrder.ROUND,
            over=_UNSERVED,
        ),
        "blocking": _count("blocking"),
        "blockingPairs": Many(lambda: BLOCKING, over=_BLOCKING, order=_in_order),
        "inputHash": Value(lambda row, _: sa.func.encode(row.input_hash, "hex", type_=sa.Text())),
    },
)
