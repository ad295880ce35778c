"""Many who ask at once are one call, and nobody gets an answer older than the question."""

import asyncio

import pytest

from services.core.batching import Batch


class Loads:
    """What was asked of the database; it answers when it is let."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.let = asyncio.Event()

    async def __call__(self, keys: list[str]) -> dict[str, str]:
        self.calls.append(keys)
        await self.let.wait()
        if "broken" in keys:
            raise LookupError("broken")
        return {key: key.upper() for key in keys if key != "nothing"}


async def test_who_asks_while_a_call_runs_is_answered_by_the_next_one() -> None:
    loads = Loads()
    batch = Batch(loads)
    first = [asyncio.create_task(batch.get(key)) for key in ("a", "b", "a")]
    await asyncio.sleep(0.01)
    second = [asyncio.create_task(batch.get(key)) for key in ("a", "nothing")]
    await asyncio.sleep(0.01)
    assert loads.calls == [["a", "b"]]
    loads.let.set()
    assert await asyncio.gather(*first, *second) == ["A", "B", "A", "A", None]
    assert loads.calls == [["a", "b"], ["a", "nothing"]]
    assert await batch.get("c") == "C"


async def test_a_failure_reaches_all_who_asked_and_no_later_ones() -> None:
    loads = Loads()
    loads.let.set()
    batch = Batch(loads)
    failed = await asyncio.gather(batch.get("broken"), batch.get("a"), return_exceptions=True)
    assert [type(one) for one in failed] == [LookupError, LookupError]
    assert await batch.get("a") == "A"


async def test_who_gives_up_leaves_the_others_their_answer() -> None:
    loads = Loads()
    batch = Batch(loads)
    impatient, patient = asyncio.create_task(batch.get("a")), asyncio.create_task(batch.get("a"))
    await asyncio.sleep(0.01)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    loads.let.set()
    assert await patient == "A"
