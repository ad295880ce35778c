"""add suggested translations: who made them, what became of them, and nothing that a stranger could slip in

Revision: 0016
Revises: 0015
"""

import sqlalchemy as sa

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
DELEGATION = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
OPEN = "status IN ('machine', 'suggested', 'withdrawn')"
SEEN = (
    f"(delegation_id = {DELEGATION}) OR (by_delegation_id = {DELEGATION})"
    f" OR ({ROLE} = 'secretariat' AND by_delegation_id IS NULL) OR ({ROLE} = 'system')"
)
WRITTEN = (
    f"(delegation_id = {DELEGATION}) OR (by_delegation_id = {DELEGATION} AND {OPEN})"
    f" OR ({ROLE} = 'secretariat' AND by_delegation_id IS NULL AND {OPEN}) OR ({ROLE} = 'system')"
)
ROW_SECURITY = (
    "ALTER TABLE translation_suggestion ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE translation_suggestion FORCE ROW LEVEL SECURITY",
    "CREATE POLICY translation_suggestion_owner ON translation_suggestion TO CURRENT_USER USING (true) WITH CHECK (true)",
    f"CREATE POLICY translation_suggestion_seen ON translation_suggestion FOR SELECT USING ({SEEN})",
    f"CREATE POLICY translation_suggestion_made ON translation_suggestion FOR INSERT WITH CHECK ({WRITTEN})",
    f"CREATE POLICY translation_suggestion_changed ON translation_suggestion FOR UPDATE USING ({SEEN}) WITH CHECK ({WRITTEN})",
    "CREATE POLICY translation_suggestion_removed ON translation_suggestion FOR DELETE USING (false)",
)

# With the rights of who writes: there is an original for those only who may see it. Whose it is comes from there, and
# who suggests from the identity, whatever the statement says; afterwards the words stay as they were written.
GUARD = """
CREATE FUNCTION translation_suggestion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.kind, NEW.thing_id, NEW.delegation_id, NEW.language, NEW.title, NEW.summary, NEW.description,
                NEW.machine_made_by, NEW.by_delegation_id, NEW.by_person_id, NEW.created_at)
            IS DISTINCT FROM (OLD.kind, OLD.thing_id, OLD.delegation_id, OLD.language, OLD.title, OLD.summary,
                OLD.description, OLD.machine_made_by, OLD.by_delegation_id, OLD.by_person_id, OLD.created_at) THEN
            RAISE EXCEPTION 'what was suggested stays as it was written' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    EXECUTE format('SELECT delegation_id FROM %I WHERE %I = $1 AND is_original', NEW.kind || '_text', NEW.kind || '_id')
        INTO STRICT NEW.delegation_id USING NEW.thing_id;
    IF current_setting('gof.role', true) IS DISTINCT FROM 'system' THEN
        NEW.by_delegation_id := nullif(current_setting('gof.delegation', true), '')::uuid;
        NEW.by_person_id := nullif(current_setting('gof.person', true), '')::uuid;
    END IF;
    RETURN NEW;
END $$
"""
GUARDED = """
CREATE TRIGGER translation_suggestion_guard BEFORE INSERT OR UPDATE ON translation_suggestion FOR EACH ROW
EXECUTE FUNCTION translation_suggestion_guard()
"""

