"""The thread of an expression of interest: its messages, how far each person has read, and the files that go with them.

A step of the exchange is a message that has a kind: what is said with a turn is said once, and stands in the thread.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from services.core.protection import DELEGATION, OWN, PERSON, PLATFORM, either, protect
from services.core.table import Row, now, text_enum
from services.proposals.terms import Party, TurnKind


class ThreadMessage(Row, table=True):
    """One message, readable by the two delegations alone; it never changes, which a trigger sees to.

    Another one makes sure that the parties are those of what was sent (a draft has no thread), copies the author's name
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
        sa.Index("ix_thread_message_author_id", "author_id", postgresql_where=sa.text("author_id IS NOT NULL")),
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


class ThreadMark(SQLModel, table=True):
    """How far a person has read a thread; people of the other delegation never see it."""

    __tablename__ = "thread_mark"
    __table_args__ = (sa.CheckConstraint("up_to >= 1", name="up_to"),)

    expression_id: UUID = Field(foreign_key="expression_of_interest.id", ondelete="CASCADE", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    delegation_id: UUID = Field(foreign_key="delegation.id")
    up_to: int
    """The number of the last message that was read."""
    read_at: datetime = Field(default_factory=now, sa_type=sa.DateTime(timezone=True))


class Attachment(Row, table=True):
    """A file that was uploaded; only its uploader sees it until it goes with a message, then the two delegations do.

    Its content is in the file store under ``key``. A trigger copies the parties from the message, which must be the
    uploader's own, and keeps what goes with a message as it is.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name="name_length"),
        sa.CheckConstraint("size BETWEEN 1 AND 20000000", name="size"),
        sa.CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        sa.CheckConstraint(
            "num_nulls(message_id, place, sender_id, receiver_id) IN (0, 4)", name="with_a_message_or_without"
        ),
        sa.Index("uq_attachment_message_id", "message_id", "place", unique=True),
        sa.Index("ix_attachment_unbound", "person_id", "created_at", postgresql_where=sa.text("message_id IS NULL")),
    )

    delegation_id: UUID = Field(foreign_key="delegation.id")
    person_id: UUID = Field(foreign_key="person.id")
    name: str
    media_type: str
    size: int
    """In bytes."""
    sha256: bytes
    message_id: UUID | None = Field(default=None, foreign_key="thread_message.id", ondelete="CASCADE")
    place: int | None = None
    """Its place among the files of its message, from 1."""
    sender_id: UUID | None = None
    receiver_id: UUID | None = None


FOLDER = "attachments"
"""The folder of the file store for them."""


def key_of(attachment_id: UUID) -> str:
    """The key of an attachment's content in the file store."""
    return f"{FOLDER}/{attachment_id.hex}"


_PARTY = either(f"sender_id = {DELEGATION}", f"receiver_id = {DELEGATION}")
_SPEAKS = f"""author_id = {PERSON} AND
 (by = 'sender' AND sender_id = {DELEGATION} OR by = 'receiver' AND receiver_id = {DELEGATION})"""
protect(
    "thread_message",
    seen=either(_PARTY, PLATFORM),
    written=either(_SPEAKS.replace("\n", ""), PLATFORM),
    private=True,
)
protect(
    "thread_mark",
    seen=either(OWN, PLATFORM),
    written=either(f"person_id = {PERSON} AND {OWN}", PLATFORM),
    removed=PLATFORM,
    private=True,
)
protect(
    "attachment",
    seen=either(_PARTY, f"message_id IS NULL AND person_id = {PERSON}", PLATFORM),
    written=either(f"person_id = {PERSON} AND {OWN}", PLATFORM),
    removed=PLATFORM,
    private=True,
)
