"""Who may nominate focal points and confirm them: a delegation decides by itself who acts for it.

Its contributors and focal points nominate, a sitting focal point confirms. The secretariat invites the first one and is
told of the others.
"""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row, table_of, within
from services.membership.nomination_tables import Nomination
from services.membership.terms import NominationStatus

_NOMINATES = frozenset({Role.CONTRIBUTOR, Role.FOCAL_POINT})


def visible_nomination(viewer: Viewer, row: Row) -> Condition:
    """The nominations of one's delegation; all of them for the secretariat."""
    match viewer.role:
        case Role.PUBLIC:
            return sa.false()
        case Role.SECRETARIAT | Role.SYSTEM:
            return sa.true()
        case _:
            return row.delegation_id == viewer.delegation_id  # type: ignore[no-any-return]


def refusals_to_nominate(viewer: Viewer, row: Row) -> list[Refusal]:
    """People of a delegation nominate one of it, who has come and is no focal point yet; ``row`` is the person."""
    open_one = table_of(Nomination).alias()
    there = sa.select(open_one.c.id).where(open_one.c.person_id == row.id, open_one.c.status == NominationStatus.OPEN)
    return [
        not_permitted(
            viewer.role not in _NOMINATES or not viewer.actor.acts,
            "Only contributors and focal points of a delegation taking part nominate its focal points.",
        ),
        not_permitted(
            row.delegation_id.is_distinct_from(viewer.delegation_id), "This person is not of your delegation."
        ),
        *_cannot_become(row),
        Refusal("NOMINATION_THERE", within(row, there).exists(), "This person is nominated already."),
    ]


def refusals_to_close(viewer: Viewer, row: Row) -> list[Refusal]:
    """A sitting focal point of the delegation confirms or declines a nomination."""
    return [
        not_permitted(
            viewer.role is not Role.FOCAL_POINT or not viewer.actor.acts,
            "Only a focal point of the delegation, while it takes part, can confirm or decline.",
        ),
        not_permitted(row.delegation_id.is_distinct_from(viewer.delegation_id), "This is another delegation's matter."),
        Refusal("NOMINATION_CLOSED", row.status != NominationStatus.OPEN, "This nomination is not open any more."),
    ]


def refusals_to_succeed(viewer: Viewer, row: Row) -> list[Refusal]:
    """A focal point who leaves hands over to someone of the same delegation who has come; ``row`` is the successor."""
    return [
        not_permitted(
            viewer.role is not Role.FOCAL_POINT or not viewer.actor.acts,
            "Only a focal point of a delegation taking part can hand over.",
        ),
        not_permitted(
            row.delegation_id.is_distinct_from(viewer.delegation_id), "This person is not of your delegation."
        ),
        Refusal(
            "NOT_ANOTHER", row.id.is_not_distinct_from(viewer.person_id), "Hand over to someone else than yourself."
        ),
        *_cannot_become(row, focal_points=True),
    ]


def _cannot_become(row: Row, *, focal_points: bool = False) -> list[Refusal]:
    there = (
        [] if focal_points else [Refusal("FOCAL_POINT_ALREADY", row.role == Role.FOCAL_POINT, "They are one already.")]
    )
    return [
        Refusal("PERSON_LEFT", row.left_at.is_not(None), "This person has left already."),
        Refusal(
            "PERSON_NOT_COME", row.invitation_hash.is_not(None), "This person has not accepted the invitation yet."
        ),
        *there,
    ]
