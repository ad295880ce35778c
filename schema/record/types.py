"""Types of the record."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.core.enums import describe
from schema.core.scalars import BigInt
from schema.core.texts import Node
from schema.identity.types import Person
from schema.membership.types import Delegation
from services.core.actor import Role
from services.record.terms import EntryOrder, HeadOrder

describe(HeadOrder, "Orders of heads.", NEWEST="Last signed first.")
describe(EntryOrder, "Orders of entries.", NEWEST="Last written first.")


@strawberry.type(
    description="What was signed of the record at one moment: that its first `size` entries have this root. Keep it: "
    "against it any later change to them is found. Public."
)
class RecordHead(Node):
    """Head."""

    size: BigInt = strawberry.field(description="How many entries it covers.")
    root: str = strawberry.field(
        description="The root of the Merkle tree over them (RFC 9162 section 2.1), hexadecimal."
    )
    signed_at: datetime = strawberry.field(description="When it was signed; once an hour.")
    key: str = strawberry.field(description="The public key (Ed25519), hexadecimal; `/record/keys` has all of them.")
    note: str = strawberry.field(
        description="All of it as one signed text (C2SP tlog-checkpoint): what to keep, and what `gof verify` takes."
    )


@strawberry.type(
    description="One act, as the record keeps it for ever. Seen by the actor's delegation; acts of the secretariat by all "
    "members."
)
class RecordEntry(Node):
    """Entry."""

    at: datetime = strawberry.field(description="When.")
    act: str = strawberry.field(description="What was done, such as `practice.published`.")
    role: Role = strawberry.field(description="As what the actor acted.")
    person: Person | None = strawberry.field(description="Who; null for the platform, and if you may not know of them.")
    delegation: Delegation | None = strawberry.field(
        description="For which delegation; null for the secretariat and the platform."
    )
    object: str = strawberry.field(description="The id of what it was about; it may be gone, or not for you to see.")
    content_hash: str = strawberry.field(
        description="SHA-256 over the octets of `salt` and the canonical JSON (RFC 8785) of what was asked and done, "
        "hexadecimal."
    )
    salt: str = strawberry.field(description="What makes that hash tell nothing without the content, hexadecimal.")
    rows_count: BigInt | None = strawberry.field(description="Of an import, how many rows it kept; else null.")
    rows_root: str | None = strawberry.field(
        description="Of an import, the Merkle root over its rows, each salted with `salt`, hexadecimal; else null."
    )
    text: str = strawberry.field(
        description="The canonical JSON of this entry: SHA-256 over an octet 0 and this text is its `hash`."
    )
    place: BigInt | None = strawberry.field(
        description="Its place in the record, from 0; null in its first second, before it has one."
    )
    hash: str | None = strawberry.field(description="Its hash in the tree, hexadecimal; null as long as `place` is.")


@strawberry.type(
    description="Proof that an entry stands at its place in the record of a size (RFC 9162 section 2.1.3)."
)
class RecordInclusion:
    """Inclusion proof."""

    place: BigInt = strawberry.field(description="The place, from 0.")
    size: BigInt = strawberry.field(description="The size of the record, such as that of a head.")
    hash: str = strawberry.field(description="The entry's hash, hexadecimal.")
    path: list[str] = strawberry.field(description="The hashes beside the way from the entry to the root, hexadecimal.")


@strawberry.type(description="Proof that a record begins with an earlier one unchanged (RFC 9162 section 2.1.4).")
class RecordConsistency:
    """Consistency proof."""

    first: BigInt = strawberry.field(description="The size of the earlier one, such as that of a head that you hold.")
    second: BigInt = strawberry.field(description="The size of the later one.")
    path: list[str] = strawberry.field(description="The hashes that lead from the one root to the other, hexadecimal.")


@strawberry.input(description="Which entries; everything given must hold.")
class RecordEntryWhere:
    """Entry filter."""

    act: str | None = strawberry.field(default=None, description="Are of this act, such as `practice.published`.")
    object: strawberry.ID | None = strawberry.field(default=None, description="Are about the thing with this id.")


Place = Annotated[BigInt, strawberry.argument(description="A place in the record, from 0.")]
Size = Annotated[BigInt, strawberry.argument(description="A size of the record, such as that of a head.")]
