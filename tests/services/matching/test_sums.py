"""Over 100,000 random pairs the reasons sum to the score, and asked again every number is the same to the last bit."""

from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import Ask, Columns, table_of, within
from services.matching.formulas import total
from services.matching.scoring import ranked
from services.matching.terms import MatchCriterion
from services.proposals.tables import Proposal
from tests.services.matching.world import a_crowd, more_delegations, some_experience

CROWD = 880
SLICE = 50
PAIRS = 100_000


@pytest.mark.slow
async def test_the_reasons_of_100_000_pairs_sum_to_their_scores(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        await some_experience(session, 60, seed=41)
        crowd = await a_crowd(session, CROWD, seed=41)
    pairs, worst, lowest, highest = 0, 0.0, 1.0, 0.0
    async with db.read(SYSTEM) as session:
        statement = _figures()
        for start in range(0, CROWD, SLICE):
            found = (await session.execute(statement, {"owns": crowd[start : start + SLICE]})).one()
            if start == 0:
                assert (await session.execute(statement, {"owns": crowd[:SLICE]})).one() == found
            pairs += found.pairs
            worst, lowest, highest = max(worst, found.worst), min(lowest, found.lowest), max(highest, found.highest)
    assert pairs >= PAIRS
    assert worst < 1e-9
    assert 0 < lowest < highest <= 1


def _figures() -> sa.Select[*tuple[Any, ...]]:
    """How many pairs some proposals have, how far sums and scores are apart, their range, and a digest of all."""
    table = table_of(Proposal).alias()
    own = Columns(table)
    match = ranked(own, Ask(SYSTEM.viewer, lambda _: None))
    summed = total([match.c[f"part_{one}"] for one in MatchCriterion])
    apart = sa.func.abs(summed - match.c.score).label("apart")
    each = within(own, sa.select(match.c.id, match.c.score, apart)).lateral()
    digest = sa.func.md5(sa.func.string_agg(sa.cast(each.c.score, sa.Text), sa.literal(",")))
    return (
        sa.select(
            sa.func.count().label("pairs"),
            sa.func.max(each.c.apart).label("worst"),
            sa.func.min(each.c.score).label("lowest"),
            sa.func.max(each.c.score).label("highest"),
            digest.label("digest"),
        )
        .select_from(sa.join(table, each, sa.true()))
        .where(table.c.id == sa.any_(sa.bindparam("owns", type_=sa.ARRAY(sa.Uuid))))
    )
