"""The mutations: rows are made and changed through the session, and each payload is the row that was written.

The record, the key, the queue and the telling are helpers of the platform as any application has them. Signing in is
the platform's own function altogether: it goes by rows of a session, too.
"""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
import strawberry
from sqlmodel import col

from services.core.actor import Actor, Role
from services.core.audit import asked as asked_for
from services.core.audit import record
from services.core.db import Writer
from services.core.errors import Conflict, NotFound, NotPermitted
from services.core.events import announce
from services.core.idempotency import once
from services.core.ids import typed_id
from services.core.live import tell
from services.core.table import now, today
from services.identity.credentials import sign_in
from services.proposals.content import language_tag
from services.proposals.exchange import KIND, needed, topics
from services.proposals.rules import LIVE, turn_deadline
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import ExpressionStatus, Party, ProposalStatus, TurnKind
from services.proposals.thread_tables import ThreadMessage
from tests.bench.ordinary.proposals import ExpressionType
from tests.bench.ordinary.shared import Info


@strawberry.input
class ExpressionOfInterestSendInput:
    """New expression of interest."""

    proposal: strawberry.ID
    language: str
    message: str
    own_proposal: strawberry.ID | None = None
    idempotency_key: str | None = None


@strawberry.input
class SignInInput:
    """Who comes."""

    email: str
    password: str


@strawberry.type
class Failure:
    """Why something was not done."""

    code: str
    message: str


@strawberry.type
class ExpressionPayload:
    """What was sent."""

    expression_of_interest: ExpressionType | None
    errors: list[Failure]


@strawberry.type
class SignInPayload:
    """What who has come holds."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    errors: list[Failure]


@strawberry.type
class Mutation:
    """What the documents of the benchmark do."""

    @strawberry.mutation
    async def expression_of_interest_send(
        self,
        info: Info,
        input: ExpressionOfInterestSendInput,  # noqa: A002 - its name in the contract
    ) -> ExpressionPayload:
        """Send an expression of interest, once for each key."""
        actor, asked = info.context.actor, {"mutation": info.field_name, "input": asdict(input)}
        async with info.context.database.write(actor) as session:
            asked_for(session, asked)
            key = await once(session, actor, input.idempotency_key, asked, lambda: _sent(session, actor, input))
            row = await session.get_one(ExpressionOfInterest, key)
        return ExpressionPayload(expression_of_interest=ExpressionType.of(row), errors=[])

    @strawberry.mutation
    async def sign_in(self, info: Info, input: SignInInput) -> SignInPayload:  # noqa: A002 - its name in the contract
        """Begin a session."""
        context = info.context
        assert context.issuer is not None
        signed = await sign_in(context.database, context.issuer, input.email, input.password, context.client)
        return SignInPayload(
            access_token=signed.access_token,
            access_expires_at=signed.access_expires_at,
            refresh_token=signed.refresh_token,
            refresh_expires_at=signed.refresh_expires_at,
            errors=[],
        )


async def _sent(session: Writer, actor: Actor, given: ExpressionOfInterestSendInput) -> UUID:
    proposal = await session.get(
        Proposal, typed_id(given.proposal, "proposal"), with_for_update={"key_share": True, "read": True}
    )
    if proposal is None:
        raise NotFound("No such proposal.")
    await _check(session, actor, proposal)
    moment = now()
    expression = ExpressionOfInterest(
        revision=2,
        proposal_id=proposal.id,
        sender_id=_sender(actor),
        receiver_id=proposal.delegation_id,
        status=ExpressionStatus.SENT,
        turn=Party.RECEIVER,
        turn_deadline=turn_deadline(today()),
        language=language_tag(given.language),
        message=needed(given.message, "message"),
        sent_at=moment,
        listed_at=moment,
    )
    session.add(expression)
    await session.flush()
    message = ThreadMessage(
        expression_id=expression.id,
        kind=TurnKind.SENT,
        by=Party.SENDER,
        author_id=actor.person_id,
        language=expression.language,
        text=expression.message,
        sender_id=expression.sender_id,
        receiver_id=expression.receiver_id,
    )
    session.add(message)
    await session.flush()
    await record(session, actor, f"{KIND}.sent", KIND, expression.id, text=message.text)
    deadline = str(expression.turn_deadline)
    facts = {"message": str(message.id), "turn": expression.turn, "deadline": deadline}
    await announce(session, actor, f"{KIND}.sent", expression.id, **facts)
    await tell(session, *topics(expression))
    return expression.id


def _sender(actor: Actor) -> UUID:
    if actor.role is not Role.FOCAL_POINT or not actor.acts or actor.delegation_id is None:
        raise NotPermitted("Only a focal point of a delegation taking part can send an expression of interest.")
    return actor.delegation_id


async def _check(session: Writer, actor: Actor, proposal: Proposal) -> None:
    if proposal.delegation_id == _sender(actor):
        raise NotPermitted("A delegation does not express interest in its own proposal.")
    expired = proposal.expires_on is not None and proposal.expires_on < today()
    full = proposal.places is not None and proposal.agreed >= proposal.places
    if proposal.status is not ProposalStatus.OPEN or expired or full:
        raise Conflict("This proposal takes no new expressions of interest.")
    other = sa.select(col(ExpressionOfInterest.id)).where(
        col(ExpressionOfInterest.proposal_id) == proposal.id,
        col(ExpressionOfInterest.sender_id) == actor.delegation_id,
        col(ExpressionOfInterest.status).in_([ExpressionStatus.DRAFT, *LIVE]),
    )
    if (await session.execute(other)).first() is not None:
        raise Conflict("Your delegation has another one.")
