"""add long work: imports that people ask for, what they bring, and which rows were refused

Revision: 0018
Revises: 0017
"""

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

PLATFORM = "(select current_setting('gof.role', true)) = 'system'"
MINE = f"(person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ({PLATFORM})"
REMOVED = {"work": PLATFORM, "work_content": MINE, "work_refusal": PLATFORM}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "work",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "proposals", "practices", name="exchange_kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "format",
            sa.Enum("jsonl", "csv", "xlsx", name="format", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("skip_bad", sa.Boolean(), nullable=False),
        sa.Column("as_drafts", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "refused",
                "failed",
                "interrupted",
                name="work_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_stop_asked", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=True),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused_rows", sa.Integer(), nullable=False),
        sa.CheckConstraint("(claim IS NOT NULL) = (state = 'running')", name=op.f("ck_work_claimed")),
        sa.CheckConstraint("(ended_at IS NULL) = (state IN ('waiting', 'running'))", name=op.f("ck_work_ended")),
        sa.CheckConstraint("state <> 'failed' OR reason <> ''", name=op.f("ck_work_reason")),
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR total >= 0)", name=op.f("ck_work_progress")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_work_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
    )
    op.create_index(
        "ix_work_live", "work", ["seen_at"], unique=False, postgresql_where=sa.text("state IN ('waiting', 'running')")
    )
    op.create_index(
        "ix_work_person_id",
        "work",
        ["person_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "work_content",
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_work_content_work_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_work_content")),
    )
    op.create_table(
        "work_refusal",
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cell", sa.String(), nullable=True),
        sa.Column("column", sa.String(), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_work_refusal_work_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("work_id", "number", name=op.f("pk_work_refusal")),
    )
    for table, removed in REMOVED.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({MINE})")
        op.execute(f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({MINE})")
        op.execute(f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({MINE}) WITH CHECK ({MINE})")
        op.execute(f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({removed})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("work_refusal")
    op.drop_table("work_content")
    op.drop_index("ix_work_person_id", table_name="work")
    op.drop_index("ix_work_live", table_name="work", postgresql_where=sa.text("state IN ('waiting', 'running')"))
    op.drop_table("work")
