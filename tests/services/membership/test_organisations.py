"""Organisations take part through the delegation that sponsors them, from a day on and until another."""

from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.core.table import today
from services.membership import organisation_commands as commands
from services.membership.errors import OrganisationThere
from services.membership.organisation_tables import Organisation
from services.membership.terms import OrganisationKind
from tests.builders import actor, delegation_id, id_of
from tests.services.membership import world
from tests.services.membership.test_isolation import changed
from tests.services.membership.test_who_may import WHO
from tests.services.membership.world import READ_TOKEN, asker, code_of, failure_of, in_days

SPONSORS = {"ZMB focal point", "FRA focal point", "CHN focal point", "VAT focal point"}
sponsor = partial(commands.sponsor_organisation, name="University of Zambia", kind=OrganisationKind.UNIVERSITY)


@pytest.fixture(autouse=True)
def look_at_organisations_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "TABLES", (*world.TABLES, Organisation))


@pytest.fixture
async def university(db: Database) -> UUID:
    async with db.write(actor("ZMB focal point")) as session:
        return await sponsor(session, actor("ZMB focal point"))


@pytest.mark.parametrize("who", WHO)
async def test_who_may_sponsor(db: Database, who: str) -> None:
    assert await code_of(db, asker(who), sponsor) == (None if who in SPONSORS else "NOT_PERMITTED")


@pytest.mark.parametrize("who", WHO)
async def test_who_may_end_a_sponsorship(db: Database, university: UUID, who: str) -> None:
    end = partial(commands.end_sponsorship, organisation_id=university)
    assert await code_of(db, asker(who), end) == (None if who == "ZMB focal point" else "NOT_PERMITTED")


async def test_an_ended_sponsorship_keeps_its_days_and_can_begin_again(db: Database, university: UUID) -> None:
    zambia = actor("ZMB focal point")
    assert await code_of(db, zambia, sponsor) == OrganisationThere.code
    assert await code_of(db, actor("FRA focal point"), sponsor) is None, "another delegation may sponsor it too"
    end = partial(commands.end_sponsorship, organisation_id=university)
    assert await code_of(db, zambia, end) is None
    assert await code_of(db, zambia, end) == "SPONSORSHIP_ENDED"
    async with db.read(SYSTEM) as session:
        ended = await session.get_one(Organisation, university)
        assert (ended.sponsored_since, ended.sponsored_until, ended.ended_by) == (today(), today(), zambia.person_id)
        name = "University of Zambia"
        assert await commands.was_sponsored(session, delegation_id("ZMB"), name)
        assert not await commands.was_sponsored(session, delegation_id("FRA"), name)
        assert not await commands.was_sponsored(session, delegation_id("ZMB"), "Another")
    assert await code_of(db, zambia, sponsor) is None
    async with db.read(SYSTEM) as session:
        assert not await commands.was_sponsored(session, delegation_id("ZMB"), name)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "Two\nlines"])
async def test_a_name_is_one_line(db: Database, name: str) -> None:
    failure = await failure_of(db, actor("ZMB focal point"), partial(sponsor, name=name))
    assert failure is not None
    assert (failure.code, failure.path) == ("WRONG_NAME", ("name",))


@pytest.mark.parametrize("who", WHO)
async def test_row_security_lets_only_the_sponsor_s_focal_points_write(
    db: Database, university: UUID, who: str
) -> None:
    row, mine = table_of(Organisation), who.startswith("ZMB focal point")
    if READ_TOKEN in who:
        return  # what a token may do is no matter of row security
    renamed = sa.update(row).where(row.c.id == university).values(name="Forged")
    assert await changed(db, who, renamed) == mine
    given_away = sa.update(row).where(row.c.id == university).values(delegation_id=delegation_id("FRA"))
    before = await world.everything(db)
    if who in {"ZMB focal point", "FRA focal point"}:  # the one gives away, the other takes
        with pytest.raises(sa.exc.DBAPIError, match=r"row-level security|stays with the delegation"):
            async with db.write(actor(who)) as session:
                await session.execute(given_away)
    assert await world.everything(db) == before
    forged = Organisation(
        id=id_of("forged"),
        delegation_id=delegation_id("EGY"),
        name="Forged",
        kind=OrganisationKind.OTHER,
        sponsored_since=in_days(-1),
    )
    assert await changed(db, who, sa.insert(row).values(**forged.model_dump())) == 0
    assert await changed(db, who, sa.delete(row)) == 0
