"""Where mails go by the settings, and what operators see of those that did not arrive."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from schema.mails import told
from services.core.settings import Settings
from services.core.table import now
from services.notices import jobs
from services.notices.post import FolderPost
from services.notices.smtp import SmtpPost


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    jobs.mailroom.cache_clear()
    yield
    jobs.mailroom.cache_clear()


def chosen(monkeypatch: pytest.MonkeyPatch, **values: Any) -> Settings:
    found = Settings(data_dir=Path("/srv/gof"), **values)
    monkeypatch.setattr(jobs, "settings", lambda: found)
    return found


def test_without_a_mail_server_mails_are_files_and_the_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = chosen(monkeypatch, smtp_url=None, mail_from=None)
    assert jobs.where_mails_go(found) == "GOF_SMTP_URL is not set: mails are not sent, but written to /srv/gof/mails"
    assert jobs.mailroom().post == FolderPost(Path("/srv/gof/mails"))


def test_with_a_mail_server_only_made_up_people_get_files(monkeypatch: pytest.MonkeyPatch) -> None:
    url, public = "smtps://platform:p%40ss@mail.example:465", "https://friends.example"
    found = chosen(monkeypatch, smtp_url=url, mail_from="no-reply@friends.example", public_url=public)
    assert jobs.where_mails_go(found) == "mails go to the server mail.example from no-reply@friends.example"
    room = jobs.mailroom()
    assert room.post == SmtpPost("mail.example", 465, "platform", "p@ss", tls=True, greets_as="friends.example")
    assert room.folder == FolderPost(Path("/srv/gof/mails"))
    assert "p@ss" not in repr(room)


def test_operators_read_what_did_not_arrive_and_why() -> None:
    at = now().replace(2026, 11, 24, 9, 30)
    mail = {"id": uuid4(), "state": "failed", "email": "c@min.example", "event": "practice_returned", "attempts": 1}
    lines = list(
        told({"counts": {"sent": 1200, "failed": 1}, "troubled": [{**mail, "created_at": at, "reason": "550 no"}]})
    )
    assert lines == [
        "1 failed, 1,200 sent",
        f"{mail['id']}  failed  2026-11-24 09:30 UTC  practice_returned to c@min.example",
        "    after 1 attempts: 550 no",
    ]
    assert list(told({"counts": {}, "troubled": []})) == ["no mails yet"]
