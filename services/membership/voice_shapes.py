"""What can be read of the co-chairs' voices on a proposal to change a standing."""

import sqlalchemy as sa

from services.core.names import name_place
from services.core.read.shape import Condition, Many, One, Row, Shape, extend, table_of, within
from services.membership import policy
from services.membership.shapes import DELEGATION, STANDING_PROPOSAL
from services.membership.tables import StandingVoice
from services.membership.terms import Standing, StandingProposalStatus


def _awaited(row: Row, delegation: Row) -> Condition:
    """Whether ``delegation`` is a co-chair that could still speak on the proposal ``row``."""
    voice = table_of(StandingVoice).alias()
    spoken = sa.select(voice.c.id).where(voice.c.proposal_id == row.id, voice.c.delegation_id == delegation.id)
    return sa.and_(
        row.status == StandingProposalStatus.OPEN,
        delegation.standing == Standing.CO_CHAIR,
        delegation.id != row.delegation_id,
        ~within(row, within(delegation, spoken)).exists(),
    )


STANDING_VOICE = Shape.of(
    "StandingVoice",
    StandingVoice,
    policy.visible_voice,
    {
        "delegation": One(lambda: DELEGATION, on=lambda row, delegation: delegation.id == row.delegation_id),
        "accepts": StandingVoice.accepts,
        "reason": StandingVoice.reason,
        "createdAt": StandingVoice.created_at,
    },
)
extend(
    STANDING_PROPOSAL,
    {
        "voices": Many(
            lambda: STANDING_VOICE,
            on=lambda row, voice: voice.proposal_id == row.id,
            order=lambda voice, _: [voice.created_at, voice.id],
        ),
        "awaited": Many(lambda: DELEGATION, on=_awaited, order=lambda row, ask: [name_place(row, ask), row.id]),
    },
)
