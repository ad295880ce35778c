"""Who may see delegations and their standings, and why someone may not act on them (product.md, "Who may")."""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.read.shape import Condition, Row
from services.membership.terms import LISTED


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """The delegations on the public roster, one's own, and all of them for the secretariat."""
    return _seen(viewer, row.standing, row.id)


def visible_period(viewer: Viewer, row: Row) -> Condition:
    """The standings that the roster shows, one's own, and all of them for the secretariat."""
    return _seen(viewer, row.standing, row.delegation_id)


def _seen(viewer: Viewer, standing: sa.ColumnElement[object], delegation_id: sa.ColumnElement[object]) -> Condition:
    listed = standing.in_(sorted(LISTED))
    match viewer.role:
        case Role.PUBLIC:
            return listed
        case Role.SECRETARIAT | Role.SYSTEM:
            return sa.true()
        case _:
            return sa.or_(listed, delegation_id == viewer.delegation_id)
