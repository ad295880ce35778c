"""A delegation decides by itself who acts for it: nominated on a note verbale, confirmed by a sitting focal point."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM, Role
from services.core.db import Database
from services.core.errors import NotSignedIn
from services.core.read.shape import table_of
from services.core.table import now
from services.identity.queries import Actors
from services.identity.tables import Person
from services.membership import nomination_commands as commands
from services.membership import nomination_policy as policy
from services.membership.nomination_tables import Nomination
from services.membership.terms import NominationStatus
from services.proposals.tables import ExpressionOfInterest, Proposal
from services.proposals.terms import Party, ProposalStatus
from tests.builders import actor, delegation_id, id_of
from tests.services.identity.world import SIGNER, in_session, person
from tests.services.membership import world
from tests.services.membership.test_isolation import changed, seen_by_predicates, seen_by_row_security
from tests.services.membership.test_who_may import WHO
from tests.services.membership.world import NOTE, READ_TOKEN, asker, code_of
from tests.services.proposals.world import a_proposal, an_expression

CONTRIBUTOR, VIEWER = id_of("ZMB contributor"), id_of("ZMB viewer")
FOCAL_POINT = actor("ZMB focal point")
OWN = ("ZMB viewer", "ZMB contributor", "ZMB focal point")


@pytest.fixture(autouse=True)
def look_at_people_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "TABLES", (*world.TABLES, Nomination, Person))


@pytest.fixture
async def nomination(db: Database) -> UUID:
    """The contributor of Zambia, nominated by themselves."""
    who = actor("ZMB contributor")
    async with db.write(who) as session:
        return await commands.nominate(session, who, CONTRIBUTOR, NOTE)


def expected(who: str, may: set[str]) -> str | None:
    know = who.startswith((*OWN, "secretariat")) or READ_TOKEN in who
    return None if who in may else "NOT_PERMITTED" if know else "NOT_FOUND"


@pytest.mark.parametrize("who", WHO)
async def test_who_may_nominate(db: Database, who: str) -> None:
    act = partial(commands.nominate, person_id=CONTRIBUTOR, reference=NOTE)
    assert await code_of(db, asker(who), act) == expected(who, {"ZMB contributor", "ZMB focal point"})


@pytest.mark.parametrize("who", WHO)
async def test_who_may_confirm(db: Database, nomination: UUID, who: str) -> None:
    act = partial(commands.confirm_nomination, nomination_id=nomination)
    assert await code_of(db, asker(who), act) == expected(who, {"ZMB focal point"})


@pytest.mark.parametrize("who", WHO)
async def test_who_may_decline(db: Database, nomination: UUID, who: str) -> None:
    act = partial(commands.decline_nomination, nomination_id=nomination, reason="The note names another.")
    assert await code_of(db, asker(who), act) == expected(who, {"ZMB focal point"})


@pytest.mark.parametrize("who", WHO)
async def test_who_may_hand_over(db: Database, who: str) -> None:
    act = partial(commands.hand_over, successor_id=CONTRIBUTOR)
    outcome = "NOT_SIGNED_IN" if who == "public" else expected(who, {"ZMB focal point"})
    assert await code_of(db, asker(who), act) == outcome


async def test_a_confirmed_person_is_focal_point_and_needs_a_second_factor(db: Database, nomination: UUID) -> None:
    assert await code_of(db, FOCAL_POINT, partial(commands.confirm_nomination, nomination_id=nomination)) is None
    confirmed = await person(db, CONTRIBUTOR)
    assert confirmed.role is Role.FOCAL_POINT
    assert confirmed.second_factor_due_at is not None
    again = partial(commands.confirm_nomination, nomination_id=nomination)
    assert await code_of(db, FOCAL_POINT, again) == "NOMINATION_CLOSED"
    nominate = partial(commands.nominate, person_id=CONTRIBUTOR, reference=NOTE)
    assert await code_of(db, FOCAL_POINT, nominate) == "FOCAL_POINT_ALREADY"


async def test_a_declined_person_stays_what_they_were(db: Database, nomination: UUID) -> None:
    decline = partial(commands.decline_nomination, nomination_id=nomination)
    assert await code_of(db, FOCAL_POINT, partial(decline, reason=" ")) == "REASON_NEEDED"
    assert await code_of(db, FOCAL_POINT, partial(decline, reason="Another is named.")) is None
    assert (await person(db, CONTRIBUTOR)).role is Role.CONTRIBUTOR
    async with db.read(SYSTEM) as session:
        closed = await session.get_one(Nomination, nomination)
        assert (closed.status, closed.closed_by) == (NominationStatus.DECLINED, FOCAL_POINT.person_id)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"left_at": now()}, "PERSON_LEFT"),
        ({"invitation_hash": b"x", "invitation_expires_at": now()}, "PERSON_NOT_COME"),
    ],
)
async def test_who_has_left_or_not_come_becomes_no_focal_point(db: Database, change: dict[str, Any], code: str) -> None:
    async with db.write(SYSTEM) as session:
        await session.execute(sa.update(Person).where(table_of(Person).c.id == VIEWER).values(**change))
    assert await code_of(db, FOCAL_POINT, partial(commands.nominate, person_id=VIEWER, reference=NOTE)) == code
    assert await code_of(db, FOCAL_POINT, partial(commands.hand_over, successor_id=VIEWER)) == code


async def test_one_is_nominated_once_at_a_time_and_on_a_note(db: Database, nomination: UUID) -> None:
    nominate = partial(commands.nominate, person_id=CONTRIBUTOR)
    assert await code_of(db, FOCAL_POINT, partial(nominate, reference=NOTE)) == "NOMINATION_THERE"
    without = partial(commands.nominate, person_id=VIEWER, reference=" ")
    assert await code_of(db, FOCAL_POINT, without) == "REFERENCE_NEEDED"


async def test_a_hand_over_leaves_everything_with_the_delegation_and_nothing_with_who_left(
    db: Database,
) -> None:
    async with db.write(SYSTEM) as session:
        draft = await a_proposal(session, by="ZMB", status=ProposalStatus.DRAFT)
        turn = await an_expression(session, await a_proposal(session, by="ZMB"), by="FRA", turn=Party.RECEIVER)
    _, token = await in_session(db, "ZMB focal point")
    actors = Actors(db, SIGNER)
    assert (await actors.of(token)).role is Role.FOCAL_POINT
    myself = partial(commands.hand_over, successor_id=id_of("ZMB focal point"))
    assert await code_of(db, FOCAL_POINT, myself) == "NOT_ANOTHER"
    assert await code_of(db, FOCAL_POINT, partial(commands.hand_over, successor_id=VIEWER)) is None
    left, successor = await person(db, id_of("ZMB focal point")), await person(db, VIEWER)
    assert left.left_at is not None
    assert (successor.role, successor.left_at) == (Role.FOCAL_POINT, None)
    with pytest.raises(NotSignedIn):
        await actors.at_most(0, token)
    async with db.read(SYSTEM) as session:
        kept = await session.get_one(Proposal, draft.id)
        waiting = await session.get_one(ExpressionOfInterest, turn.id, populate_existing=True)
        assert (kept.delegation_id, waiting.turn) == (delegation_id("ZMB"), Party.RECEIVER)


@pytest.mark.parametrize("who", WHO)
async def test_a_nomination_is_seen_by_its_delegation_and_the_secretariat_and_written_by_its_own(
    db: Database, nomination: UUID, who: str
) -> None:
    if READ_TOKEN in who:
        return
    seen = [delegation_id("ZMB")] if who in {*OWN, "secretariat"} else []
    assert await seen_by_predicates(db, who, Nomination, policy.visible_nomination, "delegation_id") == seen
    assert await seen_by_row_security(db, who, Nomination, "delegation_id") == seen
    row = table_of(Nomination)
    closed = {"status": NominationStatus.CONFIRMED, "closed_at": now()}
    assert await changed(db, who, sa.update(row).values(**closed)) == (who == "ZMB focal point")
    forged = Nomination(delegation_id=delegation_id("EGY"), person_id=id_of("EGY viewer"), reference=NOTE)
    assert await changed(db, who, sa.insert(row).values(**forged.model_dump())) == 0
    assert await changed(db, who, sa.delete(row)) == 0
