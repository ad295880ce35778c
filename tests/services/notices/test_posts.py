"""What each way to hand a mail over takes, and what it says when it does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.core.actor import SYSTEM
from services.core.table import now
from services.notices.post import FolderPost
from services.notices.sending import Mailroom, send_mail
from services.notices.smtp import SmtpPost
from services.notices.terms import MailState
from tests.conftest import OneAtATime
from tests.services.notices.mail_server import PASSWORD as SERVER_PASSWORD
from tests.services.notices.mail_server import Deliveries, mail_server
from tests.services.notices.mailing import HEAD, a_mail, kept, later, room
from tests.services.notices.world import change_person

S = MailState


async def test_people_of_the_demonstration_get_their_mails_in_a_folder(
    db: OneAtATime, server: tuple[Deliveries, int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    deliveries, port = server
    mail_id = await a_mail(db)
    async with db.write(SYSTEM) as session:
        await change_person(session, "ZMB viewer", is_demo=True)
    assert await send_mail(db, room(port, tmp_path / "mails"), mail_id) is S.SENT
    [file] = (tmp_path / "mails").iterdir()
    assert file.suffix == ".eml"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert b"To: ZMB viewer <zmb.viewer@test.example>\r\n" in file.read_bytes()
    assert caplog.messages == [f"mail to zmb.viewer@test.example is not sent, but written to {file}"]
    assert deliveries.accepted == []


async def test_a_folder_that_cannot_be_written_is_tried_again(db: OneAtATime, tmp_path: Path) -> None:
    (tmp_path / "mails").write_text("a file in the way")
    mail_id, folder = await a_mail(db), FolderPost(tmp_path / "mails")
    assert await send_mail(db, Mailroom(HEAD, folder, folder), mail_id) is S.WAITING
    assert "cannot be written" in (await kept(db, mail_id)).reason


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # of this machine, without TLS
async def test_with_a_password_the_server_takes_mails_and_without_it_they_wait(db: OneAtATime) -> None:
    mail_id = await a_mail(db)
    with mail_server(auth=True) as (deliveries, port):
        assert await send_mail(db, room(port, user="platform", password="wrong"), mail_id) is S.WAITING
        reason = (await kept(db, mail_id)).reason
        assert reason.startswith("535")
        assert "wrong" not in reason
        await later(db, next_attempt_at=now())
        right = SmtpPost.of(f"smtp://platform:p%40ss%2Fword@127.0.0.1:{port}", "localhost")
        assert right.password == SERVER_PASSWORD
        assert await send_mail(db, replace(room(port), post=right), mail_id) is S.SENT
        assert len(deliveries.accepted) == 1


async def test_starttls_that_is_asked_for_and_not_there_sends_nothing(
    db: OneAtATime, server: tuple[Deliveries, int]
) -> None:
    deliveries, port = server
    mail_id = await a_mail(db)
    assert await send_mail(db, room(port, starttls=True), mail_id) is S.WAITING
    assert deliveries.accepted == []


@pytest.mark.parametrize("able", [True, False])
async def test_an_address_with_other_letters_needs_a_server_that_takes_it(db: OneAtATime, able: bool) -> None:
    mail_id = await a_mail(db)
    async with db.write(SYSTEM) as session:
        await change_person(session, "ZMB viewer", email="dépêche@min.example")
    with mail_server(enable_SMTPUTF8=able) as (deliveries, port):
        assert await send_mail(db, room(port), mail_id) is (S.SENT if able else S.FAILED)
        assert deliveries.recipients == (["dépêche@min.example"] if able else [])
