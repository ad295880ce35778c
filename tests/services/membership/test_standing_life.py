"""What becomes of a standing: its history, day by day, and what is refused as things stand."""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.db import Database
from services.core.read.shape import table_of
from services.core.table import today
from services.membership import commands, decision_commands, rules
from services.membership.tables import Delegation, StandingPeriod, StandingProposal
from services.membership.terms import (
    DelegationKind,
    NewDelegation,
    Participation,
    Standing,
    StandingChange,
    StandingProposalStatus,
)
from tests.builders import SINCE, actor, delegation_id
from tests.services.membership.world import (
    NOTE,
    a_standing_proposal,
    change,
    code_of,
    decide,
    decided,
    delegation,
    history,
    in_days,
    kept,
)

S = Standing
SECRETARIAT, CO_CHAIR, ZAMBIA = actor("secretariat"), actor("CHN focal point"), actor("ZMB focal point")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    return Clock(monkeypatch)


class Clock:
    """The day on which commands believe to act."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.day = today()
        for module in (commands, decision_commands):
            monkeypatch.setattr(module, "today", lambda: self.day)

    def pass_days(self, number: int) -> date:
        self.day += timedelta(days=number)
        return self.day


async def test_a_state_is_invited_admitted_made_co_chair_and_member_again(db: Database, clock: Clock) -> None:
    invited = clock.day
    async with db.write(SECRETARIAT) as session:
        key = await commands.open_delegation(session, SECRETARIAT, NewDelegation(S.INVITED, NOTE, state="BTN"))
        opened = await session.get_one(Delegation, key)
        assert (opened.kind, opened.names["en"]) == (DelegationKind.STATE, "Bhutan")
        assert set(opened.places) == {"ar", "zh", "en", "fr", "ru", "es"}
    days = {S.MEMBER: clock.pass_days(30), S.CO_CHAIR: clock.pass_days(30)}
    until = clock.day + timedelta(days=100)
    for standing, day in days.items():
        clock.day = day
        wanted = StandingChange(standing, NOTE, until if standing is S.CO_CHAIR else None)
        async with db.write(SECRETARIAT) as session:
            await commands.propose_standing(session, SECRETARIAT, key, wanted)
            table = table_of(StandingProposal)
            proposal = (await session.execute(sa.select(table.c.id).where(table.c.status == "open"))).scalar_one()
        async with db.write(CO_CHAIR) as session:
            await decision_commands.decide_standing(session, CO_CHAIR, proposal, accept=True)
    clock.day = until
    async with db.write(SYSTEM) as session:
        assert await commands.end_terms(session) == 1
        assert await commands.end_terms(session) == 0
        periods = table_of(StandingPeriod)
        rows = await session.execute(
            sa.select(periods.c.standing, periods.c.valid_from, periods.c.valid_to)
            .where(periods.c.delegation_id == key)
            .order_by(periods.c.valid_from)
        )
        assert [tuple(row) for row in rows] == [
            (S.INVITED, invited, days[S.MEMBER]),
            (S.MEMBER, days[S.MEMBER], days[S.CO_CHAIR]),
            (S.CO_CHAIR, days[S.CO_CHAIR], until),
            (S.MEMBER, until, None),
        ]
        now_there = await session.get_one(Delegation, key)
        assert (now_there.standing, now_there.standing_since) == (S.MEMBER, until)


async def test_a_decision_closes_one_standing_and_begins_the_next_on_that_day(db: Database, clock: Clock) -> None:
    await decided(db, "ZMB", change(S.SUSPENDED))
    first = clock.day
    second = clock.pass_days(20)
    await decided(db, "ZMB", change(S.MEMBER))
    assert await history(db, "ZMB") == [
        (S.MEMBER, SINCE, first),
        (S.SUSPENDED, first, second),
        (S.MEMBER, second, None),
    ]
    zambia = await delegation(db, "ZMB")
    assert (zambia.standing, zambia.standing_since, zambia.revision) == (S.MEMBER, second, 3)


async def test_what_begins_and_ends_on_one_day_leaves_the_last_of_it(db: Database) -> None:
    await decided(db, "applicant", change(S.OBSERVER))
    await decided(db, "applicant", change(S.SUSPENDED))
    assert await history(db, "applicant") == [(S.APPLICANT, SINCE, today()), (S.SUSPENDED, today(), None)]
    assert (await delegation(db, "applicant")).took_part_as is Participation.OBSERVER
    await decided(db, "applicant", change(S.OBSERVER))
    assert await history(db, "applicant") == [(S.APPLICANT, SINCE, today()), (S.OBSERVER, today(), None)]


async def test_a_term_that_is_ended_early_ends_once(db: Database, clock: Clock) -> None:
    await decided(db, "ZMB", StandingChange(S.CO_CHAIR, NOTE, clock.day + timedelta(days=100)))
    made, ended = clock.day, clock.pass_days(50)
    await decided(db, "ZMB", change(S.MEMBER))
    clock.pass_days(60)
    async with db.write(SYSTEM) as session:
        assert await commands.end_terms(session) == 0
    assert await history(db, "ZMB") == [(S.MEMBER, SINCE, made), (S.CO_CHAIR, made, ended), (S.MEMBER, ended, None)]


async def test_a_term_made_and_ended_on_one_day_leaves_a_member_without_end(db: Database) -> None:
    await decided(db, "ZMB", change(S.CO_CHAIR))
    await decided(db, "ZMB", change(S.MEMBER))
    assert await history(db, "ZMB") == [(S.MEMBER, SINCE, today()), (S.MEMBER, today(), None)]


async def test_a_delegation_withdraws_applies_again_and_an_open_proposal_about_it_lapses(
    db: Database, clock: Clock
) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_standing_proposal(session)
    async with db.write(ZAMBIA) as session:
        await commands.withdraw_delegation(session, ZAMBIA, delegation_id("ZMB"), NOTE)
    left = clock.day
    lapsed = await kept(db, StandingProposal, proposal.id)
    assert (lapsed.status, lapsed.decided_by_delegation) == (StandingProposalStatus.LAPSED, None)
    assert lapsed.closed_at is not None
    assert await code_of(db, CO_CHAIR, decide(proposal)) == "STANDING_PROPOSAL_DECIDED"
    back = clock.pass_days(100)
    async with db.write(SECRETARIAT) as session:
        await commands.record_application(session, SECRETARIAT, delegation_id("ZMB"), NOTE)
    assert await history(db, "ZMB") == [
        (S.MEMBER, SINCE, left),
        (S.WITHDRAWN, left, back),
        (S.APPLICANT, back, None),
    ]


async def test_a_rejection_changes_no_standing_and_keeps_its_reason(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_standing_proposal(session)
    before = await history(db, "ZMB")
    assert await code_of(db, CO_CHAIR, decide(proposal, accept=False, reason=" ")) == "REASON_NEEDED"
    assert await code_of(db, CO_CHAIR, decide(proposal, accept=False, reason=" Not now. ")) is None
    assert await history(db, "ZMB") == before
    rejected = await kept(db, StandingProposal, proposal.id)
    assert (rejected.status, rejected.reason) == (StandingProposalStatus.REJECTED, "Not now.")
    assert (rejected.decided_by, rejected.decided_by_delegation) == (CO_CHAIR.person_id, CO_CHAIR.delegation_id)
    assert await code_of(db, CO_CHAIR, decide(proposal)) == "STANDING_PROPOSAL_DECIDED"


async def test_a_term_that_is_over_by_now_is_rejected_and_not_accepted(db: Database, clock: Clock) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_standing_proposal(session, standing=S.CO_CHAIR, until=in_days(10))
    clock.pass_days(10)
    assert await code_of(db, CO_CHAIR, decide(proposal)) == "TERM_OVER"
    assert await code_of(db, CO_CHAIR, decide(proposal, accept=False)) is None


@pytest.mark.parametrize(
    ("new", "kind"),
    [
        (NewDelegation(S.INVITED, NOTE, state="BTN"), DelegationKind.STATE),
        (NewDelegation(S.APPLICANT, NOTE, state="PSE"), DelegationKind.OBSERVER),
        (NewDelegation(S.APPLICANT, NOTE, names=(("en", "Alliance"), ("fr", "Alliance"))), DelegationKind.OBSERVER),
    ],
)
async def test_whom_a_delegation_stands_for_follows_from_its_state(
    db: Database, new: NewDelegation, kind: DelegationKind
) -> None:
    async with db.write(SECRETARIAT) as session:
        key = await commands.open_delegation(session, SECRETARIAT, new)
        opened = await session.get_one(Delegation, key)
        period = table_of(StandingPeriod)
        begun = await session.execute(sa.select(period.c.standing).where(period.c.delegation_id == key))
    assert (opened.kind, opened.state, opened.standing) == (kind, new.state, new.standing)
    assert list(begun.scalars()) == [new.standing]


async def test_the_record_tells_who_did_what(db: Database) -> None:
    await decided(db, "ZMB", change(S.SUSPENDED))
    leaf = table_of(RecordLeaf)
    async with db.read(SYSTEM) as session:
        rows = await session.execute(sa.select(leaf.c.act, leaf.c.person_id, leaf.c.object_kind).order_by(leaf.c.id))
        assert [tuple(row) for row in rows] == [
            ("standing.proposed", SECRETARIAT.person_id, "standing_proposal"),
            ("standing.voiced", CO_CHAIR.person_id, "standing_proposal"),
            ("standing.accepted", CO_CHAIR.person_id, "standing_proposal"),
            ("delegation.suspended", CO_CHAIR.person_id, "delegation"),
        ]


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_standings_follow_one_another_without_gap_or_overlap(
    db: Database, clock: Clock, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(15):
        one = await delegation(db, "ZMB")
        choices = sorted(rules.following(one.kind, one.standing, one.took_part_as))
        wanted = chance.choice(choices)
        if wanted is S.APPLICANT:
            async with db.write(SECRETARIAT) as session:
                await commands.record_application(session, SECRETARIAT, one.id, NOTE)
        else:
            until = clock.day + timedelta(days=chance.randint(1, 9)) if wanted is S.CO_CHAIR else None
            await decided(db, "ZMB", StandingChange(wanted, NOTE, until))
        clock.pass_days(chance.choice([0, 0, 1, 5, 40]))
        async with db.write(SYSTEM) as session:
            await commands.end_terms(session)
        told = await history(db, "ZMB")
        assert all(ended == begun for (_, _, ended), (_, begun, _) in pairwise(told))
        assert all(ended is None or begun < ended for _, begun, ended in told)
        there = await delegation(db, "ZMB")
        assert told[-1][:2] == (there.standing, there.standing_since)
        assert (told[-1][2] is None) == (there.standing is not S.CO_CHAIR)
