"""let labs and finished cooperations be translated: whose texts they are, also when a lab's founder has left it

Revision: 0022
Revises: 0021
"""

import sqlalchemy as sa

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ROLE = "(select current_setting('gof.role', true))"
DELEGATION = "(select nullif(current_setting('gof.delegation', true), '')::uuid)"
OPEN = "status IN ('machine', 'suggested', 'withdrawn')"
OF_NOBODY = f"({ROLE} = 'secretariat' AND delegation_id IS NULL)"
SEEN = (
    f"(delegation_id = {DELEGATION}) OR (by_delegation_id = {DELEGATION})"
    f" OR ({ROLE} = 'secretariat' AND by_delegation_id IS NULL)"
)
WRITTEN = (
    f"(delegation_id = {DELEGATION}) OR (by_delegation_id = {DELEGATION} AND {OPEN})"
    f" OR ({ROLE} = 'secretariat' AND by_delegation_id IS NULL AND {OPEN})"
)
PLATFORM = f"({ROLE} = 'system')"

# The founder's texts stay the founder's while it is a party. Nobody can say otherwise, whatever a statement writes.
OWNED = """
CREATE FUNCTION lab_owned() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.founder_id := OLD.founder_id;
    END IF;
    NEW.delegation_id := NEW.founder_id;
    IF NEW.status <> 'planned' THEN
        NEW.delegation_id := coalesce((
            SELECT delegation_id FROM lab_party WHERE lab_id = NEW.id AND status <> 'declined'
            ORDER BY delegation_id = NEW.founder_id DESC, created_at, id LIMIT 1), NEW.founder_id);
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER lab_owned BEFORE INSERT OR UPDATE OF status, founder_id, delegation_id ON lab
FOR EACH ROW EXECUTE FUNCTION lab_owned()
"""


def text_copied(owner: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION lab_text_copied() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    SELECT {owner}, parties, visibility, status
    INTO NEW.delegation_id, NEW.parties, NEW.visibility, NEW.status FROM lab WHERE id = NEW.lab_id;
    RETURN NEW;
END $$
"""


PARTS = ("lab_party", "lab_milestone", "lab_contribution", "lab_update", "lab_output")
UPDATES = "".join(
    f"""
    UPDATE {part} SET parties = lab.parties, visibility = lab.visibility, lab_status = lab.status
    FROM lab WHERE lab.id = NEW.id AND lab_id = NEW.id;"""
    for part in PARTS
)
PASSED_ON = """
    UPDATE translation_suggestion AS s SET delegation_id = lab.delegation_id
    FROM lab WHERE lab.id = NEW.id AND s.kind = 'lab' AND s.thing_id = NEW.id
        AND s.delegation_id <> lab.delegation_id;"""


def copies(owner: str, passed_on: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION lab_copies() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE lab_text SET {owner}parties = lab.parties, visibility = lab.visibility, status = lab.status
    FROM lab WHERE lab.id = NEW.id AND lab_id = NEW.id;{passed_on}{UPDATES}
    RETURN NULL;
END $$
"""


# As before, but a suggestion goes to whom its text goes.
def guard(moved: str, fixed: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION translation_suggestion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid;
BEGIN
    IF TG_OP = 'UPDATE' THEN{moved}
        IF (NEW.kind, NEW.thing_id, {fixed}NEW.language, NEW.title, NEW.summary, NEW.description,
                NEW.machine_made_by, NEW.by_delegation_id, NEW.by_person_id, NEW.created_at)
            IS DISTINCT FROM (OLD.kind, OLD.thing_id, {fixed.replace("NEW", "OLD")}OLD.language, OLD.title, OLD.summary,
                OLD.description, OLD.machine_made_by, OLD.by_delegation_id, OLD.by_person_id, OLD.created_at) THEN
            RAISE EXCEPTION 'what was suggested stays as it was written' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    EXECUTE format('SELECT delegation_id FROM %I WHERE %I = $1 AND is_original', NEW.kind || '_text', NEW.kind || '_id')
        INTO STRICT NEW.delegation_id USING NEW.thing_id;
    IF current_setting('gof.role', true) IS DISTINCT FROM 'system' THEN
        NEW.by_delegation_id := nullif(current_setting('gof.delegation', true), '')::uuid;
        NEW.by_person_id := nullif(current_setting('gof.person', true), '')::uuid;
    END IF;
    RETURN NEW;
END $$
"""


MOVED = """
        IF NEW.delegation_id IS DISTINCT FROM OLD.delegation_id THEN
            EXECUTE format(
                'SELECT delegation_id FROM %I WHERE %I = $1 AND is_original', OLD.kind || '_text', OLD.kind || '_id')
                INTO STRICT owner USING OLD.thing_id;
            IF NEW.delegation_id IS DISTINCT FROM owner THEN
                RAISE EXCEPTION 'a suggestion is for whose text it is' USING ERRCODE = 'restrict_violation';
            END IF;
        END IF;"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "lab", sa.Column("delegation_id", sa.Uuid(), sa.ForeignKey("delegation.id", name="fk_lab_delegation_id"))
    )
    op.execute(OWNED)
    op.execute(TRIGGER)
    op.execute(text_copied("delegation_id"))
    op.execute(copies("delegation_id = lab.delegation_id, ", PASSED_ON))
    op.execute(guard(MOVED, ""))
    op.execute("UPDATE lab SET delegation_id = founder_id")
    op.execute("UPDATE lab_text SET delegation_id = lab.delegation_id FROM lab WHERE lab.id = lab_id")
    op.alter_column("lab", "delegation_id", nullable=False)
    _allow(f"{SEEN} OR {OF_NOBODY} OR {PLATFORM}", f"{WRITTEN} OR {OF_NOBODY} OR {PLATFORM}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow(f"{SEEN} OR {PLATFORM}", f"{WRITTEN} OR {PLATFORM}")
    op.execute(guard("", "NEW.delegation_id, "))
    op.execute(copies("", ""))
    op.execute(text_copied("founder_id"))
    op.execute("DROP TRIGGER lab_owned ON lab")
    op.execute("DROP FUNCTION lab_owned")
    op.drop_column("lab", "delegation_id")


def _allow(seen: str, written: str) -> None:
    table = "translation_suggestion"
    op.execute(f"ALTER POLICY {table}_seen ON {table} USING ({seen})")
    op.execute(f"ALTER POLICY {table}_made ON {table} WITH CHECK ({written})")
    op.execute(f"ALTER POLICY {table}_changed ON {table} USING ({seen}) WITH CHECK ({written})")
