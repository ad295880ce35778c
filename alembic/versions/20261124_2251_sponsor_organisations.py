"""let delegations sponsor organisations

Revision: 0038
Revises: 0037
"""

import sqlalchemy as sa

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
MINE = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
AUDIENCE = "(select nullif(current_setting('gof.audience', true), ''))"
SEEN = f"{AUDIENCE} IS NOT NULL"
WRITTEN = f"(delegation_id = {MINE} AND {ROLE} = 'focal_point' AND {AUDIENCE} = 'members') OR ({ROLE} = 'system')"
STAYS = """
CREATE FUNCTION organisation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.delegation_id <> OLD.delegation_id THEN
        RAISE check_violation USING MESSAGE = 'an organisation stays with the delegation that sponsors it';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "university",
                "company",
                "alliance",
                "agency",
                "other",
                name="organisation_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sponsored_since", sa.Date(), nullable=False),
        sa.Column("sponsored_until", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_organisation_name_length")),
        sa.CheckConstraint("sponsored_until >= sponsored_since", name=op.f("ck_organisation_dates_in_order")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_organisation_delegation_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_organisation_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_index(
        "uq_organisation_sponsored",
        "organisation",
        ["delegation_id", "name"],
        unique=True,
        postgresql_where=sa.text("sponsored_until IS NULL"),
    )
    op.create_index("ix_organisation_name", "organisation", ["name", "id"])
    op.create_index("ix_organisation_delegation_id", "organisation", ["delegation_id", "name", "id"])
    op.execute("ALTER TABLE organisation ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE organisation FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY organisation_owner ON organisation TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY organisation_seen ON organisation FOR SELECT USING ({SEEN})")
    op.execute(f"CREATE POLICY organisation_made ON organisation FOR INSERT WITH CHECK ({WRITTEN})")
    op.execute(f"CREATE POLICY organisation_changed ON organisation FOR UPDATE USING ({SEEN}) WITH CHECK ({WRITTEN})")
    op.execute("CREATE POLICY organisation_removed ON organisation FOR DELETE USING (false)")
    op.execute(STAYS)
    op.execute(
        "CREATE TRIGGER organisation_stays BEFORE UPDATE ON organisation FOR EACH ROW "
        "EXECUTE FUNCTION organisation_stays()"
    )
    op.execute(
        "CREATE TRIGGER organisation_tells AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON organisation "
        "FOR EACH STATEMENT EXECUTE FUNCTION public_changed()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("organisation")
    op.execute("DROP FUNCTION organisation_stays")
