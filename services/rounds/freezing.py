"""A round frozen out of the platform: its needs and offers, the groups of today, and the scores of their pairs.

Done by the platform, which sees who has received something; nothing of that leaves but the group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.core.actor import SYSTEM, Audience
from services.core.db import Database, Reader
from services.core.progress import Progress
from services.core.read.shape import table_of
from services.core.table import today
from services.matching.cooperation_tables import ANY_CODE, StateExperience
from services.matching.queries import scores_of, version_of
from services.membership.tables import Delegation
from services.membership.terms import TAKES_PART
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import ExpressionStatus, ProposalStatus, Side
from services.rounds.errors import RoundTooLarge, WrongRound
from services.rounds.frozen import MILLION, MOST_NEEDS, MOST_PAIRS, Frozen, FrozenNeed, FrozenOffer
from services.rounds.rules import RoundTerms, Selection
from services.rounds.tables import Allocation
from services.rounds.terms import AllocationAnswer, NeedGroup
from services.taxonomy.shapes import in_force
from services.taxonomy.tables import StateClassification
from services.taxonomy.terms import ClassificationScheme

AT_ONCE = 20
"""How many needs are scored in one transaction."""
GROUPS = {
    ClassificationScheme.LDC: NeedGroup.LDC,
    ClassificationScheme.LLDC: NeedGroup.LLDC,
    ClassificationScheme.SIDS: NeedGroup.SIDS,
}


@dataclass(frozen=True, slots=True)
class Sides:
    """The proposals that a round takes in, and the groups of each need."""

    needs: Sequence[sa.Row[Any]]
    offers: Sequence[sa.Row[Any]]
    groups: Mapping[UUID, frozenset[NeedGroup]]


async def freeze(
    db: Database, selection: Selection, terms: RoundTerms, weights_id: UUID | None, progress: Progress
) -> Frozen:
    """Freeze a round as things stand now; ``progress`` is told how many needs are scored.

    Raises:
        WrongRound: it takes in no need or no offer.
        RoundTooLarge: it takes in too much.
    """
    async with db.read(SYSTEM) as session:
        sides = await _sides(session, selection)
        version = await version_of(session, weights_id)
    place = {offer.id: number for number, offer in enumerate(sides.offers)}
    columns: tuple[list[int], list[int], list[int]] = ([], [], [])
    for begin in range(0, len(sides.needs), AT_ONCE):
        progress(begin, len(sides.needs))
        async with db.read(SYSTEM) as session:
            for number, need in enumerate(sides.needs[begin : begin + AT_ONCE], begin):
                found = await scores_of(session, need.id, list(place), weights_id, selection.candidates)
                columns[0].extend([number] * len(found))
                columns[1].extend(place[offer] for offer, _ in found)
                columns[2].extend(min(max(round(score * MILLION), 1), MILLION) for _, score in found)
        if len(columns[0]) > MOST_PAIRS:
            raise RoundTooLarge(f"This round has over {MOST_PAIRS:,} pairs. Narrow it, or take in fewer candidates.")
    progress(len(sides.needs), len(sides.needs))
    need_of, offer_of, value = (np.array(column, dtype=np.int64) for column in columns)
    return Frozen(
        tuple(FrozenNeed(need.id.hex, sides.groups[need.id]) for need in sides.needs),
        tuple(_offer(offer, len(sides.needs)) for offer in sides.offers),
        need_of,
        offer_of,
        value,
        terms,
        {"day": today().isoformat(), "weights_version": version},
    ).checked()


def _offer(offer: sa.Row[Any], most: int) -> FrozenOffer:
    """An offer with the places that it has left; one without a number has a place for every need."""
    left = most if offer.places is None else offer.places - offer.agreed
    return FrozenOffer(offer.id.hex, offer.state or offer.delegation_id.hex, left)


async def _sides(session: Reader, selection: Selection) -> Sides:
    needs = (await session.execute(_open(Side.NEED, selection.needs, selection))).all()
    offers = (await session.execute(_open(Side.OFFER, selection.offers, selection))).all()
    for what, listed, named in (("need", needs, selection.needs), ("offer", offers, selection.offers)):
        if not listed:
            raise WrongRound(f"This round takes in no {what} that is open to members and has places left.")
        missing = len(set(named)) - len(listed)
        if named and missing > 0 and not (selection.capacity_areas or selection.sectors):
            raise WrongRound(
                f"{missing} of the {len(set(named))} {what}s named are not open to members, have expired, or have no "
                "places left.",
                path=(f"{what}s",),
            )
    if len(needs) > MOST_NEEDS:
        raise RoundTooLarge(
            f"This round has {len(needs):,} needs; it may have {MOST_NEEDS:,}. Narrow what it takes in."
        )
    return Sides(needs, offers, await _groups(session, needs))


def _open(side: Side, named: Sequence[str], selection: Selection) -> sa.Select[Any]:
    """The open proposals of a side, of delegations taking part, that members may see and that have places left."""
    row, owner = table_of(Proposal), table_of(Delegation)
    day = sa.literal(today())
    found = sa.select(row.c.id, row.c.delegation_id, row.c.places, row.c.agreed, owner.c.state).join_from(
        row, owner, owner.c.id == row.c.delegation_id
    )
    found = found.where(
        row.c.side == side,
        row.c.status == ProposalStatus.OPEN,
        row.c.visibility != Audience.DELEGATION,
        row.c.expires_on >= day,
        sa.func.coalesce(row.c.opens_on <= day, sa.true()),
        sa.func.coalesce(row.c.agreed < row.c.places, sa.true()),
        owner.c.standing.in_(sorted(TAKES_PART)),
    )
    if named:
        found = found.where(row.c.id.in_([UUID(one) for one in named]))
    for column, codes in ((row.c.capacity_areas, selection.capacity_areas), (row.c.sectors, selection.sectors)):
        if codes:
            listed = sa.cast(column, ARRAY(sa.Text))
            found = found.where(listed.overlap(sa.cast([str(code) for code in codes], ARRAY(sa.Text))))
    return found.order_by(row.c.id)


async def _groups(session: Reader, needs: Sequence[sa.Row[Any]]) -> dict[UUID, frozenset[NeedGroup]]:
    """The groups of each need: of its state today, and whether that has received nothing yet."""
    listed = table_of(StateClassification)
    known = sa.select(listed.c.iso3, listed.c.scheme).where(
        listed.c.scheme.in_(list(GROUPS)), in_force(listed.c, sa.literal(today()))
    )
    of_state: dict[str, set[NeedGroup]] = {}
    for state, scheme in await session.execute(known):
        of_state.setdefault(state, set()).add(GROUPS[scheme])
    done = table_of(StateExperience)
    cooperated = set(
        (await session.execute(sa.select(done.c.state).where(done.c.code == ANY_CODE).distinct())).scalars()
    )
    received = set((await session.execute(_received())).scalars())
    return {
        need.id: frozenset(
            of_state.get(need.state, set())
            | (
                {NeedGroup.RECEIVED_NOTHING}
                if need.state not in cooperated and need.delegation_id not in received
                else set()
            )
        )
        for need in needs
    }


def _received() -> Any:
    """The delegations that have received something: a need agreed on, an offer agreed to them, or a place accepted."""
    row, asked, given = table_of(Proposal), table_of(ExpressionOfInterest), table_of(Allocation)
    own = sa.select(row.c.delegation_id).where(row.c.side == Side.NEED, row.c.agreed > 0)
    sent = (
        sa.select(asked.c.sender_id)
        .join(row, row.c.id == asked.c.proposal_id)
        .where(asked.c.status == ExpressionStatus.AGREED, row.c.side == Side.OFFER)
    )
    accepted = sa.select(given.c.need_delegation_id).where(
        given.c.need_answer == AllocationAnswer.ACCEPTED, given.c.offer_answer == AllocationAnswer.ACCEPTED
    )
    return sa.union(own, sent, accepted)
