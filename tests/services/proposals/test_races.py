"""What happens when two do it at once, on connections of their own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM
from services.core.db import Database, Writer, connect
from services.core.errors import DomainError
from services.proposals import commands, expression_commands
from services.proposals.errors import AlreadyExpressed, PlacesTaken
from services.proposals.exchange import Words
from services.proposals.expression_commands import ExpressionContent
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus
from tests.builders import actor
from tests.services.proposals.world import a_proposal, an_expression, in_days, kept

if TYPE_CHECKING:
    from tests.conftest import Urls

ROUNDS = 5
CLEAN = "DELETE FROM expression_of_interest; DELETE FROM proposal; DELETE FROM record_leaf"
Command = Callable[..., Awaitable[Any]]
TALKS, SENDER = ExpressionStatus.IN_TALKS, Party.SENDER


@dataclass(frozen=True)
class Place:
    """A database whose transactions are kept."""

    db: Database

    async def make(self, build: Callable[[Writer], Awaitable[Any]]) -> Any:
        async with self.db.write(SYSTEM) as session:
            return await build(session)

    async def act(self, who: str, command: Command, then: Command | None = None) -> str:
        """What came of it: ``done``, or the code of why not; ``then`` is awaited when it is done but not kept yet."""
        one = actor(who)
        try:
            async with self.db.write(one) as session:
                await command(session, one)
                if then is not None:
                    await then()
        except DomainError as error:
            return error.code
        return "done"

    async def while_first(self, first: tuple[str, Command], *others: tuple[str, Command]) -> list[str]:
        """Do the first, and the others while the first is done but not kept (nobody can see it yet), or refused."""
        entered = asyncio.Event()

        async def stay() -> None:
            entered.set()
            await asyncio.sleep(0.2)

        async def lead() -> str:
            try:
                return await self.act(*first, stay)
            finally:
                entered.set()

        async def after(who: str, command: Command) -> str:
            await entered.wait()
            return await self.act(who, command)

        return await asyncio.gather(lead(), *(after(*other) for other in others))


@pytest.fixture
async def place(urls: "Urls") -> AsyncIterator[Place]:
    """Kept for the test, then removed by the owner."""
    db = Database(urls.app, size=12)
    yield Place(db)
    await db.close()
    owner = await connect(urls.owner)
    await owner.execute(CLEAN)
    await owner.close()


def agree(key: UUID) -> Command:
    return partial(expression_commands.agree_expression, expression_id=key, words=Words())


def send(proposal: Proposal, answering_with: Proposal | None = None) -> Command:
    own = None if answering_with is None else answering_with.id
    content = ExpressionContent(proposal.id, "en", "We would like to join.", own)
    return partial(expression_commands.send_expression, content=content)


async def test_of_three_who_agree_at_once_on_the_last_place_one_gets_it(place: Place) -> None:
    codes = ("FRA", "SEN", "EGY")

    async def build(session: Writer) -> tuple[Proposal, list[ExpressionOfInterest]]:
        proposal = await a_proposal(session, places=1)
        return proposal, [await an_expression(session, proposal, by=code, status=TALKS, turn=SENDER) for code in codes]

    proposal, talks = await place.make(build)
    whose = [(f"{code} focal point", agree(one.id)) for code, one in zip(codes, talks, strict=True)]
    assert await place.while_first(*whose) == ["done", PlacesTaken.code, PlacesTaken.code]
    full = await kept(place.db, Proposal, proposal.id)
    assert (full.agreed, full.status) == (1, ProposalStatus.CLOSED)
    assert [(await kept(place.db, ExpressionOfInterest, one.id)).status for one in talks] == [
        ExpressionStatus.AGREED,
        TALKS,
        TALKS,
    ]


async def test_of_many_who_agree_at_once_as_many_do_as_there_are_places(place: Place) -> None:
    codes = ("FRA", "SEN", "EGY", "CHN")

    async def build(session: Writer) -> tuple[Proposal, list[ExpressionOfInterest]]:
        proposal = await a_proposal(session, places=2)
        return proposal, [await an_expression(session, proposal, by=code, status=TALKS, turn=SENDER) for code in codes]

    for _ in range(ROUNDS):
        proposal, talks = await place.make(build)
        whose = zip(codes, talks, strict=True)
        ends = await asyncio.gather(*(place.act(f"{code} focal point", agree(one.id)) for code, one in whose))
        assert Counter(ends) == {"done": 2, PlacesTaken.code: 2}
        full = await kept(place.db, Proposal, proposal.id)
        assert (full.agreed, full.status) == (2, ProposalStatus.CLOSED)


async def test_of_two_who_send_at_once_for_one_delegation_one_does(place: Place) -> None:
    proposal = await place.make(a_proposal)
    both = ("FRA focal point", send(proposal))
    assert await place.while_first(both, both) == ["done", AlreadyExpressed.code]


async def test_nothing_is_sent_to_a_proposal_that_is_being_closed(place: Place) -> None:
    proposal = await place.make(a_proposal)
    close = partial(commands.close_proposal, proposal_id=proposal.id)
    ends = await place.while_first(("ZMB focal point", close), ("FRA focal point", send(proposal)))
    assert ends == ["done", "PROPOSAL_NOT_OPEN"]


async def test_two_delegations_send_to_each_other_at_once_without_waiting_for_one_another(place: Place) -> None:
    async def build(session: Writer) -> tuple[Proposal, Proposal]:
        return await a_proposal(session), await a_proposal(session, by="FRA")

    here, there = await place.make(build)
    ends = []

    async def meanwhile() -> None:
        ends.append(await place.act("ZMB focal point", send(there, answering_with=here)))

    ends.append(await place.act("FRA focal point", send(here, answering_with=there), meanwhile))
    assert ends == ["done", "done"]


async def test_of_agreeing_and_declining_at_once_one_happens(place: Place) -> None:
    async def build(session: Writer) -> ExpressionOfInterest:
        return await an_expression(session, await a_proposal(session), status=TALKS, turn=SENDER)

    talks = await place.make(build)
    decline = partial(expression_commands.decline_expression, expression_id=talks.id, reason="No room.")
    ends = await place.while_first(("FRA focal point", agree(talks.id)), ("ZMB focal point", decline))
    assert ends == ["done", "EXPRESSION_OF_INTEREST_WRONG_STATUS"]


async def test_workers_at_once_expire_everything_once(place: Place) -> None:
    async def build(session: Writer) -> None:
        for _ in range(6):
            await a_proposal(session, expires_on=in_days(-1))

    async def work() -> int:
        async with place.db.write(SYSTEM) as session:
            return await commands.expire_proposals(session)

    await place.make(build)
    assert sum(await asyncio.gather(work(), work(), work())) == 6
