"""create labs

Revision: 0015
Revises: 0014a
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0015"
down_revision = "0014a"
branch_labels = None
depends_on = None

TABLES = ("lab", "lab_text", "lab_party", "lab_milestone", "lab_contribution", "lab_update", "lab_output")
PARTS = ("lab_party", "lab_milestone", "lab_contribution", "lab_update", "lab_output")

# A policy must not look into another protected table, so what belongs to a lab carries the lab's parties, visibility
# and status, whatever is written into it.
COPIED = """
CREATE FUNCTION lab_copied() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    SELECT parties, visibility, status INTO NEW.parties, NEW.visibility, NEW.lab_status FROM lab WHERE id = NEW.lab_id;
    RETURN NEW;
END $$
"""
TEXT_COPIED = """
CREATE FUNCTION lab_text_copied() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    SELECT founder_id, parties, visibility, status
    INTO NEW.delegation_id, NEW.parties, NEW.visibility, NEW.status FROM lab WHERE id = NEW.lab_id;
    RETURN NEW;
END $$
"""
# It reads the lab as it is by then, not NEW: what becomes active may have lost a party in another trigger before.
UPDATES = "".join(
    f"""
    UPDATE {part} SET parties = lab.parties, visibility = lab.visibility, lab_status = lab.status
    FROM lab WHERE lab.id = NEW.id AND lab_id = NEW.id;"""
    for part in PARTS
)
COPIES = f"""
CREATE FUNCTION lab_copies() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE lab_text SET parties = lab.parties, visibility = lab.visibility, status = lab.status
    FROM lab WHERE lab.id = NEW.id AND lab_id = NEW.id;{UPDATES}
    RETURN NULL;
END $$
"""
# Who declined is a party only while the lab is planned: until then it may still confirm, so it keeps the lab in sight.
KEPT_PARTIES = """
CREATE FUNCTION lab_kept_parties() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    kept uuid;
BEGIN
    IF TG_TABLE_NAME = 'lab' THEN kept := NEW.id; ELSE kept := NEW.lab_id; END IF;
    UPDATE lab SET
        parties = coalesce((
            SELECT array_agg(DISTINCT p.delegation_id ORDER BY p.delegation_id) FROM lab_party AS p
            WHERE p.lab_id = kept AND (p.status <> 'declined' OR lab.status = 'planned')), '{}'),
        states = coalesce((
            SELECT array_agg(DISTINCT d.state::text ORDER BY d.state::text)
            FROM lab_party AS p JOIN delegation AS d ON d.id = p.delegation_id
            WHERE p.lab_id = kept AND p.status <> 'declined' AND p.organisation = '' AND d.state IS NOT NULL), '{}'),
        regions = coalesce((
            SELECT array_agg(DISTINCT r.code ORDER BY r.code)
            FROM lab_party AS p JOIN delegation AS d ON d.id = p.delegation_id
            JOIN member_state AS s ON s.iso3 = d.state, unnest(s.regions) AS r (code)
            WHERE p.lab_id = kept AND p.status <> 'declined' AND p.organisation = ''), '{}')
    WHERE id = kept;
    RETURN NULL;
END $$
"""
KEPT_DUE = """
CREATE FUNCTION lab_kept_due() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE lab SET next_due_on = (SELECT min(due_on) FROM lab_milestone WHERE lab_id = lab.id AND status = 'planned')
    WHERE id = NEW.lab_id;
    RETURN NULL;
