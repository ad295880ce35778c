"""Whatever the public may see tells of its changes, whoever makes them; what does not tell, the public never sees."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from services.core import migration
from services.core.actor import PUBLIC, SYSTEM
from services.core.db import connect
from services.core.listening import PUBLIC_CHANNEL
from services.core.protection import AUDIENCE
from services.core.public_changes import MIGRATED, tables_read, tell_of, telling
from services.registry import METADATA, PROTECTED
from tests.conftest import OneAtATime, Urls
from tests.examples import build_all
from tests.services.exchange.world import build_work_examples

PRIVATE = sorted(name for name, one in PROTECTED.items() if one.private)
READING = """
SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND p.prosecdef AND p.prorettype <> 'trigger'::regtype
"""
"""Functions that read past the caller's row security."""


async def test_the_public_sees_no_row_of_a_private_table(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        await build_all(session)
        await build_work_examples(session)
    there = {}
    for name in PRIVATE:
        count = sa.select(sa.func.count()).select_from(METADATA.tables[name])
        async with db.read(SYSTEM) as session:
            there[name] = await session.scalar(count)
        async with db.read(PUBLIC) as session:
            assert await session.scalar(count) == 0, name
    assert {name for name, count in there.items() if not count} <= {
        "api_token",
        "authenticator",
        "idempotency_key",
        "identity_provider",
        "mail",
        "passkey",
        "passkey_challenge",
        "provider_link",
        "provider_sign_in",
        "record_leaf",
        "record_pending",
        "recovery",
        "recovery_code",
        "refresh_token",
        "sign_in_session",
        "sign_in_ticket",
        "tries",
        "work_content",
    }, "these have no examples, and no policy with the public in it"


@pytest.mark.parametrize("name", PRIVATE)
def test_no_policy_of_a_private_table_lets_the_public_in(name: str) -> None:
    seen = PROTECTED[name].seen
    assert seen != "true"
    assert "'public'" not in seen
    assert f"{AUDIENCE} IS NOT NULL" not in seen


NOT_FOR_THE_PUBLIC = {"unsealed_messages", "forget_person"}
"""The one answers the person who broke a seal, the other refuses all but the platform; the public is neither."""


async def test_no_function_reads_a_private_table_for_the_public(urls: Urls) -> None:
    connection = await connect(urls.owner)
    found = await connection.fetch(READING)
    await connection.close()
    assert len(found) >= 10
    for name, source in found:
        if name in NOT_FOR_THE_PUBLIC:
            continue
        assert not set(PRIVATE) & set(re.findall(r"\w+", source)), name


class Heard:
    """What is told over a connection of its own."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.tables: list[str] = []

    def told(self, *told: object) -> None:
        self.tables.append(str(told[-1]))

    async def again(self) -> list[str]:
        """What was told since the last look, sorted; notifications come before the answer to a question."""
        await self.connection.execute("SELECT 1")
        found, self.tables = sorted(self.tables), []
        return found


@pytest.fixture
async def heard(urls: Urls) -> AsyncIterator[Heard]:
    """What is told, as it is heard."""
    connection = await connect(urls.app)
    found = Heard(connection)
    await connection.add_listener(PUBLIC_CHANNEL, found.told)
    yield found
    await connection.close()


@pytest.mark.parametrize("name", sorted(telling(METADATA.tables) - {"record_head", "record_node"}))
async def test_each_way_of_writing_a_public_table_is_told(heard: Heard, name: str) -> None:
    first = next(iter(METADATA.tables[name].c)).name
    columns = ", ".join(f'"{one.name}"' for one in METADATA.tables[name].c if one.computed is None)
    for statement in (
        f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {name} WHERE false",
        f"UPDATE {name} SET {first} = {first} WHERE false",
        f"DELETE FROM {name} WHERE false",
    ):
        await heard.connection.execute(statement)
        assert name in await heard.again(), statement  # others where a trigger writes more


async def test_a_transaction_is_told_once_and_one_that_is_undone_never(urls: Urls, heard: Heard) -> None:
    connection = await connect(urls.owner)
    async with connection.transaction():
        for name in ("practice", "proposal", "lab", "practice"):
            await connection.execute(f"DELETE FROM {name} WHERE false")
        async with connection.transaction():
            await connection.execute("DELETE FROM endorsement WHERE false")
    assert await heard.again() == ["endorsement", "lab", "practice", "proposal"]
    undone = connection.transaction()
    await undone.start()
    await connection.execute("TRUNCATE endorsement")
    await undone.rollback()
    assert await heard.again() == []
    for name in (MIGRATED, "record_node", "record_head"):
        await connection.execute(f"DELETE FROM {name} WHERE false")
        assert await heard.again() == [name]
    await connection.close()


async def test_the_check_of_migrations_names_a_table_that_does_not_tell(urls: Urls) -> None:
    connection = await connect(urls.owner)
    try:
        await connection.execute("DROP TRIGGER vision_tells ON vision")
        await connection.execute("ALTER TABLE region DISABLE TRIGGER region_tells")
        found = await asyncio.to_thread(migration.differences, urls.owner)
        assert [one for one in found if "does not tell" in one] == [
            f"{name} does not tell of its changes: {tell_of(name)}" for name in ("region", "vision")
        ]
    finally:
        await connection.execute(f"ALTER TABLE region ENABLE TRIGGER region_tells; {tell_of('vision')}")
        await connection.close()
    assert not [one for one in await asyncio.to_thread(migration.differences, urls.owner) if "tell" in one]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT 1", set()),
        ("SELECT FROM practice AS practice_1 JOIN delegation AS d ON true", {"practice", "delegation"}),
        ("SELECT mail.id FROM mail", set()),
        ("SELECT FROM lab_search($1)", {"lab", "lab_text"}),
        ("SELECT outer_one(1)", {"lab", "lab_text", "region"}),
        ("SELECT again(1) FROM vision", {"vision"}),
        ("SELECT anything('practice')", None),
        ("SELECT through(1)", None),
    ],
)
def test_a_statement_reads_from_the_tables_it_names_and_those_of_its_functions(
    sql: str, found: set[str] | None
) -> None:
    functions = {
        "lab_search": frozenset({"select", "from", "lab_text", "join", "lab"}),
        "outer_one": frozenset({"lab_search", "region"}),
        "again": frozenset({"more"}),
        "more": frozenset({"again"}),
        "anything": frozenset({"execute", "format"}),
        "through": frozenset({"anything"}),
    }
    assert tables_read(sql, functions) == found
