"""Settings of the Group: proposed by the secretariat, confirmed by a co-chair, and what they change."""

from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.read.shape import table_of
from services.core.table import now
from services.membership import rules
from services.membership import setting_commands as commands
from services.membership.errors import WrongSettings
from services.membership.setting_queries import settings_in_force
from services.membership.setting_tables import GroupSettings
from services.membership.terms import GroupNumbers, Standing, VoicesNeeded
from services.proposals import commands as proposals
from services.proposals.errors import WrongExpiry
from services.proposals.tables import Proposal
from services.proposals.terms import ProposalStatus
from tests.builders import actor, id_of
from tests.services.membership import world
from tests.services.membership.test_isolation import changed
from tests.services.membership.test_who_may import WHO
from tests.services.membership.world import (
    READ_TOKEN,
    a_standing_proposal,
    asker,
    code_of,
    decide,
    delegation,
    failure_of,
    in_days,
    stand,
)
from tests.services.proposals.world import a_proposal

ONE = GroupNumbers(VoicesNeeded.ONE, 60, 90)
SECRETARIAT, CO_CHAIR = actor("secretariat"), actor("CHN focal point")
propose = partial(commands.propose_settings, numbers=ONE, note="As decided in May.")


@pytest.fixture(autouse=True)
def look_at_settings_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "TABLES", (*world.TABLES, GroupSettings))


@pytest.fixture
async def version(db: Database) -> UUID:
    async with db.write(SECRETARIAT) as session:
        return await propose(session, SECRETARIAT)


@pytest.fixture
async def in_force(db: Database, version: UUID) -> GroupNumbers:
    async with db.write(CO_CHAIR) as session:
        await commands.confirm_settings(session, CO_CHAIR, version)
        return await settings_in_force(session)


@pytest.mark.parametrize("who", WHO)
async def test_who_may_propose(db: Database, who: str) -> None:
    assert await code_of(db, asker(who), propose) == (None if who == "secretariat" else "NOT_PERMITTED")


@pytest.mark.parametrize("who", WHO)
async def test_who_may_confirm(db: Database, version: UUID, who: str) -> None:
    confirm = partial(commands.confirm_settings, settings_id=version)
    assert await code_of(db, asker(who), confirm) == (None if who == "CHN focal point" else "NOT_PERMITTED")


async def test_what_is_proposed_holds_once_it_is_confirmed_and_only_once(db: Database, version: UUID) -> None:
    async with db.read(SYSTEM) as session:
        assert await settings_in_force(session) == GroupNumbers(), "what the platform comes with"
    confirm = partial(commands.confirm_settings, settings_id=version)
    assert await code_of(db, CO_CHAIR, confirm) is None
    async with db.read(SYSTEM) as session:
        assert await settings_in_force(session) == ONE
        kept = await session.get_one(GroupSettings, version)
        assert (kept.version, kept.author_id, kept.confirmed_by_id) == (2, SECRETARIAT.person_id, CO_CHAIR.person_id)
        assert kept.confirmed_at is not None
    assert await code_of(db, CO_CHAIR, confirm) == "SETTINGS_CONFIRMED"


@pytest.mark.parametrize(
    ("numbers", "path"),
    [
        (GroupNumbers(open_days=29), "openDays"),
        (GroupNumbers(open_days=100, longest_open_days=99), "openDays"),
        (GroupNumbers(longest_open_days=3651), "longestOpenDays"),
        (GroupNumbers(open_days=1, longest_open_days=29), "longestOpenDays"),
    ],
)
async def test_what_is_out_of_range_is_refused(db: Database, numbers: GroupNumbers, path: str) -> None:
    failure = await failure_of(db, SECRETARIAT, partial(propose, numbers=numbers))
    assert isinstance(failure, WrongSettings)
    assert failure.path == (path,)
    assert await code_of(db, SECRETARIAT, partial(propose, note=" ")) == "REASON_NEEDED"


@pytest.mark.parametrize(("needed", "count"), [(VoicesNeeded.ALL, 2), (VoicesNeeded.ONE, 1)])
def test_all_co_chairs_in_office_accept_or_any_one(needed: VoicesNeeded, count: int) -> None:
    france, china, kenya = (id_of(one) for one in ("France", "China", "Kenya"))
    assert not rules.is_decided(needed, [], [kenya])
    assert not rules.is_decided(needed, [france, china], [])
    assert not rules.is_decided(needed, [france, china], [kenya]), "who is in office no more"
    assert rules.is_decided(needed, [france, china], [china]) == (count == 1)
    assert rules.is_decided(needed, [france, china], [china, france, kenya])


@pytest.mark.usefixtures("in_force")
async def test_where_one_voice_is_enough_it_decides(db: Database) -> None:
    await stand(db, "FRA", Standing.CO_CHAIR)
    async with db.write(SYSTEM) as session:
        proposal = await a_standing_proposal(session)
    assert await code_of(db, CO_CHAIR, decide(proposal)) is None
    assert (await delegation(db, "ZMB")).standing is Standing.SUSPENDED


@pytest.mark.usefixtures("in_force")
async def test_a_proposal_is_open_for_as_long_as_the_group_has_set(db: Database) -> None:
    zambia = actor("ZMB focal point")
    async with db.write(SYSTEM) as session:
        draft = await a_proposal(session, by="ZMB", status=ProposalStatus.DRAFT, expires_on=None)
    async with db.write(zambia) as session:
        await proposals.open_proposal(session, zambia, draft.id)
    async with db.read(SYSTEM) as session:
        assert (await session.get_one(Proposal, draft.id)).expires_on == in_days(60)
    async with db.write(zambia) as session:
        await proposals.renew_proposal(session, zambia, draft.id, in_days(90))
    with pytest.raises(WrongExpiry):
        async with db.write(zambia) as session:
            await proposals.renew_proposal(session, zambia, draft.id, in_days(91))


@pytest.mark.parametrize("who", WHO)
async def test_row_security_lets_the_secretariat_propose_and_co_chairs_confirm(
    db: Database, version: UUID, who: str
) -> None:
    if READ_TOKEN in who:
        return  # what a token may do is no matter of row security
    row = table_of(GroupSettings)
    mine = sa.update(row).where(row.c.id == version)
    proposes = who == "secretariat"
    assert await changed(db, who, mine.values(note="Other")) == proposes
    confirms = who == "CHN focal point"
    assert await changed(db, who, mine.values(confirmed_at=now())) == confirms
    assert await changed(db, who, sa.delete(row)) == 0
