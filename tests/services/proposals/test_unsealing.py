"""The secretariat reads no thread but one whose seal it breaks, before both delegations, and for an hour."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.db import make_engine
from services.core.ids import write_id
from services.core.read.shape import table_of
from services.notices.terms import NoticeEvent
from services.proposals.terms import ExpressionStatus
from services.proposals.thread_tables import ThreadMessage
from services.proposals.unsealing_commands import unseal_thread
from services.proposals.unsealing_tables import ThreadUnsealing
from tests.builders import actor, id_of
from tests.conftest import Ask, OneAtATime, Urls
from tests.services.notices.world import change_person, mails, set_languages, tell_all, told
from tests.services.proposals.thread_world import a_message, live

pytestmark = pytest.mark.security
UNSEAL = """mutation ($input: ThreadUnsealInput!) {
    threadUnseal(input: $input) { errors { code path } unsealing { id reason messages { totalCount nodes { text } } } }
}"""
READ = "query ($id: ID!) { node(id: $id) { ... on ThreadUnsealing { reason messages { totalCount nodes { text } } } } }"
TOLD = {f"{code} {word}" for code in ("FRA", "ZMB") for word in ("viewer", "contributor", "focal point")}


async def sealed(db: OneAtATime, text: str = "Between us.") -> UUID:
    expression = await live(db)
    async with db.write(SYSTEM) as session:
        await a_message(session, expression, text)
    return expression.id


async def unseal(graphql: Ask, key: UUID, who: str = "secretariat", **given: Any) -> dict[str, Any]:
    asked = {"id": write_id("expression_of_interest", key), "reason": "A threat to life.", **given}
    answer: dict[str, Any] = (await graphql(who, UNSEAL, input=asked))["data"]["threadUnseal"]
    return answer


async def test_who_breaks_the_seal_reads_that_thread_and_nothing_else(db: OneAtATime, graphql: Ask) -> None:
    one, other = await sealed(db, "Of this one."), await sealed(db, "Of another.")
    opened = await unseal(graphql, one)
    assert opened["errors"] == []
    assert opened["unsealing"]["messages"] == {"totalCount": 1, "nodes": [{"text": "Of this one."}]}
    for key in (one, other):
        node = write_id("expression_of_interest", key)
        assert (await graphql("secretariat", "query ($id: ID!) { node(id: $id) { id } }", id=node))["data"] == {
            "node": None
        }


async def test_both_delegations_are_told_at_once_whatever_they_chose(db: OneAtATime, graphql: Ask) -> None:
    await set_languages(db)
    async with db.write(SYSTEM) as session:
        await change_person(session, "ZMB contributor", mail="none")
    await unseal(graphql, await sealed(db))
    await tell_all(db)
    assert set(await told(db, NoticeEvent.THREAD_UNSEALED)) == TOLD
    assert set(await mails(db)) == TOLD, "by mail too"


async def test_both_delegations_see_it_and_members_have_it_in_the_record(db: OneAtATime, graphql: Ask) -> None:
    key = await sealed(db)
    await unseal(graphql, key)
    query = "query ($id: ID!) { expressionOfInterest(id: $id) { unsealings { reason sender { id } messages { totalCount } } } }"
    for who in ("FRA viewer", "ZMB focal point"):
        seen = (await graphql(who, query, id=write_id("expression_of_interest", key)))["data"]["expressionOfInterest"]
        assert [(one["reason"], one["messages"]["totalCount"]) for one in seen["unsealings"]] == [
            ("A threat to life.", 0)
        ]
    acts = await graphql("EGY viewer", "{ recordEntries { nodes { act role } } }")
    assert {"act": "thread.unsealed", "role": "SECRETARIAT"} in acts["data"]["recordEntries"]["nodes"]


async def test_it_closes_by_itself_after_an_hour(urls: Urls) -> None:
    engine = make_engine(urls.owner, size=1, settings={})
    row = table_of(ThreadUnsealing).c
    async with engine.connect() as connection:  # the owner, who alone can let the hour pass
        transaction, db = await connection.begin(), OneAtATime(connection)
        key, secretariat = await sealed(db), actor("secretariat")
        async with db.write(secretariat) as session:
            await unseal_thread(session, secretariat, key, "A threat to life.")
        found = (await connection.execute(sa.select(row.created_at, row.until))).one()
        assert found.until - found.created_at == timedelta(hours=1)
        counted = []
        for _ in range(2):
            async with db.read(secretariat) as session:
                counted.append(
                    (await session.execute(sa.text("SELECT count(*) FROM unsealed_messages()"))).scalar_one()
                )
            await connection.exec_driver_sql("ALTER TABLE thread_unsealing DISABLE TRIGGER thread_unsealing_made")
            await connection.exec_driver_sql("UPDATE thread_unsealing SET until = until - interval '61 minutes'")
        assert counted == [1, 0]
        await transaction.rollback()
    await engine.dispose()


@pytest.mark.parametrize("who", ["public", "ZMB focal point", "FRA viewer", "EGY focal point", "CHN focal point"])
async def test_nobody_else_reads_the_messages_of_an_unsealing(db: OneAtATime, graphql: Ask, who: str) -> None:
    opened = (await unseal(graphql, await sealed(db)))["unsealing"]
    node = (await graphql(who, READ, id=opened["id"]))["data"]["node"]
    assert node is None or node["messages"] == {"totalCount": 0, "nodes": []}
    async with db.read(SYSTEM) as session:
        assert (await session.execute(sa.text("SELECT count(*) FROM unsealed_messages()"))).scalar_one() == 0


async def test_another_person_of_the_secretariat_reads_no_word_of_it(db: OneAtATime, graphql: Ask) -> None:
    opened = (await unseal(graphql, await sealed(db)))["unsealing"]
    async with db.write(SYSTEM) as session:
        await session.execute(sa.text("SELECT set_config('gof.role', 'secretariat', true)"))
        await session.execute(
            sa.text("SELECT set_config('gof.person', :who, true)"), {"who": str(id_of("another secretariat"))}
        )
        assert (await session.execute(sa.text("SELECT count(*) FROM thread_unsealing"))).scalar_one() == 1
        assert (await session.execute(sa.text("SELECT count(*) FROM unsealed_messages()"))).scalar_one() == 0
    assert opened["messages"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"reason": " "}, {"code": "TEXT_NEEDED", "path": ["reason"]}),
        ({"reason": "x" * 2_001}, {"code": "TEXT_NEEDED", "path": ["reason"]}),
        (
            {"id": write_id("expression_of_interest", id_of("nothing"))},
            {"code": "NOT_FOUND", "path": ["id"]},
        ),
    ],
)
async def test_what_is_not_opened_leaves_nothing(
    db: OneAtATime, graphql: Ask, given: dict[str, Any], error: dict[str, Any]
) -> None:
    assert await unseal(graphql, await sealed(db), **given) == {"errors": [error], "unsealing": None}
    async with db.read(SYSTEM) as session:
        for table in (ThreadUnsealing, RecordLeaf):
            counted = sa.select(sa.func.count()).select_from(table_of(table))
            if table is RecordLeaf:
                counted = counted.where(table_of(table).c.act == "thread.unsealed")
            assert await session.scalar(counted) == 0


async def test_a_draft_is_opened_by_nobody(db: OneAtATime, graphql: Ask) -> None:
    draft = await live(db, ExpressionStatus.DRAFT)
    assert (await unseal(graphql, draft.id))["errors"] == [{"code": "NOT_FOUND", "path": ["id"]}]
    with pytest.raises(sa.exc.DBAPIError, match="only what was sent"):
        async with db.write(SYSTEM) as session:
            session.add(ThreadUnsealing(expression_id=draft.id, person_id=id_of("secretariat"), reason="Why."))


async def test_the_same_key_opens_it_once(db: OneAtATime, graphql: Ask) -> None:
    key = await sealed(db)
    first, again = [(await unseal(graphql, key, idempotencyKey="k"))["unsealing"]["id"] for _ in range(2)]
    assert first == again


async def test_what_was_opened_stays_as_it_is_and_its_hour_is_the_database_s(db: OneAtATime, graphql: Ask) -> None:
    await unseal(graphql, await sealed(db))
    for who in ("secretariat", "platform"):
        one = SYSTEM if who == "platform" else actor(who)
        with pytest.raises(sa.exc.DBAPIError, match="stays as it is"):
            async with db.write(one) as session:
                await session.execute(sa.update(ThreadUnsealing).values(reason="Another."))
        async with db.write(one) as session:
            assert (await session.execute(sa.delete(ThreadUnsealing))).rowcount == 0  # type: ignore[attr-defined]
    async with db.read(actor("secretariat")) as session:
        assert (await session.execute(sa.select(table_of(ThreadMessage).c.id))).all() == []
