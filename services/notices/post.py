"""Handing a mail over: to a server by SMTP, or into a folder; each asks for the claim at the last moment.

Whoever hands over may be killed at any time. Until the message is ended nothing of it counts, so it can be begun anew.
The claim is kept immediately before that end; after it nobody begins anew, whatever happens.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.notices.errors import MailPostponed
from services.notices.letters import Letter

END_SECONDS = 600.0
"""How long to wait for the answer to the end of a message (RFC 5321 section 4.5.3.2.6)."""

Claim = Callable[[], Awaitable[bool]]
"""Keeps that this worker ends the message now; False where another one does, or nobody may any more."""

log = logging.getLogger("gof.notices")


class Post(Protocol):
    """A way to hand mails over."""

    def delivered(self, letter: Letter, claim: Claim) -> AbstractAsyncContextManager[bool]:
        """Hand ``letter`` over; inside the block it is accepted, or False where ``claim`` was not given.

        Raises:
            MailPostponed, MailRefused, MailUnconfirmed: it is not, or that is not known.
        """


@dataclass(frozen=True, slots=True)
class FolderPost:
    """A folder of .eml files: for a platform without a mail server, and for people who are made up."""

    folder: Path

    @asynccontextmanager
    async def delivered(self, letter: Letter, claim: Claim) -> AsyncIterator[bool]:
        """Write a file that is whole or not there (see ``Post``); only its owner may read it."""
        file = self.folder / f"{letter.name}.eml"
        draft = file.with_suffix(".part")
        try:
            await asyncio.to_thread(_write, draft, letter.content)
            accepted = await claim()
            if accepted:
                await asyncio.to_thread(draft.replace, file)
                log.warning("mail to %s is not sent, but written to %s", letter.recipient, file)
        except OSError as error:
            raise MailPostponed(f"{self.folder} cannot be written: {error.strerror}") from error
        yield accepted


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
