"""Threads that the secretariat has opened by breaking their seal: by whom, why, and for how long."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.core.protection import DELEGATION, PERSON, PLATFORM, SECRETARIAT, either, protect
from services.core.table import Row


class ThreadUnsealing(Row, table=True):
    """One opening of one thread to one person of the secretariat; it never changes, and nobody closes it earlier or later.

    A trigger takes the parties from what was sent (a draft has no thread), and the hour from its clock. Messages are
    read by the function ``unsealed_messages`` alone, which looks at this row; the policies of threads know nothing of it.
    """

    __tablename__ = "thread_unsealing"
    __table_args__ = (
        sa.CheckConstraint("char_length(reason) BETWEEN 1 AND 2000", name="reason_length"),
        sa.Index("ix_thread_unsealing_expression_id", "expression_id", "created_at", "id"),
    )

    expression_id: UUID = Field(foreign_key="expression_of_interest.id", ondelete="CASCADE")
    sender_id: UUID = Field(default=None, sa_column_kwargs={"server_default": sa.FetchedValue()})
    receiver_id: UUID = Field(default=None, sa_column_kwargs={"server_default": sa.FetchedValue()})
    person_id: UUID = Field(foreign_key="person.id")
    reason: str
    until: datetime = Field(
        default=None, sa_type=sa.DateTime(timezone=True), sa_column_kwargs={"server_default": sa.FetchedValue()}
    )


protect(
    "thread_unsealing",
    seen=either(f"sender_id = {DELEGATION}", f"receiver_id = {DELEGATION}", SECRETARIAT, PLATFORM),
    written=either(f"{SECRETARIAT} AND person_id = {PERSON}", PLATFORM),
    private=True,
)
