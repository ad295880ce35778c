"""Who sees what: by the application's predicates alone, and by row security alone."""

from collections.abc import Callable
from itertools import product
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import SYSTEM, Audience, Viewer
from services.core.db import Database
from services.core.read.shape import Condition, Row, table_of
from services.proposals import expression_policy, policy
from services.proposals.tables import ExpressionOfInterest, Proposal, ProposalText
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus, TurnKind
from services.proposals.thread_tables import ThreadMessage
from tests.builders import actor, delegation_id
from tests.services.proposals.world import a_proposal, an_expression

pytestmark = pytest.mark.security

S = ProposalStatus
E = ExpressionStatus
MEMBERS = ("FRA focal point", "FRA viewer", "CHN focal point", "VAT focal point", "secretariat")
OUTSIDE = ("public", "applicant focal point", "suspended focal point")
OWN = ("ZMB viewer", "ZMB contributor", "ZMB focal point")
WHO = (*MEMBERS, *OUTSIDE, *OWN)
See = Callable[[Viewer, Row], Condition]


async def seen_by_predicates(db: Database, who: str, table: type[SQLModel], see: See, key: str = "id") -> set[UUID]:
    """What the policy lets through where row security hides nothing."""
    condition = see(actor(who).viewer, table)
    async with db.read(SYSTEM) as session:
        return set((await session.execute(sa.select(table_of(table).c[key]).where(condition))).scalars())


async def seen_by_row_security(db: Database, who: str, table: type[SQLModel], key: str = "id") -> set[UUID]:
    """What a plain SELECT of everything finds under the identity of ``who``."""
    async with db.read(actor(who)) as session:
        return set((await session.execute(sa.select(table_of(table).c[key]))).scalars())


def knows(who: str, status: S, visibility: Audience) -> bool:
    """As product.md says it, for a proposal of Zambia."""
    if who in OWN:
        return True
    shown = {S.OPEN, S.CLOSED, S.EXPIRED} | ({S.WITHDRAWN} if who == "secretariat" else set())
    audiences = {Audience.PUBLIC} | ({Audience.MEMBERS} if who in MEMBERS else set())
    return status in shown and visibility in audiences


@pytest.mark.parametrize("who", WHO)
async def test_a_proposal_and_its_text_are_seen_by_its_delegation_and_once_opened_by_its_audience(
    db: Database, who: str
) -> None:
    async with db.write(SYSTEM) as session:
        made = {
            (await a_proposal(session, status=status, visibility=visibility)).id: knows(who, status, visibility)
            for status, visibility in product(S, Audience)
        }
    expected = {key for key, known in made.items() if known}
    assert await seen_by_predicates(db, who, Proposal, policy.visible_to) == expected
    assert await seen_by_row_security(db, who, Proposal) == expected
    assert await seen_by_row_security(db, who, ProposalText, "proposal_id") == expected


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        *((who, set()) for who in ("public", "secretariat", "SEN focal point", "CHN focal point", "suspended viewer")),
        *((who, set(E)) for who in ("FRA viewer", "FRA contributor", "FRA focal point")),
        *((who, set(E) - {E.DRAFT}) for who in OWN),
    ],
)
async def test_an_expression_of_interest_is_seen_by_its_two_delegations_alone(
    db: Database, who: str, expected: set[E]
) -> None:
    made: dict[UUID, E] = {}
    said: dict[UUID, E] = {}
    async with db.write(SYSTEM) as session:
        for status in E:
            expression = await an_expression(session, await a_proposal(session), status=status)
            made[expression.id] = status
            if status is not E.DRAFT:  # a draft has no turns
                said[(await _a_turn(session, expression)).id] = status
    for see, table, rows in (
        (expression_policy.visible_to, ExpressionOfInterest, made),
        (expression_policy.visible_message, ThreadMessage, said),
    ):
        by_predicates = {rows[key] for key in await seen_by_predicates(db, who, table, see)}
        by_row_security = {rows[key] for key in await seen_by_row_security(db, who, table)}
        wanted = expected - ({E.DRAFT} if table is ThreadMessage else set())
        assert by_predicates == wanted
        assert by_row_security == wanted


async def _a_turn(session: Any, expression: ExpressionOfInterest) -> ThreadMessage:
    turn = ThreadMessage(
        expression_id=expression.id,
        kind=TurnKind.SENT,
        by=Party.SENDER,
        language="en",
        text="Between us.",
        sender_id=expression.sender_id,
        receiver_id=expression.receiver_id,
    )
    session.add(turn)
    await session.flush()
    return turn


@pytest.mark.parametrize("who", ["public", "secretariat", "SEN focal point", "ZMB viewer"])
async def test_row_security_lets_nobody_write_what_is_not_theirs(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, by="FRA")
        expression = await an_expression(session, proposal, by="EGY")
        turn = await _a_turn(session, expression)
    rows: list[tuple[type[SQLModel], UUID]] = [
        (Proposal, proposal.id),
        (ExpressionOfInterest, expression.id),
        (ThreadMessage, turn.id),
    ]
    for table, key in rows:
        assert await _changed(db, who, sa.update(table).values(revision=9).where(table_of(table).c.id == key)) == 0
        assert await _changed(db, who, sa.delete(table).where(table_of(table).c.id == key)) == 0
    forged = ExpressionOfInterest(
        sender_id=delegation_id("EGY"),
        receiver_id=delegation_id("FRA"),
        proposal_id=proposal.id,
        language="en",
        message="Forged.",
    )
    assert await _changed(db, who, sa.insert(ExpressionOfInterest).values(**forged.model_dump())) == 0


async def _changed(db: Database, who: str, statement: sa.Update | sa.Delete | sa.Insert) -> int:
    """How many rows the statement changes as ``who``; 0 also where row security refuses it."""
    refusal = ""
    try:
        async with db.write(actor(who)) as session:
            return int((await session.execute(statement)).rowcount)  # type: ignore[attr-defined]
    except sa.exc.DBAPIError as error:
        refusal = str(error.orig)
    assert "row-level security" in refusal
    return 0


async def test_nobody_learns_from_the_count_of_places_whose_they_are(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, places=3, visibility=Audience.PUBLIC)
        await an_expression(session, proposal, status=E.AGREED)
    async with db.read(actor("public")) as session:
        seen = (await session.execute(sa.select(Proposal))).scalar_one()
        assert (seen.places, seen.agreed) == (3, 1)
        assert (await session.execute(sa.select(ExpressionOfInterest))).all() == []
