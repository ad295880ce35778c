"""Twenty at once, many times over: of acts that exclude one another exactly one is done, and all others are told why."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM
from services.core.db import Database, Writer, connect
from services.core.errors import DomainError
from services.labs import founding
from services.practices import commands as practices
from services.practices.terms import PracticeStatus
from services.proposals import expression_commands as expressions
from services.proposals.exchange import Words
from services.proposals.terms import ExpressionStatus, Party
from tests.builders import a_practice, actor
from tests.conftest import Urls
from tests.services.labs.world import an_agreed, content
from tests.services.proposals.world import a_proposal, an_expression, interest

pytestmark = pytest.mark.security
AT_ONCE = 20
"""How many take part in each round; ``--rounds`` says how many rounds each contest has."""
CLEAN = """DELETE FROM lab; DELETE FROM expression_of_interest; DELETE FROM proposal; DELETE FROM practice;
DELETE FROM record_pending; DELETE FROM record_leaf; DELETE FROM pgqueuer"""
Act = Callable[..., Awaitable[Any]]
Contest = Callable[[Writer], Awaitable[Sequence[tuple[str, Act]]]]
"""Makes what is contested; who then does what."""


async def _talks(session: Writer) -> UUID:
    proposal = await a_proposal(session)
    return (await an_expression(session, proposal, status=ExpressionStatus.IN_TALKS, turn=Party.SENDER)).id


async def ends_of_talks(session: Writer) -> Sequence[tuple[str, Act]]:
    key = await _talks(session)
    return [
        ("FRA focal point", partial(expressions.agree_expression, expression_id=key, words=Words())),
        ("ZMB focal point", partial(expressions.decline_expression, expression_id=key, reason="No room.")),
        ("FRA focal point", partial(expressions.withdraw_expression, expression_id=key, words=Words())),
    ]


async def the_last_place(session: Writer) -> Sequence[tuple[str, Act]]:
    proposal = await a_proposal(session, places=1)
    acts = []
    for code in ("FRA", "SEN", "EGY", "CHN", "VAT"):
        talks = await an_expression(session, proposal, by=code, status=ExpressionStatus.IN_TALKS, turn=Party.SENDER)
        acts.append(
            (f"{code} focal point", partial(expressions.agree_expression, expression_id=talks.id, words=Words()))
        )
    return acts


async def one_interest(session: Writer) -> Sequence[tuple[str, Act]]:
    proposal = await a_proposal(session)
    return [
        ("FRA focal point", partial(expressions.send_expression, content=interest(proposal))),
        ("FRA contributor", partial(expressions.draft_expression, content=interest(proposal))),
    ]


async def one_review(session: Writer) -> Sequence[tuple[str, Act]]:
    key = (await a_practice(session, status=PracticeStatus.IN_REVIEW)).id
    return [
        ("secretariat", partial(practices.publish_practice, practice_id=key)),
        ("secretariat", partial(practices.return_practice, practice_id=key, reason="Say more.")),
    ]


async def one_lab(session: Writer) -> Sequence[tuple[str, Act]]:
    found = partial(founding.found_lab, expression_id=(await an_agreed(session)).id, content=content())
    return [("FRA focal point", found), ("ZMB focal point", found)]


@pytest.fixture
async def db(urls: Urls) -> AsyncIterator[Database]:
    """With a connection for each who takes part; what is kept is removed by the owner."""
    database = Database(urls.app, size=AT_ONCE)
    yield database
    await database.close()
    owner = await connect(urls.owner)
    await owner.execute(CLEAN)
    await owner.close()


async def done(db: Database, who: str, act: Act) -> str:
    one = actor(who)
    try:
        async with db.write(one) as session:
            await act(session, one)
    except DomainError as error:
        return error.code
    return "done"


@pytest.mark.slow
@pytest.mark.parametrize("contest", [ends_of_talks, the_last_place, one_interest, one_review, one_lab])
async def test_of_twenty_at_once_exactly_one_wins(db: Database, contest: Contest, pytestconfig: pytest.Config) -> None:
    codes: Counter[str] = Counter()
    rounds = pytestconfig.getoption("--rounds")
    for _ in range(rounds):
        async with db.write(SYSTEM) as session:
            acts = await contest(session)
        rivals = [acts[number % len(acts)] for number in range(AT_ONCE)]
        ends = await asyncio.gather(*(done(db, who, act) for who, act in rivals))
        assert ends.count("done") == 1, ends
        codes.update(ends)
    assert codes["done"] == rounds
    assert not codes.keys() & {"UNAVAILABLE", "OUTCOME_UNKNOWN", "NOT_PERMITTED"}, codes
