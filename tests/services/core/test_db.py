"""The way to the database: who is let in, what is said when it cannot be used, and what nobody sees."""

from collections.abc import AsyncIterator
from datetime import date
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
import sqlalchemy as sa

from schema.app import create_app
from schema.core.context import Context
from services.core.actor import PUBLIC, SYSTEM
from services.core.db import CouldBypass, Database, unique
from services.core.errors import Conflict, Unavailable
from services.core.ports import free_port
from services.core.protection import PROTECTED
from services.core.read.shape import table_of
from services.practices.terms import PracticeStatus
from services.taxonomy.tables import ReferenceSource
from tests.builders import a_practice
from tests.conftest import OneAtATime, Urls


async def test_a_role_that_could_bypass_row_security_is_refused(urls: Urls) -> None:
    db = Database(urls.owner)
    with pytest.raises(CouldBypass, match="gof_app"):
        await db.open()
    await db.close()


@pytest.fixture
async def serving(urls: Urls) -> AsyncIterator[Database]:
    db = Database(urls.app)
    await db.open()
    yield db
    await db.close()


async def test_the_serving_role_is_let_in(serving: Database) -> None:
    assert await serving.revision()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password": "wrong"}, "refuses the role gof_app"),
        ({"path": "/none"}, "has no database none"),
        ({"port": None}, "cannot be reached"),
    ],
)
async def test_a_database_that_cannot_be_used_says_why_and_no_password(
    urls: Urls, change: dict[str, str | None], sentence: str
) -> None:
    parts = urlsplit(urls.app)
    password = change.get("password") or parts.password
    port = free_port() if "port" in change else parts.port
    netloc = f"{parts.username}:{password}@{parts.hostname}:{port}"
    url = urlunsplit(parts._replace(netloc=netloc, path=change.get("path") or parts.path))
    db = Database(url)
    with pytest.raises(Unavailable, match=sentence) as refused:
        await db.open()
    assert str(password) not in refused.value.message
    with pytest.raises(Unavailable, match=sentence):
        async with db.write(SYSTEM):
            pass
    await db.close()


async def test_without_an_identity_nothing_protected_is_visible(db: OneAtATime) -> None:
    async with db.write(SYSTEM) as session:
        await a_practice(session, status=PracticeStatus.PUBLISHED)
    async with db.read(PUBLIC) as session:
        await session.execute(
            sa.select(*(sa.func.set_config(f"gof.{name}", "", True) for name in ("role", "audience")))
        )
        for table in PROTECTED.keys() - {"matching_weights", "group_settings"}:  # the Group's own, for everyone to see
            assert await session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0, table


async def test_a_broken_constraint_becomes_the_failure_meant_and_nothing_is_kept(db: OneAtATime) -> None:
    key = table_of(ReferenceSource).c.key
    keys = sa.select(key).order_by(key)
    async with db.read(SYSTEM) as session:
        known = (await session.execute(keys)).scalars().all()

    def source(key: str) -> ReferenceSource:
        return ReferenceSource(key=key, title="x", publisher="x", as_of=date(2026, 1, 1), licence="")

    async def twice() -> None:
        async with db.write(SYSTEM) as session:
            session.add(source("0 another"))
            await session.flush()
            async with unique(session, "pk_reference_source", Conflict("There already.")):
                session.add(source(known[0]))

    with pytest.raises(Conflict, match="There already"):
        await twice()
    async with db.read(SYSTEM) as session:
        assert (await session.execute(keys)).scalars().all() == known


async def test_it_is_not_ready_before_it_is_migrated_nor_while_it_cannot_be_reached(
    cluster: object, urls: Urls
) -> None:
    elsewhere = urlunsplit(urlsplit(urls.app)._replace(path="/postgres"))
    for url, reason in ((elsewhere, "gof migrate"), ("postgresql://a:b@127.0.0.1:1/x", "cannot be reached")):
        db = Database(url)

        async def context(_: object, db: Database = db) -> Context:
            return Context(db, PUBLIC)

        transport = httpx.ASGITransport(app=create_app(db, context, opened=True))
        async with httpx.AsyncClient(transport=transport, base_url="http://gof.test") as client:
            answer = await client.get("/readyz")
            assert answer.status_code == 503
            assert reason in answer.json()["reason"]
            assert (await client.get("/healthz")).status_code == 200
        await db.close()
