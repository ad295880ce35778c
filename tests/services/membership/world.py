"""What the tests of membership share: standings and proposals in any state, and a look at all that could change."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import SYSTEM, Actor, Scope
from services.core.audit import RecordLeaf
from services.core.db import Database, Writer
from services.core.errors import DomainError
from services.core.read.shape import table_of
from services.core.table import Row, now, today
from services.membership import commands, decision_commands
from services.membership.nomination_tables import Nomination
from services.membership.organisation_tables import Organisation
from services.membership.setting_tables import GroupSettings
from services.membership.tables import Delegation, StandingPeriod, StandingProposal, StandingVoice
from services.membership.terms import (
    NominationStatus,
    OrganisationKind,
    Standing,
    StandingChange,
    StandingProposalStatus,
    VoicesNeeded,
)
from tests.builders import actor, delegation_id, id_of

TABLES: tuple[type[SQLModel], ...] = (Delegation, StandingPeriod, StandingProposal, StandingVoice, RecordLeaf)
Act = Callable[[Writer, Actor], Awaitable[object]]
Kept = TypeVar("Kept", Delegation, StandingProposal)
READ_TOKEN = " by a token that reads"
NOTE = "Note verbale 17/2026"


def asker(name: str) -> Actor:
    """An actor of ``tests.builders``, or one of them asking by an API token that has the scope READ only."""
    person = name.removesuffix(READ_TOKEN)
    return actor(name) if person == name else replace(actor(person), scopes=frozenset({Scope.READ}), acts=False)


def in_days(number: int) -> date:
    """A day from today on."""
    return today() + timedelta(days=number)


def change(standing: Standing) -> StandingChange:
    """A change to propose, with a term where it needs one."""
    return StandingChange(standing, NOTE, in_days(365) if standing is Standing.CO_CHAIR else None)


async def stand(db: Database, code: str, standing: Standing) -> None:
    """As ``stand_in``, in a transaction of its own."""
    async with db.write(SYSTEM) as session:
        await stand_in(session, code, standing)


async def stand_in(session: Writer, code: str, standing: Standing) -> None:
    """Let a delegation of the world have stood otherwise all the time, as only a test does."""
    key = delegation_id(code)
    period = table_of(StandingPeriod)
    await session.execute(sa.update(period).where(period.c.delegation_id == key).values(standing=standing))
    delegation = table_of(Delegation)
    await session.execute(sa.update(delegation).where(delegation.c.id == key).values(standing=standing))


async def a_standing_proposal(
    session: Writer,
    *,
    about: str = "ZMB",
    standing: Standing = Standing.SUSPENDED,
    status: StandingProposalStatus = StandingProposalStatus.OPEN,
    **columns: Any,
) -> StandingProposal:
    """A proposal in any state, made by the platform itself."""
    if status is not StandingProposalStatus.OPEN:
        columns = {"closed_at": now(), "reason": "It is said so.", **columns}
    if status is StandingProposalStatus.AGREED:
        columns = {"since": in_days(30), **columns}
    if status not in {StandingProposalStatus.OPEN, StandingProposalStatus.LAPSED}:
        columns = {"decided_by_delegation": delegation_id("CHN"), **columns}
    if standing is Standing.CO_CHAIR:
        columns = {"until": in_days(365), **columns}
    proposal = StandingProposal(
        delegation_id=delegation_id(about), standing=standing, reference=NOTE, status=status, **columns
    )
    session.add(proposal)
    await session.flush()
    return proposal


async def everything(db: Database) -> dict[str, list[Any]]:
    """All rows that an act of membership could change, by table."""
    found: dict[str, list[Any]] = {}
    async with db.read(SYSTEM) as session:
        for table in map(table_of, TABLES):
            rows = await session.execute(sa.select(*table.c).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
    return found


async def code_of(db: Database, who: Actor, act: Act) -> str | None:
    """Do it in a transaction of its own: None, or the code of why it was not done; then nothing may have changed."""
    failure = await failure_of(db, who, act)
    return failure.code if failure else None


async def failure_of(db: Database, who: Actor, act: Act) -> DomainError | None:
    """As ``code_of``, with path and sentence."""
    before, failure = await everything(db), None
    try:
        async with db.write(who) as session:
            await act(session, who)
    except DomainError as error:
        failure = error
    assert (await everything(db) == before) == (failure is not None), "refused and changed, or done and the same"
    return failure


async def decided(db: Database, code: str, wanted: StandingChange) -> None:
    """Let the secretariat propose a change and the co-chair accept it."""
    secretariat, co_chair = actor("secretariat"), actor("CHN focal point")
    async with db.write(secretariat) as session:
        await commands.propose_standing(session, secretariat, delegation_id(code), wanted)
    async with db.write(co_chair) as session:
        await decision_commands.decide_standing(session, co_chair, await open_proposal(session, code), accept=True)


async def open_proposal(session: Writer, code: str) -> UUID:
    """The open proposal about a delegation."""
    table = table_of(StandingProposal)
    wanted = sa.select(table.c.id).where(table.c.delegation_id == delegation_id(code), table.c.status == "open")
    key: UUID = (await session.execute(wanted)).scalar_one()
    return key


async def kept(db: Database, table: type[Kept], key: UUID) -> Kept:
    """A row as it is now, whoever may see it."""
    async with db.read(SYSTEM) as session:
        row = await session.get_one(table, key, populate_existing=True)
        session.expunge(row)
        return row


async def delegation(db: Database, code: str) -> Delegation:
    """A delegation as it is now."""
    return await kept(db, Delegation, delegation_id(code))


async def history(db: Database, code: str) -> list[tuple[Standing, date, date | None]]:
    """All standings of a delegation with their days, the first one first."""
    table = table_of(StandingPeriod)
    wanted = sa.select(table.c.standing, table.c.valid_from, table.c.valid_to)
    async with db.read(SYSTEM) as session:
        rows = await session.execute(
            wanted.where(table.c.delegation_id == delegation_id(code)).order_by(table.c.valid_from)
        )
        return [(standing, begun, ended) for standing, begun, ended in rows]


def decide(proposal: StandingProposal, *, accept: bool = True, reason: str = "It is said so.") -> Act:
    """The decision on a proposal."""
    return partial(decision_commands.decide_standing, proposal_id=proposal.id, accept=accept, reason=reason)


def a_voice(proposal: StandingProposal, code: str) -> StandingVoice:
    """What one co-chair said on a proposal."""
    return StandingVoice(
        proposal_id=proposal.id,
        about_id=proposal.delegation_id,
        delegation_id=delegation_id(code),
        accepts=proposal.status is not StandingProposalStatus.REJECTED,
        reason="It is said so. \u2028",
    )


async def build_more_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Sponsored organisations, nominations and settings, in every state; returns their kinds and ids."""
    made: list[tuple[str, Row]] = []
    for number, kind in enumerate(OrganisationKind):
        made.append(
            (
                "organisation",
                Organisation(
                    delegation_id=delegation_id(["ZMB", "FRA", "suspended"][number % 3]),
                    name=f'Institute "{number}" \u2028 جامعة',
                    kind=kind,
                    sponsored_since=in_days(-number),
                    sponsored_until=in_days(1) if number % 2 else None,
                ),
            )
        )
    for number, status in enumerate(NominationStatus):
        is_open = status is NominationStatus.OPEN
        who = ["ZMB contributor", "ZMB viewer", "FRA contributor"][number]
        nomination = Nomination(
            delegation_id=delegation_id(who[:3]),
            person_id=id_of(who),
            reference=NOTE,
            status=status,
            reason="Another is named." if status is NominationStatus.DECLINED else "",
            nominated_by=id_of(who),
            closed_by=None if is_open else id_of("ZMB focal point"),
            closed_at=None if is_open else now(),
        )
        made.append(("nomination", nomination))
    proposed = GroupSettings(
        version=2,
        voices_needed=VoicesNeeded.ONE,
        open_days=30,
        longest_open_days=60,
        note="Why \\ so",
        author_id=id_of("secretariat"),
    )
    made.append(("group_settings", proposed))
    session.add_all(row for _, row in made)
    await session.flush()
    return [(kind, row.id) for kind, row in made]


