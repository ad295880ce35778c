"""keep the settings of the Group, version by version

Revision: 0041
Revises: 0040
"""

import sqlalchemy as sa

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
CO_CHAIR = f"({ROLE} = 'focal_point' AND (select current_setting('gof.co_chair', true)) = '1')"
WRITTEN = (
    f"({ROLE} = 'secretariat' AND confirmed_at IS NULL) OR ({CO_CHAIR} AND confirmed_at IS NOT NULL)"
    f" OR ({ROLE} = 'system')"
)
FIRST = """
INSERT INTO group_settings (id, created_at, updated_at, revision, version, voices_needed, open_days, longest_open_days,
    note, confirmed_at)
VALUES ('0193f0e1-7c4b-7d0e-8b1f-a0c3d2e4f601', now(), now(), 1, 1, 'all', 365, 1095,
    'The settings the platform comes with.', now())
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "group_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "voices_needed",
            sa.Enum("all", "one", name="voices_needed", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("open_days", sa.Integer(), nullable=False),
        sa.Column("longest_open_days", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("ck_group_settings_version")),
        sa.CheckConstraint("char_length(note) BETWEEN 1 AND 2000", name=op.f("ck_group_settings_note_length")),
        sa.CheckConstraint(
            "open_days BETWEEN 30 AND longest_open_days AND longest_open_days <= 3650",
            name=op.f("ck_group_settings_days"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_group_settings_author_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_group_settings_confirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_settings")),
        sa.UniqueConstraint("version", name=op.f("uq_group_settings_version")),
    )
    op.execute("ALTER TABLE group_settings ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE group_settings FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY group_settings_owner ON group_settings TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute("CREATE POLICY group_settings_seen ON group_settings FOR SELECT USING (true)")
    op.execute(f"CREATE POLICY group_settings_made ON group_settings FOR INSERT WITH CHECK ({WRITTEN})")
    op.execute(f"CREATE POLICY group_settings_changed ON group_settings FOR UPDATE USING (true) WITH CHECK ({WRITTEN})")
    op.execute("CREATE POLICY group_settings_removed ON group_settings FOR DELETE USING (false)")
    op.execute(
        "CREATE TRIGGER group_settings_tells AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON group_settings "
        "FOR EACH STATEMENT EXECUTE FUNCTION public_changed()"
    )
    op.execute(FIRST)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("group_settings")
