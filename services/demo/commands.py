"""Load the demonstration data: plainly fictional, by true states, marked as demo everywhere."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.core.actor import SYSTEM, Role
from services.core.audit import record
from services.core.db import Database, Reader, Writer
from services.core.embedding_jobs import embed_missing
from services.core.errors import DomainError
from services.core.importing.json_rows import GivenRows
from services.core.importing.report import Report
from services.core.jobs import enqueue
from services.core.passwords import hash_password
from services.core.progress import Say
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import Text, add_translation
from services.demo.exchanges import tell_exchanges
from services.demo.experience import add_experience
from services.demo.files import lines
from services.demo.jobs import JOB
from services.identity.tables import Person
from services.matching.cooperation_tables import Cooperation
from services.membership.tables import Delegation, StandingPeriod
from services.membership.terms import DelegationKind, Standing
from services.practices.imports import import_practices
from services.practices.tables import Practice, PracticeText
from services.practices.terms import PracticeStatus
from services.proposals.imports import import_proposals
from services.proposals.tables import Proposal, ProposalText
from services.taxonomy.tables import MemberState
from services.taxonomy.terms import StateKind

PASSWORD = "one-state-one-voice"  # noqa: S105 - of the demonstration, which is on by default only on 127.0.0.1
SHOWN = ("focal.zmb@demo.example", "focal.chn@demo.example", "focal.sen@demo.example", "secretariat@demo.example")
"""The sign-ins that are shown at the start; every state of the demonstration has a focal point."""


LOCK = 7_310_001
"""The advisory lock of whoever loads what came of the proposals."""


class DemoBroken(DomainError):
    """The demonstration data do not fit the platform: a fault of ours."""

    code = "DEMO_BROKEN"


async def load_demo(db: Database, say: Say) -> bool:
    """Load what is missing of the demonstration; return False if all of it is there already.

    That is delegations, people, practices, proposals, and then what came of them: experience, threads, labs with
    translations. Interrupted, it goes on where it was: each part is one transaction and is skipped once it is there.
    """
    proposed = await load_proposals(db, say)
    return await load_exchanges(db, say) or proposed


async def load_proposals(db: Database, say: Say) -> bool:
    """Load delegations, people, practices and proposals; return False if they are there already."""
    if not await _delegations(db):
        return False
    say("demo data: delegations and people")
    _kept(await import_practices(db, SYSTEM, _practices(), status=PracticeStatus.PUBLISHED, is_demo=True))
    await _translations(db)
    say("demo data: practices")
    _kept(await import_proposals(db, SYSTEM, _proposals(), is_demo=True))
    say("demo data: needs, offers and joint proposals")
    for table in (PracticeText, ProposalText):
        await embed_missing(db, table)
    say("demo data: texts can be found by meaning")
    return True


async def ask_for_exchanges(db: Database) -> None:
    """Let a worker load what came of the proposals, so that nobody waits for it, unless it is there."""
    async with db.write(SYSTEM) as session:
        if not await _has_exchanges(session):
            await enqueue(session, JOB, JOB)


async def load_exchanges(db: Database, say: Say) -> bool:
    """Load experience and what the people did with the proposals, all or none; return False if it is there already.

    Raises:
        DemoBroken: the data do not fit the platform.
    """
    async with db.write(SYSTEM) as session:
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))  # of several that load, one writes
        if await _has_exchanges(session):
            return False
        await add_experience(session)
        try:
            await tell_exchanges(session)
        except DomainError as error:
            raise DemoBroken(f"The exchanges of the demonstration data: {error.message}") from error
    say("demo data: finished cooperations, threads and joint labs")
    return True


async def _has_exchanges(session: Reader) -> bool:
    first = next(lines("cooperations.jsonl"))["externalId"]
    found = sa.select(col(Cooperation.id)).where(col(Cooperation.external_id) == first)
    return await session.scalar(found) is not None


async def sign_ins(db: Database) -> list[str]:
    """The sign-ins of the demonstration to show, one a line; empty where it is not loaded."""
    async with db.read(SYSTEM) as session:
        known = set((await session.execute(sa.select(col(Person.email)).where(col(Person.is_demo)))).scalars())
    shown = [f"  {email}   password {PASSWORD}" for email in SHOWN if email in known]
    return ["demo sign-ins (fictional data):", *shown] if shown else []


async def _delegations(db: Database) -> bool:
    """Write delegations and people unless a demo person is there; return whether the rest is still to be loaded."""
    password_hash = await hash_password(PASSWORD)
    async with db.write(SYSTEM) as session:
        if await session.scalar(sa.select(sa.func.count()).select_from(Proposal).where(col(Proposal.is_demo))):
            return False  # proposals come last
        taken = set((await session.execute(sa.select(col(Delegation.state)))).scalars())
        emails = set((await session.execute(sa.select(col(Person.email)))).scalars())
        for line in lines("delegations.jsonl"):
            if line["delegation"] in taken or any(one["email"] in emails for one in line["people"]):
                continue
            delegation_id = await open_delegation(session, line) if line["delegation"] else None
            session.add_all(
                Person(
                    delegation_id=delegation_id,
                    email=one["email"],
                    name=one["name"],
                    role=Role(one["role"]),
                    languages=[one["language"]],
                    password_hash=password_hash,
                    is_demo=True,
                )
                for one in line["people"]
            )
    return True


async def open_delegation(session: Writer, line: dict[str, Any]) -> UUID:
    """Open the delegation of a state with the standing and since when that ``line`` gives; return its id."""
    state = await session.get_one(MemberState, line["delegation"])
    standing, since = Standing(line["standing"]), date.fromisoformat(line["since"])
    kind = DelegationKind.STATE if state.kind is StateKind.MEMBER else DelegationKind.OBSERVER
    delegation = Delegation(
        kind=kind,
        state=state.iso3,
        names=state.names,
        places=state.places,
        standing=standing,
        standing_since=since,
        is_demo=True,
    )
    session.add(delegation)
    await session.flush()
    session.add(
        StandingPeriod(
            delegation_id=delegation.id, standing=standing, valid_from=since, reference="Demonstration data, fictional"
        )
    )
    await record(session, SYSTEM, "delegation.opened", "delegation", delegation.id, standing=standing)
    return delegation.id


def _practices() -> GivenRows:
    rows = [{key: value for key, value in line.items() if key != "translations"} for line in lines("practices.jsonl")]
    return GivenRows("practices.jsonl", rows)


def _proposals() -> GivenRows:
    return GivenRows("proposals.jsonl", [_dated(line) for line in lines("proposals.jsonl")])


def _dated(line: dict[str, Any]) -> dict[str, Any]:
    """The line with days instead of distances from today, so that the demonstration never goes stale on its first day."""
    opens, expires = line.pop("opensInDays"), line.pop("expiresInDays")
    days = {"opensOn": today() + timedelta(days=opens), "expiresOn": today() + timedelta(days=expires)}
    return {**line, **{name: day.isoformat() for name, day in days.items()}}


async def _translations(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        row = table_of(Practice).c
        found = sa.select(row.id, col(Delegation.state), row.external_id)
        found = found.join(Delegation, col(Delegation.id) == row.delegation_id)
        keys = {(state, external): key for key, state, external in await session.execute(found.where(row.is_demo))}
        for line in lines("practices.jsonl"):
            for text in line.get("translations", ()):
                key = keys[line["delegation"], line["externalId"]]
                await add_translation(session, PracticeText, {"practice_id": key}, Text(**text))


def _kept(report: Report) -> None:
    if report.refused:
        worst = report.refused[0]
        raise DemoBroken(f"Line {worst.line} of the demonstration data, {worst.column}: {worst.reason}")
