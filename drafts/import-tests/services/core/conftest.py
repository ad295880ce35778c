"""What the tests of the launcher share."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that every account can pass (pytest's own are 0700), gone with all databases in it."""
    folder = Path(tempfile.mkdtemp(prefix="gof-postgres-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)
