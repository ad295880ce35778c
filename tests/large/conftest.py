"""The large demonstration for a run of its own: these tests are collected only with ``-m large``."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.core import postgres
from services.core.db import connect
from tests.large import data
from tests.large.explaining import Explaining
from tests.large.samples import Samples


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Nothing here for any other run: the data take minutes and gigabytes."""
    return None if config.option.markexpr == "large" else True


@pytest.fixture(scope="session")
def large() -> Iterator[postgres.Cluster]:
    """The cluster with the large demonstration."""
    found = data.cluster()
    yield found
    found.stop()


@pytest.fixture(scope="session")
async def db(large: postgres.Cluster) -> AsyncIterator[Explaining]:
    """The database as the serving role, whose every read is explained."""
    found = Explaining(large.app_url)
    await found.open()
    yield found
    await found.close()


@pytest.fixture(scope="session")
async def samples(large: postgres.Cluster) -> Samples:
    """Who asks, and with which values."""
    found = Samples()
    connection = await connect(large.owner_url)
    await found.find(connection)
    await connection.close()
    return found
