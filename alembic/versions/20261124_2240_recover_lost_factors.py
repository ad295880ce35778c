"""recover lost second factors

Revision: 0035
Revises: 0034
"""

import sqlalchemy as sa

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
MINE = "person_id = (select nullif(current_setting('gof.person', true), '')::uuid)"
OWN = "delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)"
APPROVERS = f"({OWN} AND {ROLE} = 'focal_point') OR ({ROLE} = 'secretariat')"
CONCERNED = f"({MINE}) OR ({APPROVERS}) OR ({ROLE} = 'system')"
STATUSES = ("waiting", "approved", "completed", "refused", "cancelled", "expired")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "recovery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="recovery_status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("first_approver_id", sa.Uuid(), nullable=True),
        sa.Column("second_approver_id", sa.Uuid(), nullable=True),
        sa.Column("by_focal_point", sa.Boolean(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("char_length(reason) <= 500", name=op.f("ck_recovery_reason_length")),
        sa.CheckConstraint(
            "first_approver_id <> person_id AND second_approver_id <> person_id", name=op.f("ck_recovery_not_one_s_own")
        ),
        sa.CheckConstraint("first_approver_id <> second_approver_id", name=op.f("ck_recovery_two_people")),
        sa.CheckConstraint(
            "second_approver_id IS NULL OR first_approver_id IS NOT NULL", name=op.f("ck_recovery_one_after_the_other")
        ),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'completed') OR second_approver_id IS NOT NULL",
            name=op.f("ck_recovery_approved_by_two"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_person_id")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_recovery_delegation_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["person.id"], name=op.f("fk_recovery_requested_by_id")),
        sa.ForeignKeyConstraint(["first_approver_id"], ["person.id"], name=op.f("fk_recovery_first_approver_id")),
        sa.ForeignKeyConstraint(["second_approver_id"], ["person.id"], name=op.f("fk_recovery_second_approver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
    )
    op.create_index(op.f("ix_recovery_person_id"), "recovery", ["person_id"])
    op.create_index(op.f("ix_recovery_delegation_id"), "recovery", ["delegation_id"])
    op.create_index("ix_recovery_created_at", "recovery", [sa.text("created_at DESC"), sa.text("id DESC")])
    op.create_index(
        "uq_recovery_open",
        "recovery",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('waiting', 'approved')"),
    )
    op.execute("ALTER TABLE recovery ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE recovery FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY recovery_owner ON recovery TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY recovery_seen ON recovery FOR SELECT USING ({CONCERNED})")
    op.execute(f"CREATE POLICY recovery_made ON recovery FOR INSERT WITH CHECK ({CONCERNED})")
    op.execute(f"CREATE POLICY recovery_changed ON recovery FOR UPDATE USING ({CONCERNED}) WITH CHECK ({CONCERNED})")
    op.execute("CREATE POLICY recovery_removed ON recovery FOR DELETE USING (false)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("recovery")
