"""create the first slices

Revision: 0001
Revises:
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


ROW_SECURITY = (
    "ALTER TABLE record_leaf ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE record_leaf FORCE ROW LEVEL SECURITY",
    "CREATE POLICY record_leaf_owner ON record_leaf TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY record_leaf_seen ON record_leaf FOR SELECT USING ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND role IN ('secretariat', 'system')) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY record_leaf_made ON record_leaf FOR INSERT WITH CHECK (true)",
    "CREATE POLICY record_leaf_changed ON record_leaf FOR UPDATE USING ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND role IN ('secretariat', 'system')) OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK (true)",
    "CREATE POLICY record_leaf_removed ON record_leaf FOR DELETE USING (false)",
    "ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE idempotency_key FORCE ROW LEVEL SECURITY",
    "CREATE POLICY idempotency_key_owner ON idempotency_key TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY idempotency_key_seen ON idempotency_key FOR SELECT USING ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY idempotency_key_made ON idempotency_key FOR INSERT WITH CHECK ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY idempotency_key_changed ON idempotency_key FOR UPDATE USING ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY idempotency_key_removed ON idempotency_key FOR DELETE USING (false)",
    "ALTER TABLE person ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE person FORCE ROW LEVEL SECURITY",
    "CREATE POLICY person_owner ON person TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY person_seen ON person FOR SELECT USING ((id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY person_made ON person FOR INSERT WITH CHECK ((id = (select nullif(current_setting('gof.person', true), '')::uuid) AND delegation_id IS NOT DISTINCT FROM (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND (select current_setting('gof.role', true)) = 'focal_point') OR ((select current_setting('gof.role', true)) = 'secretariat' AND role = 'focal_point') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY person_changed ON person FOR UPDATE USING ((id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((id = (select nullif(current_setting('gof.person', true), '')::uuid) AND delegation_id IS NOT DISTINCT FROM (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND (select current_setting('gof.role', true)) = 'focal_point') OR ((select current_setting('gof.role', true)) = 'secretariat' AND role = 'focal_point') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY person_removed ON person FOR DELETE USING (false)",
    "ALTER TABLE sign_in_session ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE sign_in_session FORCE ROW LEVEL SECURITY",
    "CREATE POLICY sign_in_session_owner ON sign_in_session TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY sign_in_session_seen ON sign_in_session FOR SELECT USING ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY sign_in_session_made ON sign_in_session FOR INSERT WITH CHECK ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY sign_in_session_changed ON sign_in_session FOR UPDATE USING ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY sign_in_session_removed ON sign_in_session FOR DELETE USING ((select current_setting('gof.role', true)) = 'system')",
    "ALTER TABLE refresh_token ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE refresh_token FORCE ROW LEVEL SECURITY",
    "CREATE POLICY refresh_token_owner ON refresh_token TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY refresh_token_seen ON refresh_token FOR SELECT USING ((select current_setting('gof.role', true)) = 'system')",
    "CREATE POLICY refresh_token_made ON refresh_token FOR INSERT WITH CHECK ((select current_setting('gof.role', true)) = 'system')",
    "CREATE POLICY refresh_token_changed ON refresh_token FOR UPDATE USING ((select current_setting('gof.role', true)) = 'system') WITH CHECK ((select current_setting('gof.role', true)) = 'system')",
    "CREATE POLICY refresh_token_removed ON refresh_token FOR DELETE USING ((select current_setting('gof.role', true)) = 'system')",
    "ALTER TABLE api_token ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE api_token FORCE ROW LEVEL SECURITY",
    "CREATE POLICY api_token_owner ON api_token TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY api_token_seen ON api_token FOR SELECT USING ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY api_token_made ON api_token FOR INSERT WITH CHECK ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY api_token_changed ON api_token FOR UPDATE USING ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((person_id = (select nullif(current_setting('gof.person', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY api_token_removed ON api_token FOR DELETE USING (false)",
    "ALTER TABLE delegation ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE delegation FORCE ROW LEVEL SECURITY",
    "CREATE POLICY delegation_owner ON delegation TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY delegation_seen ON delegation FOR SELECT USING ((standing IN ('member', 'co_chair', 'observer', 'suspended', 'withdrawn') AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL) OR (id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY delegation_made ON delegation FOR INSERT WITH CHECK (((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system') OR ((select nullif(current_setting('gof.audience', true), '')) = 'members'))",
    "CREATE POLICY delegation_changed ON delegation FOR UPDATE USING ((standing IN ('member', 'co_chair', 'observer', 'suspended', 'withdrawn') AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL) OR (id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK (((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system') OR ((select nullif(current_setting('gof.audience', true), '')) = 'members'))",
    "CREATE POLICY delegation_removed ON delegation FOR DELETE USING (false)",
    "ALTER TABLE standing_period ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE standing_period FORCE ROW LEVEL SECURITY",
    "CREATE POLICY standing_period_owner ON standing_period TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY standing_period_seen ON standing_period FOR SELECT USING ((standing IN ('member', 'co_chair', 'observer', 'suspended', 'withdrawn') AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY standing_period_made ON standing_period FOR INSERT WITH CHECK (((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system') OR ((select nullif(current_setting('gof.audience', true), '')) = 'members'))",
    "CREATE POLICY standing_period_changed ON standing_period FOR UPDATE USING ((standing IN ('member', 'co_chair', 'observer', 'suspended', 'withdrawn') AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK (((select current_setting('gof.role', true)) = 'secretariat') OR ((select current_setting('gof.role', true)) = 'system') OR ((select nullif(current_setting('gof.audience', true), '')) = 'members'))",
    "CREATE POLICY standing_period_removed ON standing_period FOR DELETE USING (false)",
    "ALTER TABLE practice ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE practice FORCE ROW LEVEL SECURITY",
    "CREATE POLICY practice_owner ON practice TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY practice_seen ON practice FOR SELECT USING ((status = 'published' AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY practice_made ON practice FOR INSERT WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'in_review') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY practice_changed ON practice FOR UPDATE USING ((status = 'published' AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'in_review') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY practice_removed ON practice FOR DELETE USING ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND status = 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "ALTER TABLE practice_text ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE practice_text FORCE ROW LEVEL SECURITY",
    "CREATE POLICY practice_text_owner ON practice_text TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY practice_text_seen ON practice_text FOR SELECT USING ((status = 'published' AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY practice_text_made ON practice_text FOR INSERT WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'in_review') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY practice_text_changed ON practice_text FOR UPDATE USING ((status = 'published' AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'in_review') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY practice_text_removed ON practice_text FOR DELETE USING ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "ALTER TABLE practice_version ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE practice_version FORCE ROW LEVEL SECURITY",
    "CREATE POLICY practice_version_owner ON practice_version TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY practice_version_seen ON practice_version FOR SELECT USING ((status = 'published' AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY practice_version_made ON practice_version FOR INSERT WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'in_review') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY practice_version_changed ON practice_version FOR UPDATE USING ((status = 'published' AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status <> 'in_review') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY practice_version_removed ON practice_version FOR DELETE USING ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND status = 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "ALTER TABLE endorsement ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE endorsement FORCE ROW LEVEL SECURITY",
    "CREATE POLICY endorsement_owner ON endorsement TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY endorsement_seen ON endorsement FOR SELECT USING ((select nullif(current_setting('gof.audience', true), '')) IS NOT NULL)",
    "CREATE POLICY endorsement_made ON endorsement FOR INSERT WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY endorsement_changed ON endorsement FOR UPDATE USING ((select nullif(current_setting('gof.audience', true), '')) IS NOT NULL) WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY endorsement_removed ON endorsement FOR DELETE USING ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "ALTER TABLE proposal ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE proposal FORCE ROW LEVEL SECURITY",
    "CREATE POLICY proposal_owner ON proposal TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY proposal_seen ON proposal FOR SELECT USING ((status IN ('open', 'closed', 'expired') AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status = 'withdrawn' AND visibility <> 'delegation') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY proposal_made ON proposal FOR INSERT WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status = 'withdrawn' AND visibility <> 'delegation') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY proposal_changed ON proposal FOR UPDATE USING ((status IN ('open', 'closed', 'expired') AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status = 'withdrawn' AND visibility <> 'delegation') OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status = 'withdrawn' AND visibility <> 'delegation') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY proposal_removed ON proposal FOR DELETE USING ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND status = 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "ALTER TABLE proposal_text ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE proposal_text FORCE ROW LEVEL SECURITY",
    "CREATE POLICY proposal_text_owner ON proposal_text TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY proposal_text_seen ON proposal_text FOR SELECT USING ((status IN ('open', 'closed', 'expired') AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status = 'withdrawn' AND visibility <> 'delegation') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY proposal_text_made ON proposal_text FOR INSERT WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status = 'withdrawn' AND visibility <> 'delegation') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY proposal_text_changed ON proposal_text FOR UPDATE USING ((status IN ('open', 'closed', 'expired') AND (visibility = 'public' AND (select nullif(current_setting('gof.audience', true), '')) IS NOT NULL OR visibility = 'members' AND (select nullif(current_setting('gof.audience', true), '')) = 'members')) OR (delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status = 'withdrawn' AND visibility <> 'delegation') OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'secretariat' AND status = 'withdrawn' AND visibility <> 'delegation') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY proposal_text_removed ON proposal_text FOR DELETE USING ((delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "ALTER TABLE expression_of_interest ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE expression_of_interest FORCE ROW LEVEL SECURITY",
    "CREATE POLICY expression_of_interest_owner ON expression_of_interest TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY expression_of_interest_seen ON expression_of_interest FOR SELECT USING ((sender_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (receiver_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY expression_of_interest_made ON expression_of_interest FOR INSERT WITH CHECK ((sender_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (receiver_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY expression_of_interest_changed ON expression_of_interest FOR UPDATE USING ((sender_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (receiver_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((sender_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (receiver_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND status <> 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY expression_of_interest_removed ON expression_of_interest FOR DELETE USING ((sender_id = (select nullif(current_setting('gof.delegation', true), '')::uuid) AND status = 'draft') OR ((select current_setting('gof.role', true)) = 'system'))",
    "ALTER TABLE expression_turn ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE expression_turn FORCE ROW LEVEL SECURITY",
    "CREATE POLICY expression_turn_owner ON expression_turn TO CURRENT_USER USING (true) WITH CHECK (true)",
    "CREATE POLICY expression_turn_seen ON expression_turn FOR SELECT USING ((sender_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (receiver_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY expression_turn_made ON expression_turn FOR INSERT WITH CHECK ((sender_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (receiver_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY expression_turn_changed ON expression_turn FOR UPDATE USING ((sender_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (receiver_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system')) WITH CHECK ((sender_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR (receiver_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR ((select current_setting('gof.role', true)) = 'system'))",
    "CREATE POLICY expression_turn_removed ON expression_turn FOR DELETE USING (false)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "record_leaf",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("delegation_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "public",
                "viewer",
                "contributor",
                "focal_point",
                "secretariat",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_leaf")),
    )
    op.create_index(op.f("ix_record_leaf_delegation_id"), "record_leaf", ["delegation_id"], unique=False)
    op.create_index(op.f("ix_record_leaf_object_id"), "record_leaf", ["object_id"], unique=False)
    op.create_table(
        "reference_source",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reference_source")),
    )
    op.create_table(
        "capacity_area",
        sa.Column(
            "code",
            sa.Enum(
                "compute_infrastructure",
                "connectivity_energy",
                "data_resources",
                "language_resources",
                "models_applications",
                "skills_training",
                "public_literacy",
                "strategy_policy",
                "testing_evaluation_certification",
                "risk_safety",
                "research_lab",
                "financing",
                name="capacity_area",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("descriptions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "visions",
            postgresql.ARRAY(sa.Enum("V1", "V2", "V3", "V4", "V5", name="vision", native_enum=False, length=40)),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_capacity_area_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_capacity_area")),
    )
    op.create_table(
        "language",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("autonym", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("places", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("direction IN ('ltr', 'rtl')", name=op.f("ck_language_direction")),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_language_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_language")),
    )
    op.create_table(
        "licence",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("osi_approved", sa.Boolean(), nullable=False),
        sa.Column(
            "suggested_for",
            postgresql.ARRAY(
                sa.Enum("content", "data", "software", "model", name="licenceuse", native_enum=False, length=40)
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_licence_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_licence")),
    )
    op.create_table(
        "member_state",
        sa.Column("iso3", sa.String(), nullable=False),
        sa.Column("iso2", sa.String(), nullable=False),
        sa.Column("m49", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("member", "observer", name="state_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("regions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("un_member_since", sa.Integer(), nullable=True),
        sa.Column("official_languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("places", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_member_state_source")),
        sa.PrimaryKeyConstraint("iso3", name=op.f("pk_member_state")),
    )
    op.create_table(
        "plan_action",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "visions",
            postgresql.ARRAY(sa.Enum("V1", "V2", "V3", "V4", "V5", name="vision", native_enum=False, length=40)),
            nullable=False,
        ),
        sa.Column("paragraph", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_plan_action_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_plan_action")),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "region",
                "sub_region",
                "intermediate",
                name="region_level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("places", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["region.code"], name=op.f("fk_region_parent")),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_region_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_table(
        "sdg_goal",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_sdg_goal_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sdg_goal")),
    )
    op.create_table(
        "sector_category",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_sector_category_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sector_category")),
    )
    op.create_table(
        "vision",
        sa.Column(
            "code",
            sa.Enum("V1", "V2", "V3", "V4", "V5", name="vision", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("paragraph", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_vision_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_vision")),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("state", "observer", name="delegation_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("places", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "invited",
                "applicant",
                "declined",
                "member",
                "co_chair",
                "observer",
                "suspended",
                "withdrawn",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("standing_since", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["state"], ["member_state.iso3"], name=op.f("fk_delegation_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
        sa.UniqueConstraint("state", name=op.f("uq_delegation_state")),
    )
    op.create_table(
        "sdg_target",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("goal", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["goal"], ["sdg_goal.code"], name=op.f("fk_sdg_target_goal")),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_sdg_target_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sdg_target")),
    )
    op.create_table(
        "sector",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("active", "withdrawn", name="sector_status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["category"], ["sector_category.code"], name=op.f("fk_sector_category")),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_sector_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sector")),
    )
    op.create_table(
        "state_classification",
        sa.Column(
            "scheme",
            sa.Enum(
                "unctad_developing",
                "ldc",
                "lldc",
                "sids",
                "wb_income",
                name="classification_scheme",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("iso3", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column(
            "valid_from_basis",
            sa.Enum("act", "year", "list", name="date_basis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("scheduled_to", sa.Date(), nullable=True),
        sa.Column("as_known_on", sa.Date(), nullable=False),
        sa.Column(
            "value",
            sa.Enum(
                "low",
                "lower_middle",
                "upper_middle",
                "high",
                name="income_group",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["iso3"], ["member_state.iso3"], name=op.f("fk_state_classification_iso3")),
        sa.ForeignKeyConstraint(["source"], ["reference_source.key"], name=op.f("fk_state_classification_source")),
        sa.PrimaryKeyConstraint("scheme", "iso3", "valid_from", name=op.f("pk_state_classification")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "public",
                "viewer",
                "contributor",
                "focal_point",
                "secretariat",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("invitation_hash", sa.LargeBinary(), nullable=True),
        sa.Column("invitation_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(role = 'secretariat') = (delegation_id IS NULL)", name=op.f("ck_person_secretariat_or_delegation")
        ),
        sa.CheckConstraint(
            "email !~ '[A-Z]' AND char_length(email) BETWEEN 3 AND 254", name=op.f("ck_person_email_form")
        ),
        sa.CheckConstraint("role NOT IN ('public', 'system')", name=op.f("ck_person_role_of_person")),
        sa.CheckConstraint(
            "(invitation_hash IS NULL) = (invitation_expires_at IS NULL)", name=op.f("ck_person_invitation_whole")
        ),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_person_name_length")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_person_delegation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("invitation_hash", name=op.f("uq_person_invitation_hash")),
    )
    op.create_index(op.f("ix_person_delegation_id"), "person", ["delegation_id"], unique=False)
    op.create_index("uq_person_email", "person", ["email"], unique=True, postgresql_where=sa.text("left_at IS NULL"))
    op.create_table(
        "practice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "in_review",
                "published",
                "withdrawn",
                name="practice_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "capacity_areas",
            postgresql.ARRAY(
                sa.Enum(
                    "compute_infrastructure",
                    "connectivity_energy",
                    "data_resources",
                    "language_resources",
                    "models_applications",
                    "skills_training",
                    "public_literacy",
                    "strategy_policy",
                    "testing_evaluation_certification",
                    "risk_safety",
                    "research_lab",
                    "financing",
                    name="capacityarea",
                    native_enum=False,
                    length=40,
                )
            ),
            nullable=False,
        ),
        sa.Column("sectors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sdg_targets", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_confirmed_on", sa.Date(), nullable=True),
        sa.Column("return_reason", sa.String(), nullable=False),
        sa.Column("withdrawal_reason", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(status = 'published') <= (published_at IS NOT NULL)", name=op.f("ck_practice_published_at")
        ),
        sa.CheckConstraint("version >= 0", name=op.f("ck_practice_version")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_practice_delegation_id")),
        sa.ForeignKeyConstraint(["licence"], ["licence.code"], name=op.f("fk_practice_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
        sa.UniqueConstraint("delegation_id", "external_id", name=op.f("uq_practice_delegation_id_external_id")),
    )
    op.create_index("ix_practice_areas", "practice", ["capacity_areas"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_practice_delegation_id",
        "practice",
        ["delegation_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_practice_listed_at",
        "practice",
        [sa.literal_column("listed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["delegation_id", "status", "visibility"],
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column(
            "side",
            sa.Enum("need", "offer", "joint", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "open",
                "closed",
                "withdrawn",
                "expired",
                name="proposal_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "capacity_areas",
            postgresql.ARRAY(
                sa.Enum(
                    "compute_infrastructure",
                    "connectivity_energy",
                    "data_resources",
                    "language_resources",
                    "models_applications",
                    "skills_training",
                    "public_literacy",
                    "strategy_policy",
                    "testing_evaluation_certification",
                    "risk_safety",
                    "research_lab",
                    "financing",
                    name="capacityarea",
                    native_enum=False,
                    length=40,
                )
            ),
            nullable=False,
        ),
        sa.Column("sectors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sdg_targets", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "forms",
            postgresql.ARRAY(
                sa.Enum(
                    "training",
                    "expert",
                    "equipment_compute",
                    "funding",
                    "joint_research",
                    "licence",
                    "study_visit",
                    "scholarship",
                    "policy_advice",
                    "data_access",
                    name="cooperationform",
                    native_enum=False,
                    length=40,
                )
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Numeric(precision=18, scale=3), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column(
            "modalities_accepted",
            postgresql.ARRAY(
                sa.Enum(
                    "north_south", "south_south", "triangular", "other", name="modality", native_enum=False, length=40
                )
            ),
            nullable=False,
        ),
        sa.Column("regions_accepted", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("working_languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("interpretation_offered", sa.Boolean(), nullable=False),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("readiness", sa.Integer(), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "status <> 'open' OR opened_at IS NOT NULL AND expires_on IS NOT NULL", name=op.f("ck_proposal_open_whole")
        ),
        sa.CheckConstraint(
            "agreed >= 0 AND (places IS NULL OR agreed <= places)", name=op.f("ck_proposal_agreed_within_places")
        ),
        sa.CheckConstraint(
            "expires_on IS NULL OR opens_on IS NULL OR expires_on > opens_on", name=op.f("ck_proposal_dates_in_order")
        ),
        sa.CheckConstraint(
            "isfinite(opens_on) AND isfinite(expires_on) AND isfinite(period_from) AND isfinite(period_to)",
            name=op.f("ck_proposal_finite_dates"),
        ),
        sa.CheckConstraint(
            "period_to IS NULL OR period_from IS NULL OR period_to >= period_from", name=op.f("ck_proposal_period")
        ),
        sa.CheckConstraint("places IS NULL OR places BETWEEN 1 AND 100000", name=op.f("ck_proposal_places")),
        sa.CheckConstraint("quantity IS NULL OR quantity > 0", name=op.f("ck_proposal_quantity")),
        sa.CheckConstraint("readiness IS NULL OR readiness BETWEEN 1 AND 9", name=op.f("ck_proposal_readiness")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_proposal_delegation_id")),
        sa.ForeignKeyConstraint(["licence"], ["licence.code"], name=op.f("fk_proposal_licence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("delegation_id", "external_id", name=op.f("uq_proposal_delegation_id_external_id")),
    )
    op.create_index("ix_proposal_areas", "proposal", ["capacity_areas"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_proposal_delegation_id",
        "proposal",
        ["delegation_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_proposal_expires_on", "proposal", ["expires_on"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_index(
        "ix_proposal_listed_at",
        "proposal",
        [sa.literal_column("listed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["delegation_id", "status", "visibility", "side"],
    )
    op.create_table(
        "standing_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "invited",
                "applicant",
                "declined",
                "member",
                "co_chair",
                "observer",
                "suspended",
                "withdrawn",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_standing_period_dates_in_order")
        ),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_standing_period_delegation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_period")),
    )
    op.create_index(op.f("ix_standing_period_delegation_id"), "standing_period", ["delegation_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "scopes",
            postgresql.ARRAY(sa.Enum("read", "write", "import", name="scope", native_enum=False, length=40)),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("ck_api_token_name_length")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_token_secret_hash")),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "endorsement",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_endorsement_delegation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_endorsement_person_id")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_endorsement_practice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("practice_id", "delegation_id", name=op.f("pk_endorsement")),
    )
    op.create_table(
        "expression_of_interest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("own_proposal_id", sa.Uuid(), nullable=True),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "sent",
                "in_talks",
                "agreed",
                "declined",
                "withdrawn",
                "expired",
                name="expression_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "turn",
            sa.Enum("sender", "receiver", name="party", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("turn_deadline", sa.Date(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("decline_reason", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(turn IS NOT NULL) = (status IN ('sent', 'in_talks'))",
            name=op.f("ck_expression_of_interest_turn_while_live"),
        ),
        sa.CheckConstraint(
            "(turn IS NULL) = (turn_deadline IS NULL)", name=op.f("ck_expression_of_interest_turn_has_deadline")
        ),
        sa.CheckConstraint(
            "char_length(message) BETWEEN 1 AND 5000", name=op.f("ck_expression_of_interest_message_length")
        ),
        sa.CheckConstraint("sender_id <> receiver_id", name=op.f("ck_expression_of_interest_two_delegations")),
        sa.ForeignKeyConstraint(
            ["own_proposal_id"], ["proposal.id"], name=op.f("fk_expression_of_interest_own_proposal_id")
        ),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_expression_of_interest_proposal_id")),
        sa.ForeignKeyConstraint(["receiver_id"], ["delegation.id"], name=op.f("fk_expression_of_interest_receiver_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["delegation.id"], name=op.f("fk_expression_of_interest_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expression_of_interest")),
    )
    op.create_index(
        "ix_expression_of_interest_proposal_id",
        "expression_of_interest",
        ["proposal_id", sa.literal_column("listed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_expression_of_interest_receiver_id",
        "expression_of_interest",
        ["receiver_id", sa.literal_column("listed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_expression_of_interest_sender_id",
        "expression_of_interest",
        ["sender_id", sa.literal_column("listed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_expression_of_interest_turn_deadline",
        "expression_of_interest",
        ["turn_deadline"],
        unique=False,
        postgresql_where=sa.text("turn IS NOT NULL"),
    )
    op.create_index(
        "uq_expression_of_interest_live",
        "expression_of_interest",
        ["proposal_id", "sender_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('draft', 'sent', 'in_talks')"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("input_hash", sa.LargeBinary(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idempotency_key_person_id")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "practice_text",
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_original", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=True),
        sa.Column("embedding_model", sa.String(), nullable=True),
        sa.Column("sketch", postgresql.BIT(length=2048), nullable=True),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("char_length(description) <= 20000", name=op.f("ck_practice_text_description_length")),
        sa.CheckConstraint("char_length(summary) <= 1000", name=op.f("ck_practice_text_summary_length")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_practice_text_title_length")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_practice_text_practice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("language", "practice_id", name=op.f("pk_practice_text")),
    )
    op.create_index("ix_practice_text_search", "practice_text", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_practice_text_unsketched",
        "practice_text",
        ["practice_id"],
        unique=False,
        postgresql_where=sa.text("sketch IS NULL"),
    )
    op.create_index(
        "uq_practice_text_original",
        "practice_text",
        ["practice_id"],
        unique=True,
        postgresql_where=sa.text("is_original"),
    )
    op.create_table(
        "practice_version",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_practice_version_practice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("practice_id", "number", name=op.f("pk_practice_version")),
    )
    op.create_table(
        "proposal_text",
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_original", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=True),
        sa.Column("embedding_model", sa.String(), nullable=True),
        sa.Column("sketch", postgresql.BIT(length=2048), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("char_length(description) <= 20000", name=op.f("ck_proposal_text_description_length")),
        sa.CheckConstraint("char_length(summary) <= 1000", name=op.f("ck_proposal_text_summary_length")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_proposal_text_title_length")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_text_proposal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("language", "proposal_id", name=op.f("pk_proposal_text")),
    )
    op.create_index("ix_proposal_text_search", "proposal_text", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_proposal_text_unsketched",
        "proposal_text",
        ["proposal_id"],
        unique=False,
        postgresql_where=sa.text("sketch IS NULL"),
    )
    op.create_index(
        "uq_proposal_text_original",
        "proposal_text",
        ["proposal_id"],
        unique=True,
        postgresql_where=sa.text("is_original"),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(device) <= 200", name=op.f("ck_sign_in_session_device_length")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
    )
    op.create_index(op.f("ix_sign_in_session_person_id"), "sign_in_session", ["person_id"], unique=False)
    op.create_table(
        "expression_turn",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("expression_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "sent",
                "asked",
                "replied",
                "talks_taken_up",
                "agreed",
                "declined",
                "withdrawn",
                name="turn_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "by",
            sa.Enum("sender", "receiver", name="party", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("char_length(text) <= 5000", name=op.f("ck_expression_turn_text_length")),
        sa.ForeignKeyConstraint(
            ["expression_id"],
            ["expression_of_interest.id"],
            name=op.f("fk_expression_turn_expression_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expression_turn")),
    )
    op.create_index(
        "ix_expression_turn_expression_id", "expression_turn", ["expression_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "refresh_token",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sign_in_session.id"], name=op.f("fk_refresh_token_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_refresh_token")),
    )
    op.create_index(op.f("ix_refresh_token_session_id"), "refresh_token", ["session_id"], unique=False)
    for statement in ROW_SECURITY:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(op.f("ix_refresh_token_session_id"), table_name="refresh_token")
    op.drop_table("refresh_token")
    op.drop_index("ix_expression_turn_expression_id", table_name="expression_turn")
    op.drop_table("expression_turn")
    op.drop_index(op.f("ix_sign_in_session_person_id"), table_name="sign_in_session")
    op.drop_table("sign_in_session")
    op.drop_index("uq_proposal_text_original", table_name="proposal_text", postgresql_where=sa.text("is_original"))
    op.drop_index("ix_proposal_text_unsketched", table_name="proposal_text", postgresql_where=sa.text("sketch IS NULL"))
    op.drop_index("ix_proposal_text_search", table_name="proposal_text", postgresql_using="gin")
    op.drop_table("proposal_text")
    op.drop_table("practice_version")
    op.drop_index("uq_practice_text_original", table_name="practice_text", postgresql_where=sa.text("is_original"))
    op.drop_index("ix_practice_text_unsketched", table_name="practice_text", postgresql_where=sa.text("sketch IS NULL"))
    op.drop_index("ix_practice_text_search", table_name="practice_text", postgresql_using="gin")
    op.drop_table("practice_text")
    op.drop_table("idempotency_key")
    op.drop_index(
        "uq_expression_of_interest_live",
        table_name="expression_of_interest",
        postgresql_where=sa.text("status IN ('draft', 'sent', 'in_talks')"),
    )
    op.drop_index(
        "ix_expression_of_interest_turn_deadline",
        table_name="expression_of_interest",
        postgresql_where=sa.text("turn IS NOT NULL"),
    )
    op.drop_index("ix_expression_of_interest_sender_id", table_name="expression_of_interest")
    op.drop_index("ix_expression_of_interest_receiver_id", table_name="expression_of_interest")
    op.drop_index("ix_expression_of_interest_proposal_id", table_name="expression_of_interest")
    op.drop_table("expression_of_interest")
    op.drop_table("endorsement")
    op.drop_index(op.f("ix_api_token_person_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_standing_period_delegation_id"), table_name="standing_period")
    op.drop_table("standing_period")
    op.drop_index(
        "ix_proposal_listed_at",
        table_name="proposal",
        postgresql_include=["delegation_id", "status", "visibility", "side"],
    )
    op.drop_index("ix_proposal_expires_on", table_name="proposal", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_proposal_delegation_id", table_name="proposal")
    op.drop_index("ix_proposal_areas", table_name="proposal", postgresql_using="gin")
    op.drop_table("proposal")
    op.drop_index(
        "ix_practice_listed_at", table_name="practice", postgresql_include=["delegation_id", "status", "visibility"]
    )
    op.drop_index("ix_practice_delegation_id", table_name="practice")
    op.drop_index("ix_practice_areas", table_name="practice", postgresql_using="gin")
    op.drop_table("practice")
    op.drop_index("uq_person_email", table_name="person", postgresql_where=sa.text("left_at IS NULL"))
    op.drop_index(op.f("ix_person_delegation_id"), table_name="person")
    op.drop_table("person")
    op.drop_table("state_classification")
    op.drop_table("sector")
    op.drop_table("sdg_target")
    op.drop_table("delegation")
    op.drop_table("vision")
    op.drop_table("sector_category")
    op.drop_table("sdg_goal")
    op.drop_table("region")
    op.drop_table("plan_action")
    op.drop_table("member_state")
    op.drop_table("licence")
    op.drop_table("language")
    op.drop_table("capacity_area")
    op.drop_table("reference_source")
    op.drop_index(op.f("ix_record_leaf_object_id"), table_name="record_leaf")
    op.drop_index(op.f("ix_record_leaf_delegation_id"), table_name="record_leaf")
    op.drop_table("record_leaf")
