"""An invitation's mail carries a secret of its own, which stands nowhere else."""

import re
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Role
from services.core.db import Database
from services.core.read.shape import table_of
from services.identity.commands import invite_person, remove_person
from services.identity.credentials import accept_invitation
from services.identity.errors import InvitationNotValid
from services.identity.terms import Invitation
from services.notices.sending import send_mail
from services.notices.tables import Mail
from services.notices.terms import MailState
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.services.identity.world import ANOTHER, PASSWORD
from tests.services.notices.mail_server import Deliveries
from tests.services.notices.mailing import kept, room
from tests.services.notices.world import tell_all

S = MailState


async def test_an_invitation_s_mail_lets_in_by_a_secret_that_nobody_else_holds(
    db: OneAtATime, server: tuple[Deliveries, int]
) -> None:
    deliveries, port = server
    mail_id, shown = await an_invitation(db)
    assert await send_mail(db, room(port), mail_id) is S.SENT
    secret = secret_in(deliveries, 0)
    assert secret != shown
    assert await everything_kept(db).__anext__() > ""
    assert [one async for one in everything_kept(db) if secret in one or shown in one] == []
    person_id = await accept_invitation(db, secret, PASSWORD)
    assert person_id is not None
    for used in (secret, shown):
        with pytest.raises(InvitationNotValid):
            await accept_invitation(db, used, ANOTHER)


async def test_the_secret_that_the_inviter_was_shown_stays_good(db: OneAtATime, server: tuple[Deliveries, int]) -> None:
    deliveries, port = server
    mail_id, shown = await an_invitation(db)
    assert await send_mail(db, room(port), mail_id) is S.SENT
    await accept_invitation(db, shown, PASSWORD)
    with pytest.raises(InvitationNotValid):
        await accept_invitation(db, secret_in(deliveries, 0), ANOTHER)


async def test_an_invitation_taken_back_is_not_mailed(db: OneAtATime, server: tuple[Deliveries, int]) -> None:
    deliveries, port = server
    mail_id, _ = await an_invitation(db)
    person_id = (await kept(db, mail_id)).person_id
    async with db.write(actor("ZMB focal point")) as session:
        await remove_person(session, actor("ZMB focal point"), person_id)
    assert await send_mail(db, room(port), mail_id) is None
    mail = await kept(db, mail_id)
    assert (mail.state, mail.reason) == (S.FAILED, "The invitation is not open any more.")
    assert deliveries.accepted == []


async def an_invitation(db: Database) -> tuple[UUID, str]:
    """The mail of an invitation, and the secret that the inviter was shown."""
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        issued = await invite_person(session, who, Invitation("new@ministry.example", "New", Role.VIEWER))
    await tell_all(db)
    async with db.read(SYSTEM) as session:
        mail_id = await session.scalar(sa.select(table_of(Mail).c.id))
    assert mail_id is not None
    return mail_id, issued.secret


def secret_in(deliveries: Deliveries, number: int, way: str = "invitation") -> str:
    """The secret in the link of a mail that was accepted."""
    text = deliveries[number].get_body(("plain",))
    assert text is not None
    found = re.search(rf"#{way}=(\S+)", text.get_content())
    assert found is not None
    return found[1]


async def everything_kept(db: Database) -> Any:
    """All rows in which a secret could stand, as text."""
    async with db.read(SYSTEM) as session:
        for table in ("person", "notice", "mail", "pgqueuer", "record_leaf"):
            yield str(await session.scalar(sa.text(f"SELECT string_agg(t::text, ' ') FROM {table} t")))
