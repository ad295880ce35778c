"""count the voices of co-chairs, and let invited delegations answer

Revision: 0037
Revises: 0036
"""

import sqlalchemy as sa

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
MINE = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
PLATFORM = f"{ROLE} = 'system'"
SECRETARIAT = f"{ROLE} = 'secretariat'"
FOCAL_POINT = f"{ROLE} = 'focal_point'"
CO_CHAIR = f"({FOCAL_POINT} AND (select current_setting('gof.co_chair', true)) = '1')"
RECORDED = f"{SECRETARIAT} AND standing IN ('invited', 'applicant')"
BEFORE, AFTER = "standing = 'withdrawn'", "standing IN ('applicant', 'declined', 'withdrawn')"
KEYS = {"delegation": "id", "standing_period": "delegation_id"}
VOICES_SEEN = f"(about_id = {MINE}) OR ({SECRETARIAT}) OR ({CO_CHAIR}) OR ({PLATFORM})"
VOICES_WRITTEN = f"({CO_CHAIR} AND delegation_id = {MINE} AND about_id <> {MINE}) OR ({PLATFORM})"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "standing_voice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("accepts", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("accepts OR reason <> ''", name=op.f("ck_standing_voice_reason")),
        sa.ForeignKeyConstraint(["proposal_id"], ["standing_proposal.id"], name=op.f("fk_standing_voice_proposal_id")),
        sa.ForeignKeyConstraint(["about_id"], ["delegation.id"], name=op.f("fk_standing_voice_about_id")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_standing_voice_delegation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_standing_voice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_voice")),
        sa.UniqueConstraint("proposal_id", "delegation_id", name=op.f("uq_standing_voice_proposal_id_delegation_id")),
    )
    # what was decided so far was decided by one co-chair
    op.execute(
        "INSERT INTO standing_voice (id, created_at, updated_at, revision, proposal_id, about_id, delegation_id,"
        " person_id, accepts, reason) SELECT gen_random_uuid(), closed_at, closed_at, 1, id, delegation_id,"
        " decided_by_delegation, decided_by, status = 'accepted', reason FROM standing_proposal"
        " WHERE decided_by_delegation IS NOT NULL AND status IN ('accepted', 'rejected')"
    )
    op.execute("ALTER TABLE standing_voice ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE standing_voice FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY standing_voice_owner ON standing_voice TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute("CREATE POLICY standing_voice_removed ON standing_voice FOR DELETE USING (false)")
    op.execute(f"CREATE POLICY standing_voice_seen ON standing_voice FOR SELECT USING ({VOICES_SEEN})")
    _write("standing_voice", VOICES_SEEN, VOICES_WRITTEN)
    _let_write(AFTER)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _let_write(BEFORE)
    op.drop_table("standing_voice")


def _let_write(by_itself: str) -> None:
    """Say which standings a delegation may give itself."""
    for table, key in KEYS.items():
        written = (
            f"({RECORDED}) OR ({CO_CHAIR} AND {key} <> {MINE})"
            f" OR ({key} = {MINE} AND {FOCAL_POINT} AND {by_itself}) OR ({PLATFORM})"
        )
        listed = "standing IN ('member', 'co_chair', 'observer', 'suspended', 'withdrawn')"
        audience = "(select nullif(current_setting('gof.audience', true), ''))"
        shown = (
            f"({listed} OR took_part_as IS NOT NULL) AND {audience} IS NOT NULL"
            if table == "delegation"
            else f"{listed} AND {audience} IS NOT NULL"
        )
        seen = f"({shown}) OR ({key} = {MINE}) OR ({SECRETARIAT}) OR ({CO_CHAIR}) OR ({PLATFORM})"
        for name in ("made", "changed"):
            op.execute(f"DROP POLICY {table}_{name} ON {table}")
        _write(table, seen, written)


def _write(table: str, seen: str, written: str) -> None:
    op.execute(f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({written})")
    op.execute(f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({seen}) WITH CHECK ({written})")
