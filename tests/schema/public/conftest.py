"""A database whose transactions are kept, with examples of everything, and servers over it."""

from collections.abc import AsyncIterator

import pytest

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.ids import write_id
from services.core.listening import Listener
from services.core.postgres import Cluster
from tests.conftest import WORKER, Urls, clone
from tests.examples import build_all
from tests.schema.live.world import Place, eventually


@pytest.fixture(scope="session")
def kept_urls(cluster: Cluster) -> Urls:
    """A clone of the template for these tests alone."""
    return clone(cluster, f"gof_public_{WORKER}")


@pytest.fixture(scope="session")
async def place(kept_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """What these tests write with."""
    db = Database(kept_urls.app)
    await db.open()
    yield Place(db, tmp_path_factory.mktemp("public"), kept_urls)
    await db.close()


@pytest.fixture(scope="session")
async def ids(place: Place) -> list[str]:
    """The global ids of the examples, which are there from now on."""
    async with place.db.write(SYSTEM) as session:
        return [write_id(kind, key) for kind, key in await build_all(session)]


@pytest.fixture
async def listener(place: Place) -> AsyncIterator[Listener]:
    """A listener of the test's own, connected."""
    found = Listener(place.urls.app)
    async with found.listening():
        await eventually(lambda: found._connection is not None)
        yield found
