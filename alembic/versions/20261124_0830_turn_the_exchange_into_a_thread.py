"""turn the exchange into a thread: a step is a message of a kind, and messages are numbered

Revision: 0008
Revises: 0007
"""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
PERSON = "(select nullif(current_setting('gof.person', true), '')::uuid)"
MINE = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
PARTY = f"(sender_id = {MINE}) OR (receiver_id = {MINE})"
PLATFORM = f"{ROLE} = 'system'"
SPEAKS = f"author_id = {PERSON} AND (by = 'sender' AND sender_id = {MINE} OR by = 'receiver' AND receiver_id = {MINE})"
BEFORE = (f"{PARTY} OR ({PLATFORM})", f"{PARTY} OR ({PLATFORM})")
AFTER = (f"({PARTY}) OR ({PLATFORM})", f"({SPEAKS}) OR ({PLATFORM})")

# The owner looks, since a policy must not look into another protected table. The lock on what the thread is about keeps
# its messages in one line, so that a number read is never followed by a smaller one that appears later.
MADE = """
CREATE FUNCTION thread_message_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM FROM expression_of_interest
    WHERE id = NEW.expression_id AND sender_id = NEW.sender_id AND receiver_id = NEW.receiver_id AND status <> 'draft'
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE check_violation USING MESSAGE = 'a message belongs to the two parties of what was sent';
    END IF;
    NEW.number := coalesce(
        NEW.number, 1 + coalesce((SELECT max(number) FROM thread_message WHERE expression_id = NEW.expression_id), 0));
    NEW.author_name := coalesce((SELECT name FROM person WHERE id = NEW.author_id), '');
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER thread_message_made BEFORE INSERT ON thread_message FOR EACH ROW EXECUTE FUNCTION thread_message_made()
"""
NUMBERED = """
UPDATE thread_message SET number = numbered.place FROM (
    SELECT id, row_number() OVER (PARTITION BY expression_id ORDER BY created_at, id) AS place FROM thread_message
) AS numbered WHERE numbered.id = thread_message.id
"""
RENAMED = ("pk_{}", "ck_{}_turn_kind", "ck_{}_party", "ck_{}_text_length", "fk_{}_expression_id")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE expression_turn RENAME TO thread_message")
    _rename("expression_turn", "thread_message")
    op.alter_column("thread_message", "kind", nullable=True)
    op.add_column("thread_message", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("thread_message", sa.Column("author_id", sa.Uuid(), nullable=True))
    op.add_column("thread_message", sa.Column("author_name", sa.String(), nullable=False, server_default=""))
    op.alter_column("thread_message", "author_name", server_default=None)
    op.execute(NUMBERED)
    op.alter_column("thread_message", "number", nullable=False)
    op.create_foreign_key("fk_thread_message_author_id", "thread_message", "person", ["author_id"], ["id"])
    op.create_check_constraint(op.f("ck_thread_message_number"), "thread_message", "number >= 1")
    op.create_check_constraint(
        op.f("ck_thread_message_says_something"), "thread_message", "kind IS NOT NULL OR text <> ''"
    )
    op.drop_index("ix_expression_turn_expression_id", "thread_message")
    op.create_index(
        "uq_thread_message_number",
        "thread_message",
        ["expression_id", "number"],
        unique=True,
        postgresql_include=["sender_id", "receiver_id", "author_id"],
    )
    op.execute(MADE)
    op.execute(TRIGGER)
    _protect(AFTER)
    _add_columns_of_turns()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("turn_reminders", "sender_read_to", "receiver_read_to"):
        op.drop_column("expression_of_interest", name)
    _protect(BEFORE)
    op.execute("DROP TRIGGER thread_message_made ON thread_message")
    op.execute("DROP FUNCTION thread_message_made")
    op.execute("DELETE FROM thread_message WHERE kind IS NULL")
    op.drop_index("uq_thread_message_number", "thread_message")
    op.create_index("ix_expression_turn_expression_id", "thread_message", ["expression_id", "created_at", "id"])
    op.drop_constraint("ck_thread_message_says_something", "thread_message")
    for name in ("number", "author_id", "author_name"):
        op.drop_column("thread_message", name)
    op.alter_column("thread_message", "kind", nullable=False)
    _rename("thread_message", "expression_turn")
    op.execute("ALTER TABLE thread_message RENAME TO expression_turn")


def _add_columns_of_turns() -> None:
    for name in ("turn_reminders", "sender_read_to", "receiver_read_to"):
        column = sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        op.add_column("expression_of_interest", column)
        op.alter_column("expression_of_interest", name, server_default=None)
    op.create_check_constraint(
        op.f("ck_expression_of_interest_turn_reminders"), "expression_of_interest", "turn_reminders BETWEEN 0 AND 2"
    )


def _rename(before: str, after: str) -> None:
    """Rename what bears the table's name; the table is called ``thread_message`` here both ways."""
    for name in RENAMED:
        op.execute(f"ALTER TABLE thread_message RENAME CONSTRAINT {name.format(before)} TO {name.format(after)}")
    for name in ("owner", "seen", "made", "changed", "removed"):
        op.execute(f"ALTER POLICY {before}_{name} ON thread_message RENAME TO {after}_{name}")


def _protect(policies: tuple[str, str]) -> None:
    seen, written = policies
    op.execute(f"ALTER POLICY thread_message_seen ON thread_message USING ({seen})")
    op.execute(f"ALTER POLICY thread_message_made ON thread_message WITH CHECK ({written})")
    op.execute(f"ALTER POLICY thread_message_changed ON thread_message USING ({seen}) WITH CHECK ({written})")
