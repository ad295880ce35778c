"""add notices and their mails; a mail's own secret for invitations; which proposals were announced as expiring

Revision: 0013
Revises: 0010
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None

MINE = "(person_id = (select nullif(current_setting('gof.person', true), '')::uuid))"
PLATFORM = "((select current_setting('gof.role', true)) = 'system')"
SEEN = {"notice": f"{MINE} OR {PLATFORM}", "mail": PLATFORM}
WAITING, SENDING = sa.text("state = 'waiting'"), sa.text("state = 'sending'")
TROUBLED = sa.text("state IN ('failed', 'unconfirmed')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _extend_person()
    op.add_column("proposal", sa.Column("expiry_announced_for", sa.Date(), nullable=True))
    _add_notice()
    _add_mail()
    for table, seen in SEEN.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({seen})")
        op.execute(f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({seen})")
        op.execute(f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({seen}) WITH CHECK ({seen})")
        op.execute(f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING (false)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("mail")
    op.drop_table("notice")
    op.drop_column("proposal", "expiry_announced_for")
    op.drop_column("person", "mail")
    op.drop_column("person", "mailed_invitation_hash")


def _extend_person() -> None:
    op.add_column("person", sa.Column("mailed_invitation_hash", sa.LargeBinary(), nullable=True))
    op.add_column("person", sa.Column("mail", sa.String(40), server_default="each", nullable=False))
    op.create_check_constraint(op.f("ck_person_mail_setting"), "person", "mail IN ('each', 'none')")
    op.create_check_constraint(
        op.f("ck_person_mailed_invitation_is_open"),
        "person",
        "mailed_invitation_hash IS NULL OR invitation_hash IS NOT NULL",
    )
    op.create_unique_constraint(op.f("uq_person_mailed_invitation_hash"), "person", ["mailed_invitation_hash"])


def _add_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("about_kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("titles", postgresql.JSONB(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_notice_event_id_person_id")),
    )
    op.create_index("ix_notice_person_id", "notice", ["person_id", sa.text("created_at DESC"), sa.text("id DESC")])
    op.create_index("ix_notice_unread", "notice", ["person_id"], postgresql_where=sa.text("read_at IS NULL"))


def _add_mail() -> None:
    states = ("waiting", "sending", "sent", "failed", "unconfirmed")
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*states, name="mail_state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("(state = 'sending') <= (claimed_at IS NOT NULL)", name=op.f("ck_mail_claimed")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_mail_sent")),
        sa.CheckConstraint("state <> 'failed' OR reason <> ''", name=op.f("ck_mail_reason")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_mail_notice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_mail_notice_id")),
    )
    op.create_index("ix_mail_next_attempt_at", "mail", ["next_attempt_at"], postgresql_where=WAITING)
    op.create_index("ix_mail_claimed_at", "mail", ["claimed_at"], postgresql_where=SENDING)
    op.create_index("ix_mail_troubled", "mail", [sa.text("id DESC")], postgresql_where=TROUBLED)
