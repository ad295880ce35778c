"""add finished cooperations, and what states have experience in by them

Revision: 0009
Revises: 0008
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

AREAS = (
    "compute_infrastructure", "connectivity_energy", "data_resources", "language_resources", "models_applications",
    "skills_training", "public_literacy", "strategy_policy", "testing_evaluation_certification", "risk_safety",
    "research_lab", "financing",
)  # fmt: skip
TABLES = ("cooperation", "cooperation_text", "state_experience")

# A policy must not look into another protected table, so texts carry the visibility of their cooperation.
COPIES = """
CREATE FUNCTION cooperation_copies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE cooperation_text SET visibility = NEW.visibility WHERE cooperation_id = NEW.id;
    RETURN NULL;
END $$
"""
COPIES_TRIGGER = """
CREATE TRIGGER cooperation_copies AFTER UPDATE OF visibility ON cooperation FOR EACH ROW
WHEN (OLD.visibility <> NEW.visibility)
EXECUTE FUNCTION cooperation_copies()
"""

# One row for each code and state of a cooperation, so that a match counts a code's cooperations by state in an index.
EXPERIENCE = """
CREATE FUNCTION cooperation_experience() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM state_experience WHERE cooperation_id IN (SELECT id FROM changed);
    END IF;
    INSERT INTO state_experience (code, state, cooperation_id, visibility)
    SELECT DISTINCT code, state, id, visibility
    FROM changed, unnest(capacity_areas || sectors) AS code, unnest(array_prepend(host_state::text, partner_states)) AS state;
    RETURN NULL;
