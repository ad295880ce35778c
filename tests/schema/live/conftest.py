"""A database whose transactions are kept, and the application over it on a port of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from schema.app import serving
from schema.core.sizes import MESSAGE_LIMIT
from services.core.db import Database
from services.core.listening import Listener
from services.core.ports import free_port
from services.core.postgres import Cluster
from services.core.settings import Settings
from tests.conftest import WORKER, Urls, clone
from tests.schema.live.world import Place


@pytest.fixture(scope="session")
def kept_urls(cluster: Cluster) -> Urls:
    """A clone of the template for these tests alone."""
    return clone(cluster, f"gof_live_{WORKER}")


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the keys that all servers of these tests share."""
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="session")
async def place(kept_urls: Urls, data_dir: Path) -> AsyncIterator[Place]:
    """What these tests write with."""
    db = Database(kept_urls.app)
    await db.open()
    yield Place(db, data_dir, kept_urls)
    await db.close()


class Running(uvicorn.Server):
    """A server in the loop of the tests, which keep their own signal handlers."""

    @classmethod
    async def of(cls, urls: Urls, data_dir: Path) -> "Running":
        port = free_port()
        settings = Settings(data_dir=data_dir, port=port, public_url="http://gof.test")
        app = serving(settings, urls.app)
        server = cls(uvicorn.Config(app, port=port, log_level="warning", ws_max_size=MESSAGE_LIMIT))
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup()
        await app.state.rest
        server.running = asyncio.create_task(server.main_loop())
        return server

    running: "asyncio.Task[None]"

    @property
    def listener(self) -> Listener:
        found = self.config.app.state.listener  # type: ignore[union-attr]
        assert isinstance(found, Listener)
        return found

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.config.port}"

    async def stop(self) -> None:
        self.should_exit = True
        await self.running
        await self.shutdown()


@pytest.fixture(scope="session")
async def server(kept_urls: Urls, data_dir: Path) -> AsyncIterator[Running]:
    """The application as it serves people."""
    running = await Running.of(kept_urls, data_dir)
    yield running
    running.listener.stop()
    await running.stop()
