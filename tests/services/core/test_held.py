"""Held connections: no more than so many, none that was left in the middle of something, lost ones made anew."""

import asyncio
from functools import partial

import asyncpg
import pytest

from services.core.db import Database
from services.core.errors import Unavailable
from services.core.held import Held
from tests.conftest import Urls


def held(urls: Urls, size: int = 2) -> Held:
    return Held(partial(asyncpg.connect, urls.app, ssl=False), size)


async def pid(pool: Held) -> int:
    async with pool.one() as connection:
        return int(await connection.fetchval("SELECT pg_backend_pid()"))


async def test_one_connection_serves_one_reader_after_another(urls: Urls) -> None:
    pool = held(urls)
    assert await pid(pool) == await pid(pool)
    await pool.close()


async def test_no_more_are_made_than_allowed(urls: Urls) -> None:
    pool = held(urls)

    async def slowly() -> int:
        async with pool.one() as connection:
            return int(await connection.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.05)"))

    assert len(set(await asyncio.gather(*(slowly() for _ in range(8))))) == 2
    await pool.close()


async def test_a_connection_of_a_cancelled_reader_is_not_used_again(urls: Urls) -> None:
    pool = held(urls, size=1)
    before = await pid(pool)

    async def sleep() -> None:
        async with pool.one() as connection:
            await connection.execute("SELECT pg_sleep(10)")

    reading = asyncio.create_task(sleep())
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await pid(pool) != before
    await pool.close()


async def test_a_statement_that_fails_leaves_its_connection_usable(urls: Urls) -> None:
    pool = held(urls, size=1)
    before = await pid(pool)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with pool.one() as connection:
            await connection.fetchval("SELECT 1 / 0")
    assert await pid(pool) == before
    await pool.close()


async def test_a_connection_that_postgresql_ended_is_made_anew(urls: Urls) -> None:
    db = Database(urls.app, size=1)
    await db.open()
    async with db._reading.one() as connection:
        ended = connection.get_server_pid()
    other = await asyncpg.connect(urls.app, ssl=False)
    await other.execute("SELECT pg_terminate_backend($1)", ended)
    await other.close()
    await asyncio.sleep(0.05)
    assert await db.revision()
    await db.close()


async def test_readers_are_told_nothing_of_where_the_database_is(urls: Urls) -> None:
    db = Database(urls.app.replace("gof_app:", "gof_app:wrong"))
    with pytest.raises(Unavailable, match=r"^The database cannot be reached just now\.$"):
        await db.revision()
