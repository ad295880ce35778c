"""A body of 50 MB is refused before it has come, and nobody else notices."""

import asyncio
import time
from statistics import median

import httpx
import pytest

from tests.schema.live.conftest import Running

pytestmark = pytest.mark.security

SMALL = {"query": "{ memberStates(first: 1) { totalCount } }"}
LARGE = 50 * 1024 * 1024
PIECE = b" " * 65_536


async def refused(server: Running, length: str) -> tuple[bytes, int]:
    """Send 50 MB as fast as they are taken; return what is answered, and how many bytes were sent until then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    head = f"POST /graphql HTTP/1.1\r\nhost: gof.test\r\ncontent-type: application/json\r\n{length}\r\n\r\n"
    writer.write(head.encode())
    answer, sent = asyncio.create_task(reader.read(4096)), 0
    chunk = PIECE if "length" in length else b"%x\r\n%s\r\n" % (len(PIECE), PIECE)
    try:
        while sent < LARGE and not answer.done():
            writer.write(chunk)
            await writer.drain()
            sent += len(PIECE)
            await asyncio.sleep(0)
    except ConnectionError:
        pass
    found = await answer
    writer.close()
    return found, sent


@pytest.mark.parametrize("length", [f"content-length: {LARGE}", "transfer-encoding: chunked"])
async def test_a_body_of_50_mb_is_refused_and_slows_nobody(server: Running, length: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server.host}") as client:

        async def small() -> float:
            began = time.perf_counter()
            assert (await client.post("/graphql", json=SMALL)).status_code == 200
            return time.perf_counter() - began

        await small()
        alone, beside = [], []
        for _ in range(20):
            alone.append(await small())
            answer, sent = await refused(server, length)
            assert answer.startswith(b"HTTP/1.1 413")
            assert b"64 KB" in answer
            assert sent < LARGE // 10
            beside.append(await small())
    assert median(beside) < 1.5 * median(alone) + 0.002
