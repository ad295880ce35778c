"""What the tests of proposals share: proposals and expressions of interest in any state, and a look at all of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import SYSTEM, Actor, Audience
from services.core.audit import RecordLeaf
from services.core.db import Database, Writer
from services.core.errors import DomainError
from services.core.read.shape import table_of
from services.core.table import now, today
from services.core.texts import Text, save_text
from services.proposals import expression_commands as commands
from services.proposals import rules
from services.proposals.content import ProposalContent
from services.proposals.exchange import Words
from services.proposals.expression_commands import ExpressionContent
from services.proposals.tables import ExpressionOfInterest, Proposal, ProposalText
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus, Side, TurnKind
from services.proposals.thread_tables import ThreadMessage
from tests.builders import delegation_id

TABLES: tuple[type[SQLModel], ...] = (Proposal, ProposalText, ExpressionOfInterest, ThreadMessage, RecordLeaf)
Act = Callable[[Writer, Actor], Awaitable[object]]


def in_days(number: int) -> Any:
    """A day from today on."""
    return today() + timedelta(days=number)


def content(**fields: Any) -> ProposalContent:
    """An offer to draft, with what the test is about."""
    text = Text("en", fields.pop("title", "Courses for nurses"), fields.pop("summary", ""))
    return ProposalContent(side=fields.pop("side", Side.OFFER), text=fields.pop("text", text), **fields)


async def a_proposal(
    session: Writer,
    *,
    by: str = "ZMB",
    title: str = "Courses for nurses",
    language: str = "en",
    side: Side = Side.OFFER,
    status: ProposalStatus = ProposalStatus.OPEN,
    visibility: Audience = Audience.MEMBERS,
    **columns: Any,
) -> Proposal:
    """A proposal in any state, made by the platform itself."""
    proposal = Proposal(
        delegation_id=delegation_id(by), language=language, side=side, status=status, visibility=visibility, **columns
    )
    if status is not ProposalStatus.DRAFT:
        proposal.opened_at = proposal.listed_at
        proposal.opens_on = proposal.opens_on or in_days(-30)
        proposal.expires_on = proposal.expires_on or in_days(-1 if status is ProposalStatus.EXPIRED else 30)
    session.add(proposal)
    await session.flush()
    copied = {"delegation_id": proposal.delegation_id, "status": status.value, "visibility": visibility}
    await save_text(session, ProposalText, {"proposal_id": proposal.id}, copied, Text(language, title))
    return proposal


async def an_expression(
    session: Writer,
    proposal: Proposal,
    *,
    by: str = "FRA",
    status: ExpressionStatus = ExpressionStatus.SENT,
    turn: Party | None = None,
    **columns: Any,
) -> ExpressionOfInterest:
    """An expression of interest in any state, made by the platform itself; where it is live, whose turn it is."""
    if status in rules.LIVE:
        columns = {"turn": turn or Party.RECEIVER, "turn_deadline": in_days(14), "sent_at": now(), **columns}
    expression = ExpressionOfInterest(
        proposal_id=proposal.id,
        sender_id=delegation_id(by),
        receiver_id=proposal.delegation_id,
        status=status,
        language="en",
        message="We would like to join.",
        **columns,
    )
    session.add(expression)
    await session.flush()
    return expression


async def kept(db: Database, table: type[Any], key: UUID) -> Any:
    """The row as it is now, whoever may see it."""
    async with db.read(SYSTEM) as session:
        row = (await session.execute(sa.select(table).where(table_of(table).c.id == key))).scalar_one()
        session.expunge(row)
        return row


async def everything(db: Database) -> dict[str, list[Any]]:
    """All rows that an act on proposals could change, by table."""
    found: dict[str, list[Any]] = {}
    async with db.read(SYSTEM) as session:
        for table in map(table_of, TABLES):
            chosen = sa.select(*table.c).order_by(*table.primary_key.columns)
            if table is table_of(RecordLeaf):
                chosen = chosen.where(table.c.object_kind != "read")  # that the secretariat looked is no change
            found[table.name] = [tuple(row) for row in await session.execute(chosen)]
    return found


async def code_of(db: Database, who: Actor, act: Act) -> str | None:
    """Do it in a transaction of its own: None, or the code of why it was not done; then nothing may have changed."""
    before, failure = await everything(db), None
    try:
        async with db.write(who) as session:
            await act(session, who)
    except DomainError as error:
        failure = error
    if failure is None:
        return None
    assert await everything(db) == before, f"refused with {failure.code}, yet something changed"
    return failure.code


async def refused(db: Database, who: Actor, act: Act, error: type[DomainError], path: tuple[str, ...]) -> str:
    """Make sure that it is refused with this error and path and changes nothing; return the sentence."""
    before = await everything(db)
    with pytest.raises(error) as caught:
        async with db.write(who) as session:
            await act(session, who)
    assert caught.value.path == path
    assert await everything(db) == before
    return caught.value.message


def interest(proposal: Proposal, **fields: Any) -> ExpressionContent:
    """What a delegation writes about a proposal."""
    return ExpressionContent(proposal.id, **{"language": "en", "message": "We would like to join.", **fields})


def step(name: str, key: UUID) -> Act:
    """A step of an expression of interest by its name."""
    acts: dict[str, Act] = {
        "revise": partial(commands.revise_expression, expression_id=key, revision=1, changes={"message": "Or we do."}),
        "delete": partial(commands.delete_expression, expression_id=key),
        "send": partial(commands.send_draft, expression_id=key),
        "take up talks": partial(commands.take_up_talks, expression_id=key, words=Words()),
        "ask": partial(commands.ask_sender, expression_id=key, words=Words("How many?")),
        "reply": partial(commands.reply_to_receiver, expression_id=key, words=Words("Twelve.")),
        "agree": partial(commands.agree_expression, expression_id=key, words=Words()),
        "decline": partial(commands.decline_expression, expression_id=key, reason="No room."),
        "withdraw": partial(commands.withdraw_expression, expression_id=key, words=Words()),
    }
    return acts[name]


async def build_proposal_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Proposals and expressions of interest in every state; returns their ids with their kinds."""
    made: list[tuple[str, UUID]] = []
    titles = [("en", "Training teachers"), ("fr", "Données locales"), ("zh", "教师培训"), ("ar", "تدريب المعلمين")]
    proposals = []
    for number, status in enumerate([*ProposalStatus, *[ProposalStatus.OPEN] * 4]):
        language, title = titles[number % len(titles)]
        proposal = await a_proposal(
            session,
            by=["ZMB", "FRA", "SEN"][number % 3],
            title=f'{title} \u2028 "{number}" \\ 🧪',
            language=language,
            side=list(Side)[number % 3],
            status=status,
            visibility=list(Audience)[(number + 2) % 3],
            external_id=f"P-{number}" if number % 2 else None,
            sectors=["11130", "22040"][: number % 3],
            quantity=Decimal(number) / 8 if number % 4 else None,
            places=number if number % 3 else None,
            regions_accepted=["002", "150"][: number % 2],
        )
        proposals.append(proposal)
        made.append(("proposal", proposal.id))
    for number, status in enumerate([*ExpressionStatus, ExpressionStatus.SENT]):
        proposal = proposals[number]
        by = (
            "CHN"
            if number % 2
            else next(code for code in ("FRA", "ZMB") if delegation_id(code) != proposal.delegation_id)
        )
        expression = await an_expression(session, proposal, by=by, status=status, turn=list(Party)[number % 2])
        made.append(("expression_of_interest", expression.id))
        if status is ExpressionStatus.DRAFT:  # nobody has said anything yet
            continue
        session.add(
            ThreadMessage(
                expression_id=expression.id,
                kind=list(TurnKind)[number % 7],
                by=list(Party)[number % 2],
                language="en",
                text=f"\u2028 “{number}” \\",
                sender_id=expression.sender_id,
                receiver_id=expression.receiver_id,
            )
        )
    await session.flush()
    return made
