"""The fixtures of the tests of notices."""

from collections.abc import Iterator

import pytest

from tests.services.notices.mail_server import Deliveries, mail_server


@pytest.fixture
def server() -> Iterator[tuple[Deliveries, int]]:
    """What a mail server accepts, and its port."""
    with mail_server() as found:
        yield found
