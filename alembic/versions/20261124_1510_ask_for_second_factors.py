"""ask for second factors

Revision: 0028
Revises: 0027
"""

import sqlalchemy as sa

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

PLATFORM = "(select current_setting('gof.role', true)) = 'system'"
MINE = f"(person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ({PLATFORM})"
SEEN = {"authenticator": MINE, "recovery_code": MINE, "sign_in_ticket": PLATFORM}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("person", sa.Column("second_factor_due_at", sa.DateTime(timezone=True), nullable=True))
    # who has acted without one so far may go on for as long as who comes now
    op.execute(
        "UPDATE person SET second_factor_due_at = now() + interval '14 days' "
        "WHERE role IN ('focal_point', 'secretariat') AND left_at IS NULL AND invitation_hash IS NULL"
    )
    op.create_table(
        "authenticator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_authenticator_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator")),
        sa.UniqueConstraint("person_id", name=op.f("uq_authenticator_person_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"])
    op.create_table(
        "sign_in_ticket",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_ticket_person_id")),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_sign_in_ticket")),
    )
    op.create_index(op.f("ix_sign_in_ticket_person_id"), "sign_in_ticket", ["person_id"])
    op.create_index(op.f("ix_sign_in_ticket_expires_at"), "sign_in_ticket", ["expires_at"])
    for table, seen in SEEN.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({seen})")
        op.execute(f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({PLATFORM})")
        op.execute(f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({seen}) WITH CHECK ({PLATFORM})")
        op.execute(f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({PLATFORM})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in SEEN:
        op.drop_table(table)
    op.drop_column("person", "second_factor_due_at")
