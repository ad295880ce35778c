"""slow those who guess; let an invitation tell nothing of who takes part elsewhere

Revision: 0023
Revises: 0022
"""

import sqlalchemy as sa

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PLATFORM = "(select current_setting('gof.role', true)) = 'system'"
TABLE = "tries"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        TABLE,
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("level >= 0", name=op.f("ck_tries_level_range")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tries")),
    )
    op.create_index(op.f("ix_tries_at"), TABLE, ["at"])
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {TABLE}_owner ON {TABLE} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY {TABLE}_seen ON {TABLE} FOR SELECT USING ({PLATFORM})")
    op.execute(f"CREATE POLICY {TABLE}_made ON {TABLE} FOR INSERT WITH CHECK ({PLATFORM})")
    op.execute(f"CREATE POLICY {TABLE}_changed ON {TABLE} FOR UPDATE USING ({PLATFORM}) WITH CHECK ({PLATFORM})")
    op.execute(f"CREATE POLICY {TABLE}_removed ON {TABLE} FOR DELETE USING ({PLATFORM})")
    op.drop_index("uq_person_email", "person")
    came = sa.text("left_at IS NULL AND invitation_hash IS NULL")
    op.create_index("uq_person_email", "person", ["email"], unique=True, postgresql_where=came)
    op.create_index(
        "uq_person_delegation_id_email",
        "person",
        ["delegation_id", "email"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("uq_person_delegation_id_email", "person")
    op.drop_index("uq_person_email", "person")
    op.create_index("uq_person_email", "person", ["email"], unique=True, postgresql_where=sa.text("left_at IS NULL"))
    op.drop_table(TABLE)
