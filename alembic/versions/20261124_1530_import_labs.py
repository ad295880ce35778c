"""let long work bring labs

Revision: 0029
Revises: 0028
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

NAME = "ck_work_exchange_kind"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow("proposals", "practices", "experience", "labs")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM work WHERE kind = 'labs'")
    _allow("proposals", "practices", "experience")


def _allow(*kinds: str) -> None:
    op.drop_constraint(op.f(NAME), "work", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f(NAME), "work", f"kind IN ({listed})")
