"""One state, one voice: however many of its people endorse a practice, it counts once."""

from dataclasses import replace

import sqlalchemy as sa

from services.core.actor import SYSTEM, Role
from services.core.db import Database
from services.core.ids import write_id
from services.core.read.shape import table_of
from services.identity.tables import Person
from services.practices import commands
from services.practices.terms import PracticeStatus
from tests.builders import a_practice, actor, id_of
from tests.conftest import Ask

FIRST = actor("FRA focal point")
SECOND = replace(FIRST, person_id=id_of("FRA contributor"))
COUNTED = """
query ($id: ID!) { practice(id: $id) { endorsements { totalCount nodes { delegation { name { text } } } } } }"""


async def test_two_focal_points_of_one_state_endorse_once(db: Database, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        row = table_of(Person)
        focal_point = sa.update(row).where(row.c.id == SECOND.person_id).values(role=Role.FOCAL_POINT)
        await session.execute(focal_point)
        practice = await a_practice(session, status=PracticeStatus.PUBLISHED)
    for one in (FIRST, SECOND, actor("EGY focal point")):
        async with db.write(one) as session:
            await commands.endorse_practice(session, one, practice.id)
    found = (await graphql("public", COUNTED, id=write_id("practice", practice.id)))["data"]["practice"]
    assert found["endorsements"]["totalCount"] == 2
    assert {one["delegation"]["name"]["text"] for one in found["endorsements"]["nodes"]} == {"France", "Egypt"}
    async with db.write(SECOND) as session:
        await commands.unendorse_practice(session, SECOND, practice.id)
    found = (await graphql("public", COUNTED, id=write_id("practice", practice.id)))["data"]["practice"]
    assert found["endorsements"]["totalCount"] == 1, "what one of them takes back, the state takes back"