async def build_standing_examples(session: Writer) -> list[tuple[str, UUID]]:
    """Standings that changed and proposals in every state; returns the ids of the proposals with their kind."""
    made = []
    for number, status in enumerate(StandingProposalStatus):
        chair = Standing.CO_CHAIR
        standing = [Standing.MEMBER, chair, Standing.OBSERVER, chair, Standing.SUSPENDED][number]
        about = ["applicant", "EGY", "FRA", "ZMB", "suspended"][number]
        proposal = await a_standing_proposal(session, about=about, standing=standing, status=status)
        made.append(("standing_proposal", proposal.id))
        if status is not StandingProposalStatus.LAPSED:
            session.add(a_voice(proposal, "SEN" if status is StandingProposalStatus.OPEN else "CHN"))
    made += await build_more_examples(session)
    for code, standing, day in (
        ("SEN", Standing.WITHDRAWN, date(2025, 2, 1)),
        ("SEN", Standing.APPLICANT, date(2025, 3, 1)),
        ("SEN", Standing.MEMBER, date(2025, 10, 1)),
        ("FRA", Standing.SUSPENDED, date(2025, 6, 1)),
        ("FRA", Standing.MEMBER, date(2025, 7, 1)),
        ("suspended", Standing.WITHDRAWN, date(2026, 1, 1)),
    ):
        session.add(StandingPeriod(delegation_id=delegation_id(code), standing=standing, valid_from=day))
        await session.flush()
    return made
