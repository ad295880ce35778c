"""What an actor may not see is no match, and has no influence on the matches that it sees."""

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor
from services.core.db import Database
from services.core.errors import NotFound
from services.core.read.shape import table_of
from services.matching.queries import find_proposal
from services.proposals.tables import Proposal
from tests.builders import actor
from tests.services.matching.world import WHOLE, a_crowd, a_proposal, change, matches, more_delegations, page

pytestmark = pytest.mark.security

COUNTED = ("totalCount",)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("public", {"public"}),
        ("suspended viewer", {"public"}),
        ("applicant viewer", {"public"}),
        ("SEN viewer", {"public", "members"}),
        ("VAT viewer", {"public", "members"}),
        ("secretariat", {"public", "members"}),
        ("CHN viewer", {"public", "members", "delegation"}),
    ],
)
async def test_only_offers_that_the_actor_may_see_are_matches(db: Database, who: str, seen: set[str]) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        offers = {
            audience: await a_proposal(session, "offer", "CHN", visibility=audience, **WHOLE)
            for audience in ("public", "members", "delegation")
        }
    found = await matches(db, need, actor(who))
    assert found.keys() == {offers[audience] for audience in seen}


@pytest.mark.parametrize("who", ["public", "SEN viewer", "ZMB focal point", "secretariat"])
async def test_what_an_actor_may_not_see_changes_nothing_for_it(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        await more_delegations(session)
        crowd = await a_crowd(session, 60, seed=11)
        hidden = [
            await a_proposal(session, side, "EGY", visibility="delegation", **WHOLE)
            for side in ("offer", "need", "joint") * 5
        ]
        hidden += [await a_proposal(session, "offer", "EGY", status="draft", **WHOLE) for _ in range(5)]
    asking = actor(who)
    with_them = [(await matches(db, one, asking), await page(db, one, COUNTED, asking)) for one in crowd[:8]]
    assert any(found for found, _ in with_them)
    async with db.write(SYSTEM) as session:
        for one in hidden:
            await change(session, one, status="draft")
        table = table_of(Proposal)
        gone = await session.execute(sa.delete(table).where(table.c.id.in_(hidden)).returning(table.c.id))
        assert len(gone.all()) == len(hidden)
    without = [(await matches(db, one, asking), await page(db, one, COUNTED, asking)) for one in crowd[:8]]
    assert without == with_them


class Disguised(Actor):
    """For policies the platform itself, for row security the public."""

    def identity(self) -> dict[str, str]:
        return Actor().identity()


async def test_row_security_alone_hides_them_too(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, "need", "SEN", **WHOLE)
        public = await a_proposal(session, "offer", "CHN", **WHOLE)
        hidden = await a_proposal(session, "offer", "CHN", visibility="delegation", **WHOLE)
    disguised = Disguised(SYSTEM.role, reads_members=True, acts=True)
    assert (await matches(db, need, SYSTEM)).keys() == {public, hidden}
    assert (await matches(db, need, disguised)).keys() == {public}


async def test_a_proposal_is_found_by_state_and_external_id(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        shown = await a_proposal(session, "need", "SEN", external_id="N-1")
        await a_proposal(session, "need", "ZMB", external_id="N-1")
        draft = await a_proposal(session, "need", "SEN", external_id="N-2", status="draft")
    own, other = actor("SEN viewer"), actor("ZMB viewer")
    async with db.read(own) as session:
        assert await find_proposal(session, own, "SEN", "N-1") == shown
        assert await find_proposal(session, own, "SEN", "N-2") == draft
    async with db.read(other) as session:
        assert await find_proposal(session, other, "SEN", "N-1") == shown
        for state, external_id in (("SEN", "N-2"), ("SEN", "N-3"), ("QQQ", "N-1")):
            with pytest.raises(NotFound, match=f"{state} has no proposal “{external_id}”"):
                await find_proposal(session, other, state, external_id)
