"""Handing a mail over to a server by SMTP; imported where there is one, for its library takes its time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPResponseException

from services.notices.errors import MailPostponed, MailRefused, MailUnconfirmed
from services.notices.letters import Letter
from services.notices.post import END_SECONDS, Claim
from services.notices.words import shortened

REASON_LIMIT = 500
STEP_SECONDS, QUIT_SECONDS = 60.0, 5.0
"""How long to wait for the answer to a command, and to QUIT."""
GO_ON, ACCEPTED = 354, 250


@dataclass(frozen=True, slots=True)
class SmtpPost:
    """A mail server. Without a user nobody logs in; TLS from the beginning, by STARTTLS, or not at all."""

    host: str
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    starttls: bool = False
    greets_as: str = "localhost"
    """What we call ourselves in EHLO."""

    @classmethod
    def of(cls, url: str, greets_as: str) -> "SmtpPost":
        """The server at ``url``, which the settings have checked."""
        parts = urlsplit(url)
        user, password = (None if one is None else unquote(one) for one in (parts.username, parts.password))
        host, tls = parts.hostname or "", parts.scheme == "smtps"
        return cls(host, parts.port, user, password, tls, parts.query == "starttls", greets_as)

    @asynccontextmanager
    async def delivered(self, letter: Letter, claim: Claim) -> AsyncIterator[bool]:
        """Hand over by SMTP (see ``Post``)."""
        client = SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.tls,
            start_tls=self.starttls,
            local_hostname=self.greets_as,
            timeout=STEP_SECONDS,
        )
        try:
            await _begin(client, letter)
            accepted = await claim()
            if accepted:
                await _end(client)
            yield accepted
            if accepted:
                with suppress(SMTPException, OSError):  # it is accepted; how they part does not matter
                    await client.quit(timeout=QUIT_SECONDS)
        finally:
            client.close()  # an open message that is not ended is thrown away by the server


async def _begin(client: SMTP, letter: Letter) -> None:
    """Say everything but the end of the message."""
    international = not letter.recipient.isascii()
    encoding, options = ("utf-8", ["SMTPUTF8"]) if international else ("ascii", [])
    try:
        await client.connect()
        await client.ehlo()
        if international and not client.supports_extension("smtputf8"):
            raise MailRefused("The mail server takes no address with other letters than ASCII (SMTPUTF8).")
        await client.mail(letter.sender, options=options, encoding=encoding)
    except (SMTPException, OSError) as error:  # about us or the server, and not about this mail
        raise MailPostponed(_reason(error)) from error
    try:
        await client.rcpt(letter.recipient, encoding=encoding)
        answer = await client.execute_command(b"DATA")
        if answer.code != GO_ON:
            raise SMTPDataError(answer.code, answer.message)
        assert client.protocol is not None
        client.protocol.write(letter.stuffed)
    except SMTPResponseException as error:
        raise _refusal(error.code)(_reason(error)) from error
    except (SMTPException, OSError) as error:
        raise MailPostponed(_reason(error)) from error


async def _end(client: SMTP) -> None:
    """End the message: from here on it counts."""
    try:
        answer = await client.execute_command(b".", timeout=END_SECONDS)
    except (SMTPException, OSError) as error:
        raise MailUnconfirmed(_reason(error)) from error
    if answer.code != ACCEPTED:
        raise _refusal(answer.code)(_reason(SMTPDataError(answer.code, answer.message)))


def _refusal(code: int) -> type[MailRefused | MailPostponed]:
    return MailRefused if 500 <= code < 600 else MailPostponed


def _reason(error: Exception) -> str:
    """What the server said, or what became of the connection, on one line."""
    said = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else str(error)
    return shortened(said or type(error).__name__, REASON_LIMIT)
