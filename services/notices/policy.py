"""Who may see notices: the person told, and nobody else."""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.read.shape import Condition, Row


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """One's own notices, whatever the standing of one's delegation."""
    return sa.true() if viewer.role is Role.SYSTEM else row.person_id == viewer.person_id
