"""nominate focal points on a note verbale

Revision: 0039
Revises: 0038
"""

import sqlalchemy as sa

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
MINE = "delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)"
SEEN = f"({MINE}) OR ({ROLE} = 'secretariat') OR ({ROLE} = 'system')"
WRITTEN = (
    f"({MINE} AND {ROLE} = 'focal_point') OR ({MINE} AND {ROLE} = 'contributor' AND status = 'open')"
    f" OR ({ROLE} = 'system')"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "nomination",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "confirmed",
                "declined",
                name="nomination_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("nominated_by", sa.Uuid(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_nomination_closed")),
        sa.CheckConstraint("status <> 'declined' OR reason <> ''", name=op.f("ck_nomination_reason")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_nomination_delegation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_nomination_person_id")),
        sa.ForeignKeyConstraint(["nominated_by"], ["person.id"], name=op.f("fk_nomination_nominated_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_nomination_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
    )
    newest = [sa.text("created_at DESC"), sa.text("id DESC")]
    open_only = sa.text("status = 'open'")
    op.create_index("uq_nomination_open", "nomination", ["person_id"], unique=True, postgresql_where=open_only)
    op.create_index("ix_nomination_delegation_id", "nomination", ["delegation_id", *newest])
    op.create_index("ix_nomination_created_at", "nomination", newest)
    op.execute("ALTER TABLE nomination ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE nomination FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY nomination_owner ON nomination TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY nomination_seen ON nomination FOR SELECT USING ({SEEN})")
    op.execute(f"CREATE POLICY nomination_made ON nomination FOR INSERT WITH CHECK ({WRITTEN})")
    op.execute(f"CREATE POLICY nomination_changed ON nomination FOR UPDATE USING ({SEEN}) WITH CHECK ({WRITTEN})")
    op.execute("CREATE POLICY nomination_removed ON nomination FOR DELETE USING (false)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("nomination")
