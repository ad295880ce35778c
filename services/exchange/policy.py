"""Who may see long work, and why someone may not stop it."""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.policy import Refusal
from services.core.read.shape import Condition, Row
from services.exchange.terms import LIVE


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """One's own work, whatever the standing of one's delegation by now."""
    return sa.true() if viewer.role is Role.SYSTEM else row.person_id == viewer.person_id


def refusals_to_stop(_viewer: Viewer, row: Row) -> list[Refusal]:
    """Who sees it may stop it, while it is under way."""
    return [Refusal("WORK_ENDED", row.state.not_in(LIVE), "This work has ended already.")]
