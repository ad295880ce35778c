"""count agreed places

Revision: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# How many places remain is everyone's to know, whose they are only the parties': so the owner counts, whoever agrees.
# Adding one takes the proposal's row, so that agreements wait for one another and its CHECK holds the number to places.
COUNT = """
CREATE FUNCTION expression_of_interest_agreed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE proposal SET agreed = agreed + 1, updated_at = now() WHERE id = NEW.proposal_id;
    UPDATE proposal SET status = 'closed', closed_at = now()
    WHERE id = NEW.proposal_id AND status = 'open' AND agreed >= places;
    RETURN NULL;
END $$
"""
ON_UPDATE = """
CREATE TRIGGER expression_of_interest_agreed AFTER UPDATE OF status ON expression_of_interest FOR EACH ROW
WHEN (NEW.status = 'agreed' AND OLD.status <> 'agreed')
EXECUTE FUNCTION expression_of_interest_agreed()
"""
ON_INSERT = """
CREATE TRIGGER expression_of_interest_made_agreed AFTER INSERT ON expression_of_interest FOR EACH ROW
WHEN (NEW.status = 'agreed')
EXECUTE FUNCTION expression_of_interest_agreed()
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(COUNT)
    op.execute(ON_UPDATE)
    op.execute(ON_INSERT)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER expression_of_interest_made_agreed ON expression_of_interest")
    op.execute("DROP TRIGGER expression_of_interest_agreed ON expression_of_interest")
    op.execute("DROP FUNCTION expression_of_interest_agreed")
