"""Who may sponsor organisations: a focal point for its own delegation. Everyone sees who sponsors whom."""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row


def visible_organisation(_: Viewer, __: Row) -> Condition:
    """Everyone sees who takes part through whom."""
    return sa.true()


def may_sponsor(viewer: Viewer) -> bool:
    """A focal point of a delegation taking part sponsors for it."""
    return viewer.role is Role.FOCAL_POINT and viewer.actor.acts


def refusals_to_end_sponsorship(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point ends what its own delegation sponsors."""
    return [
        not_permitted(
            row.delegation_id.is_distinct_from(viewer.delegation_id),
            "Only the delegation that sponsors an organisation can end that.",
        ),
        not_permitted(not may_sponsor(viewer), "Only a focal point of a delegation taking part can end a sponsorship."),
        Refusal("SPONSORSHIP_ENDED", row.sponsored_until.is_not(None), "This organisation is sponsored no more."),
    ]
