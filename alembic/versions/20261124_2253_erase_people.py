"""erase people: when they asked for it, and that it was done

Revision: 0040
Revises: 0039
"""

import sqlalchemy as sa

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

OWN = ("api_token", "idempotency_key", "mail", "notice", "thread_mark")
"""Tables of which the platform now removes what is a person's own."""
PLATFORM = "(select current_setting('gof.role', true)) = 'system'"
STAYS = """
CREATE OR REPLACE FUNCTION thread_message_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {unless}RAISE check_violation USING MESSAGE = 'what was said stays as it is';
END $$
"""
UNLESS = """IF current_setting('gof.role', true) = 'system'
        AND to_jsonb(NEW) - 'author_name' = to_jsonb(OLD) - 'author_name' THEN
        RETURN NEW;
    END IF;
    """
# The serving role may change no leaf. A salt that is gone makes what the leaf bound about the person unguessable, and
# is no part of what the tree is made of.
FORGET = """
CREATE FUNCTION forget_person(key uuid, pseudonym text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF current_setting('gof.role', true) IS DISTINCT FROM 'system' THEN
        RAISE insufficient_privilege USING MESSAGE = 'only the platform itself forgets a person';
    END IF;
    UPDATE record_leaf SET salt = decode(repeat('00', 16), 'hex') WHERE object_kind = 'person' AND object_id = key;
    UPDATE thread_message SET author_name = pseudonym WHERE author_id = key AND author_name <> pseudonym;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("person", sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_person_erased_have_left"), "person", "erased_at IS NULL OR left_at IS NOT NULL")
    op.create_index(
        "ix_person_erase_at",
        "person",
        ["erase_at"],
        postgresql_where=sa.text("erase_at IS NOT NULL AND erased_at IS NULL"),
    )
    op.create_index(
        "ix_record_leaf_person",
        "record_leaf",
        ["object_id"],
        postgresql_where=sa.text("object_kind = 'person'"),
    )
    op.create_index(
        "ix_thread_message_author_id",
        "thread_message",
        ["author_id"],
        postgresql_where=sa.text("author_id IS NOT NULL"),
    )
    for table in OWN:
        op.execute(f"DROP POLICY {table}_removed ON {table}")
        op.execute(f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({PLATFORM})")
    op.execute(STAYS.format(unless=UNLESS))
    op.execute(FORGET)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION forget_person")
    op.execute(STAYS.format(unless=""))
    for table in OWN:
        op.execute(f"DROP POLICY {table}_removed ON {table}")
        op.execute(f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING (false)")
    op.drop_index("ix_thread_message_author_id", "thread_message")
    op.drop_index("ix_record_leaf_person", "record_leaf")
    op.drop_index("ix_person_erase_at", "person")
    op.drop_column("person", "erased_at")
    op.drop_column("person", "erase_at")
