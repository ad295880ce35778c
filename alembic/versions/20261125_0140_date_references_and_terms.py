"""date what standings rest on, and let a co-chair's term begin later

Revision: 0044
Revises: 0043
"""

import sqlalchemy as sa

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

DATED = ("standing_period", "standing_proposal", "nomination")
STATUS = "ck_standing_proposal_standing_proposal_status"
ROLE = "(select current_setting('gof.role', true))"
MINE = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
CO_CHAIR = f"({ROLE} = 'focal_point' AND (select current_setting('gof.co_chair', true)) = '1')"
WRITTEN = (
    f"({ROLE} = 'secretariat' AND status = 'open') OR ({CO_CHAIR} AND delegation_id <> {MINE} AND %s)"
    f" OR (delegation_id = {MINE} AND {ROLE} = 'focal_point' AND status = 'lapsed') OR ({ROLE} = 'system')"
)
STATUSES = "('open', 'agreed', 'accepted', 'rejected', 'lapsed')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in DATED:
        op.add_column(table, sa.Column("reference_on", sa.Date(), nullable=True))
    op.add_column("standing_proposal", sa.Column("since", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_standing_proposal_dates_in_order"), "standing_proposal", "since IS NULL OR since < until"
    )
    op.drop_constraint(op.f(STATUS), "standing_proposal")
    op.create_check_constraint(op.f(STATUS), "standing_proposal", f"status IN {STATUSES}")
    op.create_check_constraint(
        op.f("ck_standing_proposal_agreed"), "standing_proposal", "status <> 'agreed' OR since IS NOT NULL"
    )
    _let_write(WRITTEN % "status <> 'open'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _let_write(WRITTEN % "status IN ('accepted', 'rejected')")
    op.execute("UPDATE standing_proposal SET status = 'lapsed' WHERE status = 'agreed'")
    for name in ("agreed", "dates_in_order"):
        op.drop_constraint(op.f(f"ck_standing_proposal_{name}"), "standing_proposal")
    op.drop_constraint(op.f(STATUS), "standing_proposal")
    former = STATUSES.replace("'agreed', ", "")
    op.create_check_constraint(op.f(STATUS), "standing_proposal", f"status IN {former}")
    op.drop_column("standing_proposal", "since")
    for table in DATED:
        op.drop_column(table, "reference_on")


def _let_write(written: str) -> None:
    for name in ("made", "changed"):
        op.execute(f"ALTER POLICY standing_proposal_{name} ON standing_proposal WITH CHECK ({written})")
