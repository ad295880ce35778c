"""Mails for the tests to send: one that waits, what became of it, time that passes, and a way that breaks."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.notices.letters import Letterhead
from services.notices.post import FolderPost
from services.notices.sending import Mailroom
from services.notices.smtp import SmtpPost
from services.notices.tables import Mail
from tests.services.notices.examples import a_notice

HEAD = Letterhead("no-reply@friends.example", "https://friends.example")


def room(port: int, folder: Path = Path("/nowhere"), **server: Any) -> Mailroom:
    return Mailroom(HEAD, SmtpPost("127.0.0.1", port, **server), FolderPost(folder))


async def a_mail(db: Database, who: str = "ZMB viewer", **columns: Any) -> UUID:
    """A mail that waits."""
    async with db.write(SYSTEM) as session:
        notice = await a_notice(session, who)
        mail = Mail(notice_id=notice.id, person_id=notice.person_id, language="en", **columns)
        session.add(mail)
    return mail.id


async def kept(db: Database, mail_id: UUID) -> Any:
    async with db.read(SYSTEM) as session:
        row = table_of(Mail)
        return (await session.execute(sa.select(row).where(row.c.id == mail_id))).one()


async def later(db: Database, **columns: Any) -> None:
    """Let time pass, as a test does."""
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(table_of(Mail)).values(**columns))


class broken_after:  # noqa: N801 - reads as what it is
    """A way to a server that is cut as soon as the client has sent certain bytes."""

    def __init__(self, port: int, mark: bytes) -> None:
        self.port, self.mark, self.seen = port, mark, b""

    async def __aenter__(self) -> int:
        self.server = await asyncio.start_server(self.between, "127.0.0.1", 0)
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_read, to_write = await asyncio.open_connection("127.0.0.1", self.port)
        back = asyncio.create_task(self.back(to_read, writer))
        while self.mark not in self.seen and (sent := await reader.read(4096)):
            self.seen += sent
            to_write.write(sent)
        back.cancel()
        for one in (writer, to_write):
            one.transport.abort()

    async def back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await reader.read(4096):
            writer.write(answer)
