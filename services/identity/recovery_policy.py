"""Who may ask for the recovery of a lost second factor, agree to it, refuse it, or call it off."""

import sqlalchemy as sa

from services.core.actor import Role, Scope, Viewer
from services.core.policy import Refusal, not_permitted
from services.core.read.shape import Condition, Row, table_of, within
from services.identity import rules
from services.identity.tables import HOME, Person
from services.identity.terms import OPEN, RecoveryStatus


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """The person whose it is, the focal points of the delegation, and the secretariat."""
    match viewer.role:
        case Role.PUBLIC:
            return sa.false()
        case Role.SECRETARIAT | Role.SYSTEM:
            return sa.true()
        case Role.FOCAL_POINT:
            return sa.or_(row.person_id == viewer.person_id, row.delegation_id == viewer.delegation_id)
        case _:
            return row.person_id == viewer.person_id  # type: ignore[no-any-return]


def refusals_to_request_for(viewer: Viewer, row: Row) -> list[Refusal]:
    """For another (a row of ``person``): a focal point for the own delegation's people, the secretariat for anyone."""
    other = False if viewer.role is Role.SECRETARIAT else row.delegation_id.is_distinct_from(viewer.delegation_id)
    return [
        _approver(viewer),
        not_permitted(other, "This person is not of your delegation."),
        not_permitted(row.id == viewer.person_id, "You cannot ask for yourself while you are signed in."),
        Refusal("PERSON_LEFT", row.left_at.is_not(None), "This person has left already."),
        Refusal("PERSON_INVITED", row.invitation_hash.is_not(None), "This person has not come yet."),
    ]


def refusals_to_approve(viewer: Viewer, row: Row) -> list[Refusal]:
    """Two different people, neither for themselves; one of them a focal point where the delegation has another."""
    mine = viewer.role is Role.SECRETARIAT
    last = sa.and_(row.first_approver_id.is_not(None), ~row.by_focal_point, _has_other_focal_point(row))
    return [
        _approver(viewer),
        not_permitted(row.person_id == viewer.person_id, "Nobody agrees to the recovery of their own second factor."),
        _over(row, RecoveryStatus.WAITING),
        Refusal(
            "APPROVED_ALREADY",
            sa.func.coalesce(row.first_approver_id == viewer.person_id, sa.false()),
            "You have agreed already: a second person must.",
        ),
        Refusal(
            "FOCAL_POINT_MUST_APPROVE",
            last if mine else sa.false(),
            "One of the two must be a focal point of the delegation, which has another.",
        ),
    ]


def refusals_to_refuse(viewer: Viewer, row: Row) -> list[Refusal]:
    """Whoever could agree can also refuse, even after both agreed."""
    return [
        _approver(viewer),
        not_permitted(row.person_id == viewer.person_id, "This is your own: call it off instead."),
        _over(row, *OPEN),
    ]


def refusals_to_cancel(viewer: Viewer, row: Row) -> list[Refusal]:
    """The person whose it is calls it off, with or without a second factor."""
    return [
        not_permitted(Scope.WRITE not in viewer.actor.scopes, "This API token may only read."),
        not_permitted(row.person_id.is_distinct_from(viewer.person_id), "Only the person whose it is calls it off."),
        _over(row, *OPEN),
    ]


def _approver(viewer: Viewer) -> Refusal:
    agrees = viewer.role in {Role.FOCAL_POINT, Role.SECRETARIAT} and viewer.actor.acts
    return not_permitted(not agrees, "Only focal points of a delegation taking part, and the secretariat, can do this.")


def _over(row: Row, *statuses: RecoveryStatus) -> Refusal:
    over = sa.or_(row.status.not_in(statuses), row.expires_at <= sa.func.now())
    return Refusal("RECOVERY_OVER", over, "This recovery waits for nothing more: it has ended, or both have agreed.")


def _has_other_focal_point(row: Row) -> Condition:
    """One who could agree: those of a delegation that takes no part just now, as where it is suspended, cannot."""
    one = table_of(Person).alias()
    home = sa.and_(HOME.c.id == one.c.delegation_id, HOME.c.standing.in_(sorted(rules.TAKES_PART)))
    others = (
        sa.select(one.c.id)
        .join(HOME, home)
        .where(
            one.c.delegation_id == row.delegation_id,
            one.c.id != row.person_id,
            one.c.role == Role.FOCAL_POINT,
            one.c.left_at.is_(None),
            one.c.invitation_hash.is_(None),
        )
    )
    return within(row, others).exists()
