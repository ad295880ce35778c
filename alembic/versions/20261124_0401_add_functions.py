"""add the functions that names, texts and searches stand on

Revision: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The best of the wanted languages among the keys of a JSON object of names; English where none is there.
PICK_LANGUAGE = """
CREATE FUNCTION pick_language(names jsonb, wanted text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
    (SELECT w FROM unnest(wanted) WITH ORDINALITY AS u (w, n) WHERE names ? w ORDER BY n LIMIT 1), 'en')
"""

# A policy must not look into another protected table, so texts carry their thing's delegation, status and audience.
COPIES = """
CREATE FUNCTION {table}_copies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {updates}
    RETURN NULL;
END $$
"""
UPDATE = """
    UPDATE {copy} SET delegation_id = NEW.delegation_id, status = NEW.status, visibility = NEW.visibility
    WHERE {table}_id = NEW.id;
"""
TRIGGER = """
CREATE TRIGGER {table}_copies AFTER UPDATE OF delegation_id, status, visibility ON {table} FOR EACH ROW
WHEN (OLD.status <> NEW.status OR OLD.visibility <> NEW.visibility OR OLD.delegation_id <> NEW.delegation_id)
EXECUTE FUNCTION {table}_copies()
"""
COPIED = {"practice": ("practice_text", "practice_version"), "proposal": ("proposal_text",)}

# Under row security @@ reaches no index: the owner finds the ids, and the caller's own rights decide which remain.
# A text scores for its words (0.3 and up to 0.2 by ts_rank) and for its meaning (up to 0.5 by the cosine).
SEARCH = """
CREATE FUNCTION {table}_search(configurations text[], words text[], asked_sketch text, minimum float8)
RETURNS TABLE (id uuid, score float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    WITH asked AS MATERIALIZED (
        SELECT string_agg('(' || one::text || ')', ' | ')::tsquery AS query, asked_sketch::bit(2048) AS bits
        FROM (SELECT plainto_tsquery(c::regconfig, w) AS one FROM unnest(configurations, words) AS u (c, w)) AS each
        WHERE numnode(one) > 0
    ), found AS (
        SELECT t.{table}_id AS id, 0.3 + 0.2 * ts_rank(t.search, asked.query, 32) AS points, t.sketch
        FROM asked, {table}_text AS t WHERE t.search @@ asked.query
        UNION ALL
        SELECT t.{table}_id, 0.0, t.sketch
        FROM asked, {table}_text AS t WHERE cos(pi() * bit_count(t.sketch # asked.bits) / 2048) >= minimum
    )
    SELECT found.id, max(found.points
        + 0.5 * greatest(0, coalesce(cos(pi() * bit_count(found.sketch # asked.bits) / 2048), 0)))
    FROM asked, found
    GROUP BY found.id
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(PICK_LANGUAGE)
    for table, copies in COPIED.items():
        op.execute(
            COPIES.format(table=table, updates="".join(UPDATE.format(table=table, copy=copy) for copy in copies))
        )
        op.execute(TRIGGER.format(table=table))
        op.execute(SEARCH.format(table=table))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in COPIED:
        op.execute(f"DROP FUNCTION {table}_search")
        op.execute(f"DROP TRIGGER {table}_copies ON {table}")
        op.execute(f"DROP FUNCTION {table}_copies")
    op.execute("DROP FUNCTION pick_language")
