"""Who sees and writes standings: by the application's predicates alone, and by row security alone."""

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlmodel import SQLModel

from services.core.actor import SYSTEM, Viewer
from services.core.db import Database
from services.core.read.shape import Condition, Row, table_of
from services.core.table import now, today
from services.membership import policy
from services.membership.tables import Delegation, StandingPeriod, StandingProposal
from services.membership.terms import LISTED, Participation, Standing, StandingProposalStatus
from tests.builders import DELEGATIONS, actor, delegation_id
from tests.services.membership.world import NOTE, a_standing_proposal, everything

pytestmark = pytest.mark.security

S = Standing
See = Callable[[Viewer, Row], Condition]
KNOW_ALL = ("secretariat", "CHN focal point")
WHO = (
    *KNOW_ALL, "public", "ZMB viewer", "ZMB focal point", "CHN viewer", "VAT focal point", "applicant focal point",
    "suspended focal point",
)  # fmt: skip
HIDDEN = ("applicant", "EGY")
"""The delegations of the world that the public roster does not show, once ``build`` has made Egypt an invited one."""


async def build(db: Database) -> None:
    """Egypt is invited and never took part; Senegal was a member, left, and applies again; a proposal about each."""
    delegation = table_of(Delegation)
    async with db.write(SYSTEM) as session:
        for code, standing, took_part_as in (("EGY", S.INVITED, None), ("SEN", S.APPLICANT, Participation.MEMBER)):
            key = delegation_id(code)
            values = {"standing": standing, "took_part_as": took_part_as}
            await session.execute(sa.update(delegation).where(delegation.c.id == key).values(**values))
            session.add(StandingPeriod(delegation_id=key, standing=standing, valid_from=today()))
        for code in DELEGATIONS:
            await a_standing_proposal(session, about=code)


async def seen_by_predicates(db: Database, who: str, table: type[SQLModel], see: See, column: str) -> list[UUID]:
    """What the policy lets through where row security hides nothing."""
    found = table_of(table)
    condition = see(actor(who).viewer, table)
    async with db.read(SYSTEM) as session:
        return sorted((await session.execute(sa.select(found.c[column]).where(condition))).scalars())


async def seen_by_row_security(db: Database, who: str, table: type[SQLModel], column: str) -> list[UUID]:
    """What a plain SELECT of everything finds under the identity of ``who``."""
    async with db.read(actor(who)) as session:
        return sorted((await session.execute(sa.select(table_of(table).c[column]))).scalars())


def codes(who: str) -> set[str]:
    """The delegations that ``who`` may know of."""
    return {code for code in DELEGATIONS if who in KNOW_ALL or code not in HIDDEN or who.startswith(code)}


@pytest.mark.parametrize("who", WHO)
async def test_a_delegation_is_seen_by_all_once_it_took_part(db: Database, who: str) -> None:
    await build(db)
    expected = sorted(delegation_id(code) for code in codes(who))
    assert await seen_by_predicates(db, who, Delegation, policy.visible_to, "id") == expected
    assert await seen_by_row_security(db, who, Delegation, "id") == expected


@pytest.mark.parametrize("who", WHO)
async def test_an_invitation_or_application_is_seen_by_its_delegation_and_those_who_decide(
    db: Database, who: str
) -> None:
    await build(db)
    told = [(code, standing) for code, standing in DELEGATIONS.items()] + [("EGY", S.INVITED), ("SEN", S.APPLICANT)]
    expected = sorted(
        delegation_id(code) for code, standing in told if standing in LISTED or who in KNOW_ALL or who.startswith(code)
    )
    column = "delegation_id"
    assert await seen_by_predicates(db, who, StandingPeriod, policy.visible_period, column) == expected
    assert await seen_by_row_security(db, who, StandingPeriod, column) == expected


