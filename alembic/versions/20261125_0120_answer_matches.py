"""let delegations answer matches, and be told of new ones

Revision: 0043
Revises: 0042
"""

import sqlalchemy as sa

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
MINE = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
OWN = f"(delegation_id = {MINE}) OR ({ROLE} = 'system')"
TOLD = "answer IN ('accepted', 'declined')"
POLICIES = {
    "match_answer": f"(delegation_id = {MINE}) OR (other_delegation_id = {MINE} AND {TOLD}) OR ({ROLE} = 'system')",
    "standing_search": OWN,
    "standing_search_match": OWN,
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _answers()
    _searches()
    for table, seen in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({seen})")
        op.execute(f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({OWN})")
        op.execute(f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({seen}) WITH CHECK ({OWN})")
        op.execute(f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({OWN})")


def _answers() -> None:
    kinds = ("saved", "dismissed", "accepted", "declined")
    op.create_table(
        "match_answer",
        *_row(),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("other_delegation_id", sa.Uuid(), nullable=False),
        sa.Column("answer", _words("match_answer_kind", *kinds), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("proposal_revision", sa.Integer(), nullable=False),
        sa.Column("other_revision", sa.Integer(), nullable=False),
        sa.Column("weights_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("delegation_id <> other_delegation_id", name=op.f("ck_match_answer_two_delegations")),
        sa.CheckConstraint("(answer = 'declined') = (reason <> '')", name=op.f("ck_match_answer_reason")),
        sa.CheckConstraint("char_length(reason) <= 2000", name=op.f("ck_match_answer_reason_length")),
        sa.CheckConstraint("(answer = 'accepted') = (deadline IS NOT NULL)", name=op.f("ck_match_answer_deadline")),
        *(_refers("match_answer", key, "proposal", ondelete="CASCADE") for key in ("proposal_id", "other_id")),
        *(_refers("match_answer", key, "delegation") for key in ("delegation_id", "other_delegation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_answer")),
        sa.UniqueConstraint("proposal_id", "other_id", name=op.f("uq_match_answer_proposal_id_other_id")),
    )
    newest = (sa.text("created_at DESC"), sa.text("id DESC"))
    op.create_index(
        "ix_match_answer_delegation_id", "match_answer", ["delegation_id", *newest], postgresql_include=["answer"]
    )
    op.create_index(
        "ix_match_answer_other_delegation_id",
        "match_answer",
        ["other_delegation_id", *newest],
        postgresql_include=["answer"],
        postgresql_where=sa.text(TOLD),
    )
    op.create_index("ix_match_answer_other_id", "match_answer", ["other_id"])


def _searches() -> None:
    op.create_table(
        "standing_search",
        *_row(),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("band", _words("match_band", "strong", "good", "possible"), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        _refers("standing_search", "proposal_id", "proposal", ondelete="CASCADE"),
        _refers("standing_search", "delegation_id", "delegation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_search")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_standing_search_proposal_id")),
    )
    newest = (sa.text("created_at DESC"), sa.text("id DESC"))
    op.create_index("ix_standing_search_delegation_id", "standing_search", ["delegation_id", *newest])
    op.create_index("ix_standing_search_looked_at", "standing_search", ["looked_at"])
    op.create_table(
        "standing_search_match",
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        _refers("standing_search_match", "search_id", "standing_search", ondelete="CASCADE"),
        _refers("standing_search_match", "other_id", "proposal", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("search_id", "other_id", name=op.f("pk_standing_search_match")),
    )
    op.create_index("ix_standing_search_match_other_id", "standing_search_match", ["other_id"])


def _row() -> list[sa.Column[object]]:
    moments = [sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("created_at", "updated_at")]
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        *moments,
        sa.Column("revision", sa.Integer(), nullable=False),
    ]


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _refers(table: str, key: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([key], [f"{to}.id"], name=op.f(f"fk_{table}_{key}"), ondelete=ondelete)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed(POLICIES):
        op.drop_table(table)
