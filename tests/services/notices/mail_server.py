"""A real mail server for the tests: aiosmtpd in a thread, which counts what it accepts, and refuses what it is told to."""

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from services.core.ports import free_port

USER, PASSWORD = "platform", "p@ss/word"


@dataclass
class Deliveries:
    """What was accepted, and what is answered instead where the test says so."""

    accepted: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """RCPT, DATA (before the message) or END (after it) -> the server's answer, such as ``550 no such person``."""
    hello: list[str] = field(default_factory=list)

    def __getitem__(self, number: int) -> EmailMessage:
        return self.accepted[number][1]

    @property
    def recipients(self) -> list[str]:
        """To whom messages were accepted, in order."""
        return [one for to, _ in self.accepted for one in to]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "END" in self.answers:
            return self.answers["END"]
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.accepted.append((list(envelope.rcpt_tos), message))
        return "250 OK"


class Server(Controller):
    """The server of one test."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


def _known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


@contextmanager
def mail_server(*, auth: bool = False, **options: Any) -> Iterator[tuple[Deliveries, int]]:
    """What a running server accepts, and its port."""
    deliveries, port = Deliveries(), free_port()
    if auth:
        options |= {"authenticator": _known, "auth_required": True, "auth_require_tls": False}
    server = Server(deliveries, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield deliveries, port
    finally:
        server.stop()
