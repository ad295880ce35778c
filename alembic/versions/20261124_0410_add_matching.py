"""add the weights of matching, and version 1 of them

Revision: 0005
Revises: 0003
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

# The weights the platform comes with; docs/decisions/0005-matching-first-form.md says why these.
FIRST = """
INSERT INTO matching_weights (id, created_at, updated_at, revision, version, weights, note, confirmed_at)
VALUES ('0193f0e1-7c4b-7d0e-8b1f-a0c3d2e4f501', now(), now(), 1, 1, '{
    "need": {"capacity_areas": 0.15, "sectors": 0.15, "sdg_targets": 0.10, "forms": 0.08,
             "text": 0.40, "working_languages": 0.05, "like_conditions": 0.07, "equity": 0.0},
    "offer": {"capacity_areas": 0.13, "sectors": 0.12, "sdg_targets": 0.08, "forms": 0.07,
              "text": 0.40, "working_languages": 0.05, "like_conditions": 0.05, "equity": 0.10},
    "floor": 0.5, "strong": 0.7, "good": 0.5
}', 'The weights the platform comes with.', now())
"""
WRITTEN = """
((select current_setting('gof.role', true)) = 'secretariat')
OR ((select current_setting('gof.role', true)) = 'system')
OR ((select current_setting('gof.role', true)) = 'focal_point' AND (select current_setting('gof.co_chair', true)) = '1')
"""
ROW_SECURITY = (
    "ALTER TABLE matching_weights ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE matching_weights FORCE ROW LEVEL SECURITY",
    "CREATE POLICY matching_weights_owner ON matching_weights TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY matching_weights_seen ON matching_weights FOR SELECT USING (true)",
    f"CREATE POLICY matching_weights_made ON matching_weights FOR INSERT WITH CHECK ({WRITTEN})",
    f"CREATE POLICY matching_weights_changed ON matching_weights FOR UPDATE USING (true) WITH CHECK ({WRITTEN})",
    "CREATE POLICY matching_weights_removed ON matching_weights FOR DELETE USING (false)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "matching_weights",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("weights", postgresql.JSONB(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("char_length(note) <= 2000", name=op.f("ck_matching_weights_note_length")),
        sa.CheckConstraint("version > 0", name=op.f("ck_matching_weights_version")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_matching_weights_author_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_matching_weights_confirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_weights")),
        sa.UniqueConstraint("version", name=op.f("uq_matching_weights_version")),
    )
    for statement in ROW_SECURITY:
        op.execute(statement)
    op.execute(FIRST)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("matching_weights")
