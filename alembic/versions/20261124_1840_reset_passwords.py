"""let people set another password by a mail

Revision: 0031
Revises: 0030
"""

import sqlalchemy as sa

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("person", sa.Column("reset_hash", sa.LargeBinary(), nullable=True))
    op.add_column("person", sa.Column("reset_expires_at", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_person_reset_hash"), "person", ["reset_hash"])
    op.create_check_constraint(
        op.f("ck_person_reset_whole"), "person", "(reset_hash IS NULL) = (reset_expires_at IS NULL)"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("person", "reset_expires_at")
    op.drop_column("person", "reset_hash")
