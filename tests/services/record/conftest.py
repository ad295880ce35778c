"""The fixtures of the tests of the record."""

from collections.abc import AsyncIterator

import pytest

from services.core.postgres import Cluster
from tests.conftest import WORKER, Urls, clone
from tests.services.record.world import Kept, kept_record


@pytest.fixture(scope="session")
def record_urls(cluster: Cluster) -> Urls:
    """A database whose record belongs to these tests alone."""
    return clone(cluster, f"gof_{WORKER}_record")


@pytest.fixture
async def kept(record_urls: Urls) -> AsyncIterator[Kept]:
    """An empty record whose transactions are kept."""
    async with kept_record(record_urls) as found:
        yield found