@pytest.mark.parametrize("who", WHO)
async def test_a_proposal_is_seen_by_its_delegation_and_those_who_decide(db: Database, who: str) -> None:
    await build(db)
    expected = sorted(delegation_id(code) for code in DELEGATIONS if who in KNOW_ALL or who.startswith(code))
    column = "delegation_id"
    assert await seen_by_predicates(db, who, StandingProposal, policy.visible_proposal, column) == expected
    assert await seen_by_row_security(db, who, StandingProposal, column) == expected


async def changed(db: Database, who: str, statement: sa.Update | sa.Delete | sa.Insert) -> int:
    """How many rows the statement changes as ``who``; 0 also where row security refuses it, and then nothing changed."""
    before = await everything(db)
    try:
        async with db.write(actor(who)) as session:
            count: int = (await session.execute(statement)).rowcount  # type: ignore[attr-defined]
    except ProgrammingError as error:
        assert "row-level security" in str(error)  # noqa: PT017 - any other failure is one of the test
        count = 0
    assert (await everything(db) == before) == (count == 0)
    return count


def may_write(who: str, code: str, standing: Standing) -> bool:
    """Whom row security lets write that a delegation stands so."""
    if who == "secretariat":
        return standing in {S.INVITED, S.APPLICANT}
    if who == f"{code} focal point":
        return standing in {S.APPLICANT, S.DECLINED, S.WITHDRAWN}
    return who == "CHN focal point"


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("code", ["ZMB", "CHN", "VAT", "applicant"])
async def test_row_security_lets_standings_be_written_by_those_who_may(db: Database, who: str, code: str) -> None:
    delegation, period = table_of(Delegation), table_of(StandingPeriod)
    for standing in (S.CO_CHAIR, S.WITHDRAWN, S.APPLICANT):
        allowed = may_write(who, code, standing)
        mine = sa.update(delegation).where(delegation.c.id == delegation_id(code))
        assert await changed(db, who, mine.values(standing=standing, names={"en": "Other"})) == allowed
        theirs = sa.update(period).where(period.c.delegation_id == delegation_id(code), period.c.valid_to.is_(None))
        assert await changed(db, who, theirs.values(standing=standing, reference="Forged")) == allowed
        if allowed:  # what was done is undone by the test's end, and the next standing begins elsewhere
            break
    forged = StandingPeriod(delegation_id=delegation_id(code), standing=S.CO_CHAIR, valid_from=today())
    wanted = sa.insert(period).values(**forged.model_dump())
    assert await changed(db, who, wanted) == may_write(who, code, S.CO_CHAIR)


@pytest.mark.parametrize("who", WHO)
async def test_row_security_lets_proposals_be_made_decided_and_lapse_by_those_who_may(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        made = [await a_standing_proposal(session, about=code) for code in ("ZMB", "CHN")]
    table = table_of(StandingProposal)
    status = StandingProposalStatus
    for proposal, code in zip(made, ("ZMB", "CHN"), strict=True):
        mine = sa.update(table).where(table.c.id == proposal.id)
        closed = {"closed_at": now(), "reason": "Forged"}
        assert await changed(db, who, mine.values(reference="Other")) == (who == "secretariat")
        accepts = who == "CHN focal point" and code != "CHN"
        assert await changed(db, who, mine.values(status=status.ACCEPTED, **closed)) == accepts
        lapses = accepts or who == f"{code} focal point"
        assert await changed(db, who, mine.values(status=status.LAPSED, **closed)) == lapses
        assert await changed(db, who, sa.delete(table).where(table.c.id == proposal.id)) == 0
    forged = StandingProposal(delegation_id=delegation_id("FRA"), standing=S.WITHDRAWN, reference=NOTE)
    assert await changed(db, who, sa.insert(table).values(**forged.model_dump())) == (who == "secretariat")


@pytest.mark.parametrize("who", WHO)
async def test_nobody_removes_what_was(db: Database, who: str) -> None:
    for table in (Delegation, StandingPeriod):
        assert await changed(db, who, sa.delete(table)) == 0
