"""add read marks and attachments of threads

Revision: 0014
Revises: 0013
"""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
PERSON = "(select nullif(current_setting('gof.person', true), '')::uuid)"
MINE = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
PLATFORM = f"{ROLE} = 'system'"
WRITTEN = f"(person_id = {PERSON} AND delegation_id = {MINE}) OR ({PLATFORM})"
POLICIES = {
    "thread_mark": (f"(delegation_id = {MINE}) OR ({PLATFORM})", "false"),
    "attachment": (
        (
            f"((sender_id = {MINE}) OR (receiver_id = {MINE}))"
            f" OR (message_id IS NULL AND person_id = {PERSON}) OR ({PLATFORM})"
        ),
        PLATFORM,
    ),
}

# The owner looks: whose message it is and who its parties are, which the writer could say wrongly.
KEPT = """
CREATE FUNCTION attachment_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.message_id IS NOT NULL THEN
        RAISE check_violation USING MESSAGE = 'a file that goes with a message stays as it is';
    END IF;
    NEW.sender_id := NULL;
    NEW.receiver_id := NULL;
    IF NEW.message_id IS NOT NULL THEN
        SELECT sender_id, receiver_id INTO NEW.sender_id, NEW.receiver_id FROM thread_message
        WHERE id = NEW.message_id AND author_id = NEW.person_id;
        IF NOT FOUND THEN
            RAISE check_violation USING MESSAGE = 'a file goes with a message of who uploaded it';
        END IF;
    END IF;
    RETURN NEW;
END $$
"""
STAYS = """
CREATE FUNCTION thread_message_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = 'what was said stays as it is';
END $$
"""
STAYING = """
CREATE TRIGGER thread_message_stays BEFORE UPDATE ON thread_message FOR EACH ROW
EXECUTE FUNCTION thread_message_stays()
"""
TRIGGER = """
CREATE TRIGGER attachment_kept BEFORE INSERT OR UPDATE ON attachment FOR EACH ROW EXECUTE FUNCTION attachment_kept()
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_marks()
    _create_attachments()
    op.execute(KEPT)
    op.execute(TRIGGER)
    op.execute(STAYS)
    op.execute(STAYING)
    for table, (seen, removed) in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({seen})")
        op.execute(f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({WRITTEN})")
        op.execute(f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({seen}) WITH CHECK ({WRITTEN})")
        op.execute(f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({removed})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER thread_message_stays ON thread_message")
    op.execute("DROP FUNCTION thread_message_stays")
    op.drop_table("attachment")
    op.drop_table("thread_mark")
    op.execute("DROP FUNCTION attachment_kept")


def _create_marks() -> None:
    op.create_table(
        "thread_mark",
        sa.Column("expression_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("up_to >= 1", name=op.f("ck_thread_mark_up_to")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_thread_mark_delegation_id")),
        sa.ForeignKeyConstraint(
            ["expression_id"],
            ["expression_of_interest.id"],
            name=op.f("fk_thread_mark_expression_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_thread_mark_person_id")),
        sa.PrimaryKeyConstraint("expression_id", "person_id", name=op.f("pk_thread_mark")),
    )


def _create_attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("sender_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_attachment_name_length")),
        sa.CheckConstraint(
            "num_nulls(message_id, place, sender_id, receiver_id) IN (0, 4)",
            name=op.f("ck_attachment_with_a_message_or_without"),
        ),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_attachment_sha256")),
        sa.CheckConstraint("size BETWEEN 1 AND 20000000", name=op.f("ck_attachment_size")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_attachment_delegation_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["thread_message.id"], name=op.f("fk_attachment_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attachment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(
        "ix_attachment_unbound",
        "attachment",
        ["person_id", "created_at"],
        postgresql_where=sa.text("message_id IS NULL"),
    )
    op.create_index("uq_attachment_message_id", "attachment", ["message_id", "place"], unique=True)
