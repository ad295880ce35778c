"""Two walls, each of which holds alone: the isolation suite without the application's predicates, and without both."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.security

SUITE = Path(__file__).with_name("isolation.py")
ROOT = SUITE.parents[2]
PROOF = """
import gc
from services.core.actor import Actor, Role
from services.core.read.shape import Columns, Connection, Shape
from tests.security import unguarded
unguarded.remove()
viewers = [Actor(role).viewer for role in Role]
shapes = [one for one in gc.get_objects() if isinstance(one, Shape) and one.visible and one.table is not None]
shapes = [one for one in shapes if one.name != "Viewer"]
lists = [one for one in gc.get_objects() if isinstance(one, Connection) and one.ways]
for viewer in viewers:
    for shape in shapes:
        assert str(shape.visible(viewer, Columns(shape.source()))) == "true", shape.name
    for one in lists:
        assert [str(way.condition) for way in one.ways(viewer, Columns(one.shape().source()))] == ["true"]
assert len(shapes) > 25 and len(lists) > 3, (len(shapes), len(lists))
print(len(unguarded.predicates()))
"""
"""Run where nothing else is loaded: whatever Shape and list there is lets everything through."""


def suite(*switches: str) -> tuple[int, dict[str, int]]:
    """Run the isolation suite in a process of its own: what it returns, and how many tests passed and failed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        str(SUITE),
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "--tb=no",
        *switches,
    ]
    # Not as a worker of this run, whose cluster and database are in use.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}  # noqa: TID251
    ran = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, timeout=540, check=False)
    counted = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", ran.stdout[-200:])}
    assert counted, ran.stdout[-2_000:] + ran.stderr[-2_000:]
    return ran.returncode, counted


def test_no_predicate_is_left_when_they_are_taken_out() -> None:
    ran = subprocess.run([sys.executable, "-c", PROOF], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    assert int(ran.stdout) > 20


@pytest.mark.slow
def test_without_the_predicates_row_security_alone_hides_everything() -> None:
    code, counted = suite("-p", "tests.security.unguarded")
    assert (code, [*counted]) == (0, ["passed"]), counted
    assert counted["passed"] > 50


@pytest.mark.slow
def test_without_row_security_too_every_test_of_isolation_fails() -> None:
    # What is one's own is besides joined to oneself: those lists stay right with no wall at all.
    code, counted = suite("-p", "tests.security.unguarded", "--as-owner", "-k", "not nobody_is_notified")
    assert (code, [*counted]) == (1, ["failed"]), counted
    assert counted["failed"] > 50
