"""index big lists in their orders, each way of being visible by itself, and their codes

Revision: 0020
Revises: 0019
"""

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

LISTED = ("listed_at DESC", "id DESC")
CREATED = ("created_at DESC", "id DESC")
EXPIRING = ("coalesce(expires_on, DATE '2200-12-31')", "id")
DEADLINE = ("coalesce(turn_deadline, DATE '2200-12-31')", "id")
OF_PROPOSAL = ("status", "visibility", "side", "expires_on")
OF_EXPRESSION = ("sender_id", "receiver_id", "proposal_id", "status", "turn")
CODES = {
    "practice": ("capacity_areas", "sectors", "sdg_targets"),
    "proposal": ("capacity_areas", "sectors", "sdg_targets", "forms", "working_languages"),
}
WORDS = {"capacity_areas", "forms"}
"""The lists of which PostgreSQL knows the length of a word."""

# Under row security && reaches no index: the owner finds the ids, and the caller's own rights decide which remain.
# What a caller may ask for is no statistic of the planner's, and a scan never finds the rare ones sooner.
BY_CODES = """
CREATE FUNCTION {table}_by_{column}(codes text[], most integer) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
AS $$ SELECT id FROM {table} WHERE {column} && codes{cast} LIMIT most $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, columns in CODES.items():
        op.drop_index(f"ix_{table}_areas", table)
        op.create_index(f"ix_{table}_codes", table, list(columns), postgresql_using="gin")
        for column in columns:
            cast = "::varchar[]" if column in WORDS else ""
            op.execute(BY_CODES.format(table=table, column=column, cast=cast))
    op.drop_index("ix_practice_delegation_id", "practice")
    _index("practice", "delegation_id", ("delegation_id", *LISTED), ("status", "visibility"))
    for name in ("listed_at", "delegation_id"):
        op.drop_index(f"ix_proposal_{name}", "proposal")
    _index("proposal", "listed_at", LISTED, ("delegation_id", *OF_PROPOSAL))
    _index("proposal", "delegation_id", ("delegation_id", *LISTED), OF_PROPOSAL)
    _index("proposal", "expiring", EXPIRING, ("expires_on", "delegation_id", *OF_PROPOSAL[:-1]))
    _index("proposal", "delegation_id_expiring", ("delegation_id", *EXPIRING), ("expires_on", *OF_PROPOSAL[:-1]))
    # matches look at the open ones of each delegation
    op.create_index("ix_proposal_open", "proposal", ["delegation_id"], postgresql_where=sa.text("status = 'open'"))
    table = "expression_of_interest"
    for name in ("proposal_id", "sender_id", "receiver_id"):
        others = [one for one in OF_EXPRESSION if one != name]
        op.drop_index(f"ix_{table}_{name}", table)
        _index(table, name, (name, *LISTED), others)
        if name != "proposal_id":
            _index(table, f"{name}_deadline", (name, *DEADLINE), ["turn_deadline", *others])
    op.create_index(
        f"ix_{table}_own_proposal_id",
        table,
        ["own_proposal_id"],
        postgresql_where=sa.text("own_proposal_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    table = "expression_of_interest"
    op.drop_index(f"ix_{table}_own_proposal_id", table)
    for name in ("proposal_id", "sender_id", "receiver_id"):
        op.drop_index(f"ix_{table}_{name}", table)
        _index(table, name, (name, *LISTED), ())
        if name != "proposal_id":
            op.drop_index(f"ix_{table}_{name}_deadline", table)
    for name in ("open", "expiring", "delegation_id_expiring", "listed_at", "delegation_id"):
        op.drop_index(f"ix_proposal_{name}", "proposal")
    _index("proposal", "listed_at", LISTED, ("delegation_id", "status", "visibility", "side"))
    op.drop_index("ix_practice_delegation_id", "practice")
    for table, columns in CODES.items():
        _index(table, "delegation_id", ("delegation_id", *CREATED), ())
        op.drop_index(f"ix_{table}_codes", table)
        op.create_index(f"ix_{table}_areas", table, ["capacity_areas"], postgresql_using="gin")
        for column in columns:
            op.execute(f"DROP FUNCTION {table}_by_{column}")


def _index(table: str, name: str, keys: tuple[str, ...], also: tuple[str, ...] | list[str]) -> None:
    op.create_index(f"ix_{table}_{name}", table, [sa.text(key) for key in keys], postgresql_include=list(also))
