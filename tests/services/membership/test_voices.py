"""Co-chairs decide together: one voice for each co-chairing state, all of them accept, one objection rejects."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.identity.tables import Person
from services.membership import policy
from services.membership.decision_commands import settle_proposals
from services.membership.jobs import settle
from services.membership.tables import StandingProposal, StandingVoice
from services.membership.terms import Standing, StandingProposalStatus
from tests.builders import actor, delegation_id, id_of
from tests.services.membership.test_isolation import WHO, changed, seen_by_predicates, seen_by_row_security
from tests.services.membership.world import (
    a_standing_proposal,
    code_of,
    decide,
    delegation,
    kept,
    stand,
)

S = Standing
CHINA, FRANCE, SENEGAL = (
    actor("CHN focal point"),
    *(replace(actor(f"{code} focal point"), co_chair=True) for code in ("FRA", "SEN")),
)
ANOTHER_OF_CHINA = replace(CHINA, person_id=id_of("CHN contributor"))


@pytest.fixture
async def proposal(db: Database) -> StandingProposal:
    """A proposal to suspend Zambia while China, France and Senegal are co-chairs; China has two focal points."""
    for code in ("FRA", "SEN"):
        await stand(db, code, S.CO_CHAIR)
    async with db.write(SYSTEM) as session:
        row = table_of(Person)
        await session.execute(sa.update(row).where(row.c.id == ANOTHER_OF_CHINA.person_id).values(role="focal_point"))
        return await a_standing_proposal(session)


async def status(db: Database, proposal: StandingProposal) -> StandingProposalStatus:
    return (await kept(db, StandingProposal, proposal.id)).status


async def test_it_is_accepted_with_the_last_voice_and_not_before(db: Database, proposal: StandingProposal) -> None:
    for one in (CHINA, FRANCE):
        assert await code_of(db, one, decide(proposal)) is None
        assert await status(db, proposal) is StandingProposalStatus.OPEN
        assert (await delegation(db, "ZMB")).standing is S.MEMBER
    assert await code_of(db, SENEGAL, decide(proposal)) is None
    assert (await delegation(db, "ZMB")).standing is S.SUSPENDED
    accepted = await kept(db, StandingProposal, proposal.id)
    assert (accepted.status, accepted.decided_by_delegation) == ("accepted", SENEGAL.delegation_id)


async def test_two_focal_points_of_one_state_have_one_voice(db: Database, proposal: StandingProposal) -> None:
    assert await code_of(db, CHINA, decide(proposal)) is None
    for again in (CHINA, ANOTHER_OF_CHINA):
        assert await code_of(db, again, decide(proposal)) == "STANDING_VOICE_GIVEN"
        assert await code_of(db, again, decide(proposal, accept=False)) == "STANDING_VOICE_GIVEN"
    assert await code_of(db, FRANCE, decide(proposal)) is None
    assert await status(db, proposal) is StandingProposalStatus.OPEN, "two of three states have accepted"


async def test_one_objection_rejects_it_whoever_has_accepted(db: Database, proposal: StandingProposal) -> None:
    for one in (CHINA, FRANCE):
        assert await code_of(db, one, decide(proposal)) is None
    assert await code_of(db, SENEGAL, decide(proposal, accept=False, reason="It is too early.")) is None
    rejected = await kept(db, StandingProposal, proposal.id)
    assert (rejected.status, rejected.reason) == ("rejected", "It is too early.")
    assert (await delegation(db, "ZMB")).standing is S.MEMBER


async def test_the_co_chair_that_it_is_about_is_not_waited_for(db: Database, proposal: StandingProposal) -> None:
    async with db.write(SYSTEM) as session:
        about_china = await a_standing_proposal(session, about="CHN", standing=S.MEMBER)
    assert await code_of(db, CHINA, decide(about_china)) == "NOT_PERMITTED"
    for one in (FRANCE, SENEGAL):
        assert await code_of(db, one, decide(about_china)) is None
    assert (await delegation(db, "CHN")).standing is S.MEMBER


async def test_who_is_co_chair_no_more_is_not_waited_for(db: Database, proposal: StandingProposal) -> None:
    for one in (CHINA, FRANCE):
        assert await code_of(db, one, decide(proposal)) is None
    async with db.write(SYSTEM) as session:
        assert await settle_proposals(session) == 0
        about_senegal = await a_standing_proposal(session, about="SEN", standing=S.MEMBER)
    for one in (CHINA, FRANCE):
        assert await code_of(db, one, decide(about_senegal)) is None
    assert await status(db, proposal) is StandingProposalStatus.OPEN
    async with db.read(SYSTEM) as session:
        asked = sa.text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'membership.settle'")
        assert await session.scalar(asked) == 1
    for _ in range(2):
        await settle(db)
        assert await status(db, proposal) is StandingProposalStatus.ACCEPTED
    assert (await delegation(db, "ZMB")).standing is S.SUSPENDED


async def test_where_no_co_chair_is_left_nothing_is_decided_by_itself(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_standing_proposal(session)
    await stand(db, "CHN", S.MEMBER)
    await settle(db)
    assert await status(db, proposal) is StandingProposalStatus.OPEN


async def test_a_voice_is_seen_by_those_concerned_and_given_for_oneself_alone(
    db: Database, proposal: StandingProposal
) -> None:
    assert await code_of(db, CHINA, decide(proposal)) is None
    for who in WHO:
        expected = [CHINA.delegation_id] if who.startswith(("secretariat", "CHN focal point", "ZMB")) else []
        assert await seen_by_predicates(db, who, StandingVoice, policy.visible_voice, "delegation_id") == expected
        assert await seen_by_row_security(db, who, StandingVoice, "delegation_id") == expected
        voices = table_of(StandingVoice)
        for code, about in (("FRA", "ZMB"), ("CHN", "CHN")):
            forged = StandingVoice(
                proposal_id=proposal.id,
                about_id=delegation_id(about),
                delegation_id=delegation_id(code),
                accepts=True,
            )
            assert await changed(db, who, sa.insert(voices).values(**forged.model_dump())) == 0
        assert await changed(db, who, sa.update(voices).values(accepts=False, reason="Forged")) == (
            who == "CHN focal point"
        )
        assert await changed(db, who, sa.delete(voices)) == 0
        if who == "CHN focal point":
            assert await changed(db, who, sa.update(voices).values(accepts=True)) == 1
