"""Other reads of rounds."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM
from services.core.audit import record
from services.core.db import Database
from services.core.errors import NotFound
from services.core.table import uuid7
from services.rounds.tables import Allocation, AllocationComputation, AllocationInput, AllocationRound
from services.rounds.terms import AllocationOrigin, ComputationState


@dataclass(frozen=True, slots=True)
class KeptRound:
    """What is kept of a computation: its frozen input with the hash, what it allocated, and its certificate."""

    text: bytes
    input_hash: bytes
    pairs: list[tuple[str, str]]
    certificate: dict[str, Any]


async def kept_round(db: Database, key: UUID) -> KeptRound:
    """What is kept of a round's computation, or of one computation; the read is on record.

    Raises:
        NotFound: there is none that has been computed.
    """
    from services.rounds.frozen import unpacked

    computation = AllocationComputation
    stands_for = sa.select(col(AllocationRound.computation_id)).where(col(AllocationRound.id) == key)
    async with db.write(SYSTEM) as session:
        await record(session, SYSTEM, "allocation_round.verified", "read", uuid7(), of=key)
        wanted = sa.select(
            col(computation.id), col(computation.input_hash), col(computation.certificate), col(AllocationInput.content)
        ).join(AllocationInput, col(AllocationInput.computation_id) == col(computation.id))
        named = sa.or_(col(computation.id) == key, col(computation.id) == stands_for.scalar_subquery())
        found = (
            await session.execute(wanted.where(named, col(computation.state) == ComputationState.DONE))
        ).one_or_none()
        if found is None:
            raise NotFound("There is no such round that has been computed.")
        solved = sa.select(col(Allocation.need_id), col(Allocation.offer_id)).where(
            col(Allocation.computation_id) == found.id, col(Allocation.origin) == AllocationOrigin.SOLVED
        )
        pairs = [(need.hex, offer.hex) for need, offer in await session.execute(solved)]
    return KeptRound(unpacked(found.content), found.input_hash, pairs, found.certificate)
