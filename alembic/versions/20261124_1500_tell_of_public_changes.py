"""tell of public changes: each statement that writes what the public may see NOTIFies its table, once a transaction

Revision: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = [
    "alembic_version",
    "capacity_area",
    "cooperation",
    "cooperation_text",
    "delegation",
    "endorsement",
    "lab",
    "lab_contribution",
    "lab_milestone",
    "lab_output",
    "lab_party",
    "lab_text",
    "lab_update",
    "language",
    "licence",
    "matching_weights",
    "meaning_cell",
    "member_state",
    "plan_action",
    "practice",
    "practice_text",
    "practice_version",
    "proposal",
    "proposal_text",
    "record_head",
    "record_node",
    "reference_source",
    "region",
    "sdg_goal",
    "sdg_target",
    "sector",
    "sector_category",
    "standing_period",
    "state_classification",
    "state_experience",
    "vision",
]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE FUNCTION public_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('gof_public', TG_TABLE_NAME);
            RETURN NULL;
        END $$
        """
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_tells AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION public_changed()"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TRIGGER {table}_tells ON {table}")
    op.execute("DROP FUNCTION public_changed")
