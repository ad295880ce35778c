"""What the platform ends by itself when its day has passed."""

import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.db import Database
from services.core.read.shape import table_of
from services.proposals import commands, expression_commands
from services.proposals.commands import expire_proposals
from services.proposals.expression_commands import expire_expressions
from services.proposals.tables import ExpressionOfInterest, Proposal, ProposalText
from services.proposals.terms import ExpressionStatus, ProposalStatus
from tests.builders import actor
from tests.services.proposals.world import a_proposal, an_expression, everything, in_days, kept

S = ProposalStatus
E = ExpressionStatus


async def test_open_proposals_expire_on_the_day_after_their_last_and_only_once(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        passed = [await a_proposal(session, expires_on=in_days(-number)) for number in (1, 5)]
        last_day = await a_proposal(session, expires_on=in_days(0))
        others = [
            await a_proposal(session, status=status, expires_on=in_days(-1))
            for status in S
            if status not in (S.OPEN, S.EXPIRED)
        ]
    async with db.write(SYSTEM) as session:
        assert await expire_proposals(session) == 2
    once = await everything(db)
    async with db.write(SYSTEM) as session:
        assert await expire_proposals(session) == 0
    assert await everything(db) == once
    for proposal in passed:
        expired = await kept(db, Proposal, proposal.id)
        assert (expired.status, expired.revision) == (S.EXPIRED, 2)
    assert (await kept(db, Proposal, last_day.id)).status is S.OPEN
    for proposal in others:
        assert (await kept(db, Proposal, proposal.id)).status is proposal.status
    text, leaf = table_of(ProposalText).c, table_of(RecordLeaf).c
    async with db.read(SYSTEM) as reader:
        texts = await reader.execute(sa.select(text.proposal_id).where(text.status == "expired"))
        leaves = await reader.execute(sa.select(leaf.act, leaf.role, leaf.object_id))
    assert set(texts.scalars()) == {one.id for one in passed}
    assert {tuple(row) for row in leaves} == {("proposal.expired", "system", one.id) for one in passed}


async def test_an_expression_of_interest_expires_when_its_turn_ran_out(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
        late = [
            await an_expression(session, proposal, status=status, by=code, turn_deadline=in_days(-1))
            for code, status in (("FRA", E.SENT), ("SEN", E.IN_TALKS))
        ]
        last_day = await an_expression(session, proposal, by="EGY", turn_deadline=in_days(0))
        draft = await an_expression(session, proposal, by="CHN", status=E.DRAFT)
    async with db.write(SYSTEM) as session:
        assert await expire_expressions(session) == 2
        assert await expire_expressions(session) == 0
    for one in late:
        expired = await kept(db, ExpressionOfInterest, one.id)
        assert (expired.status, expired.turn, expired.turn_deadline) == (E.EXPIRED, None, None)
    assert (await kept(db, ExpressionOfInterest, last_day.id)).status is E.SENT
    assert (await kept(db, ExpressionOfInterest, draft.id)).status is E.DRAFT


async def test_each_call_ends_a_batch(db: Database, monkeypatch: object) -> None:
    async with db.write(SYSTEM) as session:
        for _ in range(3):
            proposal = await a_proposal(session, expires_on=in_days(-1))
            await an_expression(session, proposal, turn_deadline=in_days(-1))
    for module, expire in ((commands, expire_proposals), (expression_commands, expire_expressions)):
        monkeypatch.setattr(module, "BATCH", 2)  # type: ignore[attr-defined]
        async with db.write(SYSTEM) as session:
            assert [await expire(session) for _ in range(3)] == [2, 1, 0]


async def test_only_the_platform_ends_what_has_expired(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, expires_on=in_days(-1))
        await an_expression(session, proposal, by="FRA", turn_deadline=in_days(-1))
    for who in ("public", "secretariat", "SEN focal point"):
        async with db.write(actor(who)) as session:
            assert await expire_expressions(session) == 0
    assert (await kept(db, Proposal, proposal.id)).status is S.OPEN
