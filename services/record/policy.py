"""Who may see the leaves of the record (product.md, "Who may"); heads, hashes and proofs are everyone's."""

import sqlalchemy as sa

from services.core.actor import Role, Viewer
from services.core.read.shape import Condition, Row, Way


def visible_to(viewer: Viewer, row: Row) -> Condition:
    """Those of one's own delegation, and for members what the secretariat does; the secretariat sees its own acts
    and the platform's."""
    return sa.or_(*(way.condition for way in ways(viewer, row)))


def ways(viewer: Viewer, row: Row) -> list[Way]:
    """The same in parts, each by its index."""
    match viewer.role:
        case Role.PUBLIC:
            return [Way(sa.false())]
        case Role.SYSTEM:
            return [Way(sa.true())]
        case Role.SECRETARIAT:
            return [Way(row.role == Role.SECRETARIAT), Way(row.role == Role.SYSTEM)]
        case _:
            administrative = [Way(row.role == Role.SECRETARIAT)] if viewer.actor.reads_members else []
            return [Way(row.delegation_id == viewer.delegation_id), *administrative]
