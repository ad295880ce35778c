"""add cells of meaning, so that a search by meaning reads an index

Revision: 0019
Revises: 0018
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

THINGS = ("practice", "proposal", "cooperation", "lab")
READ = {"lab": ["parties"]}
"""What row security reads of a text beside delegation, status and visibility."""

# Of each generation the eighth of the cells whose centres are nearest, and the cell of the texts that came before there
# were centres.
NEAREST = """
CREATE FUNCTION nearest_cells(asked bit) RETURNS integer[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT array_agg(number) || 0 FROM (
        SELECT number, count(*) OVER (PARTITION BY generation) AS cells,
            row_number() OVER (PARTITION BY generation ORDER BY bit_count(sketch # asked), number) AS place
        FROM meaning_cell
    ) AS near
    WHERE place <= ceil(cells / 8.0)
$$
"""
CELL = """
CREATE FUNCTION text_cell() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.cell := coalesce((
        SELECT number FROM meaning_cell WHERE generation = (SELECT max(generation) FROM meaning_cell)
        ORDER BY bit_count(sketch # NEW.sketch), number LIMIT 1
    ), 0);
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER {text}_cell BEFORE INSERT OR UPDATE OF sketch ON {text} FOR EACH ROW
WHEN (NEW.sketch IS NOT NULL) EXECUTE FUNCTION text_cell()
"""

# Under row security @@ reaches no index: the owner finds the ids, and the caller's own rights decide which remain.
# A text scores for its words (0.3 and up to 0.2 by ts_rank) and for its meaning (up to 0.5 by the cosine).
WORDS = """
CREATE FUNCTION {thing}_words(configurations text[], words text[], asked bit)
RETURNS TABLE (id uuid, points float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH typed AS MATERIALIZED (
        SELECT string_agg('(' || one::text || ')', ' | ')::tsquery AS query
        FROM (SELECT plainto_tsquery(c::regconfig, w) AS one FROM unnest(configurations, words) AS u (c, w)) AS each
        WHERE numnode(one) > 0
    )
    SELECT t.{thing}_id, 0.3 + 0.2 * ts_rank(t.search, typed.query, 32)
        + 0.5 * greatest(0, coalesce(cos(pi() * bit_count(t.sketch # asked) / 2048), 0))
    FROM typed, {thing}_text AS t WHERE t.search @@ typed.query
$$
"""
# The nearest in meaning are sought by the caller, among what row security shows to it: at most a thousand. What was
# asked stands in sub-selects of its own, so that it is known before the index is read.
SEARCH = """
CREATE FUNCTION {thing}_search(configurations text[], words text[], asked_sketch text, minimum float8)
RETURNS TABLE (id uuid, score float8)
LANGUAGE sql STABLE
AS $$
    WITH asked AS MATERIALIZED (
        SELECT asked_sketch::bit(2048) AS bits, nearest_cells(asked_sketch::bit(2048)) AS cells
    ), near AS MATERIALIZED (
        SELECT t.{thing}_id AS id, bit_count(t.sketch # (SELECT bits FROM asked)) AS differing
        FROM {thing}_text AS t
        WHERE t.cell = ANY ((SELECT cells FROM asked)::integer[]) AND t.sketch IS NOT NULL
        ORDER BY differing
        LIMIT 1000
    ), found AS (
        SELECT found.id, found.points FROM {thing}_words(configurations, words, asked_sketch::bit(2048)) AS found
        UNION ALL
        SELECT near.id, 0.5 * cos(pi() * near.differing / 2048) FROM near
        WHERE cos(pi() * near.differing / 2048) >= minimum
    )
    SELECT found.id, max(found.points) FROM found GROUP BY found.id
$$
"""
# As it was before.
EXACT = """
CREATE FUNCTION {thing}_search(configurations text[], words text[], asked_sketch text, minimum float8)
RETURNS TABLE (id uuid, score float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH asked AS MATERIALIZED (
        SELECT string_agg('(' || one::text || ')', ' | ')::tsquery AS query, asked_sketch::bit(2048) AS bits
        FROM (SELECT plainto_tsquery(c::regconfig, w) AS one FROM unnest(configurations, words) AS u (c, w)) AS each
        WHERE numnode(one) > 0
    ), found AS (
        SELECT t.{thing}_id AS id, 0.3 + 0.2 * ts_rank(t.search, asked.query, 32) AS points, t.sketch
        FROM asked, {thing}_text AS t WHERE t.search @@ asked.query
        UNION ALL
        SELECT t.{thing}_id, 0.0, t.sketch
        FROM asked, {thing}_text AS t WHERE cos(pi() * bit_count(t.sketch # asked.bits) / 2048) >= minimum
    )
    SELECT found.id, max(found.points
        + 0.5 * greatest(0, coalesce(cos(pi() * bit_count(found.sketch # asked.bits) / 2048), 0)))
    FROM asked, found
    GROUP BY found.id
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "meaning_cell",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("sketch", postgresql.BIT(length=2048), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_meaning_cell")),
    )
    op.execute(NEAREST)
    op.execute(CELL)
    for thing in THINGS:
        text = f"{thing}_text"
        op.add_column(text, sa.Column("cell", sa.Integer(), server_default="0", nullable=False))
        op.create_index(
            f"ix_{text}_cell",
            text,
            ["cell"],
            postgresql_include=[
                *(f"{thing}_id", "delegation_id", "status", "visibility"),
                *READ.get(thing, []),
                "sketch",
            ],
            postgresql_where=sa.text("sketch IS NOT NULL"),
        )
        op.execute(TRIGGER.format(text=text))
        op.execute(f"DROP FUNCTION {thing}_search")
        op.execute(WORDS.format(thing=thing))
        op.execute(SEARCH.format(thing=thing))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for thing in THINGS:
        text = f"{thing}_text"
        op.execute(f"DROP FUNCTION {thing}_search")
        op.execute(f"DROP FUNCTION {thing}_words")
        op.execute(EXACT.format(thing=thing))
        op.execute(f"DROP TRIGGER {text}_cell ON {text}")
        op.drop_index(f"ix_{text}_cell", table_name=text)
        op.drop_column(text, "cell")
    op.execute("DROP FUNCTION text_cell")
    op.execute("DROP FUNCTION nearest_cells")
    op.drop_table("meaning_cell")
