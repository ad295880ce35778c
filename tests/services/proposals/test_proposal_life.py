"""What comes of each act on a proposal."""

from functools import partial

import sqlalchemy as sa

from services.core.actor import SYSTEM, Audience
from services.core.audit import RecordLeaf
from services.core.db import Database
from services.core.policy import StaleRevision
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import Text
from services.proposals import commands
from services.proposals.errors import (
    ExternalIdTaken,
    OpensLater,
    PlacesTaken,
    ReasonNeeded,
    SideFixed,
    WrongExpiry,
)
from services.proposals.tables import Proposal, ProposalText
from services.proposals.terms import ProposalStatus, Side
from tests.builders import actor, delegation_id
from tests.services.proposals.world import Act, a_proposal, an_expression, code_of, content, in_days, kept, refused

S = ProposalStatus


async def test_a_draft_is_opened_with_what_its_author_left_out_and_its_texts_follow(db: Database) -> None:
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        key = await commands.draft_proposal(session, who, content(text=Text("fr", " Bourses "), places=3))
        await commands.open_proposal(session, who, key)
    proposal = await kept(db, Proposal, key)
    assert (proposal.status, proposal.opens_on, proposal.expires_on) == (S.OPEN, today(), in_days(365))
    assert proposal.working_languages == []  # a text in French does not say that one works in French alone
    assert proposal.opened_at == proposal.listed_at > proposal.created_at
    assert (proposal.delegation_id, proposal.revision, proposal.agreed) == (delegation_id("ZMB"), 2, 0)
    async with db.read(SYSTEM) as session:
        [text] = (await session.execute(sa.select(ProposalText))).scalars()
        assert (text.title, text.status, text.is_original) == ("Bourses", "open", True)


async def test_a_proposal_is_not_opened_before_its_day_nor_after_its_last(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        early = await a_proposal(session, status=S.DRAFT, opens_on=in_days(1), expires_on=in_days(9))
        late = await a_proposal(session, status=S.DRAFT, expires_on=today())
    who = actor("ZMB focal point")
    assert str(in_days(1)) in await refused(
        db, who, partial(commands.open_proposal, proposal_id=early.id), OpensLater, ("opensOn",)
    )
    assert str(today()) in await refused(
        db, who, partial(commands.open_proposal, proposal_id=late.id), WrongExpiry, ("expiresOn",)
    )


async def test_posting_leaves_no_draft_behind_when_it_cannot_be_opened(db: Database) -> None:
    late = content(expires_on=in_days(2000))
    await refused(
        db,
        actor("ZMB focal point"),
        lambda session, who: commands.post_proposal(session, who, late),
        WrongExpiry,
        ("expiresOn",),
    )


async def test_renewing_moves_the_last_day_and_opens_what_has_expired(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, status=S.EXPIRED)
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        await commands.renew_proposal(session, who, proposal.id, in_days(90))
    renewed = await kept(db, Proposal, proposal.id)
    assert (renewed.status, renewed.expires_on, renewed.listed_at) == (S.OPEN, in_days(90), proposal.listed_at)
    for day in (today(), in_days(1096)):
        again = partial(commands.renew_proposal, proposal_id=proposal.id, expires_on=day)
        await refused(db, who, again, WrongExpiry, ("expiresOn",))


async def test_the_secretariat_withdraws_with_a_reason_that_the_owner_reads(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, visibility=Audience.PUBLIC)
    secretariat = actor("secretariat")
    for reason in ("", "  ", "x" * 2001):
        withdraw = partial(commands.withdraw_proposal, proposal_id=proposal.id, reason=reason)
        await refused(db, secretariat, withdraw, ReasonNeeded, ("reason",))
    async with db.write(secretariat) as session:
        await commands.withdraw_proposal(session, secretariat, proposal.id, " Not meant for here. ")
    async with db.read(actor("ZMB viewer")) as session:
        seen = (await session.execute(sa.select(Proposal))).scalar_one()
        assert (seen.status, seen.withdrawal_reason) == (S.WITHDRAWN, "Not meant for here.")
    close = partial(commands.close_proposal, proposal_id=proposal.id)
    assert await code_of(db, secretariat, close) == "NOT_PERMITTED"


async def test_an_open_proposal_keeps_its_side_and_more_places_than_have_agreed(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session, places=5, agreed=2)
    who = actor("ZMB focal point")

    def revise(**changes: object) -> Act:
        return lambda session, one: commands.revise_proposal(session, one, proposal.id, 1, changes)

    await refused(db, who, revise(side=Side.NEED), SideFixed, ("side",))
    await refused(db, who, revise(places=2), PlacesTaken, ("places",))
    async with db.write(who) as session:
        await commands.revise_proposal(
            session, who, proposal.id, 1, {"places": 3, "working_languages": [], "language": "es", "title": "Cursos"}
        )
    revised = await kept(db, Proposal, proposal.id)
    assert (revised.places, revised.language, revised.working_languages, revised.revision) == (3, "es", [], 2)
    assert await refused(db, who, revise(places=4), StaleRevision, ("revision",)) == (
        "You changed revision 1, but it is at revision 2 by now. Read it again."
    )


async def test_an_external_id_is_unique_within_a_delegation(db: Database) -> None:
    who, other = actor("ZMB focal point"), actor("FRA focal point")
    async with db.write(who) as session:
        await commands.draft_proposal(session, who, content(external_id=" A-1 "))
        second = await commands.draft_proposal(session, who, content(external_id="A-2"))
    async with db.write(other) as session:
        await commands.draft_proposal(session, other, content(external_id="A-1"))
    taken = content(external_id="A-1")
    await refused(
        db, who, lambda session, one: commands.draft_proposal(session, one, taken), ExternalIdTaken, ("externalId",)
    )
    await refused(
        db,
        who,
        lambda session, one: commands.revise_proposal(session, one, second, 1, {"external_id": "A-1"}),
        ExternalIdTaken,
        ("externalId",),
    )


async def test_a_deleted_draft_is_gone_with_its_texts(db: Database) -> None:
    who = actor("ZMB contributor")
    async with db.write(who) as session:
        key = await commands.draft_proposal(session, who, content())
        await commands.delete_proposal(session, who, key)
    async with db.read(SYSTEM) as session:
        for table in (Proposal, ProposalText):
            assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(table))) == 0


async def test_closing_keeps_the_expressions_of_interest_alive(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_proposal(session)
        expression = await an_expression(session, proposal)
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        await commands.close_proposal(session, who, proposal.id)
    assert (await kept(db, Proposal, proposal.id)).closed_at is not None
    assert (await kept(db, type(expression), expression.id)).status == "sent"


async def test_every_act_leaves_one_leaf_in_the_record(db: Database) -> None:
    who = actor("ZMB focal point")
    async with db.write(who) as session:
        key = await commands.post_proposal(session, who, content())
        await commands.revise_proposal(session, who, key, 2, {"unit": "seats"})
        await commands.renew_proposal(session, who, key, in_days(50))
        await commands.close_proposal(session, who, key)
    leaf = table_of(RecordLeaf).c
    async with db.read(SYSTEM) as session:
        acts = await session.execute(sa.select(leaf.act, leaf.delegation_id, leaf.object_kind).order_by(leaf.id))
    expected = ["proposal.drafted", "proposal.opened", "proposal.revised", "proposal.renewed", "proposal.closed"]
    assert [tuple(row) for row in acts] == [(act, delegation_id("ZMB"), "proposal") for act in expected]
