"""Who may do what to a proposal, and when."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import pytest

from services.core.actor import SYSTEM, Actor, Audience
from services.core.db import Database, Writer
from services.proposals import commands
from services.proposals.content import ProposalContent
from services.proposals.errors import (
    WrongStatus,
)
from services.proposals.terms import ProposalStatus, Side
from tests.builders import actor
from tests.services.proposals.world import Act, a_proposal, code_of, content, in_days

S = ProposalStatus
WHO = (
    "public",
    "secretariat",
    "ZMB viewer",
    "ZMB contributor",
    "ZMB focal point",
    "FRA focal point",
    "VAT focal point",
    "applicant focal point",
)
NO, NONE = "NOT_PERMITTED", "NOT_FOUND"
OWN_DRAFT = {  # what only its delegation sees
    "public": NONE,
    "secretariat": NONE,
    "ZMB viewer": NO,
    "FRA focal point": NONE,
    "VAT focal point": NONE,
    "applicant focal point": NONE,
}
SHOWN = {  # open to members
    "public": NONE,
    "secretariat": NO,
    "ZMB viewer": NO,
    "FRA focal point": NO,
    "VAT focal point": NO,
    "applicant focal point": NONE,
}
WRITERS, FOCAL = dict.fromkeys(("ZMB contributor", "ZMB focal point")), {"ZMB contributor": NO, "ZMB focal point": None}


def act_on(name: str, key: UUID) -> Act:
    match name:
        case "revise":
            return lambda session, who: commands.revise_proposal(session, who, key, 1, {"summary": "More."})
        case "renew":
            return lambda session, who: commands.renew_proposal(session, who, key, in_days(90))
        case "withdraw":
            return lambda session, who: commands.withdraw_proposal(session, who, key, "No money.")
        case _:
            return lambda session, who: getattr(commands, f"{name}_proposal")(session, who, key)


@pytest.mark.parametrize(
    ("name", "status", "expected"),
    [
        ("revise", S.DRAFT, OWN_DRAFT | WRITERS),
        ("revise", S.OPEN, SHOWN | FOCAL),
        ("delete", S.DRAFT, OWN_DRAFT | WRITERS),
        ("open", S.DRAFT, OWN_DRAFT | FOCAL),
        ("renew", S.OPEN, SHOWN | FOCAL),
        ("renew", S.EXPIRED, SHOWN | FOCAL),
        ("close", S.OPEN, SHOWN | FOCAL),
        ("withdraw", S.OPEN, SHOWN | FOCAL | {"secretariat": None}),
    ],
)
async def test_who_may_act_on_a_proposal(db: Database, name: str, status: S, expected: dict[str, str | None]) -> None:
    found = {}
    for who in WHO:
        async with db.write(SYSTEM) as session:
            proposal = await a_proposal(session, status=status)
        found[who] = await code_of(db, actor(who), act_on(name, proposal.id))
    assert found == expected


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("revise", {S.DRAFT, S.OPEN}),
        ("delete", {S.DRAFT}),
        ("open", {S.DRAFT}),
        ("renew", {S.OPEN, S.EXPIRED}),
        ("close", {S.OPEN}),
        ("withdraw", {S.OPEN}),
    ],
)
async def test_each_act_is_for_some_statuses_only(db: Database, name: str, allowed: set[S]) -> None:
    for status in S:
        async with db.write(SYSTEM) as session:
            proposal = await a_proposal(session, status=status)
        code = await code_of(db, actor("ZMB focal point"), act_on(name, proposal.id))
        assert code == (None if status in allowed else WrongStatus.code), status


async def test_a_suspended_delegation_acts_on_nothing_of_its_own(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        draft = await a_proposal(session, by="suspended", status=S.DRAFT)
        shown = await a_proposal(session, by="suspended")
    for who in ("suspended focal point", "suspended contributor"):
        for name in ("revise", "delete", "open"):
            assert await code_of(db, actor(who), act_on(name, draft.id)) == NO
        for name in ("revise", "renew", "close", "withdraw"):
            assert await code_of(db, actor(who), act_on(name, shown.id)) == NO


async def test_who_may_draft_and_post_an_offer(db: Database) -> None:
    expected = {
        "public": (NO, NO),
        "secretariat": (NO, NO),
        "ZMB viewer": (NO, NO),
        "ZMB contributor": (None, NO),
        "ZMB focal point": (None, None),
        "CHN focal point": (None, None),
        "VAT focal point": (None, None),
        "suspended focal point": (NO, NO),
        "applicant focal point": (NO, NO),
    }
    found = {}
    for who in expected:
        drafts = await code_of(db, actor(who), partial(_made, commands.draft_proposal, content()))
        found[who] = drafts, await code_of(db, actor(who), partial(_made, commands.post_proposal, content()))
    assert found == expected


@pytest.mark.parametrize("side", [Side.NEED, Side.JOINT])
async def test_an_observer_posts_offers_and_asks_for_nothing(db: Database, side: Side) -> None:
    observer = actor("VAT focal point")
    for command in (commands.draft_proposal, commands.post_proposal):
        assert await code_of(db, observer, partial(_made, command, content(side=side))) == NO
    async with db.write(SYSTEM) as session:
        before = await a_proposal(session, by="VAT", side=side, status=S.DRAFT)
        offer = await a_proposal(session, by="VAT", status=S.DRAFT)
    assert await code_of(db, observer, act_on("open", before.id)) == NO
    assert (
        await code_of(
            db, observer, lambda session, one: commands.revise_proposal(session, one, offer.id, 1, {"side": side})
        )
        == NO
    )


async def _made(
    command: Callable[[Writer, Actor, ProposalContent], Awaitable[UUID]],
    new: ProposalContent,
    session: Writer,
    who: Actor,
) -> UUID:
    return await command(session, who, new)


async def test_the_secretariat_does_not_know_what_is_open_to_its_delegation_only(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, visibility=Audience.DELEGATION)
    assert await code_of(db, actor("secretariat"), act_on("withdraw", proposal.id)) == NONE
