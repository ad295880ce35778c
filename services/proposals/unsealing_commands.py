"""Breaking the seal of a thread: the one act by which the secretariat reads what two delegations say to each other."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor, Role
from services.core.audit import record
from services.core.db import Writer, as_platform
from services.core.errors import NotFound, NotPermitted
from services.core.events import announce
from services.core.policy import lock
from services.proposals import expression_policy as policy
from services.proposals.errors import TextNeeded
from services.proposals.exchange import needed
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import ExpressionStatus
from services.proposals.unsealing_tables import ThreadUnsealing

REASON_LIMIT = 2_000


async def unseal_thread(session: Writer, actor: Actor, expression_id: UUID, reason: str) -> UUID:
    """Open the thread of an expression of interest to the actor, to be read for an hour; return the unsealing's id.

    Both delegations are told at once, by notice and by mail, whatever they have chosen (``thread.unsealed``), and members
    see the act in the record. A draft has no thread, and nobody opens it.

    Raises:
        NotFound: no such thread; for others than the secretariat, or none that they may know of.
        NotPermitted: not a person of the secretariat.
        TextNeeded: no reason, or one that is too long.
        Invalid: it has a character that is no text.
    """
    if actor.role is not Role.SECRETARIAT:
        await lock(
            session,
            actor,
            ExpressionOfInterest,
            expression_id,
            policy.visible_to,
            policy.refusals_to_unseal,
            what="expression of interest",
            update=False,
        )
    if not actor.acts or actor.person_id is None:
        raise NotPermitted("An API token that only reads breaks no seal.")
    async with as_platform(session, actor):  # the secretariat cannot see it: that is what the seal is
        sent = sa.select(col(ExpressionOfInterest.id)).where(
            col(ExpressionOfInterest.id) == expression_id, col(ExpressionOfInterest.status) != ExpressionStatus.DRAFT
        )
        if (await session.execute(sent)).one_or_none() is None:
            raise NotFound("No such expression of interest.", path=("id",))
    said = needed(reason, "reason")
    if len(said) > REASON_LIMIT:
        raise TextNeeded(f"A reason has 1 to {REASON_LIMIT:,} characters.", path=("reason",))
    unsealing = ThreadUnsealing(expression_id=expression_id, person_id=actor.person_id, reason=said)
    session.add(unsealing)
    await session.flush()
    await record(session, actor, "thread.unsealed", "thread_unsealing", unsealing.id, reason=said)
    await announce(session, actor, "thread.unsealed", expression_id, reason=said)
    return unsealing.id
