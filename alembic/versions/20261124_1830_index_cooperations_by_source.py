"""index cooperations by where they came from, so that the few of labs are found among the many that were imported

Revision: 0030
Revises: 0029
"""

import sqlalchemy as sa

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    newest_first = [sa.text("source"), sa.text("ended_on DESC"), sa.text("id DESC")]
    op.create_index("ix_cooperation_source", "cooperation", newest_first, postgresql_include=["visibility"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_cooperation_source", "cooperation")
