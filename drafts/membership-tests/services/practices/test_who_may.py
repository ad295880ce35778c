"""Who may do what to a practice of Zambia, after product.md; a refusal changes nothing."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Actor, Audience
from services.core.db import Writer
from services.core.errors import DomainError
from services.core.read.shape import table_of
from services.core.texts import Text
from services.practices import commands
from services.practices.commands import PracticeContent
from services.practices.tables import Endorsement, Practice, PracticeText, PracticeVersion
from services.practices.terms import PracticeStatus
from tests.builders import a_practice, actor
from tests.conftest import OneAtATime

S = PracticeStatus
Act = Callable[[Writer, Actor, UUID], Awaitable[UUID]]
WHO = (
    "public", "applicant focal point", "suspended focal point", "ZMB viewer", "ZMB contributor", "ZMB focal point",
    "FRA viewer", "FRA contributor", "FRA focal point", "CHN focal point", "VAT focal point", "secretariat",
)  # fmt: skip


async def revise(session: Writer, who: Actor, key: UUID) -> UUID:
    return await commands.revise_practice(session, who, key, 1, {"title": "Another title"})


ACTS: dict[str, tuple[Act, S]] = {
    "revise draft": (revise, S.DRAFT),
    "revise published": (revise, S.PUBLISHED),
    "delete": (commands.delete_practice, S.DRAFT),
    "submit": (commands.submit_practice, S.DRAFT),
    "publish": (commands.publish_practice, S.IN_REVIEW),
    "return": (lambda session, who, key: commands.return_practice(session, who, key, "Why."), S.IN_REVIEW),
    "withdraw": (lambda session, who, key: commands.withdraw_practice(session, who, key, "Why."), S.PUBLISHED),
    "confirm": (commands.confirm_practice, S.PUBLISHED),
    "endorse": (commands.endorse_practice, S.PUBLISHED),
    "unendorse": (commands.unendorse_practice, S.PUBLISHED),
}
MAY = {
    "revise draft": {"ZMB contributor", "ZMB focal point"},
    "revise published": {"ZMB focal point"},
    "delete": {"ZMB contributor", "ZMB focal point"},
    "submit": {"ZMB focal point"},
    "publish": {"secretariat"},
    "return": {"secretariat"},
    "withdraw": {"ZMB focal point", "secretariat"},
    "confirm": {"ZMB focal point"},
    "endorse": {"FRA focal point", "CHN focal point", "VAT focal point"},
    "unendorse": {"FRA focal point", "CHN focal point", "VAT focal point"},
}
KNOWS = {
    S.DRAFT: {"ZMB viewer", "ZMB contributor", "ZMB focal point"},
    S.IN_REVIEW: {"ZMB viewer", "ZMB contributor", "ZMB focal point", "secretariat"},
    S.PUBLISHED: set(WHO),
}
"""Who may know of a public practice at each point of its life: for all others it is not there."""


async def everything(session: Writer) -> list[Any]:
    """All rows that an act on a practice could touch."""
    found: list[Any] = []
    for table in (Practice, PracticeText, PracticeVersion, Endorsement):
        columns = [column for column in table_of(table).c if column.key not in {"search", "embedding", "sketch"}]
        found += (await session.execute(sa.select(*columns).order_by(*columns[:1]))).all()
    return found


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("act", ACTS)
async def test_who_may(db: OneAtATime, act: str, who: str) -> None:
    command, status = ACTS[act]
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session, status=status)
        before = await everything(session)
    code = await outcome(db, who, lambda session, one: command(session, one, practice.id))
    expected = None if who in MAY[act] else "NOT_PERMITTED" if who in KNOWS[status] else "NOT_FOUND"
    assert code == expected
    async with db.write(SYSTEM) as session:
        assert (await everything(session) == before) == (expected is not None or act == "unendorse")


@pytest.mark.parametrize("who", WHO)
async def test_who_may_draft(db: OneAtATime, who: str) -> None:
    content = PracticeContent(Text("en", "A title"))
    code = await outcome(db, who, lambda session, one: commands.draft_practice(session, one, content))
    drafts = {"ZMB contributor", "ZMB focal point", "FRA contributor", "FRA focal point", "CHN focal point", "VAT focal point"}
    assert code == (None if who in drafts else "NOT_PERMITTED")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("status", S)
async def test_an_act_at_the_wrong_point_of_life_is_a_conflict(db: OneAtATime, act: str, status: S) -> None:
    command, _ = ACTS[act]
    who = next(iter(sorted(MAY[act])))
    good = {ACTS[other][1] for other in ACTS if ACTS[other][0] is command}
    async with db.write(SYSTEM) as session:
        practice = await a_practice(session, status=status)
    code = await outcome(db, who, lambda session, one: command(session, one, practice.id))
    if status in good:
        assert code in {None, "NOT_PERMITTED"}
    else:
        assert code in {"PRACTICE_WRONG_STATUS", "NOT_FOUND"}


@pytest.mark.parametrize("visibility", Audience)
@pytest.mark.parametrize("who", WHO)
async def test_row_security_alone_shows_what_the_policy_shows(db: OneAtATime, who: str, visibility: Audience) -> None:
    async with db.write(SYSTEM) as session:
        for status in S:
            await a_practice(session, status=status, visibility=visibility)
    members = {"ZMB", "FRA", "CHN", "VAT"}
    reads = visibility is Audience.PUBLIC or (
        visibility is Audience.MEMBERS and (who == "secretariat" or who.split()[0] in members)
    )
    own = who.startswith("ZMB")
    expected = {
        status
        for status in S
        if own or (status is S.PUBLISHED and reads) or (who == "secretariat" and status is not S.DRAFT)
    }
    async with db.read(actor(who)) as session:
        for table in (Practice, PracticeText):
            seen = (await session.execute(sa.select(table_of(table).c.status))).scalars()
            assert {S(status) for status in seen} == expected


async def outcome(db: OneAtATime, who: str, act: Callable[[Writer, Actor], Awaitable[UUID]]) -> str | None:
    """None if it was done, else the code of the refusal."""
    one = actor(who)
    try:
        async with db.write(one) as session:
            await act(session, one)
    except DomainError as error:
        return error.code
    return None
