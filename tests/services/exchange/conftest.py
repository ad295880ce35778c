"""A database of its own, for what must be kept so that other connections and processes see it."""

from collections.abc import AsyncIterator

import pytest

from services.core.db import Database
from services.core.postgres import Cluster
from tests.conftest import WORKER, clone


@pytest.fixture(scope="module")
def url(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    """A clone of the template for one file of tests, as the serving role: what one keeps, another must not find."""
    return clone(cluster, f"gof_{request.path.stem}_{WORKER}").app


@pytest.fixture
async def kept(url: str) -> AsyncIterator[Database]:
    """A database whose transactions are kept."""
    database = Database(url)
    await database.open()
    yield database
    await database.close()
