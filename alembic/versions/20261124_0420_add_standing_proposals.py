"""add proposals to change a standing, keep standings in order, and say who may write them

Revision: 0007
Revises: 0006
"""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STANDINGS = ("invited", "applicant", "declined", "member", "co_chair", "observer", "suspended", "withdrawn")

# Who begins a standing may write no other (row security), so closing the one before is the owner's.
FOLLOWS = """
CREATE FUNCTION standing_period_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM standing_period WHERE delegation_id = NEW.delegation_id AND valid_from > NEW.valid_from
    ) THEN
        RAISE check_violation USING MESSAGE = 'standings of a delegation are written in the order of their days';
    END IF;
    UPDATE standing_period SET valid_to = NEW.valid_from, updated_at = NEW.updated_at
    WHERE delegation_id = NEW.delegation_id AND valid_from < NEW.valid_from
        AND (valid_to IS NULL OR valid_to > NEW.valid_from);
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER standing_period_follows BEFORE INSERT ON standing_period FOR EACH ROW
EXECUTE FUNCTION standing_period_follows()
"""

ROLE = "(select current_setting('gof.role', true))"
MINE = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
AUDIENCE = "(select nullif(current_setting('gof.audience', true), ''))"
PLATFORM = f"{ROLE} = 'system'"
SECRETARIAT = f"{ROLE} = 'secretariat'"
FOCAL_POINT = f"{ROLE} = 'focal_point'"
CO_CHAIR = f"({FOCAL_POINT} AND (select current_setting('gof.co_chair', true)) = '1')"
LISTED = "standing IN ('member', 'co_chair', 'observer', 'suspended', 'withdrawn')"
RECORDED = f"{SECRETARIAT} AND standing IN ('invited', 'applicant')"

