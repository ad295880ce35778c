"""A notice as a mail: text and HTML in the reader's language, whole, and the same each time it is made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from services.core.languages import direction
from services.notices.terms import Way
from services.notices.words import framing, one_line

if TYPE_CHECKING:
    import jinja2

SUBJECT_LIMIT, RECIPIENT_LIMIT = 250, 100
"""Characters of a subject, and of a recipient's name, that a header shows."""
_WAYS: Mapping[Way, tuple[str, str]] = {Way.INVITATION: ("join", "link"), Way.RESET: ("reset", "reset_link")}
"""The words of a link with a secret, and the note beneath it."""
CRLF = "\r\n"
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a mail is made of; ``about`` is the global id it leads to, ``secret`` opens the ``way`` of its link."""

    notice_id: UUID
    language: str
    title: str
    text: str
    about: str
    name: str
    email: str
    written_at: datetime
    always: bool = False
    secret: str | None = field(default=None, repr=False)
    way: Way = Way.INVITATION


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whom all mails come from, and the address that their links lead to."""

    sender: str
    public_url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it goes over the wire, in lines that end with CRLF. ``name`` is unique and fit for a file's name."""

    name: str
    sender: str
    recipient: str
    content: bytes = field(repr=False)

    @property
    def stuffed(self) -> bytes:
        """The content as DATA takes it: a leading dot doubled (RFC 5321 section 4.5.2), a line's end last."""
        return _LEADING_DOT.sub(b"..", self.content)


def compose(mail: Outgoing, head: Letterhead) -> Letter:
    """Make the mail of a notice. Its Message-ID follows from the notice: made again, it is the same mail."""
    domain = head.sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = Address(framing("group", "en"), addr_spec=head.sender)
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = f"<{mail.notice_id.hex}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    values = _values(mail, head)
    for subtype, name in (("plain", "letter.txt"), ("html", "letter.html")):
        body = _templates().get_template(name).render(values)
        add = message.set_content if subtype == "plain" else message.add_alternative
        add(body, subtype=subtype, cte="quoted-printable")
    message["Content-Language"] = mail.language
    addressed = f"Subject: {_subject(mail.title)}{CRLF}To: {_recipient(mail)}{CRLF}"
    return Letter(mail.notice_id.hex, head.sender, mail.email, addressed.encode() + message.as_bytes())


@cache
def _templates() -> "jinja2.Environment":
    import jinja2

    loader = jinja2.PackageLoader("services.notices")
    return jinja2.Environment(loader=loader, autoescape=jinja2.select_autoescape(), trim_blocks=True)


def _values(mail: Outgoing, head: Letterhead) -> dict[str, object]:
    """What the two templates fill in."""
    language, secret = mail.language, mail.secret
    words, note = _WAYS[mail.way]
    open_link = f"{head.public_url}/#open={mail.about}"
    return {
        "language": language,
        "direction": direction(language),
        "title": mail.title,
        "greeting": framing("greeting", language, name=mail.name),
        "paragraphs": [" ".join(one.split()) for one in mail.text.split("\n\n")],
        "link": open_link if secret is None else f"{head.public_url}/#{mail.way}={quote(secret)}",
        "link_words": framing("open" if secret is None else words, language),
        "link_note": "" if secret is None else framing(note, language),
        "automatic": framing("automatic", language),
        "settings_link": "" if mail.always else f"{head.public_url}/#settings",
        "settings_words": framing("settings", language),
        "group": framing("group", language),
    }


# What people wrote is put into headers by ``Header``: EmailMessage loses blanks between encoded words as it folds.
def _subject(title: str) -> str:
    line = one_line(title, SUBJECT_LIMIT)
    return line if line.isascii() else Header(line, "utf-8", header_name="Subject").encode(linesep=CRLF)


def _recipient(mail: Outgoing) -> str:
    name = one_line(mail.name, RECIPIENT_LIMIT)
    if name.isascii():
        return formataddr((name, mail.email)) if mail.email.isascii() else f"<{mail.email}>"
    return f"{Header(name, 'utf-8', header_name='To').encode(linesep=CRLF)}{CRLF} <{mail.email}>"
