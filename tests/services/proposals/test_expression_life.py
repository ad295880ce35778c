"""What comes of each step, and whose turn it is then."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import Conflict, Invalid, NotFound, NotPermitted
from services.core.policy import StaleRevision
from services.core.read.shape import table_of
from services.core.table import today
from services.proposals import expression_commands as commands
from services.proposals.errors import AlreadyExpressed, ReasonNeeded, TextNeeded
from services.proposals.exchange import Words
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus, TurnKind
from services.proposals.thread_tables import ThreadMessage
from tests.builders import actor, delegation_id
from tests.services.proposals.world import (
    a_proposal,
    an_expression,
    code_of,
    in_days,
    interest,
    kept,
    refused,
    step,
)

E = ExpressionStatus
SENDER, RECEIVER = Party.SENDER, Party.RECEIVER


async def test_a_delegation_has_one_expression_of_interest_in_a_proposal_at_a_time(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
    who = actor("FRA focal point")
    send = partial(commands.send_expression, content=interest(proposal))
    async with db.write(who) as session:
        key = await send(session, who)
    assert await code_of(db, who, send) == AlreadyExpressed.code
    assert "already" in await refused(db, who, send, Conflict, ("proposal",))
    async with db.write(who) as session:
        await commands.withdraw_expression(session, who, key, Words())
        await send(session, who)
    other = actor("SEN focal point")
    assert await code_of(db, other, send) is None


async def test_an_own_proposal_must_be_ones_own_and_open(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
        own, draft = (
            await a_proposal(session, by="FRA"),
            await a_proposal(session, by="FRA", status=ProposalStatus.DRAFT),
        )
        others, hidden = (
            await a_proposal(session, by="SEN"),
            await a_proposal(session, by="SEN", status=ProposalStatus.DRAFT),
        )
    who = actor("FRA focal point")
    for wrong, error in ((others, NotPermitted), (hidden, NotFound)):
        send = partial(commands.send_expression, content=interest(proposal, own_proposal_id=wrong.id))
        await refused(db, who, send, error, ("ownProposal",))
    with_draft = partial(commands.send_expression, content=interest(proposal, own_proposal_id=draft.id))
    assert await code_of(db, who, with_draft) == "PROPOSAL_NOT_OPEN"
    async with db.write(who) as session:
        key = await commands.send_expression(session, who, interest(proposal, own_proposal_id=own.id))
    assert (await kept(db, ExpressionOfInterest, key)).own_proposal_id == own.id


@pytest.mark.parametrize("message", ["", "  ", "x" * 5001])
async def test_a_message_has_one_to_five_thousand_characters(db: Database, message: str) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
    send = partial(commands.send_expression, content=interest(proposal, message=message))
    await refused(db, actor("FRA focal point"), send, TextNeeded, ("message",))


@pytest.mark.parametrize("language", ["", "Français", "xx-nonsense"])
async def test_a_message_is_in_a_language(db: Database, language: str) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
    send = partial(commands.send_expression, content=interest(proposal, language=language))
    await refused(db, actor("FRA focal point"), send, Invalid, ("language",))


async def test_a_draft_is_revised_from_its_newest_revision(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        draft = await an_expression(session, await a_proposal(session), status=E.DRAFT)
        own = await a_proposal(session, by="FRA")
    who = actor("FRA contributor")
    changes = {"message": " Nous aussi. ", "language": "FR", "own_proposal_id": own.id}
    async with db.write(who) as session:
        await commands.revise_expression(session, who, draft.id, 1, changes)
    revised = await kept(db, ExpressionOfInterest, draft.id)
    assert (revised.message, revised.language, revised.own_proposal_id, revised.revision) == (
        "Nous aussi.",
        "fr",
        own.id,
        2,
    )
    stale = partial(commands.revise_expression, expression_id=draft.id, revision=1, changes=changes)
    await refused(db, who, stale, StaleRevision, ("revision",))


async def test_the_exchange_passes_the_turn_and_keeps_every_word(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, places=1)
    sender, receiver = actor("FRA focal point"), actor("ZMB focal point")

    async def turn() -> tuple[E, Party | None, Any]:
        one = await kept(db, ExpressionOfInterest, key)
        return one.status, one.turn, one.turn_deadline

    async with db.write(sender) as session:
        key = await commands.send_expression(session, sender, interest(proposal, language="fr", message="Nous voici."))
    assert await turn() == (E.SENT, RECEIVER, in_days(14))
    steps: list[tuple[Any, Callable[..., Any], Words, tuple[E, Party | None]]] = [
        (receiver, commands.ask_sender, Words("How many nurses?", "en"), (E.SENT, SENDER)),
        (sender, commands.reply_to_receiver, Words("Douze."), (E.SENT, RECEIVER)),
        (receiver, commands.take_up_talks, Words(), (E.IN_TALKS, SENDER)),
        (sender, commands.reply_to_receiver, Words("Quand ?"), (E.IN_TALKS, RECEIVER)),
        (receiver, commands.ask_sender, Words("In May?", "en"), (E.IN_TALKS, SENDER)),
    ]
    for who, command, words, expected in steps:
        async with db.write(who) as session:
            await command(session, who, key, words)
        assert await turn() == (*expected, in_days(14))
    async with db.write(sender) as session:
        await commands.agree_expression(session, sender, key, Words("D'accord."))
    assert await turn() == (E.AGREED, None, None)
    turns = table_of(ThreadMessage).c
    async with db.read(receiver) as reader:
        said = sa.select(turns.kind, turns.by, turns.language, turns.text)
        found = await reader.execute(said.order_by(turns.created_at, turns.id))
    assert [tuple(row) for row in found] == [
        (TurnKind.SENT, SENDER, "fr", "Nous voici."),
        (TurnKind.ASKED, RECEIVER, "en", "How many nurses?"),
        (TurnKind.REPLIED, SENDER, "fr", "Douze."),
        (TurnKind.TALKS_TAKEN_UP, RECEIVER, "fr", ""),
        (TurnKind.REPLIED, SENDER, "fr", "Quand ?"),
        (TurnKind.ASKED, RECEIVER, "en", "In May?"),
        (TurnKind.AGREED, SENDER, "fr", "D'accord."),
    ]
    agreed = await kept(db, Proposal, proposal.id)
    assert (agreed.agreed, agreed.status) == (1, ProposalStatus.CLOSED)


async def test_the_last_place_closes_the_proposal_and_its_texts_and_no_one_else_agrees(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, places=2)
        first, second, third = [
            await an_expression(session, proposal, by=code, status=E.IN_TALKS) for code in ("FRA", "SEN", "EGY")
        ]
    who = actor("ZMB focal point")
    assert await code_of(db, who, step("agree", first.id)) is None
    assert ((await kept(db, Proposal, proposal.id)).status, (await kept(db, Proposal, proposal.id)).agreed) == (
        "open",
        1,
    )
    assert await code_of(db, who, step("agree", second.id)) is None
    closed = await kept(db, Proposal, proposal.id)
    assert (closed.status, closed.agreed, closed.closed_at is None) == (ProposalStatus.CLOSED, 2, False)
    assert await code_of(db, who, step("agree", third.id)) == "PROPOSAL_FULL"
    async with db.read(SYSTEM) as session:
        leaves = await session.execute(sa.text("SELECT act FROM record_leaf ORDER BY id"))
        texts = await session.execute(sa.text("SELECT status FROM proposal_text"))
    assert leaves.scalars().all() == [
        "expression_of_interest.agreed",
        "expression_of_interest.agreed",
        "proposal.closed",
    ]
    assert texts.scalars().all() == ["closed"]


@pytest.mark.parametrize(
    ("status", "takes_up", "agrees"),
    [
        (ProposalStatus.OPEN, None, None),
        (ProposalStatus.CLOSED, None, None),
        (ProposalStatus.EXPIRED, None, None),
        (ProposalStatus.WITHDRAWN, "PROPOSAL_WITHDRAWN", "PROPOSAL_WITHDRAWN"),
    ],
)
async def test_talks_outlive_a_proposal_unless_it_is_withdrawn(
    db: Database, status: ProposalStatus, takes_up: str | None, agrees: str | None
) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, status=status)
        sent = await an_expression(session, proposal)
        talks = await an_expression(session, proposal, by="SEN", status=E.IN_TALKS, turn=SENDER)
    assert await code_of(db, actor("ZMB focal point"), step("take up talks", sent.id)) == takes_up
    assert await code_of(db, actor("SEN focal point"), step("agree", talks.id)) == agrees
    if agrees:
        assert await code_of(db, actor("SEN focal point"), step("withdraw", talks.id)) is None
        assert await code_of(db, actor("ZMB focal point"), step("decline", sent.id)) is None


async def test_what_must_be_said_is_said(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
        asked = await an_expression(session, proposal)
        answered = await an_expression(session, proposal, by="SEN", turn=SENDER)
    receiver, sender = actor("ZMB focal point"), actor("SEN focal point")
    for text in ("", " ", "x" * 5001):
        ask = partial(commands.ask_sender, expression_id=asked.id, words=Words(text))
        await refused(db, receiver, ask, TextNeeded, ("text",))
        reply = partial(commands.reply_to_receiver, expression_id=answered.id, words=Words(text))
        await refused(db, sender, reply, TextNeeded, ("text",))
    for reason in ("", " ", "x" * 2001):
        decline = partial(commands.decline_expression, expression_id=asked.id, reason=reason)
        await refused(db, receiver, decline, ReasonNeeded, ("reason",))
    async with db.write(receiver) as session:
        await commands.decline_expression(session, receiver, asked.id, " No room. ", "en")
    declined = await kept(db, ExpressionOfInterest, asked.id)
    assert (declined.status, declined.decline_reason, declined.turn) == (E.DECLINED, "No room.", None)


async def test_sending_names_sender_receiver_and_day(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
        draft = await an_expression(session, proposal, status=E.DRAFT)
    who = actor("FRA focal point")
    async with db.write(who) as session:
        await commands.send_draft(session, who, draft.id)
    sent = await kept(db, ExpressionOfInterest, draft.id)
    assert (sent.sender_id, sent.receiver_id) == (delegation_id("FRA"), delegation_id("ZMB"))
    assert sent.sent_at is not None
    assert sent.sent_at.date() == today()
    assert sent.listed_at == sent.sent_at > draft.created_at
