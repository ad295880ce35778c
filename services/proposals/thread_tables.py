"""The thread of an expression of interest: its messages, how far each person has read, and the files that go with them.

A step of the exchange is a message that has a kind: what is said with a turn is said once, and stands in the thread.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from services.core.protection import DELEGATION, PERSON, PLATFORM, either, protect
from services.core.table import Row, text_enum
from services.proposals.terms import Party, TurnKind


class ThreadMessage(Row, table=True):
    """One message, readable by the two delegations alone; it never changes.

    A trigger makes sure that the parties are those of what was sent (a draft has no thread), copies the author's name
    of the day, and numbers the messages of a thread from 1 in the order in which they are kept.
    """

    __tablename__ = "thread_message"
    __table_args__ = (
        sa.CheckConstraint("char_length(text) <= 5000", name="text_length"),
        sa.CheckConstraint("kind IS NOT NULL OR text <> ''", name="says_something"),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.Index(
            "uq_thread_message_number",
            "expression_id",
            "number",
            unique=True,
            postgresql_include=["sender_id", "receiver_id", "author_id"],
        ),
    )

    expression_id: UUID = Field(foreign_key="expression_of_interest.id", ondelete="CASCADE")
    number: int = Field(default=None, sa_column_kwargs={"server_default": sa.FetchedValue()})
    kind: TurnKind | None = Field(default=None, sa_type=text_enum(TurnKind))
    """The step of the exchange that it is; None for a message beside the turns."""
    by: Party = Field(sa_type=text_enum(Party))
    author_id: UUID | None = Field(default=None, foreign_key="person.id")
    """None where the platform wrote it (demonstration data)."""
    author_name: str = ""
    language: str
    text: str = ""
    sender_id: UUID
    receiver_id: UUID


_PARTY = either(f"sender_id = {DELEGATION}", f"receiver_id = {DELEGATION}")
_SPEAKS = f"""author_id = {PERSON} AND
 (by = 'sender' AND sender_id = {DELEGATION} OR by = 'receiver' AND receiver_id = {DELEGATION})"""
protect(
    "thread_message",
    seen=either(_PARTY, PLATFORM),
    written=either(_SPEAKS.replace("\n", ""), PLATFORM),
)
