"""say what a text is (original, accepted, suggested, machine-made), whose, since when, and whether it is stale

Revision: 0010
Revises: 0009
"""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("practice", "proposal", "cooperation")
STATUS = ("original", "accepted", "suggested", "machine")
CHECKS = {
    "original": "is_original = (translation_status = 'original')",
    "original_is_fresh": "NOT (is_original AND is_stale)",
    "accepted": "(translation_status = 'accepted') = (accepted_at IS NOT NULL)",
    "suggested": "(translation_status IN ('suggested', 'machine')) = (suggestion_id IS NOT NULL)",
    "machine": "translation_status <> 'machine' OR machine_made_by IS NOT NULL",
    "machine_made_by_length": "char_length(machine_made_by) BETWEEN 1 AND 100",
    "translation_status": "translation_status IN ('original', 'accepted', 'suggested', 'machine')",
}
ADDED = (
    "translation_status", "is_stale", "made_by_id", "made_by_person_id", "made_at", "machine_made_by",
    "accepted_by_person_id", "accepted_at", "suggestion_id",
)  # fmt: skip

# One call makes the texts of a kind of thing translatable; whoever writes the original, its translations become stale.
MAKE_TRANSLATABLE = """
CREATE FUNCTION make_translatable(kind text) RETURNS void LANGUAGE plpgsql AS $make$
BEGIN
    EXECUTE format($sql$
        CREATE FUNCTION %1$s_text_outdates() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE %1$s_text SET is_stale = true
            WHERE %1$s_id = NEW.%1$s_id AND NOT is_original AND NOT is_stale;
            RETURN NULL;
        END $$
    $sql$, kind);
    EXECUTE format($sql$
        CREATE TRIGGER %1$s_text_outdates
        AFTER UPDATE OF language, title, summary, description ON %1$s_text FOR EACH ROW
        WHEN (NEW.is_original AND (OLD.language, OLD.title, OLD.summary, OLD.description)
            IS DISTINCT FROM (NEW.language, NEW.title, NEW.summary, NEW.description))
        EXECUTE FUNCTION %1$s_text_outdates()
    $sql$, kind);
END $make$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(MAKE_TRANSLATABLE)
    for kind in TABLES:
        table = f"{kind}_text"
        for column in (
            sa.Column("translation_status", sa.String(40), nullable=False, server_default="original"),
            sa.Column("is_stale", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("made_by_id", sa.Uuid(), sa.ForeignKey("delegation.id", name=f"fk_{table}_made_by_id")),
            sa.Column("made_by_person_id", sa.Uuid(), sa.ForeignKey("person.id", name=f"fk_{table}_made_by_person_id")),
            sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
            sa.Column("machine_made_by", sa.String()),
            sa.Column(
                "accepted_by_person_id",
                sa.Uuid(),
                sa.ForeignKey("person.id", name=f"fk_{table}_accepted_by_person_id"),
            ),
            sa.Column("accepted_at", sa.DateTime(timezone=True)),
            sa.Column("suggestion_id", sa.Uuid()),
        ):
            op.add_column(table, column)
        op.execute(f"UPDATE {table} SET made_by_id = delegation_id")
        op.execute(f"UPDATE {table} SET translation_status = 'accepted', accepted_at = now() WHERE NOT is_original")
        for name, condition in CHECKS.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
        # the thing first: its texts are found by it, and each of them by its language
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}, ADD CONSTRAINT pk_{table} PRIMARY KEY ({kind}_id, language)"
        )
        op.execute(f"SELECT make_translatable('{kind}')")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for kind in TABLES:
        table = f"{kind}_text"
        op.execute(f"DROP TRIGGER {table}_outdates ON {table}")
        op.execute(f"DROP FUNCTION {table}_outdates")
        op.execute(f"DELETE FROM {table} WHERE translation_status IN ('suggested', 'machine')")
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}, ADD CONSTRAINT pk_{table} PRIMARY KEY (language, {kind}_id)"
        )
        for column in ADDED:
            op.drop_column(table, column)
    op.execute("DROP FUNCTION make_translatable")
