"""Who may have a person erased: the person, with time to take it back; of those who left, also who looks after them."""

import sqlalchemy as sa

from services.core.actor import Role, Scope, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row
from services.identity.policy import last_focal_point


def refusals_to_ask(viewer: Viewer, row: Row) -> list[Refusal]:
    """A person asks for themselves, whatever the standing of their delegation, which keeps a focal point."""
    return [
        *_oneself(viewer, row),
        Refusal("ERASURE_ASKED", row.erase_at.is_not(None), "You have asked for this already."),
        last_focal_point(row),
    ]


def refusals_to_cancel(viewer: Viewer, row: Row) -> list[Refusal]:
    """A person takes back what was asked for them."""
    return _oneself(viewer, row)


def refusals_to_erase(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point has people of its delegation erased who have left, and the secretariat anyone who has."""
    focal_point = viewer.role is Role.FOCAL_POINT
    other = row.delegation_id.is_distinct_from(viewer.delegation_id) if focal_point else False
    return [
        not_permitted(
            viewer.role not in {Role.FOCAL_POINT, Role.SECRETARIAT} or not viewer.actor.acts,
            "Only a focal point of the delegation, while it takes part, and the secretariat can have someone erased.",
        ),
        not_permitted(other, "This person is not of your delegation."),
        Refusal("PERSON_THERE", row.left_at.is_(None), "Only who has left is erased; others ask for it themselves."),
        Refusal("PERSON_ERASED", _is_erased(row), "This person is erased already."),
    ]


def _oneself(viewer: Viewer, row: Row) -> list[Refusal]:
    return [
        not_permitted(Scope.WRITE not in viewer.actor.scopes, "This API token may only read."),
        not_permitted(row.id.is_distinct_from(viewer.person_id), "A person asks for this themselves."),
        Refusal("PERSON_LEFT", row.left_at.is_not(None), "You have left already."),
    ]


def _is_erased(row: Row) -> Condition:
    return sa.and_(row.erased_at.is_not(None), row.left_at.is_not(None))