END $$
"""
TRIGGERS = (
    "CREATE TRIGGER lab_text_copied BEFORE INSERT ON lab_text FOR EACH ROW EXECUTE FUNCTION lab_text_copied()",
    """
    CREATE TRIGGER lab_copies AFTER UPDATE OF parties, visibility, status ON lab FOR EACH ROW
    WHEN (OLD.status <> NEW.status OR OLD.visibility <> NEW.visibility OR OLD.parties <> NEW.parties)
    EXECUTE FUNCTION lab_copies()
    """,
    """
    CREATE TRIGGER lab_activated AFTER UPDATE OF status ON lab FOR EACH ROW
    WHEN (OLD.status = 'planned' AND NEW.status <> 'planned') EXECUTE FUNCTION lab_kept_parties()
    """,
    """
    CREATE TRIGGER lab_party_kept AFTER INSERT OR UPDATE OF status ON lab_party FOR EACH ROW
    EXECUTE FUNCTION lab_kept_parties()
    """,
    """
    CREATE TRIGGER lab_milestone_kept AFTER INSERT OR UPDATE OF status, due_on ON lab_milestone FOR EACH ROW
    EXECUTE FUNCTION lab_kept_due()
    """,
)

# As for practices and proposals: under row security @@ reaches no index, so the owner finds the ids.
SEARCH = """
CREATE FUNCTION lab_search(configurations text[], words text[], asked_sketch text, minimum float8)
RETURNS TABLE (id uuid, score float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH asked AS MATERIALIZED (
        SELECT string_agg('(' || one::text || ')', ' | ')::tsquery AS query, asked_sketch::bit(2048) AS bits
        FROM (SELECT plainto_tsquery(c::regconfig, w) AS one FROM unnest(configurations, words) AS u (c, w)) AS each
        WHERE numnode(one) > 0
    ), found AS (
        SELECT t.lab_id AS id, 0.3 + 0.2 * ts_rank(t.search, asked.query, 32) AS points, t.sketch
        FROM asked, lab_text AS t WHERE t.search @@ asked.query
        UNION ALL
        SELECT t.lab_id, 0.0, t.sketch
        FROM asked, lab_text AS t WHERE cos(pi() * bit_count(t.sketch # asked.bits) / 2048) >= minimum
    )
    SELECT found.id, max(found.points
        + 0.5 * greatest(0, coalesce(cos(pi() * bit_count(found.sketch # asked.bits) / 2048), 0)))
    FROM asked, found
    GROUP BY found.id
$$
"""

MINE = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
AUDIENCE = "(select nullif(current_setting('gof.audience', true), ''))"
ROLE = "(select current_setting('gof.role', true))"
SHARED = f"(visibility = 'public' AND {AUDIENCE} IS NOT NULL OR visibility = 'members' AND {AUDIENCE} = 'members')"
MINE_OR_PLATFORM = f"({MINE} = ANY (parties)) OR ({ROLE} = 'system')"
OWN_OR_PLATFORM = f"({MINE} = ANY (parties) AND delegation_id = {MINE}) OR ({ROLE} = 'system')"
# Nobody signs for another: of others' parties only the question can be put.
ASKED = f"({MINE} = ANY (parties) AND (delegation_id = {MINE} OR status = 'invited')) OR ({ROLE} = 'system')"
WRITTEN = {
    "lab": MINE_OR_PLATFORM,
    "lab_text": MINE_OR_PLATFORM,
    "lab_party": ASKED,
    "lab_milestone": MINE_OR_PLATFORM,
    "lab_contribution": OWN_OR_PLATFORM,
    "lab_update": OWN_OR_PLATFORM,
    "lab_output": OWN_OR_PLATFORM,
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_lab()
    _create_lab_milestone()
    _create_lab_party()
    _create_lab_text()
    _create_lab_contribution()
    _create_lab_output()
    _create_lab_update()
    _add_triggers()
    op.execute(SEARCH)
    op.execute("SELECT make_translatable('lab')")
    for table in TABLES:
        _protect(table, WRITTEN[table])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION lab_search")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table} CASCADE")
    for function in (
        "lab_copied",
        "lab_text_copied",
        "lab_text_outdates",
        "lab_copies",
        "lab_kept_parties",
        "lab_kept_due",
    ):
        op.execute(f"DROP FUNCTION {function}")


def _add_triggers() -> None:
    for function in (COPIED, TEXT_COPIED, COPIES, KEPT_PARTIES, KEPT_DUE):
        op.execute(function)
    for part in PARTS:
        op.execute(f"CREATE TRIGGER {part}_copied BEFORE INSERT ON {part} FOR EACH ROW EXECUTE FUNCTION lab_copied()")
    for trigger in TRIGGERS:
        op.execute(trigger)


def _protect(table: str, written: str) -> None:
    status = "lab_status" if table in PARTS else "status"
    seen = f"({MINE} = ANY (parties)) OR ({status} <> 'planned' AND {SHARED}) OR ({ROLE} = 'system')"
    removed = written if table == "lab_text" else "false"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({seen})")
    op.execute(f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({written})")
    op.execute(f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({seen}) WITH CHECK ({written})")
    op.execute(f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({removed})")


def _create_lab() -> None:
    op.create_table(
        "lab",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("expression_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("founder_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "active",
                "suspended",
                "concluded",
                name="lab_status",
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
        sa.Column("terms_of_reference", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
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
            "modality",
            sa.Enum(
                "north_south",
                "south_south",
                "triangular",
                "other",
                name="modality",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("modality_on", sa.Date(), nullable=False),
        sa.Column(
            "modality_reason",
            sa.Enum(
                "all_developed",
                "too_few_states",
                name="lab_modality_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("parties", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("states", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("regions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("suspension_reason", sa.String(), nullable=False),
        sa.Column("lessons", sa.String(), nullable=False),
        sa.Column("lessons_language", sa.String(), nullable=True),
        sa.Column("practice_id", sa.Uuid(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(modality = 'other') = (modality_reason IS NOT NULL)", name=op.f("ck_lab_other_has_reason")
        ),
        sa.CheckConstraint("(status = 'concluded') <= (lessons <> '')", name=op.f("ck_lab_concluded_with_lessons")),
        sa.CheckConstraint("(status = 'concluded') = (concluded_at IS NOT NULL)", name=op.f("ck_lab_concluded")),
        sa.CheckConstraint(
            "(status = 'suspended') <= (suspension_reason <> '')", name=op.f("ck_lab_suspended_with_reason")
        ),
        sa.CheckConstraint("status = 'planned' OR activated_at IS NOT NULL", name=op.f("ck_lab_activated")),
        sa.CheckConstraint("char_length(lessons) <= 20000", name=op.f("ck_lab_lessons_length")),
        sa.CheckConstraint("char_length(suspension_reason) <= 2000", name=op.f("ck_lab_reason_length")),
        sa.CheckConstraint("char_length(terms_of_reference) BETWEEN 1 AND 20000", name=op.f("ck_lab_terms_length")),
        sa.CheckConstraint(
            "ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name=op.f("ck_lab_dates_in_order")
        ),
        sa.CheckConstraint(
            "isfinite(starts_on) AND isfinite(ends_on) AND isfinite(modality_on)", name=op.f("ck_lab_finite_dates")
        ),
        sa.ForeignKeyConstraint(["expression_id"], ["expression_of_interest.id"], name=op.f("fk_lab_expression_id")),
        sa.ForeignKeyConstraint(["founder_id"], ["delegation.id"], name=op.f("fk_lab_founder_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_lab_practice_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_lab_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab")),
        sa.UniqueConstraint("expression_id", name=op.f("uq_lab_expression_id")),
    )
    op.create_index(
        "ix_lab_listed_at",
        "lab",
        [sa.literal_column("listed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["parties", "visibility", "status"],
    )
    op.create_index(
        "ix_lab_next_due_on",
        "lab",
        [sa.literal_column("COALESCE(next_due_on, '2200-12-31'::date)"), "id"],
        unique=False,
        postgresql_include=["next_due_on", "parties", "visibility", "status"],
    )
    op.create_index(
        "ix_lab_practice_id", "lab", ["practice_id"], unique=False, postgresql_where=sa.text("practice_id IS NOT NULL")
    )
    op.create_index("ix_lab_proposal_id", "lab", ["proposal_id"], unique=False)


def _create_lab_milestone() -> None:
    op.create_table(
        "lab_milestone",
        sa.Column("parties", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "lab_status",
            sa.Enum(
                "planned",
                "active",
                "suspended",
                "concluded",
                name="lab_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "reached",
                "missed",
                "dropped",
                name="milestone_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("overdue_told_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(status = 'reached') <= (evidence <> '')", name=op.f("ck_lab_milestone_reached_with_evidence")
        ),
        sa.CheckConstraint("(status = 'reached') = (reached_on IS NOT NULL)", name=op.f("ck_lab_milestone_reached_on")),
        sa.CheckConstraint(
            "(status IN ('missed', 'dropped')) <= (reason <> '')", name=op.f("ck_lab_milestone_given_up_with_reason")
        ),
        sa.CheckConstraint("char_length(description) <= 5000", name=op.f("ck_lab_milestone_description_length")),
        sa.CheckConstraint("char_length(evidence) <= 5000", name=op.f("ck_lab_milestone_evidence_length")),
        sa.CheckConstraint("char_length(reason) <= 2000", name=op.f("ck_lab_milestone_reason_length")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_lab_milestone_title_length")),
        sa.CheckConstraint("isfinite(due_on) AND isfinite(reached_on)", name=op.f("ck_lab_milestone_finite_dates")),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_milestone_lab_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_milestone")),
    )
    op.create_index(
        "ix_lab_milestone_lab_id",
        "lab_milestone",
        ["lab_id", "due_on", "id"],
        unique=False,
        postgresql_include=["status", "parties", "visibility", "lab_status"],
    )
    op.create_index(
        "ix_lab_milestone_untold",
        "lab_milestone",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("status = 'planned' AND overdue_told_on IS NULL"),
    )


def _create_lab_party() -> None:
    op.create_table(
        "lab_party",
        sa.Column("parties", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "lab_status",
            sa.Enum(
                "planned",
                "active",
                "suspended",
                "concluded",
                name="lab_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "partner",
                "facilitating",
                "pivotal",
                "beneficiary",
                name="lab_party_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "invited",
                "confirmed",
                "declined",
                name="lab_party_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(status = 'confirmed') = (confirmed_on IS NOT NULL)", name=op.f("ck_lab_party_confirmed_on")
        ),
        sa.CheckConstraint("char_length(organisation) <= 200", name=op.f("ck_lab_party_organisation_length")),
        sa.CheckConstraint("char_length(reason) <= 2000", name=op.f("ck_lab_party_reason_length")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_lab_party_delegation_id")),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_party_lab_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_party")),
        sa.UniqueConstraint(
            "lab_id", "delegation_id", "organisation", name=op.f("uq_lab_party_lab_id_delegation_id_organisation")
        ),
    )
    op.create_index(
        "ix_lab_party_delegation_id",
        "lab_party",
        ["delegation_id", "lab_id"],
        unique=False,
        postgresql_include=["status", "parties", "visibility", "lab_status"],
    )


def _create_lab_text() -> None:
    op.create_table(
        "lab_text",
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_original", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column(
            "translation_status",
            sa.Enum(
                "original",
                "accepted",
                "suggested",
                "machine",
                name="translation_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="original",
            nullable=False,
        ),
        sa.Column("is_stale", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_by_person_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("machine_made_by", sa.String(), nullable=True),
        sa.Column("accepted_by_person_id", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suggestion_id", sa.Uuid(), nullable=True),
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
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("parties", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint(
            "(translation_status = 'accepted') = (accepted_at IS NOT NULL)", name=op.f("ck_lab_text_accepted")
        ),
        sa.CheckConstraint(
            "(translation_status IN ('suggested', 'machine')) = (suggestion_id IS NOT NULL)",
            name=op.f("ck_lab_text_suggested"),
        ),
        sa.CheckConstraint("is_original = (translation_status = 'original')", name=op.f("ck_lab_text_original")),
        sa.CheckConstraint(
            "translation_status <> 'machine' OR machine_made_by IS NOT NULL", name=op.f("ck_lab_text_machine")
        ),
        sa.CheckConstraint("NOT (is_original AND is_stale)", name=op.f("ck_lab_text_original_is_fresh")),
        sa.CheckConstraint("char_length(description) <= 20000", name=op.f("ck_lab_text_description_length")),
        sa.CheckConstraint(
            "char_length(machine_made_by) BETWEEN 1 AND 100", name=op.f("ck_lab_text_machine_made_by_length")
        ),
        sa.CheckConstraint("char_length(summary) <= 1000", name=op.f("ck_lab_text_summary_length")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_lab_text_title_length")),
        sa.ForeignKeyConstraint(
            ["accepted_by_person_id"], ["person.id"], name=op.f("fk_lab_text_accepted_by_person_id")
        ),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_text_lab_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["made_by_id"], ["delegation.id"], name=op.f("fk_lab_text_made_by_id")),
        sa.ForeignKeyConstraint(["made_by_person_id"], ["person.id"], name=op.f("fk_lab_text_made_by_person_id")),
        sa.PrimaryKeyConstraint("lab_id", "language", name=op.f("pk_lab_text")),
    )
    op.create_index("ix_lab_text_search", "lab_text", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_lab_text_unsketched", "lab_text", ["lab_id"], unique=False, postgresql_where=sa.text("sketch IS NULL")
    )
    op.create_index(
        "uq_lab_text_original", "lab_text", ["lab_id"], unique=True, postgresql_where=sa.text("is_original")
    )


def _create_lab_contribution() -> None:
    op.create_table(
        "lab_contribution",
        sa.Column("parties", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "lab_status",
            sa.Enum(
                "planned",
                "active",
                "suspended",
                "concluded",
                name="lab_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pledged",
                "committed",
                "delivered",
                "withdrawn",
                name="contribution_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column(
            "kind",
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
                name="cooperation_form",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("quantity", sa.Numeric(precision=18, scale=3), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("valued_minor", sa.BigInteger(), nullable=True),
        sa.Column("valuation_method", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("pledged_on", sa.Date(), nullable=False),
        sa.Column("committed_on", sa.Date(), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(valued_minor IS NOT NULL) = (valuation_method <> '')", name=op.f("ck_lab_contribution_valued_by_a_method")
        ),
        sa.CheckConstraint(
            "kind IS NOT NULL OR valued_minor IS NULL AND unit = ''",
            name=op.f("ck_lab_contribution_money_needs_no_value"),
        ),
        sa.CheckConstraint(
            "(amount_minor IS NOT NULL) <> (kind IS NOT NULL)", name=op.f("ck_lab_contribution_money_or_kind")
        ),
        sa.CheckConstraint(
            "(currency IS NOT NULL) = (amount_minor IS NOT NULL OR valued_minor IS NOT NULL)",
            name=op.f("ck_lab_contribution_currency"),
        ),
        sa.CheckConstraint("(kind IS NULL) = (quantity IS NULL)", name=op.f("ck_lab_contribution_kind_has_quantity")),
        sa.CheckConstraint("amount_minor > 0 AND valued_minor > 0", name=op.f("ck_lab_contribution_amounts")),
        sa.CheckConstraint("char_length(currency) = 3", name=op.f("ck_lab_contribution_currency_length")),
        sa.CheckConstraint("char_length(note) <= 2000", name=op.f("ck_lab_contribution_note_length")),
        sa.CheckConstraint("char_length(unit) <= 100", name=op.f("ck_lab_contribution_unit_length")),
        sa.CheckConstraint("char_length(valuation_method) <= 500", name=op.f("ck_lab_contribution_method_length")),
        sa.CheckConstraint(
            "isfinite(period_from) AND isfinite(period_to)", name=op.f("ck_lab_contribution_finite_dates")
        ),
        sa.CheckConstraint(
            "period_to IS NULL OR period_from IS NULL OR period_to >= period_from",
            name=op.f("ck_lab_contribution_period"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_lab_contribution_quantity")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_lab_contribution_delegation_id")),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_contribution_lab_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["party_id"], ["lab_party.id"], name=op.f("fk_lab_contribution_party_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_contribution")),
    )
    op.create_index(
        "ix_lab_contribution_lab_id",
        "lab_contribution",
        ["lab_id", "created_at", "id"],
        unique=False,
        postgresql_include=["delegation_id", "parties", "visibility", "lab_status"],
    )
    op.create_index("ix_lab_contribution_party_id", "lab_contribution", ["party_id", "created_at", "id"], unique=False)


def _create_lab_output() -> None:
    op.create_table(
        "lab_output",
        sa.Column("parties", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "lab_status",
            sa.Enum(
                "planned",
                "active",
                "suspended",
                "concluded",
                name="lab_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "publication",
                "data_set",
                "model",
                "software",
                "course",
                "standard",
                "event",
                "other",
                name="output_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.CheckConstraint("char_length(description) <= 5000", name=op.f("ck_lab_output_description_length")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_lab_output_title_length")),
        sa.CheckConstraint("char_length(url) <= 2000", name=op.f("ck_lab_output_url_length")),
        sa.CheckConstraint("isfinite(delivered_on)", name=op.f("ck_lab_output_finite_dates")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_lab_output_delegation_id")),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_output_lab_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["lab_milestone.id"], name=op.f("fk_lab_output_milestone_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_output")),
    )
    op.create_index(
        "ix_lab_output_lab_id",
        "lab_output",
        ["lab_id", sa.literal_column("delivered_on DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["delegation_id", "parties", "visibility", "lab_status"],
    )


def _create_lab_update() -> None:
    op.create_table(
        "lab_update",
        sa.Column("parties", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum(
                "delegation", "members", "public", name="audience", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "lab_status",
            sa.Enum(
                "planned",
                "active",
                "suspended",
                "concluded",
                name="lab_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 5000", name=op.f("ck_lab_update_text_length")),
        sa.CheckConstraint("isfinite(reported_on)", name=op.f("ck_lab_update_finite_dates")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_lab_update_delegation_id")),
        sa.ForeignKeyConstraint(["lab_id"], ["lab.id"], name=op.f("fk_lab_update_lab_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["lab_milestone.id"], name=op.f("fk_lab_update_milestone_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_update")),
    )
    op.create_index(
        "ix_lab_update_lab_id",
        "lab_update",
        ["lab_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_include=["delegation_id", "parties", "visibility", "lab_status"],
    )
