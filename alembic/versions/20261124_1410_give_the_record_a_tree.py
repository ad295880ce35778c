"""give the record a tree: places of leaves, hashes of subtrees, proofs, signed heads

Revision: 0021
Revises: 0020
"""

import sqlalchemy as sa

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
PLATFORM = f"{ROLE} = 'system'"
SEEN = (
    "(delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR "
    "(role = 'secretariat' AND (select nullif(current_setting('gof.audience', true), '')) = 'members') OR "
    f"({ROLE} = 'secretariat' AND role IN ('secretariat', 'system')) OR ({PLATFORM})"
)
SEEN_BEFORE = (
    "(delegation_id = (select nullif(current_setting('gof.delegation', true), '')::uuid)) OR "
    f"({ROLE} = 'secretariat' AND role IN ('secretariat', 'system')) OR ({PLATFORM})"
)
TABLES = {"record_pending": (PLATFORM, "true", PLATFORM), "record_node": ("true", PLATFORM, "false")}
TABLES["record_head"] = TABLES["record_node"]

# Whichever way a leaf comes in, it waits for its place from the same moment on.
WAITS = """
CREATE FUNCTION record_leaf_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO record_pending (leaf_id) VALUES (NEW.id);
    RETURN NULL;
END $$
"""
TRIGGER = (
    "CREATE TRIGGER record_leaf_waits AFTER INSERT ON record_leaf FOR EACH ROW EXECUTE FUNCTION record_leaf_waits()"
)
THOSE_BEFORE = "INSERT INTO record_pending (leaf_id) SELECT id FROM record_leaf"

AS = "STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS"

SIZE = f"""
CREATE FUNCTION record_size() RETURNS bigint LANGUAGE sql {AS} $$
    SELECT coalesce((SELECT place + 1 FROM record_node WHERE level = 0 ORDER BY place DESC LIMIT 1), 0)
$$
"""

# The root of the perfect subtree of 2^height leaves, the number-th of its height. Every fourth height is stored, each
# node with 16 below it; the heights between are hashed from the next stored one below. NULL where nodes are missing.
SUBTREE = rf"""
CREATE FUNCTION record_subtree(height integer, number bigint) RETURNS bytea LANGUAGE plpgsql {AS} $$
DECLARE
    missing integer := height % 4;
    hashes bytea[];
BEGIN
    SELECT array_agg(node.hash ORDER BY node.place) INTO hashes FROM record_node node
    WHERE node.level = height / 4 AND node.place >= number << missing AND node.place < (number + 1) << missing;
    IF cardinality(hashes) IS DISTINCT FROM 1 << missing THEN
        RETURN NULL;
    END IF;
    FOR step IN 1..missing LOOP
        hashes := ARRAY(
            SELECT sha256('\x01'::bytea || hashes[2 * pair - 1] || hashes[2 * pair])
            FROM generate_series(1, cardinality(hashes) / 2) pair ORDER BY pair);
    END LOOP;
    RETURN hashes[1];
END $$
"""

# MTH(D[first:behind]) of RFC 6962 section 2.1; first is a multiple of the largest power of two within the range.
RANGE = rf"""
CREATE FUNCTION record_range(first bigint, behind bigint) RETURNS bytea LANGUAGE plpgsql {AS} $$
DECLARE
    here bigint := first;
    height integer;
    peaks bytea[] := '{{}}';
    root bytea;
BEGIN
    WHILE here < behind LOOP
        height := 0;
        WHILE here + (2::bigint << height) <= behind LOOP
            height := height + 1;
        END LOOP;
        peaks := array_append(peaks, record_subtree(height, here >> height));
        here := here + (1::bigint << height);
    END LOOP;
    IF cardinality(peaks) = 0 THEN
        RETURN sha256(''::bytea);
    END IF;
    root := peaks[cardinality(peaks)];
    FOR peak IN REVERSE cardinality(peaks) - 1..1 LOOP
        root := sha256('\x01'::bytea || peaks[peak] || root);
    END LOOP;
    RETURN root;
END $$
"""

# PATH(place, D[size]) of RFC 6962 section 2.1.1, from the leaf up; NULL where there is none.
INCLUSION = f"""
CREATE FUNCTION record_inclusion(place bigint, size bigint) RETURNS bytea[] LANGUAGE plpgsql {AS} $$
DECLARE
    low bigint := 0;
    high bigint := size;
    middle bigint;
    path bytea[] := '{{}}';
BEGIN
    IF place < 0 OR place >= size OR size > record_size() THEN
        RETURN NULL;
    END IF;
    WHILE high - low > 1 LOOP
        middle := 1;
        WHILE middle * 2 < high - low LOOP
            middle := middle * 2;
        END LOOP;
        middle := low + middle;
        IF place < middle THEN
            path := array_prepend(record_range(middle, high), path);
            high := middle;
        ELSE
            path := array_prepend(record_range(low, middle), path);
            low := middle;
        END IF;
    END LOOP;
    RETURN CASE WHEN array_position(path, NULL) IS NULL THEN path END;
END $$
"""

