"""Days that may be missing, in the order of lists: what has none comes last."""

import sqlalchemy as sa

from services.core.read.shape import Expression

LAST_DAY = sa.literal_column("DATE '2200-12-31'", sa.Date)


def or_last(day: Expression) -> Expression:
    """``day``, or the last day there is.

    A CASE, for PostgreSQL takes no COALESCE for leakproof: under row security it would reach no index.
    """
    return sa.case((day.is_(None), LAST_DAY), else_=day)


def indexed(column: str) -> sa.TextClause:
    """``or_last`` of a column as an index has it, in PostgreSQL's own writing: migrations are compared with that."""
    return sa.text(f"(\nCASE\n    WHEN {column} IS NULL THEN '2200-12-31'::date\n    ELSE {column}\nEND)")
