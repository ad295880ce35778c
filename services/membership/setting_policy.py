"""Who may set what the Group has agreed on for all: the secretariat proposes, a co-chair confirms, everyone reads."""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row
from services.membership.policy import is_co_chair


def visible_settings(_: Viewer, __: Row) -> Condition:
    """Everyone sees by which settings the Group works."""
    return sa.true()


def may_propose(viewer: Viewer) -> bool:
    """The secretariat proposes settings."""
    return viewer.role is Role.SECRETARIAT and viewer.actor.acts


def refusals_to_confirm(viewer: Viewer, row: Row) -> list[Refusal]:
    """A co-chair's focal point confirms settings that the secretariat proposed."""
    return [
        not_permitted(
            not is_co_chair(viewer) or not viewer.actor.acts,
            "Only a focal point of a co-chairing state can confirm settings.",
        ),
        Refusal("SETTINGS_CONFIRMED", row.confirmed_at.is_not(None), "These settings are confirmed already."),
    ]
