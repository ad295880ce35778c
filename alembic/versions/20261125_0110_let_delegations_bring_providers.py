"""let delegations bring providers of sign-ins

Revision: 0042
Revises: 0041
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

PLATFORM = "(select current_setting('gof.role', true)) = 'system'"
OWN = "delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)"
SEEN = {"identity_provider": f"({OWN}) OR ({PLATFORM})", "provider_link": PLATFORM, "provider_sign_in": PLATFORM}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "identity_provider",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("domains", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("trusts_factor", sa.Boolean(), nullable=False),
        sa.CheckConstraint("char_length(issuer) BETWEEN 1 AND 300", name=op.f("ck_identity_provider_issuer_length")),
        sa.CheckConstraint(
            "char_length(client_id) BETWEEN 1 AND 200", name=op.f("ck_identity_provider_client_id_length")
        ),
        sa.CheckConstraint("cardinality(domains) BETWEEN 1 AND 10", name=op.f("ck_identity_provider_domains_number")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_identity_provider_delegation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_provider")),
        sa.UniqueConstraint("delegation_id", name=op.f("uq_identity_provider_delegation_id")),
    )
    op.create_table(
        "provider_link",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["identity_provider.id"], name=op.f("fk_provider_link_provider_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_provider_link_person_id")),
        sa.PrimaryKeyConstraint("provider_id", "subject", name=op.f("pk_provider_link")),
        sa.UniqueConstraint("provider_id", "person_id", name=op.f("uq_provider_link_provider_id_person_id")),
    )
    op.create_index(op.f("ix_provider_link_person_id"), "provider_link", ["person_id"])
    op.create_table(
        "provider_sign_in",
        sa.Column("ticket_hash", sa.LargeBinary(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("provider_revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["identity_provider.id"], name=op.f("fk_provider_sign_in_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_hash", name=op.f("pk_provider_sign_in")),
    )
    op.create_index(op.f("ix_provider_sign_in_provider_id"), "provider_sign_in", ["provider_id"])
    op.create_index(op.f("ix_provider_sign_in_expires_at"), "provider_sign_in", ["expires_at"])
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
    for table in reversed(SEEN):
        op.drop_table(table)
