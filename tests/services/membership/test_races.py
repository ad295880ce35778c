"""What happens when two do it at once, on connections of their own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor
from services.core.db import Database, connect
from services.core.errors import DomainError
from services.core.read.shape import table_of
from services.membership import commands
from services.membership.tables import Delegation, StandingPeriod
from services.membership.terms import NewDelegation, Standing
from tests.builders import actor, delegation_id
from tests.services.membership.world import NOTE, Act, a_standing_proposal, change, decide, history, stand

if TYPE_CHECKING:
    from tests.conftest import Urls

S = Standing
ROUNDS, AT_ONCE = 3, 4
SECRETARIAT, CO_CHAIR, ZAMBIA = actor("secretariat"), actor("CHN focal point"), actor("ZMB focal point")
CLEAN = """
DELETE FROM standing_voice;
DELETE FROM standing_proposal;
DELETE FROM record_leaf;
DELETE FROM standing_period p USING delegation d WHERE p.delegation_id = d.id AND d.state = 'BTN';
DELETE FROM delegation WHERE state = 'BTN';
DELETE FROM standing_period p USING delegation d WHERE p.delegation_id = d.id AND d.state = 'ZMB' AND valid_to IS NULL
    AND p.standing <> 'member';
UPDATE standing_period p SET valid_to = NULL FROM delegation d WHERE p.delegation_id = d.id AND d.state = 'ZMB';
UPDATE standing_period p SET standing = 'member' FROM delegation d WHERE p.delegation_id = d.id AND d.state = 'FRA';
UPDATE delegation SET standing = 'member', standing_since = '2025-01-01', took_part_as = NULL, revision = 1
    WHERE state IN ('ZMB', 'FRA');
"""


@pytest.fixture
async def kept(urls: "Urls") -> AsyncIterator[Database]:
    """A database whose transactions are kept for the test, then undone by the owner."""
    db = Database(urls.app, size=8)
    yield db
    await db.close()
    await clean(urls)


async def clean(urls: "Urls") -> None:
    owner = await connect(urls.owner)
    await owner.execute(CLEAN)
    await owner.close()


async def outcome(db: Database, who: Actor, act: Act) -> str:
    try:
        async with db.write(who) as session:
            await act(session, who)
    except DomainError as error:
        return error.code
    return "done"


async def at_once(db: Database, *acts: tuple[Actor, Act]) -> Counter[str]:
    return Counter(await asyncio.gather(*(outcome(db, who, act) for who, act in acts)))


async def test_of_many_who_open_the_delegation_of_a_state_one_does(kept: Database, urls: "Urls") -> None:
    opened = partial(commands.open_delegation, new=NewDelegation(S.INVITED, NOTE, state="BTN"))
    for _ in range(ROUNDS):
        assert await at_once(kept, *[(SECRETARIAT, opened)] * AT_ONCE) == {"done": 1, "DELEGATION_THERE": AT_ONCE - 1}
        await clean(urls)


async def test_of_many_who_propose_one_does(kept: Database, urls: "Urls") -> None:
    propose = partial(commands.propose_standing, delegation_id=delegation_id("ZMB"), change=change(S.SUSPENDED))
    for _ in range(ROUNDS):
        found = await at_once(kept, *[(SECRETARIAT, propose)] * AT_ONCE)
        assert found == {"done": 1, "STANDING_PROPOSAL_THERE": AT_ONCE - 1}
        await clean(urls)


async def test_a_proposal_is_decided_once(kept: Database, urls: "Urls") -> None:
    for _ in range(ROUNDS):
        async with kept.write(SYSTEM) as session:
            proposal = await a_standing_proposal(session)
        both = [(CO_CHAIR, decide(proposal)), (CO_CHAIR, decide(proposal, accept=False))]
        found = await at_once(kept, *both * (AT_ONCE // 2))
        assert found == {"done": 1, "STANDING_PROPOSAL_DECIDED": AT_ONCE - 1}
        await clean(urls)


async def test_of_two_last_voices_at_once_the_later_one_decides(kept: Database, urls: "Urls") -> None:
    france = replace(actor("FRA focal point"), co_chair=True)
    for _ in range(ROUNDS):
        await stand(kept, "FRA", S.CO_CHAIR)
        async with kept.write(SYSTEM) as session:
            proposal = await a_standing_proposal(session)
        assert await at_once(kept, (CO_CHAIR, decide(proposal)), (france, decide(proposal))) == {"done": 2}
        assert [standing for standing, _, _ in await history(kept, "ZMB")] == [S.MEMBER, S.SUSPENDED]
        await clean(urls)


async def test_a_state_that_speaks_twice_at_once_has_one_voice(kept: Database, urls: "Urls") -> None:
    for _ in range(ROUNDS):
        await stand(kept, "FRA", S.CO_CHAIR)
        async with kept.write(SYSTEM) as session:
            proposal = await a_standing_proposal(session)
        found = await at_once(kept, *[(CO_CHAIR, decide(proposal))] * AT_ONCE)
        assert found == {"done": 1, "STANDING_VOICE_GIVEN": AT_ONCE - 1}
        assert len(await history(kept, "ZMB")) == 1, "France has not spoken"
        await clean(urls)


async def test_a_decision_and_a_withdrawal_at_once_leave_one_history(kept: Database, urls: "Urls") -> None:
    withdraw = partial(commands.withdraw_delegation, delegation_id=delegation_id("ZMB"), reference=NOTE)
    for _ in range(ROUNDS):
        async with kept.write(SYSTEM) as session:
            proposal = await a_standing_proposal(session, standing=S.CO_CHAIR)
        found = await at_once(kept, (CO_CHAIR, decide(proposal)), (ZAMBIA, withdraw))
        assert found["done"] == 1
        assert set(found) - {"done"} <= {"STANDING_PROPOSAL_DECIDED", "DELEGATION_WRONG_STANDING"}
        told = await history(kept, "ZMB")
        assert len(told) == 2
        assert told[0][2] == told[1][1]
        await clean(urls)


async def test_a_term_that_is_over_ends_once_whoever_looks_after_it(kept: Database, urls: "Urls") -> None:
    delegation, period = table_of(Delegation), table_of(StandingPeriod)
    key = delegation_id("ZMB")
    try:
        async with kept.write(SYSTEM) as session:
            await session.execute(sa.update(delegation).where(delegation.c.id == key).values(standing=S.CO_CHAIR))
            over = {"standing": S.CO_CHAIR, "valid_to": sa.text("date '2026-01-01'")}
            await session.execute(sa.update(period).where(period.c.delegation_id == key).values(**over))

        async def end_terms() -> int:
            async with kept.write(SYSTEM) as session:
                return await commands.end_terms(session)

        assert sum(await asyncio.gather(*(end_terms() for _ in range(AT_ONCE)))) == 1
        assert [standing for standing, _, _ in await history(kept, "ZMB")] == [S.CO_CHAIR, S.MEMBER]
    finally:
        owner = await connect(urls.owner)
        await owner.execute("DELETE FROM standing_period WHERE valid_from = '2026-01-01'")
        await owner.execute(
            "UPDATE standing_period SET standing = 'member', valid_to = NULL WHERE standing = 'co_chair'"
            f" AND delegation_id = '{key}'"
        )
        await owner.close()
