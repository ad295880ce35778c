"""Writes of threads: messages with their files, and how far each person has read."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.core.actor import Actor, Scope
from services.core.audit import record
from services.core.db import Database, Writer, require
from services.core.errors import NotFound
from services.core.events import announce
from services.core.live import tell, topic
from services.core.policy import lock
from services.core.storage import Storage
from services.core.table import now, uuid7
from services.proposals import expression_policy as policy
from services.proposals.content import language_tag
from services.proposals.exchange import KIND, needed, say
from services.proposals.tables import ExpressionOfInterest
from services.proposals.terms import Party
from services.proposals.thread_files import (
    ATTACHMENTS_LIMIT,
    FILE_LIMIT,
    UNBOUND_LIMIT,
    UPLOAD_SECONDS,
    AttachmentTaken,
    FileEmpty,
    FileTooLarge,
    TooManyFiles,
    UploadTooSlow,
    check_content,
    check_name,
    kind_named,
)
from services.proposals.thread_tables import Attachment, ThreadMark, ThreadMessage, key_of

MESSAGE = "thread_message"
_IN_MEMORY = 1_000_000
"""Bytes of an upload that are held in memory; what is more goes to a temporary file."""


async def write_message(
    session: Writer,
    actor: Actor,
    expression_id: UUID,
    language: str,
    text: str,
    attachments: Sequence[UUID] = (),
) -> UUID:
    """Write a message into the thread of an expression of interest; return the message's id.

    ``attachments`` are files that the actor has uploaded, in the order in which they are shown. It takes no turn. The
    event ``thread.message_written`` is about the expression of interest and tells the ``message`` (its UUID).

    Raises:
        NotFound: no such expression of interest or file, or none the actor may know of.
        NotPermitted, Conflict: see ``expression_policy.refusals_to_write_message``.
        TextNeeded: no text, or one that is too long.
        TooManyFiles: more than ``ATTACHMENTS_LIMIT``.
        AttachmentTaken: a file belongs to another message already.
        Invalid: a wrong language, or a character that is no text.
    """
    expression = await lock(
        session,
        actor,
        ExpressionOfInterest,
        expression_id,
        policy.visible_to,
        policy.refusals_to_write_message,
        what="expression of interest",
    )
    said = needed(text, "text")
    message = await say(session, actor, expression, said, language_tag(language))
    await _attach(session, actor, message, list(dict.fromkeys(attachments)))
    await record(session, actor, "thread.message_written", MESSAGE, message.id, text=said, files=attachments)
    await announce(session, actor, "thread.message_written", expression.id, message=str(message.id))
    await tell(session, topic(KIND, expression.id))
    return message.id


async def read_thread(session: Writer, actor: Actor, message_id: UUID) -> UUID:
    """Mark the thread as read up to a message; return the id of the expression of interest.

    The mark never goes back. It is nobody's act but a person's own reading, so no delegation sees the leaf that the record has of it.

    Raises:
        NotFound: no such message, or none the actor may know of.
        NotPermitted: see ``expression_policy.refusals_to_read_thread``.
    """
    message = await lock(
        session,
        actor,
        ThreadMessage,
        message_id,
        policy.visible_message,
        policy.refusals_to_read_thread,
        what="message",
        update=False,
    )
    mark = insert(ThreadMark).values(
        expression_id=message.expression_id,
        person_id=actor.person_id,
        delegation_id=actor.delegation_id,
        up_to=message.number,
        read_at=now(),
    )
    farther = mark.excluded.up_to > col(ThreadMark.up_to)
    moved = mark.on_conflict_do_update(
        index_elements=["expression_id", "person_id"],
        set_={"up_to": mark.excluded.up_to, "read_at": mark.excluded.read_at},
        where=farther,
    )
    if (await session.execute(moved.returning(col(ThreadMark.up_to)))).one_or_none() is not None:
        await _tell_side(session, actor, message)
    return message.expression_id


async def _tell_side(session: Writer, actor: Actor, message: ThreadMessage) -> None:
    """Let both delegations see how far the actor's side has read, and not who of it has."""
    expression = ExpressionOfInterest
    side = Party.SENDER if actor.delegation_id == message.sender_id else Party.RECEIVER
    read_to = col(expression.sender_read_to if side is Party.SENDER else expression.receiver_read_to)
    farther = sa.update(expression).where(col(expression.id) == message.expression_id, read_to < message.number)
    await session.execute(
        farther.values({read_to: message.number, col(expression.updated_at): col(expression.updated_at)})
    )
    await tell(session, topic(KIND, message.expression_id))