# Again, where it was called before: what waits becomes stale too, and suggestions go with their thing.
MAKE_TRANSLATABLE = """
CREATE OR REPLACE FUNCTION make_translatable(kind text) RETURNS void LANGUAGE plpgsql AS $make$
BEGIN
    EXECUTE format($sql$
        CREATE OR REPLACE FUNCTION %1$s_text_outdates() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            UPDATE %1$s_text SET is_stale = true
            WHERE %1$s_id = NEW.%1$s_id AND NOT is_original AND NOT is_stale;
            UPDATE translation_suggestion SET is_stale = true
            WHERE thing_id = NEW.%1$s_id AND kind = '%1$s' AND decided_at IS NULL AND NOT is_stale;
            RETURN NULL;
        END $$
    $sql$, kind);
    EXECUTE format($sql$
        CREATE OR REPLACE TRIGGER %1$s_text_outdates
        AFTER UPDATE OF language, title, summary, description ON %1$s_text FOR EACH ROW
        WHEN (NEW.is_original AND (OLD.language, OLD.title, OLD.summary, OLD.description)
            IS DISTINCT FROM (NEW.language, NEW.title, NEW.summary, NEW.description))
        EXECUTE FUNCTION %1$s_text_outdates()
    $sql$, kind);
    EXECUTE format($sql$
        CREATE OR REPLACE FUNCTION %1$s_forgets_suggestions() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            DELETE FROM translation_suggestion WHERE thing_id = OLD.id AND kind = '%1$s';
            RETURN NULL;
        END $$
    $sql$, kind);
    EXECUTE format($sql$
        CREATE OR REPLACE TRIGGER %1$s_forgets_suggestions AFTER DELETE ON %1$s FOR EACH ROW
        EXECUTE FUNCTION %1$s_forgets_suggestions()
    $sql$, kind);
END $make$
"""
AGAIN = """
SELECT make_translatable(substr(tgname, 1, length(tgname) - length('_text_outdates')))
FROM pg_trigger WHERE tgname LIKE '%\\_text\\_outdates'
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    words = ("machine", "suggested", "accepted", "declined", "withdrawn")
    status = sa.Enum(*words, name="suggestion_status", native_enum=False, create_constraint=True, length=40)
    table = "translation_suggestion"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("machine_made_by", sa.String(), nullable=True),
        sa.Column("by_delegation_id", sa.Uuid(), nullable=True),
        sa.Column("by_person_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by_person_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(), nullable=False),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f(f"ck_{table}_title_length")),
        sa.CheckConstraint("char_length(summary) <= 1000", name=op.f(f"ck_{table}_summary_length")),
        sa.CheckConstraint("char_length(description) <= 20000", name=op.f(f"ck_{table}_description_length")),
        sa.CheckConstraint(
            "char_length(machine_made_by) BETWEEN 1 AND 100", name=op.f(f"ck_{table}_machine_made_by_length")
        ),
        sa.CheckConstraint("status <> 'machine' OR machine_made_by IS NOT NULL", name=op.f(f"ck_{table}_machine")),
        sa.CheckConstraint("status <> 'suggested' OR machine_made_by IS NULL", name=op.f(f"ck_{table}_by_people")),
        sa.CheckConstraint(
            "(status IN ('machine', 'suggested')) = (decided_at IS NULL)", name=op.f(f"ck_{table}_decided")
        ),
        sa.ForeignKeyConstraint(["by_delegation_id"], ["delegation.id"], name=op.f(f"fk_{table}_by_delegation_id")),
        sa.ForeignKeyConstraint(["by_person_id"], ["person.id"], name=op.f(f"fk_{table}_by_person_id")),
        sa.ForeignKeyConstraint(["decided_by_person_id"], ["person.id"], name=op.f(f"fk_{table}_decided_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        f"uq_{table}_waiting",
        table,
        ["kind", "thing_id", "language", "by_delegation_id", "status"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    for column, included in (
        ("thing_id", ["kind", "delegation_id", "by_delegation_id"]),
        ("delegation_id", ["status", "by_delegation_id"]),
    ):
        op.create_index(
            f"ix_{table}_{column}",
            table,
            [column, sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
            postgresql_include=included,
        )
    for statement in (*ROW_SECURITY, GUARD, GUARDED, MAKE_TRANSLATABLE, AGAIN):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for kind in ("practice", "proposal", "cooperation"):
        op.execute(f"DROP TRIGGER {kind}_forgets_suggestions ON {kind}")
        op.execute(f"DROP FUNCTION {kind}_forgets_suggestions")
        op.execute(f"DELETE FROM {kind}_text WHERE suggestion_id IS NOT NULL")
    op.drop_table("translation_suggestion")
    op.execute("DROP FUNCTION translation_suggestion_guard")
    # what 0010 made still marks texts: its functions name the table only where it is there
    for kind in ("practice", "proposal", "cooperation"):
        op.execute(
            f"CREATE OR REPLACE FUNCTION {kind}_text_outdates() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"UPDATE {kind}_text SET is_stale = true WHERE {kind}_id = NEW.{kind}_id AND NOT is_original AND NOT is_stale; "
            "RETURN NULL; END $$"
        )
