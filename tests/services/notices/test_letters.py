"""Mails are whole in six languages and both forms, and nothing that people wrote can break out of its place."""

import email
import email.policy
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.languages import UN_LANGUAGES
from services.notices.letters import Letterhead, Outgoing, compose
from services.notices.terms import ByLanguage, Languages, NoticeEvent, Said, Word
from services.notices.words import in_all_languages, one_line, words

HEAD = Letterhead("no-reply@friends.example", "https://friends.example")
NOTICE = UUID("0192f0e1-7c4b-7d0e-8b1f-a0c3d2e4f5a6")
ABOUT = "practice_0192f0e17c4b7d0e8b1fa0c3d2e4f5a7"
SAID: dict[str, Said] = {
    **dict.fromkeys(
        ("sender", "receiver", "giver", "writer", "owner", "delegation", "by", "party"),
        ByLanguage({"en": "Zambia", "ar": "زامبيا"}, "en"),
    ),
    **dict.fromkeys(
        (
            "proposal",
            "practice",
            "lab",
            "milestone",
            "output",
            "thing",
            "organisation",
            "note",
            "version",
            "issuer",
            "need",
            "offer",
            "theirs",
        ),
        ByLanguage({"en": "Courses & <b>more</b>"}, "en"),
    ),
    **dict.fromkeys(("reason", "reference", "person", "count"), "Because <script>alert(1)</script>"),
    **dict.fromkeys(("deadline", "expires", "due", "since", "day", "ready"), date(2026, 12, 8)),
    "standing": Word("standing", "member"),
    "role": Word("role", "viewer"),
    "suggested_by": Word("place", "secretariat"),
    "languages": Languages(("fr", "sw")),
}


def outgoing(language: str = "en", **fields: Any) -> Outgoing:
    plain: dict[str, Any] = {
        "title": "A title",
        "text": "One.\n\nTwo.",
        "name": "Chanda Mwila",
        "email": "c@min.example",
    }
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    return Outgoing(notice_id=NOTICE, language=language, about=ABOUT, written_at=at, **(plain | fields))


def made(mail: Outgoing) -> EmailMessage:
    """The mail as its reader's program takes it apart."""
    found = email.message_from_bytes(compose(mail, HEAD).content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def bodies(message: EmailMessage) -> tuple[str, str]:
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content(), html.get_content()


@pytest.mark.parametrize("language", UN_LANGUAGES)
@pytest.mark.parametrize("event", NoticeEvent)
def test_every_mail_is_whole_in_every_language(event: NoticeEvent, language: str) -> None:
    titles, texts = in_all_languages(event, SAID)
    message = made(outgoing(language, title=titles[language], text=texts[language]))
    assert message.get_content_type() == "multipart/alternative"
    assert message["subject"] == " ".join(titles[language].split())
    assert message["content-language"] == language
    text, html = bodies(message)
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    for paragraph in texts[language].split("\n\n"):
        assert " ".join(paragraph.split()) in text
    for said in (text, html):
        assert words(language)["frame"]["automatic"] in said
        assert f"https://friends.example/#open={ABOUT}" in said
    assert "<script>" not in html
    assert "<b>" not in html


def test_the_headers_of_a_mail() -> None:
    message = made(outgoing())
    assert message["from"].addresses[0].addr_spec == "no-reply@friends.example"
    assert str(message["to"]) == "Chanda Mwila <c@min.example>"
    assert message["message-id"] == f"<{NOTICE.hex}@friends.example>"
    assert message["auto-submitted"] == "auto-generated"
    assert message["date"].datetime == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_an_invitation_leads_to_its_acceptance_and_to_no_settings() -> None:
    message = made(outgoing(secret="gof_invitation_x+y", always=True))
    for said in bodies(message):
        assert "https://friends.example/#invitation=gof_invitation_x%2By" in said
        assert "#open" not in said
        assert "#settings" not in said
        assert words("en")["frame"]["link"] in said
    assert "#settings" in bodies(made(outgoing()))[0]


def test_an_address_with_other_letters_keeps_them() -> None:
    letter = compose(outgoing(email="dépêche@min.example"), HEAD)
    assert "\r\nTo: <dépêche@min.example>\r\n".encode() in letter.content


def test_a_line_that_begins_with_a_dot_does_not_end_the_message() -> None:
    letter = compose(outgoing(text=".\n\n.hidden"), HEAD)
    lines = letter.stuffed.split(b"\r\n")
    assert b"." not in lines
    assert b"..hidden" in lines
    assert letter.stuffed.endswith(b"\r\n")
    assert bodies(made(outgoing(text=".\n\n.hidden")))[0].count(".hidden") == 1


ANYTHING = st.text(st.characters(codec="utf-8"), max_size=60)


@given(title=ANYTHING, name=ANYTHING, text=ANYTHING)
def test_nothing_that_people_write_adds_a_header_or_breaks_a_line(title: str, name: str, text: str) -> None:
    whole = f"a {' '.join(title.split())} z"
    assert made(outgoing(title=whole))["subject"] == one_line(whole, 250)
    content = compose(
        outgoing(title=f"a{title}\r\nBcc: x@y.example", name=f"b{name}\nX-Own: 1", text=text), HEAD
    ).content
    message = email.message_from_bytes(content, policy=email.policy.default)
    names = {"Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
    assert set(message.keys()) == names | {"Content-Language"}
    assert [one.addr_spec for one in message["to"].addresses] == ["c@min.example"]
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
