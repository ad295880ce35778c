"""show the record: the text of a leaf, what is damaged, and entries in their order

Revision: 0024
Revises: 0023
"""

import sqlalchemy as sa

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

AS = "STABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS"

# The canonical JSON (RFC 8785) of version 1 that a leaf's hash is taken of, as services/core/audit.py writes it. Acts and
# kinds are words of the code and all else is hexadecimal, so to_json escapes as RFC 8785 does.
TEXT = rf"""
CREATE FUNCTION record_text(leaf record_leaf) RETURNS text LANGUAGE sql {AS} $$
    SELECT '{{"act":' || to_json(leaf.act::text)::text
        || ',"at":"' || to_char(timezone('UTC', leaf.at), 'YYYY-MM-DD"T"HH24\:MI\:SS.US') || '+00\:00"'
        || ',"contentHash":"' || encode(leaf.content_hash, 'hex') || '"'
        || ',"delegation":' || coalesce('"delegation_' || replace(leaf.delegation_id::text, '-', '') || '"', 'null')
        || ',"id":"record_leaf_' || replace(leaf.id::text, '-', '') || '"'
        || ',"object":' || to_json(leaf.object_kind || '_' || replace(leaf.object_id::text, '-', ''))::text
        || ',"person":' || coalesce('"person_' || replace(leaf.person_id::text, '-', '') || '"', 'null')
        || ',"role":' || to_json(leaf.role::text)::text
        || ',"rows":' || coalesce(
            '{{"count":' || leaf.rows_count || ',"root":"' || encode(leaf.rows_root, 'hex') || '"}}', 'null')
        || ',"version"\:1}}'
$$
"""

# Which of the places first to behind - 1 hold something else than the tree says, as far as the asker sees leaves:
# whoever sees all of them finds all damage. A leaf that is gone is damage to whoever sees all.
DAMAGE = rf"""
CREATE FUNCTION record_damage(first bigint, behind bigint) RETURNS TABLE (place bigint, is_missing boolean)
LANGUAGE sql {AS} $$
    SELECT node.place, leaf.id IS NULL FROM record_node node LEFT JOIN record_leaf leaf ON leaf.id = node.leaf_id
    WHERE node.level = 0 AND node.place >= first AND node.place < behind AND (
        leaf.id IS NULL OR node.hash IS DISTINCT FROM sha256('\x00'::bytea || convert_to(record_text(leaf), 'UTF8')))
    ORDER BY node.place
$$
"""

HEXES = f"""
CREATE FUNCTION record_hexes(hashes bytea[]) RETURNS text[] LANGUAGE sql {AS} $$
    SELECT coalesce(array_agg(encode(step.hash, 'hex') ORDER BY step.number), '{{}}')
    FROM unnest(hashes) WITH ORDINALITY step (hash, number)
$$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_record_leaf_delegation_id", "record_leaf")
    for first, others in {"delegation_id": "role", "role": "delegation_id"}.items():
        name = f"ix_record_leaf_{first}"
        op.create_index(name, "record_leaf", [first, sa.text("id DESC")], postgresql_include=[others])
    op.execute(TEXT)
    op.execute(DAMAGE)
    op.execute(HEXES)


def downgrade() -> None:
    op.execute("DROP FUNCTION record_hexes(bytea[])")
    op.execute("DROP FUNCTION record_damage(bigint, bigint)")
    op.execute("DROP FUNCTION record_text(record_leaf)")
    op.drop_index("ix_record_leaf_role", "record_leaf")
    op.drop_index("ix_record_leaf_delegation_id", "record_leaf")
    op.create_index("ix_record_leaf_delegation_id", "record_leaf", ["delegation_id"])