# PROOF(first, D[second]) of RFC 6962 section 2.1.2; NULL where there is none.
CONSISTENCY = f"""
CREATE FUNCTION record_consistency(first bigint, second bigint) RETURNS bytea[] LANGUAGE plpgsql {AS} $$
DECLARE
    low bigint := 0;
    high bigint := second;
    middle bigint;
    path bytea[] := '{{}}';
BEGIN
    IF first < 1 OR first > second OR second > record_size() THEN
        RETURN NULL;
    END IF;
    WHILE high <> first LOOP
        middle := 1;
        WHILE middle * 2 < high - low LOOP
            middle := middle * 2;
        END LOOP;
        middle := low + middle;
        IF first <= middle THEN
            path := array_prepend(record_range(middle, high), path);
            high := middle;
        ELSE
            path := array_prepend(record_range(low, middle), path);
            low := middle;
        END IF;
    END LOOP;
    IF low > 0 THEN
        path := array_prepend(record_range(low, high), path);
    END IF;
    RETURN CASE WHEN array_position(path, NULL) IS NULL THEN path END;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("record_leaf", sa.Column("rows_count", sa.BigInteger(), nullable=True))
    op.add_column("record_leaf", sa.Column("rows_root", sa.LargeBinary(), nullable=True))
    op.create_table(
        "record_pending",
        sa.Column("leaf_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["leaf_id"], ["record_leaf.id"], name=op.f("fk_record_pending_leaf_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("leaf_id", name=op.f("pk_record_pending")),
    )
    op.create_table(
        "record_node",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(leaf_id IS NOT NULL) = (level = 0)", name=op.f("ck_record_node_leaf_of_level_0")),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_record_node_hash_length")),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_record_node")),
    )
    op.create_index(
        "uq_record_node_leaf_id",
        "record_node",
        ["leaf_id"],
        unique=True,
        postgresql_where=sa.text("leaf_id IS NOT NULL"),
    )
    op.create_table(
        "record_head",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "octet_length(root) = 32 AND octet_length(key) = 32 AND size >= 0", name=op.f("ck_record_head_form")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_head")),
    )
    op.create_index("ix_record_head_signed_at", "record_head", [sa.text("signed_at DESC"), sa.text("id DESC")])
    _protect()
    for statement in (WAITS, TRIGGER, THOSE_BEFORE, SIZE, SUBTREE, RANGE, INCLUSION, CONSISTENCY):
        op.execute(statement)


def downgrade() -> None:
    for function in (
        "record_consistency(bigint, bigint)",
        "record_inclusion(bigint, bigint)",
        "record_range(bigint, bigint)",
        "record_subtree(integer, bigint)",
        "record_size()",
    ):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TRIGGER record_leaf_waits ON record_leaf")
    op.execute("DROP FUNCTION record_leaf_waits()")
    for table in TABLES:
        op.drop_table(table)
    _let_see(SEEN_BEFORE)
    op.drop_column("record_leaf", "rows_root")
    op.drop_column("record_leaf", "rows_count")


def _protect() -> None:
    for table, (seen, written, removed) in TABLES.items():
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)",
            f"CREATE POLICY {table}_seen ON {table} FOR SELECT USING ({seen})",
            f"CREATE POLICY {table}_made ON {table} FOR INSERT WITH CHECK ({written})",
            f"CREATE POLICY {table}_changed ON {table} FOR UPDATE USING ({seen}) WITH CHECK ({written})",
            f"CREATE POLICY {table}_removed ON {table} FOR DELETE USING ({removed})",
        ):
            op.execute(statement)
    _let_see(SEEN)


def _let_see(seen: str) -> None:
    op.execute("DROP POLICY record_leaf_seen ON record_leaf")
    op.execute("DROP POLICY record_leaf_changed ON record_leaf")
    op.execute(f"CREATE POLICY record_leaf_seen ON record_leaf FOR SELECT USING ({seen})")
    op.execute(f"CREATE POLICY record_leaf_changed ON record_leaf FOR UPDATE USING ({seen}) WITH CHECK (true)")
