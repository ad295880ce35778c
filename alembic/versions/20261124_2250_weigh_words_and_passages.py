"""give the texts of proposals their words, their vectors in whole numbers, and their passages

Revision: 0036
Revises: 0035
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# How often a word stands in the first 400 of a text is told by marked copies of it: ² for twice and more, ⁴ and ⁸. No
# word of a search vector ends with such a mark.
WORDS = """
CREATE FUNCTION text_words(searched tsvector) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT array_to_tsvector(coalesce(array_agg(each.lexeme || step.mark), '{}'))
    FROM (
        SELECT lexeme, (SELECT count(*) FROM unnest(positions) AS at WHERE at <= 400) AS times FROM unnest(searched)
    ) AS each
    JOIN (VALUES (1, ''), (2, '²'), (4, '⁴'), (8, '⁸')) AS step (least, mark) ON each.times >= step.least
$$
"""
# A word counts 7, 11, 16 or 22: ten times the logarithm of one more than its number. This is the sum of their squares.
SQUARE = """
CREATE FUNCTION text_square(searched tsvector) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT coalesce(sum(CASE right(lexeme, 1) WHEN '²' THEN 72 WHEN '⁴' THEN 135 WHEN '⁸' THEN 228 ELSE 49 END), 0)::integer
    FROM unnest(text_words(searched))
$$
"""
# Which words of a proposal stand in the open ones of its language that others may see, and what they weigh together:
# what the word counts here, what it counts there, and the cube of how rare it is, in hundredths of the rarest. Under row
# security @@ reaches no index: the owner finds the ids, and the caller's own rights decide which remain. Drafts and what
# is a delegation's own have no part in how rare a word is.
FOUND = """
CREATE FUNCTION proposal_words(own uuid) RETURNS TABLE (id uuid, common bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
AS $$
    WITH mine AS MATERIALIZED (
        SELECT split_part(t.language, '-', 1) AS language, rtrim(w.lexeme, '²⁴⁸') AS word,
            sum(CASE right(w.lexeme, 1) WHEN '²' THEN 4 WHEN '⁴' THEN 5 WHEN '⁸' THEN 6 ELSE 7 END) AS counts
        FROM proposal_text AS t, unnest(t.words) AS w WHERE t.proposal_id = own AND t.is_original
        GROUP BY 1, 2
    ), asked AS MATERIALIZED (
        SELECT m.*, step.mark, step.counts AS gain,
            ('''' || replace(replace(m.word || step.mark, '\\', '\\\\'), '''', '''''') || '''')::tsquery AS query
        FROM mine AS m, (VALUES ('', 7), ('²', 4), ('⁴', 5), ('⁸', 6)) AS step (mark, counts)
    ), every AS MATERIALIZED (
        SELECT count(*)::float8 AS texts FROM proposal_text AS t
        WHERE t.is_original AND t.status = 'open' AND t.visibility <> 'delegation'
            AND split_part(t.language, '-', 1) = (SELECT language FROM mine LIMIT 1)
    ), met AS MATERIALIZED (
        SELECT a.word, a.mark, a.counts * a.gain AS counts, t.proposal_id
        FROM asked AS a JOIN proposal_text AS t ON t.words @@ a.query
        WHERE t.is_original AND t.status = 'open' AND t.visibility <> 'delegation'
            AND split_part(t.language, '-', 1) || '' = a.language  -- so that the words' index is read, not the languages'
    ), rare AS MATERIALIZED (
        SELECT met.word, round(100 * (ln(1 + every.texts / count(*)) / ln(1 + every.texts)) ^ 3) AS weight
        FROM met, every WHERE met.mark = '' GROUP BY met.word, every.texts
    )
    SELECT met.proposal_id, sum(met.counts * rare.weight)::bigint
    FROM met JOIN rare ON rare.word = met.word
    GROUP BY met.proposal_id
$$
"""
# The planes of a code (services/core/codes.py) as they are laid over another code: for each class of pairs of planes one
# mask, whose plane j is the code's plane i; what is in no pair is zero.
MASKS = """
CREATE FUNCTION code_masks(code bit varying, bits integer) RETURNS bit varying[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT array_agg(mask ORDER BY total, plus DESC) FROM (
        SELECT total, plus, string_agg(
            CASE WHEN fits THEN substring(code FROM (total - plane) * size + 1 FOR size)::text ELSE repeat('0', size) END,
            '' ORDER BY plane)::bit varying AS mask
        FROM (
            SELECT total, plus, plane, length(code) / bits AS size, total - plane BETWEEN 0 AND bits - 1
                AND ((plane = bits - 1) = (total - plane = bits - 1)) = plus AS fits
            FROM generate_series(0, 2 * bits - 2) AS total, generate_series(0, bits - 1) AS plane,
                (VALUES (true), (false)) AS sign (plus)
        ) AS each
        GROUP BY total, plus HAVING bool_or(fits)
    ) AS masks
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for function in (WORDS, SQUARE, MASKS):
        op.execute(function)
    op.execute(
        "ALTER TABLE proposal_text ADD COLUMN words tsvector GENERATED ALWAYS AS (text_words(search)) STORED, "
        "ADD COLUMN words_square integer GENERATED ALWAYS AS (text_square(search)) STORED"
    )
    varbit = postgresql.BIT(varying=True)
    op.add_column("proposal_text", sa.Column("code", varbit, nullable=True))
    op.add_column("proposal_text", sa.Column("passages", postgresql.ARRAY(sa.Integer()), nullable=True))
    op.add_column("proposal_text", sa.Column("passage_codes", postgresql.ARRAY(varbit), nullable=True))
    op.create_index(
        "ix_proposal_text_words",
        "proposal_text",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text("is_original AND status = 'open' AND visibility <> 'delegation'"),
    )
    op.create_index(
        "ix_proposal_text_spoken",
        "proposal_text",
        [sa.text("split_part(language, '-', 1)")],
        postgresql_where=sa.text("is_original AND status = 'open' AND visibility <> 'delegation'"),
    )
    op.execute(FOUND)
    # The job embeds anew what has no code yet.
    op.execute(
        "UPDATE proposal_text SET embedding = NULL, embedding_model = NULL, sketch = NULL WHERE sketch IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION proposal_words")
    for name in ("spoken", "words"):
        op.drop_index(f"ix_proposal_text_{name}", table_name="proposal_text")
    for column in ("passage_codes", "passages", "code", "words_square", "words"):
        op.drop_column("proposal_text", column)
    for function in ("code_masks", "text_square", "text_words"):
        op.execute(f"DROP FUNCTION {function}")
