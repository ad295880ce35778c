"""Reminders of turns and proposals whose last day comes near; work of the platform itself."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM
from services.core.db import Writer
from services.core.events import announce
from services.core.read.shape import table_of
from services.core.table import today
from services.proposals import rules
from services.proposals.commands import BATCH
from services.proposals.exchange import KIND
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import ProposalStatus


async def remind_of_turns(session: Writer) -> int:
    """Announce up to ``BATCH`` turns whose deadline is near; return how many, 0 when none is left.

    Some days before the deadline and again on the last day, each once: that it was announced is kept with the turn in
    the same transaction, so a worker that is killed has announced nothing. The event ``expression_of_interest.turn_due``
    tells whose ``turn`` it is, its ``deadline`` (ISO 8601) and whether it is the ``last_day``.
    """
    expression, day = ExpressionOfInterest, today()
    deadline, reminded = col(expression.turn_deadline), col(expression.turn_reminders)
    near = sa.and_(deadline >= day, deadline <= day + timedelta(days=rules.REMINDED_DAYS))
    due = sa.case((deadline == day, 2), else_=1)
    found = (
        await session.execute(
            sa.select(expression.id, expression.turn, expression.turn_deadline)  # type: ignore[call-overload]
            .where(col(expression.turn).is_not(None), near, reminded < due)
            .order_by(deadline)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
    ).all()
    for key, turn, last in found:
        reminders = rules.reminders_due(last, day)
        change = sa.update(expression).where(col(expression.id) == key)
        # A reminder is no change that people would see, so the time of the last change stays.
        await session.execute(change.values(turn_reminders=reminders, updated_at=col(expression.updated_at)))
        facts = {"turn": turn, "deadline": last.isoformat(), "last_day": last == day}
        await announce(session, SYSTEM, f"{KIND}.turn_due", key, **facts)
    return len(found)


async def remind_of_expiry(session: Writer) -> int:
    """Announce up to ``BATCH`` open proposals that expire within ``rules.EXPIRY_NOTICE_DAYS``, each once for each day
    of expiry; return how many, 0 when none is left.

    The event ``proposal.expiry_due`` tells on which day it ``expires_on`` (ISO 8601). Revision and time of the last
    change stay, so what people are editing is not stale.
    """
    row, day = table_of(Proposal).c, today()
    due = sa.select(row.id, row.expires_on).where(
        row.status == ProposalStatus.OPEN,
        row.expires_on.between(day, day + timedelta(days=rules.EXPIRY_NOTICE_DAYS)),
        row.expiry_announced_for.is_distinct_from(row.expires_on),
    )
    held = due.order_by(row.expires_on).limit(BATCH).with_for_update(skip_locked=True)
    found = (await session.execute(held)).all()
    told = sa.update(table_of(Proposal)).where(row.id.in_([proposal_id for proposal_id, _ in found]))
    await session.execute(told.values(expiry_announced_for=row.expires_on, updated_at=row.updated_at))
    for proposal_id, expires_on in found:
        await announce(session, SYSTEM, "proposal.expiry_due", proposal_id, expires_on=expires_on)
    return len(found)
