"""A round solved and certified in a process of its own: it can be ended at any moment, and gives its memory back."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from services.core.errors import DomainError
from services.rounds.errors import WrongRound
from services.rounds.terms import ComputationStage

Say = Callable[[ComputationStage], None]


@dataclass(frozen=True, slots=True)
class Computed:
    """The certificate, and the pairs: need and offer by their places in the input, and value in millionths."""

    certificate: dict[str, Any]
    pairs: list[tuple[int, int, int]]


async def compute_apart(text: bytes, say: Say) -> Computed:
    """Solve and certify a frozen input in a process of its own, which ends when this is cancelled.

    Raises:
        WrongRound: what can be wrong with a round, in its own words.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "input", Path(folder) / "output"
        await asyncio.to_thread(given.write_bytes, text)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.rounds.computing", str(given), str(made)),
            stdout=asyncio.subprocess.PIPE,
            stdin=asyncio.subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        try:
            assert process.stdout is not None
            async for line in process.stdout:
                if line.strip() in _STAGES:
                    say(_STAGES[line.strip()])
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise WrongRound("This round could not be solved: there is not enough memory, or the solver broke off.")
        found = orjson.loads(await asyncio.to_thread(made.read_bytes))
    if "error" in found:
        raise WrongRound(found["error"])
    return Computed(found["certificate"], [tuple(pair) for pair in found["pairs"]])


_STAGES = {stage.value.encode(): stage for stage in ComputationStage}


def compute(text: bytes, say: Say) -> dict[str, Any]:
    """Solve and certify a frozen input; what is wrong with it stands under ``error``."""
    from services.rounds.certificate import certify
    from services.rounds.frozen import Frozen
    from services.rounds.solving import solve

    frozen = Frozen.from_json(text)
    try:
        solved = solve(frozen, say)
    except DomainError as error:
        return {"error": error.message}
    say(ComputationStage.CERTIFYING)
    columns = (column[solved.pairs].tolist() for column in (frozen.need, frozen.offer, frozen.value))
    return {"certificate": certify(frozen, solved), "pairs": list(zip(*columns, strict=True))}


def _main(given: Path, made: Path) -> None:
    """Tell each stage in a line of its own; the solvers' own words are no news."""
    told = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    made.write_bytes(orjson.dumps(compute(given.read_bytes(), lambda stage: _tell(told, stage))))


def _tell(told: Any, stage: ComputationStage) -> None:
    told.write(f"{stage.value}\n")


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))
