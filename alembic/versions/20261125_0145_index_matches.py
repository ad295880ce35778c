"""tell of each proposal that changed while it was open, and of its words as numbers: the index of matches follows

Revision: 0045
Revises: 0044
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# The words of a text as the index keeps them: for each a hash of language and word, in order, and what it counts there
# (see proposal_words), both as the bytes of whole numbers.
COUNTS = """
CREATE FUNCTION text_counts(language text, words tsvector) RETURNS TABLE (hashes bytea, counts bytea)
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT string_agg(int8send(each.hash), ''::bytea ORDER BY each.hash),
        string_agg(int2send(each.counts), ''::bytea ORDER BY each.hash)
    FROM (
        SELECT hashtextextended(split_part(language, '-', 1) || ' ' || rtrim(w.lexeme, '²⁴⁸'), 0) AS hash,
            sum(CASE right(w.lexeme, 1) WHEN '²' THEN 4 WHEN '⁴' THEN 5 WHEN '⁸' THEN 6 ELSE 7 END)::int2 AS counts
        FROM unnest(words) AS w GROUP BY 1
    ) AS each
$$
"""
TELLS = """
CREATE FUNCTION open_proposal_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.status = 'open' OR NEW.status = 'open' THEN
        IF TG_TABLE_NAME = 'proposal' THEN
            PERFORM pg_notify('gof_rows', 'proposal:' || coalesce(NEW.id, OLD.id));
        ELSE
            PERFORM pg_notify('gof_rows', 'proposal:' || coalesce(NEW.proposal_id, OLD.proposal_id));
        END IF;
    END IF;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(COUNTS)
    op.execute(TELLS)
    for table in ("proposal", "proposal_text"):
        op.execute(
            f"CREATE TRIGGER {table}_told_open AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION open_proposal_changed()"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("proposal", "proposal_text"):
        op.execute(f"DROP TRIGGER {table}_told_open ON {table}")
    op.execute("DROP FUNCTION open_proposal_changed")
    op.execute("DROP FUNCTION text_counts")