END $$
"""
EXPERIENCE_TRIGGER = """
CREATE TRIGGER cooperation_experience_{event} AFTER {event} ON cooperation
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
EXECUTE FUNCTION cooperation_experience()
"""

# As those of practices and proposals.
SEARCH = """
CREATE FUNCTION cooperation_search(configurations text[], words text[], asked_sketch text, minimum float8)
RETURNS TABLE (id uuid, score float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH asked AS MATERIALIZED (
        SELECT string_agg('(' || one::text || ')', ' | ')::tsquery AS query, asked_sketch::bit(2048) AS bits
        FROM (SELECT plainto_tsquery(c::regconfig, w) AS one FROM unnest(configurations, words) AS u (c, w)) AS each
        WHERE numnode(one) > 0
    ), found AS (
        SELECT t.cooperation_id AS id, 0.3 + 0.2 * ts_rank(t.search, asked.query, 32) AS points, t.sketch
        FROM asked, cooperation_text AS t WHERE t.search @@ asked.query
        UNION ALL
        SELECT t.cooperation_id, 0.0, t.sketch
        FROM asked, cooperation_text AS t WHERE cos(pi() * bit_count(t.sketch # asked.bits) / 2048) >= minimum
    )
    SELECT found.id, max(found.points
        + 0.5 * greatest(0, coalesce(cos(pi() * bit_count(found.sketch # asked.bits) / 2048), 0)))
    FROM asked, found
    GROUP BY found.id
$$
"""

ROLE = "(select current_setting('gof.role', true))"
AUDIENCE = "(select nullif(current_setting('gof.audience', true), ''))"
SHARED = f"(visibility = 'public' AND {AUDIENCE} IS NOT NULL OR visibility = 'members' AND {AUDIENCE} = 'members')"
WRITTEN = f"({ROLE} = 'secretariat') OR ({ROLE} = 'system')"
SEEN = f"({SHARED}) OR {WRITTEN}"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_cooperation()
    _create_text()
    _create_experience()
    for statement in (COPIES, COPIES_TRIGGER, EXPERIENCE, SEARCH):
        op.execute(statement)
    for event in ("insert", "update"):
        op.execute(EXPERIENCE_TRIGGER.format(event=event))
    for table in TABLES:
        _protect(table, f"{ROLE} = 'system'" if table == "cooperation" else WRITTEN)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed(TABLES):
        op.drop_table(table)
    for function in ("cooperation_copies", "cooperation_experience", "cooperation_search"):
        op.execute(f"DROP FUNCTION {function}")


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _create_cooperation() -> None:
    areas = sa.Enum(*AREAS, name="capacityarea", native_enum=False, length=40)
    op.create_table(
        "cooperation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("source", _words("import", "lab", name="cooperation_source"), nullable=False),
        sa.Column("lab_id", sa.Uuid(), nullable=True),
        sa.Column("visibility", _words("delegation", "members", "public", name="audience"), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("host_state", sa.String(), nullable=False),
        sa.Column("partner_states", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("capacity_areas", postgresql.ARRAY(areas), nullable=False),
        sa.Column("sectors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(source = 'lab') = (lab_id IS NOT NULL)", name=op.f("ck_cooperation_lab")),
        sa.CheckConstraint("visibility <> 'delegation'", name=op.f("ck_cooperation_shared")),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_cooperation_dates_in_order")),
        sa.CheckConstraint("host_state <> ALL (partner_states)", name=op.f("ck_cooperation_host_once")),
        sa.CheckConstraint("isfinite(started_on) AND isfinite(ended_on)", name=op.f("ck_cooperation_finite_dates")),
        sa.ForeignKeyConstraint(["host_state"], ["member_state.iso3"], name=op.f("fk_cooperation_host_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperation")),
        sa.UniqueConstraint("external_id", name=op.f("uq_cooperation_external_id")),
        sa.UniqueConstraint("lab_id", name=op.f("uq_cooperation_lab_id")),
    )
    for name in ("partner_states", "capacity_areas", "sectors"):
        op.create_index(f"ix_cooperation_{name}", "cooperation", [name], postgresql_using="gin")
    op.create_index("ix_cooperation_host_state", "cooperation", ["host_state"])
    op.create_index(
        "ix_cooperation_ended_on",
        "cooperation",
        [sa.literal_column("ended_on DESC"), sa.literal_column("id DESC")],
        postgresql_include=["visibility", "source"],
    )


def _create_text() -> None:
    op.create_table(
        "cooperation_text",
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_original", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("visibility", _words("delegation", "members", "public", name="audience"), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("embedding", sa.LargeBinary(), nullable=True),
        sa.Column("embedding_model", sa.String(), nullable=True),
        sa.Column("sketch", postgresql.BIT(length=2048), nullable=True),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_cooperation_text_title_length")),
        sa.CheckConstraint("char_length(summary) <= 1000", name=op.f("ck_cooperation_text_summary_length")),
        sa.CheckConstraint("char_length(description) <= 20000", name=op.f("ck_cooperation_text_description_length")),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_cooperation_text_cooperation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cooperation_id", "language", name=op.f("pk_cooperation_text")),
    )
    op.create_index("ix_cooperation_text_search", "cooperation_text", ["search"], postgresql_using="gin")
    for name, condition, unique in (
        ("uq_{}_original", "is_original", True),
        ("ix_{}_unsketched", "sketch IS NULL", False),
    ):
        op.create_index(
            name.format("cooperation_text"),
            "cooperation_text",
            ["cooperation_id"],
            unique=unique,
            postgresql_where=sa.text(condition),
        )


def _create_experience() -> None:
    op.create_table(
        "state_experience",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cooperation_id", sa.Uuid(), nullable=False),
        sa.Column("visibility", _words("delegation", "members", "public", name="audience"), nullable=False),
        sa.ForeignKeyConstraint(
            ["cooperation_id"],
            ["cooperation.id"],
            name=op.f("fk_state_experience_cooperation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "code", "state", "cooperation_id", name=op.f("pk_state_experience"), postgresql_include=["visibility"]
        ),
    )
    op.create_index(op.f("ix_state_experience_cooperation_id"), "state_experience", ["cooperation_id"])


def _protect(table: str, removed: str) -> None:
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)",
        f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({SEEN})",
        f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({WRITTEN})",
        f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({SEEN}) WITH CHECK ({WRITTEN})",
        f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({removed})",
    ):
        op.execute(statement)
