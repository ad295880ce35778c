"""What parties say about their part in a planned lab: one voice each, and nobody signs for another."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import Actor
from services.core.db import Writer
from services.core.table import today
from services.labs import policy, rules
from services.labs.acts import hold_part, keep_and_announce
from services.labs.founding import derive_modality
from services.labs.tables import Lab, LabParty
from services.labs.terms import ContributionStatus, LabPartyStatus
from services.labs.work_tables import LabContribution
from services.proposals.commands import a_reason

KIND = "lab_party"


async def confirm_party(session: Writer, actor: Actor, party_id: UUID) -> UUID:
    """Confirm the part of one's own delegation, or of an organisation that it sponsors, under the terms as they are.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_confirm``.
    """
    party = await hold_part(session, actor, LabParty, party_id, policy.refusals_to_confirm, what="party")
    party.status = rules.step_party(party.status, LabPartyStatus.CONFIRMED)
    party.confirmed_on, party.reason = today(), ""
    return await _answer(session, actor, party, "lab.party_confirmed")


async def decline_party(session: Writer, actor: Actor, party_id: UUID, reason: str) -> UUID:
    """Decline a part, with a reason that the other parties are told; what it pledged is withdrawn.

    Raises:
        NotFound, NotPermitted, Conflict: see ``policy.refusals_to_decline``.
        ReasonNeeded: no reason, or one that is too long.
    """
    party = await hold_part(session, actor, LabParty, party_id, policy.refusals_to_decline, what="party")
    party.reason = a_reason(reason)
    party.status = rules.step_party(party.status, LabPartyStatus.DECLINED)
    given = sa.select(LabContribution).where(
        col(LabContribution.party_id) == party.id,
        col(LabContribution.status).in_(rules.sources(rules.CONTRIBUTION_STEPS, ContributionStatus.WITHDRAWN)),
    )
    for one in (await session.execute(given)).scalars():
        one.status, one.withdrawn_on = ContributionStatus.WITHDRAWN, today()
    return await _answer(session, actor, party, "lab.party_declined", reason=party.reason)


async def _answer(session: Writer, actor: Actor, party: LabParty, act: str, **facts: str) -> UUID:
    party.revision += 1
    await session.flush()
    await derive_modality(session, await session.get_one(Lab, party.lab_id))
    return await keep_and_announce(session, actor, act, party.lab_id, KIND, party.id, **facts)
