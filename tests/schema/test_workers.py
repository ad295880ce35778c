"""`gof up` in several processes: all answer at one address, one that dies is started again, all end together."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from services.core.ports import free_port
from tests.schema.test_running import PATIENCE, Running, folder

__all__ = ["folder"]


def servers(starter: int) -> set[int]:
    """The processes that ``starter`` has started to serve."""
    told = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in told.splitlines()[1:]]
    return {int(pid) for pid, parent, words in rows if int(parent) == starter and " serve --inherited " in f" {words} "}


@pytest.mark.slow
def test_two_processes_answer_and_end_together(folder: Path) -> None:
    household = Running(folder, free_port(), GOF_WORKERS="2", GOF_DEMO="0").ready()
    first = servers(household.process.pid)
    assert len(first) == 2
    assert household.ask("{ memberStates { totalCount } }") == {"data": {"memberStates": {"totalCount": 193}}}

    time.sleep(5)  # what ends sooner is a failure and ends all
    killed = min(first)
    os.kill(killed, signal.SIGKILL)
    until = time.monotonic() + PATIENCE
    while len(now := servers(household.process.pid) - {killed}) < 2:
        assert time.monotonic() < until, household.said()
        time.sleep(0.1)
    assert "ended by itself; starting it again" in household.said()
    assert household.ask("{ memberStates { totalCount } }") == {"data": {"memberStates": {"totalCount": 193}}}

    time.sleep(1)  # the new one is told to stop while it starts, or when it serves
    assert household.ended(signal.SIGTERM) == 0
    assert len(re.findall("^ready ", household.said(), re.MULTILINE)) == 1
    assert household.said().endswith("stopped\n")
    assert "Traceback" not in household.said()
    assert not [pid for pid in now if Path(f"/proc/{pid}").exists()]
    with pytest.raises(httpx.ConnectError):
        household.ask("{ memberStates { totalCount } }")
