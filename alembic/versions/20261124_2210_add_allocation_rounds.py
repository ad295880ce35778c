"""add allocation rounds

Revision: 0033
Revises: 0032
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


ROLE = "(select current_setting('gof.role', true))"
DELEGATION = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
MEMBERS = "(select nullif(current_setting('gof.audience', true), '')) = 'members'"
PLATFORM = f"{ROLE} = 'system'"
CO_CHAIR = f"({ROLE} = 'focal_point' AND (select current_setting('gof.co_chair', true)) = '1')"
STAFF = f"({ROLE} = 'secretariat') OR ({CO_CHAIR}) OR ({PLATFORM})"
PARTIES = f"shown AND (need_delegation_id = {DELEGATION} OR offer_delegation_id = {DELEGATION})"
POLICIES = {
    "allocation_round": (f"({STAFF}) OR (status = 'confirmed' AND {MEMBERS})", STAFF),
    "allocation_computation": (f"({STAFF}) OR (shown AND {MEMBERS})", STAFF),
    "allocation_input": (STAFF, PLATFORM),
    "allocation": (f"({STAFF}) OR ({PARTIES})", f"({PLATFORM}) OR ({PARTIES})"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "allocation_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "computed",
                "confirmed",
                "discarded",
                name="round_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("selection", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weights_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("computation_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("discard_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(confirmed_at IS NOT NULL) = (status = 'confirmed')", name=op.f("ck_allocation_round_confirmed_at")
        ),
        sa.CheckConstraint(
            "status NOT IN ('computed', 'confirmed') OR computation_id IS NOT NULL",
            name=op.f("ck_allocation_round_computed_by_one"),
        ),
        sa.CheckConstraint("char_length(note) <= 2000", name=op.f("ck_allocation_round_note_length")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_allocation_round_title_length")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_allocation_round_author_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_allocation_round_confirmed_by_id")),
        sa.ForeignKeyConstraint(["weights_id"], ["matching_weights.id"], name=op.f("fk_allocation_round_weights_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_round")),
    )
    op.create_index(
        "ix_allocation_round_created_at",
        "allocation_round",
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["status"],
    )
    op.create_table(
        "allocation_computation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("is_preview", sa.Boolean(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weights_id", sa.Uuid(), nullable=True),
        sa.Column("weights_version", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                "interrupted",
                name="computation_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "scoring",
                "floors",
                "solving",
                "checking",
                "certifying",
                name="computation_stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_stop_asked", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("certificate", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("input_hash", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(claim IS NOT NULL) = (state = 'running')", name=op.f("ck_allocation_computation_claimed")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state IN ('waiting', 'running'))", name=op.f("ck_allocation_computation_ended")
        ),
        sa.CheckConstraint(
            "state <> 'done' OR certificate IS NOT NULL AND input_hash IS NOT NULL",
            name=op.f("ck_allocation_computation_whole"),
        ),
        sa.CheckConstraint("state <> 'failed' OR reason <> ''", name=op.f("ck_allocation_computation_reason")),
        sa.CheckConstraint(
            "done >= 0 AND (total IS NULL OR total >= 0)", name=op.f("ck_allocation_computation_progress")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_allocation_computation_asked_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["allocation_round.id"], name=op.f("fk_allocation_computation_round_id")),
        sa.ForeignKeyConstraint(
            ["weights_id"], ["matching_weights.id"], name=op.f("fk_allocation_computation_weights_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_computation")),
    )
    op.create_index(
        "ix_allocation_computation_live",
        "allocation_computation",
        ["seen_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_index(
        "ix_allocation_computation_round_id",
        "allocation_computation",
        ["round_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["shown"],
    )
    op.create_table(
        "allocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("computation_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("need_delegation_id", sa.Uuid(), nullable=False),
        sa.Column("offer_delegation_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "solved", "handed_on", name="allocation_origin", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "need_answer",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                name="need_answer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "offer_answer",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                name="offer_answer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(reason) <= 2000", name=op.f("ck_allocation_reason_length")),
        sa.CheckConstraint("need_delegation_id <> offer_delegation_id", name=op.f("ck_allocation_two_delegations")),
        sa.CheckConstraint("value BETWEEN 1 AND 1000000", name=op.f("ck_allocation_value")),
        sa.ForeignKeyConstraint(
            ["computation_id"], ["allocation_computation.id"], name=op.f("fk_allocation_computation_id")
        ),
        sa.ForeignKeyConstraint(
            ["need_delegation_id"], ["delegation.id"], name=op.f("fk_allocation_need_delegation_id")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["proposal.id"], name=op.f("fk_allocation_need_id")),
        sa.ForeignKeyConstraint(
            ["offer_delegation_id"], ["delegation.id"], name=op.f("fk_allocation_offer_delegation_id")
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["proposal.id"], name=op.f("fk_allocation_offer_id")),
        sa.ForeignKeyConstraint(["round_id"], ["allocation_round.id"], name=op.f("fk_allocation_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint(
            "computation_id", "need_id", "offer_id", name=op.f("uq_allocation_computation_id_need_id_offer_id")
        ),
    )
    op.create_index(
        "ix_allocation_computation_id",
        "allocation",
        ["computation_id", sa.literal_column("value DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["shown", "need_delegation_id", "offer_delegation_id"],
    )
    op.create_index(
        "ix_allocation_need_delegation_id",
        "allocation",
        ["need_delegation_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["shown"],
    )
    op.create_index(
        "ix_allocation_offer_delegation_id",
        "allocation",
        ["offer_delegation_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["shown"],
    )
    op.create_table(
        "allocation_input",
        sa.Column("computation_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["computation_id"],
            ["allocation_computation.id"],
            name=op.f("fk_allocation_input_computation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("computation_id", name=op.f("pk_allocation_input")),
    )
    for side in ("need", "offer"):
        op.create_index(f"ix_allocation_{side}_id", "allocation", [f"{side}_id"], unique=False)
    op.create_index(
        "ix_allocation_round_id",
        "allocation",
        ["round_id"],
        unique=False,
        postgresql_where=sa.text("shown AND told_at IS NULL"),
    )
    for table, (seen, written) in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({seen})")
        op.execute(f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({written})")
        op.execute(f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({seen}) WITH CHECK ({written})")
        op.execute(f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING (false)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("allocation_input", "allocation", "allocation_computation", "allocation_round"):
        op.drop_table(table)
