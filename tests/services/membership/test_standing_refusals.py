"""What is refused as things stand, to those who may: each with its code, and nothing changes."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.errors import Invalid
from services.core.table import today
from services.membership import commands, decision_commands
from services.membership.tables import StandingPeriod
from services.membership.terms import NewDelegation, Standing, StandingChange
from tests.builders import actor, delegation_id, id_of
from tests.services.membership.world import (
    NOTE,
    a_standing_proposal,
    change,
    code_of,
    decide,
    decided,
    failure_of,
    in_days,
    open_proposal,
    stand,
)

S = Standing
SECRETARIAT, CO_CHAIR, ZAMBIA = actor("secretariat"), actor("CHN focal point"), actor("ZMB focal point")


@pytest.mark.parametrize(
    ("code", "wanted", "expected"),
    [
        ("ZMB", StandingChange(S.SUSPENDED, " "), "REFERENCE_NEEDED"),
        ("ZMB", StandingChange(S.SUSPENDED, NOTE, in_days(9)), "WRONG_TERM"),
        ("ZMB", StandingChange(S.CO_CHAIR, NOTE), "WRONG_TERM"),
        ("ZMB", StandingChange(S.CO_CHAIR, NOTE, in_days(9), in_days(9)), "WRONG_TERM"),
        ("ZMB", StandingChange(S.CO_CHAIR, NOTE, in_days(9), in_days(-1)), "WRONG_TERM"),
        ("ZMB", StandingChange(S.SUSPENDED, NOTE, since=in_days(9)), "WRONG_TERM"),
        ("ZMB", StandingChange(S.SUSPENDED, NOTE, reference_on=in_days(1)), "WRONG_REFERENCE_DATE"),
        ("ZMB", StandingChange(S.CO_CHAIR, NOTE, today()), "WRONG_TERM"),
        ("ZMB", StandingChange(S.APPLICANT, NOTE), "STANDING_NOT_POSSIBLE"),
        ("ZMB", StandingChange(S.MEMBER, NOTE), "DELEGATION_WRONG_STANDING"),
        ("applicant", StandingChange(S.MEMBER, NOTE), "DELEGATION_WRONG_STANDING"),
        ("FRA", StandingChange(S.SUSPENDED, NOTE), "STANDING_PROPOSAL_THERE"),
    ],
)
async def test_a_proposal_that_cannot_be_is_refused(
    db: Database, code: str, wanted: StandingChange, expected: str
) -> None:
    async with db.write(SYSTEM) as session:
        await a_standing_proposal(session, about="FRA", standing=S.WITHDRAWN)
    propose = partial(commands.propose_standing, delegation_id=delegation_id(code), change=wanted)
    assert await code_of(db, SECRETARIAT, propose) == expected


@pytest.mark.parametrize(
    ("new", "expected", "path"),
    [
        (NewDelegation(S.MEMBER, NOTE, state="BTN"), "STANDING_NOT_POSSIBLE", "standing"),
        (NewDelegation(S.INVITED, "", state="BTN"), "REFERENCE_NEEDED", "reference"),
        (NewDelegation(S.INVITED, NOTE, "BTN", reference_on=in_days(1)), "WRONG_REFERENCE_DATE", "referenceOn"),
        (NewDelegation(S.INVITED, NOTE, state="QQQ"), "UNKNOWN_CODE", "state"),
        (NewDelegation(S.INVITED, NOTE, state="ZMB"), "DELEGATION_THERE", "state"),
        (NewDelegation(S.INVITED, NOTE), "WRONG_DELEGATION", "state"),
        (NewDelegation(S.INVITED, NOTE, "BTN", (("en", "Bhutan"),)), "WRONG_DELEGATION", "state"),
        (NewDelegation(S.INVITED, NOTE, names=(("fr", "Alliance"),)), "WRONG_NAME", "names"),
    ],
)
async def test_a_delegation_that_cannot_be_is_not_opened(
    db: Database, new: NewDelegation, expected: str, path: str
) -> None:
    failure = await failure_of(db, SECRETARIAT, partial(commands.open_delegation, new=new))
    assert failure is not None
    assert (failure.code, failure.path) == (expected, (path,))


async def test_a_co_chair_does_not_withdraw_before_its_term_is_ended(db: Database) -> None:
    withdraw = partial(commands.withdraw_delegation, delegation_id=delegation_id("CHN"), reference=NOTE)
    assert await code_of(db, CO_CHAIR, withdraw) == "DELEGATION_WRONG_STANDING"


async def test_only_who_has_withdrawn_applies_again(db: Database) -> None:
    again = partial(commands.record_application, delegation_id=delegation_id("ZMB"), reference=NOTE)
    assert await code_of(db, SECRETARIAT, again) == "DELEGATION_WRONG_STANDING"


async def test_an_act_on_nothing_is_refused_as_not_there(db: Database) -> None:
    nothing = id_of("nothing")
    propose = partial(commands.propose_standing, delegation_id=nothing, change=change(S.SUSPENDED))
    assert await code_of(db, SECRETARIAT, propose) == "NOT_FOUND"
    decision = partial(decision_commands.decide_standing, proposal_id=nothing, accept=True)
    assert await code_of(db, CO_CHAIR, decision) == "NOT_FOUND"


async def test_a_reference_that_is_none_is_refused_when_withdrawing(db: Database) -> None:
    withdraw = partial(commands.withdraw_delegation, delegation_id=delegation_id("ZMB"), reference="two\nlines")
    failure = await failure_of(db, ZAMBIA, withdraw)
    assert isinstance(failure, Invalid)
    assert failure.path == ("reference",)


async def test_what_was_proposed_may_have_become_impossible(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        proposal = await a_standing_proposal(session, standing=S.CO_CHAIR)
    await stand(db, "ZMB", S.OBSERVER)
    assert await code_of(db, CO_CHAIR, decide(proposal)) == "DELEGATION_WRONG_STANDING"


async def test_a_suspended_observer_is_not_reinstated_as_a_member(db: Database) -> None:
    await decided(db, "VAT", change(S.SUSPENDED))
    for code, sentence in (("VAT", "it can become observer or withdrawn"), ("CHN", "it can become member")):
        propose = partial(commands.propose_standing, delegation_id=delegation_id(code), change=change(S.CO_CHAIR))
        failure = await failure_of(db, SECRETARIAT, propose)
        assert failure is not None
        assert failure.code == "DELEGATION_WRONG_STANDING"
        assert sentence in failure.message


async def test_one_proposal_at_a_time_is_kept_by_the_table_too(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        first = await a_standing_proposal(session)
        assert await open_proposal(session, "ZMB") == first.id
        with pytest.raises(IntegrityError, match="uq_standing_proposal_open"):
            await a_standing_proposal(session)
        await session.rollback()


async def test_standings_are_written_in_the_order_of_their_days(db: Database) -> None:
    early = StandingPeriod(delegation_id=delegation_id("ZMB"), standing=S.INVITED, valid_from=date(2020, 1, 1))
    async with db.write(SYSTEM) as session:
        session.add(early)
        with pytest.raises(IntegrityError, match="in the order of their days"):
            await session.flush()
        await session.rollback()
