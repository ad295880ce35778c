"""Who sees what of a lab: by the application's predicates alone, and by row security alone."""

from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import SYSTEM, Audience
from services.core.db import Database
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import Text, add_translation, search_parts
from services.labs import policy
from services.labs.tables import Lab, LabParty, LabText
from services.labs.terms import LabPartyStatus, LabStatus, OutputKind
from services.labs.work_tables import LabContribution, LabMilestone, LabOutput, LabUpdate
from tests.builders import actor, delegation_id
from tests.services.labs.world import PARTS, a_contribution, a_lab, a_milestone, a_party, party_of, the_rest
from tests.services.proposals.test_visibility import seen_by_predicates, seen_by_row_security

pytestmark = pytest.mark.security

MEMBERS = ("EGY focal point", "CHN viewer", "VAT focal point", "secretariat")
OUTSIDE = ("public", "applicant focal point", "suspended viewer")
OWN = ("FRA viewer", "ZMB contributor", "ZMB focal point", "SEN viewer")
"""SEN speaks for an organisation."""


def knows(who: str, status: LabStatus, visibility: Audience) -> bool:
    """As product.md says it."""
    if who in OWN:
        return True
    audiences = {Audience.PUBLIC} | ({Audience.MEMBERS} if who in MEMBERS else set())
    return status is not LabStatus.PLANNED and visibility in audiences


async def test_a_lab_and_all_that_belongs_to_it_is_seen_by_its_parties_and_once_active_by_its_audience(
    db: Database,
) -> None:
    made: dict[Any, tuple[LabStatus, Audience]] = {}
    async with db.write(SYSTEM) as session:
        for status, visibility in product(LabStatus, Audience):
            lab = await a_lab(session, status=status, visibility=visibility)
            await a_party(session, lab, "SEN", LabPartyStatus.CONFIRMED, organisation="UCAD")
            await the_rest(session, lab)
            await add_translation(session, LabText, {"lab_id": lab.id}, Text("ar", "خرائط التربة"))
            made[lab.id] = (status, visibility)
    for who in (*MEMBERS, *OUTSIDE, *OWN):
        seen = {key for key, (status, visibility) in made.items() if knows(who, status, visibility)}
        assert await seen_by_predicates(db, who, Lab, policy.visible_to) == seen, who
        assert await seen_by_row_security(db, who, Lab) == seen, who
        assert await seen_by_row_security(db, who, LabText, "lab_id") == seen, who
        for table in PARTS:
            assert await seen_by_predicates(db, who, table, policy.visible_part, "lab_id") == seen, (who, table)
            assert await seen_by_row_security(db, who, table, "lab_id") == seen, (who, table)


async def test_what_belongs_to_a_lab_follows_it_when_it_changes(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, visibility=Audience.DELEGATION)
        await the_rest(session, lab)
    for visibility, status, number in (
        (Audience.DELEGATION, LabStatus.ACTIVE, 0),
        (Audience.PUBLIC, LabStatus.ACTIVE, 1),
        (Audience.PUBLIC, LabStatus.PLANNED, 0),
    ):
        async with db.write(SYSTEM) as session:
            await session.execute(sa.update(Lab).values(visibility=visibility, status=status))
        for table in (Lab, LabText, LabMilestone, LabContribution, LabUpdate, LabOutput):
            async with db.read(actor("public")) as session:
                assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(table))) == number


@pytest.mark.parametrize("who", ["public", "secretariat", "EGY focal point", "suspended focal point"])
async def test_row_security_lets_no_stranger_write_into_a_lab(db: Database, who: str) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, visibility=Audience.PUBLIC)
        await the_rest(session, lab)
        party = await party_of(session, lab, "FRA")
    own = actor(who).delegation_id or delegation_id("FRA")
    tables: list[type[SQLModel]] = [Lab, *PARTS]
    for table in tables:
        assert await _changed(db, who, sa.update(table).values(revision=9)) == 0
        assert await _changed(db, who, sa.delete(table)) == 0
    common: dict[str, Any] = {"lab_id": lab.id, "delegation_id": own, "parties": [own], "visibility": Audience.PUBLIC}
    forged: list[SQLModel] = [
        LabParty(**common),
        LabMilestone(lab_id=lab.id, parties=[own], language="en", title="Forged", due_on=today()),
        LabContribution(**common, party_id=party.id, amount_minor=1, currency="EUR", pledged_on=today()),
        LabUpdate(**common, language="en", text="Forged.", reported_on=today()),
        LabOutput(**common, kind=OutputKind.OTHER, language="en", title="Forged", delivered_on=today()),
    ]
    for row in forged:
        assert await _changed(db, who, sa.insert(type(row)).values(**row.model_dump())) == 0


async def test_row_security_lets_nobody_sign_or_give_for_another_party(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, status=LabStatus.PLANNED)
        party = await party_of(session, lab, "ZMB")
        await a_contribution(session, lab, "ZMB")
        await a_milestone(session, lab)
    signed = sa.update(LabParty).values(status=LabPartyStatus.CONFIRMED, confirmed_on=today())
    given = sa.update(LabContribution).values(amount_minor=9)
    for statement in (signed.where(table_of(LabParty).c.id == party.id), given):
        assert await _changed(db, "FRA focal point", statement) == 0
        assert await _changed(db, "ZMB focal point", statement) == 1
    forged = LabUpdate(
        lab_id=lab.id, delegation_id=delegation_id("ZMB"), language="en", text="Forged.", reported_on=today()
    )
    assert await _changed(db, "FRA focal point", sa.insert(LabUpdate).values(**forged.model_dump())) == 0
    assert await _changed(db, "FRA focal point", sa.update(LabMilestone).values(title="Two maps")) == 1


async def test_a_search_finds_no_lab_that_the_reader_may_not_see(db: Database) -> None:
    async with db.write(SYSTEM) as session:
        lab = await a_lab(session, visibility=Audience.DELEGATION)
    configurations, words, sketch = search_parts("soil maps")
    found = sa.select(table_of(Lab).c.id).where(
        table_of(Lab).c.id.in_(
            sa.select(sa.func.lab_search(configurations, words, sketch, 0.4).scalar_table_valued("id"))
        )
    )
    for who, expected in (("ZMB viewer", [lab.id]), ("EGY focal point", []), ("secretariat", []), ("public", [])):
        async with db.read(actor(who)) as session:
            assert list((await session.execute(found)).scalars()) == expected


async def _changed(db: Database, who: str, statement: sa.Update | sa.Delete | sa.Insert) -> int:
    """How many rows the statement changes as ``who``; 0 also where row security refuses it."""
    refusal = ""
    try:
        async with db.write(actor(who)) as session:
            return int((await session.execute(statement)).rowcount)  # type: ignore[attr-defined]
    except sa.exc.DBAPIError as error:
        refusal = str(error.orig)
    assert "row-level security" in refusal, refusal
    return 0
