"""index lists by days in a manner that row security allows, and proposals by status

Revision: 0025
Revises: 0024
"""

import sqlalchemy as sa

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# PostgreSQL takes no COALESCE for leakproof, so a comparison with one is no condition of an index; a CASE is.
LAST = "(CASE WHEN {0} IS NULL THEN DATE '2200-12-31' ELSE {0} END)"
BEFORE = "coalesce({0}, DATE '2200-12-31')"
LISTED = ("listed_at DESC", "id DESC")
OF_PROPOSAL = ("delegation_id", "status", "visibility", "side")
OF_EXPRESSION = ("sender_id", "receiver_id", "proposal_id", "status", "turn")
EXPRESSIONS = "expression_of_interest"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _by_day(LAST)
    _index("proposal", "status", ("status", *LISTED), ("delegation_id", "visibility", "side", "expires_on"))
    of_status = ("expires_on", "delegation_id", "visibility", "side")
    _index("proposal", "status_expiring", ("status", LAST.format("expires_on"), "id"), of_status)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_proposal_status_expiring", "proposal")
    op.drop_index("ix_proposal_status", "proposal")
    _by_day(BEFORE)


def _by_day(last: str) -> None:
    """Make the indexes in the order of days anew."""
    for table, name in (("proposal", "expiring"), ("proposal", "delegation_id_expiring"), ("lab", "next_due_on")):
        op.drop_index(f"ix_{table}_{name}", table)
    days = (last.format("expires_on"), "id")
    _index("proposal", "expiring", days, ("expires_on", *OF_PROPOSAL))
    _index("proposal", "delegation_id_expiring", ("delegation_id", *days), ("expires_on", *OF_PROPOSAL[1:]))
    _index("lab", "next_due_on", (last.format("next_due_on"), "id"), ("next_due_on", "parties", "visibility", "status"))
    for name in ("sender_id", "receiver_id"):
        op.drop_index(f"ix_{EXPRESSIONS}_{name}_deadline", EXPRESSIONS)
        others = [one for one in OF_EXPRESSION if one != name]
        _index(EXPRESSIONS, f"{name}_deadline", (name, last.format("turn_deadline"), "id"), ["turn_deadline", *others])


def _index(table: str, name: str, keys: tuple[str, ...], also: tuple[str, ...] | list[str]) -> None:
    op.create_index(f"ix_{table}_{name}", table, [sa.text(key) for key in keys], postgresql_include=list(also))