BEFORE = {
    "delegation": (
        f"({LISTED} AND {AUDIENCE} IS NOT NULL) OR (id = {MINE}) OR ({SECRETARIAT}) OR ({PLATFORM})",
        f"({SECRETARIAT}) OR ({PLATFORM}) OR ({AUDIENCE} = 'members')",
    ),
    "standing_period": (
        f"({LISTED} AND {AUDIENCE} IS NOT NULL) OR (delegation_id = {MINE}) OR ({SECRETARIAT}) OR ({PLATFORM})",
        f"({SECRETARIAT}) OR ({PLATFORM}) OR ({AUDIENCE} = 'members')",
    ),
}
AFTER = {
    "delegation": (
        (
            f"(({LISTED} OR took_part_as IS NOT NULL) AND {AUDIENCE} IS NOT NULL)"
            f" OR (id = {MINE}) OR ({SECRETARIAT}) OR ({CO_CHAIR}) OR ({PLATFORM})"
        ),
        (
            f"({RECORDED}) OR ({CO_CHAIR} AND id <> {MINE})"
            f" OR (id = {MINE} AND {FOCAL_POINT} AND standing = 'withdrawn') OR ({PLATFORM})"
        ),
    ),
    "standing_period": (
        (
            f"({LISTED} AND {AUDIENCE} IS NOT NULL)"
            f" OR (delegation_id = {MINE}) OR ({SECRETARIAT}) OR ({CO_CHAIR}) OR ({PLATFORM})"
        ),
        (
            f"({RECORDED}) OR ({CO_CHAIR} AND delegation_id <> {MINE})"
            f" OR (delegation_id = {MINE} AND {FOCAL_POINT} AND standing = 'withdrawn') OR ({PLATFORM})"
        ),
    ),
}
PROPOSALS_SEEN = f"(delegation_id = {MINE}) OR ({SECRETARIAT}) OR ({CO_CHAIR}) OR ({PLATFORM})"
PROPOSALS_WRITTEN = (
    f"({SECRETARIAT} AND status = 'open')"
    f" OR ({CO_CHAIR} AND delegation_id <> {MINE} AND status IN ('accepted', 'rejected'))"
    f" OR (delegation_id = {MINE} AND {FOCAL_POINT} AND status = 'lapsed') OR ({PLATFORM})"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _add_participation()
    _keep_in_order()
    _add_proposals()
    _protect(AFTER)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _protect(BEFORE)
    op.drop_table("standing_proposal")
    op.execute("DROP TRIGGER standing_period_follows ON standing_period")
    op.execute("DROP FUNCTION standing_period_follows")
    op.drop_constraint("uq_standing_period_delegation_id_valid_from", "standing_period")
    op.drop_constraint("ck_standing_period_dates_in_order", "standing_period")
    op.create_check_constraint(
        op.f("ck_standing_period_dates_in_order"), "standing_period", "valid_to IS NULL OR valid_to >= valid_from"
    )
    op.create_index("ix_standing_period_delegation_id", "standing_period", ["delegation_id"])
    op.drop_column("delegation", "took_part_as")


def _add_participation() -> None:
    op.add_column("delegation", sa.Column("took_part_as", sa.String(40), nullable=True))
    op.create_check_constraint(
        op.f("ck_delegation_participation"), "delegation", "took_part_as IN ('member', 'observer')"
    )


def _keep_in_order() -> None:
    op.drop_index("ix_standing_period_delegation_id", "standing_period")
    op.create_unique_constraint(
        op.f("uq_standing_period_delegation_id_valid_from"), "standing_period", ["delegation_id", "valid_from"]
    )
    op.drop_constraint("ck_standing_period_dates_in_order", "standing_period")
    op.create_check_constraint(op.f("ck_standing_period_dates_in_order"), "standing_period", "valid_to > valid_from")
    op.execute(FOLLOWS)
    op.execute(TRIGGER)


def _add_proposals() -> None:
    open_only = sa.text("status = 'open'")
    op.create_table(
        "standing_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(*STANDINGS, name="standing", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "accepted",
                "rejected",
                "lapsed",
                name="standing_proposal_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_delegation", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(standing = 'co_chair') = (until IS NOT NULL)", name=op.f("ck_standing_proposal_term")),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_standing_proposal_closed")),
        sa.CheckConstraint("status <> 'rejected' OR reason <> ''", name=op.f("ck_standing_proposal_reason")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_standing_proposal_decided_by")),
        sa.ForeignKeyConstraint(
            ["decided_by_delegation"], ["delegation.id"], name=op.f("fk_standing_proposal_decided_by_delegation")
        ),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegation.id"], name=op.f("fk_standing_proposal_delegation_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_standing_proposal_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_proposal")),
    )
    op.create_index(
        "ix_standing_proposal_created_at", "standing_proposal", [sa.text("created_at DESC"), sa.text("id DESC")]
    )
    op.create_index(op.f("ix_standing_proposal_delegation_id"), "standing_proposal", ["delegation_id"])
    op.create_index(
        "uq_standing_proposal_open", "standing_proposal", ["delegation_id"], unique=True, postgresql_where=open_only
    )
    op.execute("ALTER TABLE standing_proposal ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE standing_proposal FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY standing_proposal_owner ON standing_proposal TO CURRENT_USER USING (true) WITH CHECK (true)"
    )
    op.execute("CREATE POLICY standing_proposal_removed ON standing_proposal FOR DELETE USING (false)")
    _create_policies("standing_proposal", PROPOSALS_SEEN, PROPOSALS_WRITTEN)


def _protect(policies: dict[str, tuple[str, str]]) -> None:
    for table, (seen, written) in policies.items():
        for name in ("seen", "made", "changed"):
            op.execute(f"DROP POLICY {table}_{name} ON {table}")
        _create_policies(table, seen, written)


def _create_policies(table: str, seen: str, written: str) -> None:
    op.execute(f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({seen})")
    op.execute(f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({written})")
    op.execute(f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({seen}) WITH CHECK ({written})")
