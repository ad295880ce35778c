"""index what waits for someone: practices in review, turns by who is to answer

Revision: 0014a
Revises: 0014
"""

import sqlalchemy as sa

from alembic import op

revision = "0014a"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    in_review = sa.text("status = 'in_review'")
    op.create_index("ix_practice_in_review", "practice", ["updated_at", "id"], postgresql_where=in_review)
    for party in ("sender", "receiver"):
        op.create_index(
            f"ix_expression_of_interest_awaits_{party}",
            "expression_of_interest",
            [f"{party}_id"],
            postgresql_where=sa.text(f"turn = '{party}'"),
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for party in ("sender", "receiver"):
        op.drop_index(f"ix_expression_of_interest_awaits_{party}", "expression_of_interest")
    op.drop_index("ix_practice_in_review", "practice")
