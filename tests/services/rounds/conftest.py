"""Rounds are solved in the process of the tests."""

import pytest

from services.rounds import computing, jobs
from services.rounds.errors import WrongRound


@pytest.fixture(autouse=True)
def here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Solve in this process: another one takes seconds to load its solvers. One test does go the whole way."""

    async def compute_here(text: bytes, say: computing.Say) -> computing.Computed:
        found = computing.compute(text, say)
        if "error" in found:
            raise WrongRound(found["error"])
        return computing.Computed(found["certificate"], found["pairs"])

    if "scores_of_matches" not in request.node.name:
        monkeypatch.setattr(jobs, "compute_apart", compute_here)
