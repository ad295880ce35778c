"""Rounds for the who-may matrix: Zambia's need, an offer of France, at every point of a round's life."""

from typing import Any
from uuid import UUID

from services.core.db import Writer
from services.core.table import now
from services.rounds.certificate import certify
from services.rounds.frozen import digest, packed
from services.rounds.rules import Selection
from services.rounds.solving import solve
from services.rounds.tables import Allocation, AllocationComputation, AllocationInput, AllocationRound
from services.rounds.terms import ComputationState, RoundStatus
from tests.builders import delegation_id, id_of
from tests.services.matching.world import a_proposal
from tests.services.rounds.instances import a_round, named

COMPUTATION = id_of("a computation of a round")


async def build_rounds(session: Writer) -> dict[str, tuple[str, UUID]]:
    """One drafted, with a computation under way; one computed; one confirmed."""
    need, offer = [await a_proposal(session, side, by) for side, by in (("need", "ZMB"), ("offer", "FRA"))]
    frozen = named(a_round([set()], [("FRA", 1)], {(0, 0): 500_000}), [need], [offer])
    common: dict[str, Any] = {"terms": frozen.terms.as_json()}
    drafted = AllocationRound(title="Drafted", selection=Selection().as_json(), **common)
    session.add(drafted)
    await session.flush()
    waiting = AllocationComputation(round_id=drafted.id, is_preview=True, seen_at=now(), **common)
    session.add(waiting)
    await session.flush()
    things = {
        "a round drafted": ("allocation_round", drafted.id),
        "a computation under way": ("allocation_computation", waiting.id),
    }
    for status, key, place in (
        (RoundStatus.COMPUTED, COMPUTATION, "a place not confirmed"),
        (RoundStatus.CONFIRMED, id_of("another computation"), "a place allocated to it"),
    ):
        shown, text = status is RoundStatus.CONFIRMED, frozen.to_json()
        row = AllocationRound(
            title=status.value,
            selection=Selection().as_json(),
            status=status,
            computation_id=key,
            confirmed_at=now() if shown else None,
            **common,
        )
        session.add(row)
        await session.flush()
        done: dict[str, Any] = {
            "certificate": certify(frozen, solve(frozen)),
            "input_hash": digest(text),
            "state": ComputationState.DONE,
        }
        session.add(
            AllocationComputation(id=key, round_id=row.id, seen_at=now(), ended_at=now(), shown=shown, **common, **done)
        )
        await session.flush()
        sides: dict[str, Any] = {
            "need_delegation_id": delegation_id("ZMB"),
            "offer_delegation_id": delegation_id("FRA"),
        }
        allocation = Allocation(
            round_id=row.id, computation_id=key, need_id=need, offer_id=offer, value=500_000, shown=shown, **sides
        )
        session.add_all([AllocationInput(computation_id=key, content=packed(text)), allocation])
        await session.flush()
        things |= {
            f"a round {status}": ("allocation_round", row.id),
            f"a computation of a round {status}": ("allocation_computation", key),
            place: ("allocation", allocation.id),
        }
    return things