async def _attach(session: Writer, actor: Actor, message: ThreadMessage, files: Sequence[UUID]) -> None:
    if len(files) > ATTACHMENTS_LIMIT:
        raise TooManyFiles(f"A message has up to {ATTACHMENTS_LIMIT} files.", path=("attachments",))
    for place, key in enumerate(files, start=1):
        found = (
            await session.execute(
                sa.select(Attachment)
                .where(col(Attachment.id) == key, policy.visible_attachment(actor.viewer, Attachment))
                .with_for_update()
            )
        ).scalar_one_or_none()
        if found is None:
            raise NotFound("No such file, or it was not used within a day: upload it again.", path=("attachments",))
        if found.message_id is not None:
            raise AttachmentTaken(f"“{found.name}” belongs to a message already.", path=("attachments",))
        found.message_id, found.place = message.id, place
        found.sender_id, found.receiver_id = message.sender_id, message.receiver_id
        await session.flush()


async def upload(db: Database, store: Storage, actor: Actor, name: str, content: AsyncIterator[bytes]) -> Attachment:
    """Keep a file that only the actor sees until it goes with a message, for a day at most; return its row.

    It is written to the store first and to the database afterwards; no transaction is open while bytes come in.

    Raises:
        NotPermitted: see ``expression_policy.check_upload``, or an API token without the scope WRITE.
        WrongFileName, WrongFileKind: see ``thread_files``.
        FileTooLarge: more than ``FILE_LIMIT`` bytes; the rest is not read.
        FileEmpty: no content.
        UploadTooSlow: it took longer than ``UPLOAD_SECONDS``.
        TooManyFiles: the actor has ``UNBOUND_LIMIT`` files that belong to no message.
        Unavailable: the store does not answer.
    """
    require(actor, Scope.WRITE)
    person_id, delegation_id = policy.check_upload(actor)
    kept = check_name(name)
    kind = kind_named(kept)
    await _require_room(db, actor)
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                size, sha256 = await _received(content, file)
        except TimeoutError as error:
            raise UploadTooSlow(f"An upload may take {UPLOAD_SECONDS} seconds. Try again.") from error
        await asyncio.to_thread(check_content, kind, file)
        row = Attachment(
            id=uuid7(),
            delegation_id=delegation_id,
            person_id=person_id,
            name=kept,
            media_type=kind.media_type,
            size=size,
            sha256=sha256,
        )
        await store.put(key_of(row.id), file)
    async with db.write(actor) as session:
        session.add(row)
        await session.flush()
        await record(session, actor, "attachment.uploaded", "attachment", row.id, name=kept, sha256=sha256.hex())
    return row


async def _received(content: AsyncIterator[bytes], file: IO[bytes]) -> tuple[int, bytes]:
    """Write what comes in to ``file``; return its length in bytes and its SHA-256."""
    size, digest = 0, hashlib.sha256()
    async for piece in content:
        size += len(piece)
        if size > FILE_LIMIT:
            raise FileTooLarge(f"A file has up to {FILE_LIMIT // 1_000_000} MB.")
        digest.update(piece)
        file.write(piece)
    if size == 0:
        raise FileEmpty("The file is empty.")
    return size, digest.digest()


async def _require_room(db: Database, actor: Actor) -> None:
    mine = sa.select(sa.func.count()).where(
        col(Attachment.person_id) == actor.person_id, col(Attachment.message_id).is_(None)
    )
    async with db.read(actor) as session:
        waiting = int(await session.scalar(mine.select_from(Attachment)) or 0)
    if waiting >= UNBOUND_LIMIT:
        raise TooManyFiles(
            f"{waiting} of your files go with no message yet. Send some of them, or wait a day until they are removed."
        )
