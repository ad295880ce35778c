"""let the secretariat break the seal of a thread, for an hour and before both delegations

Revision: 0034
Revises: 0033
"""

import sqlalchemy as sa

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
PERSON = "(select nullif(current_setting('gof.person', true), '')::uuid)"
MINE = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
SEEN = f"(sender_id = {MINE}) OR (receiver_id = {MINE}) OR ({ROLE} = 'secretariat') OR ({ROLE} = 'system')"
WRITTEN = f"({ROLE} = 'secretariat' AND person_id = {PERSON}) OR ({ROLE} = 'system')"
TABLE = "thread_unsealing"

# The owner looks, since a policy must not look into another protected table. The hour is the database's own.
MADE = """
CREATE FUNCTION thread_unsealing_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'that a seal was broken stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT sender_id, receiver_id INTO NEW.sender_id, NEW.receiver_id FROM expression_of_interest
    WHERE id = NEW.expression_id AND status <> 'draft';
    IF NOT FOUND THEN
        RAISE check_violation USING MESSAGE = 'only what was sent has a thread to unseal';
    END IF;
    NEW.created_at := now();
    NEW.until := now() + interval '1 hour';
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER thread_unsealing_made BEFORE INSERT OR UPDATE ON thread_unsealing FOR EACH ROW
EXECUTE FUNCTION thread_unsealing_made()
"""
# Past the policies of threads, and by this alone: to the person who broke the seal, of the secretariat still, for the hour.
MESSAGES = """
CREATE FUNCTION unsealed_messages()
RETURNS TABLE (unsealing_id uuid, number integer, by text, author_name text, language text, text text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT u.id, m.number, m.by, m.author_name, m.language, m.text, m.created_at
    FROM thread_unsealing AS u JOIN thread_message AS m ON m.expression_id = u.expression_id
    WHERE current_setting('gof.role', true) = 'secretariat'
    AND u.person_id = nullif(current_setting('gof.person', true), '')::uuid AND u.until > statement_timestamp()
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    parties = ["sender_id", "receiver_id", "person_id"]
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("expression_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in parties),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(reason) BETWEEN 1 AND 2000", name=op.f("ck_thread_unsealing_reason_length")),
        sa.ForeignKeyConstraint(
            ["expression_id"],
            ["expression_of_interest.id"],
            name=op.f("fk_thread_unsealing_expression_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_thread_unsealing_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_unsealing")),
    )
    op.create_index("ix_thread_unsealing_expression_id", TABLE, ["expression_id", "created_at", "id"])
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {TABLE}_owner ON {TABLE} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY {TABLE}_seen ON {TABLE} FOR SELECT USING ({SEEN})")
    op.execute(f"CREATE POLICY {TABLE}_made ON {TABLE} FOR INSERT WITH CHECK ({WRITTEN})")
    op.execute(f"CREATE POLICY {TABLE}_changed ON {TABLE} FOR UPDATE USING ({SEEN}) WITH CHECK ({WRITTEN})")
    op.execute(f"CREATE POLICY {TABLE}_removed ON {TABLE} FOR DELETE USING (false)")
    for statement in (MADE, TRIGGER, MESSAGES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION unsealed_messages")
    op.drop_table(TABLE)
    op.execute("DROP FUNCTION thread_unsealing_made")
