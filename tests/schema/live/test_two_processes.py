"""Two server processes over one database: each hears what is done through the other; Ctrl-C ends all at once."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from services.core.ports import free_port
from services.membership.terms import Standing
from tests.schema.live.world import PUBLIC_URL, Place, followed, said, socket, variables

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
WRITE = "mutation ($input: ThreadMessageWriteInput!) { threadMessageWrite(input: $input) { errors { code } } }"


class Process:
    """One `gof serve`."""

    def __init__(self, place: Place) -> None:
        self.port = free_port()
        self.log = place.data_dir / f"log-{self.port}"
        settings = {
            "GOF_DATA_DIR": str(place.data_dir),
            "GOF_DATABASE_URL": place.urls.app,
            "GOF_MIGRATION_URL": place.urls.owner,
            "GOF_PORT": str(self.port),
            "GOF_PUBLIC_URL": PUBLIC_URL,
        }
        environment = {**os.environ, **settings}  # noqa: TID251 - of a child process
        command = [sys.executable, "-c", "from schema.cli import main; main()", "serve"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=log)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    async def ready(self) -> "Process":
        until = time.monotonic() + 60
        while "ready http" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            await asyncio.sleep(0.05)
        return self

    async def ended(self, seconds: float) -> int:
        return await asyncio.to_thread(self.process.wait, seconds)


@pytest.fixture(scope="module")
async def processes(place: Place) -> AsyncIterator[tuple[Process, Process]]:
    """Two servers that share nothing but the database and the keys; the last test stops the first of them."""
    await place.token("FRA viewer")  # makes the keys, before two processes would
    both = Process(place), Process(place)
    try:
        await asyncio.gather(*(one.ready() for one in both))
        yield both
    finally:
        for one in both:
            one.process.kill()
            one.process.wait()


async def test_two_clients_see_a_message_within_a_second_through_two_processes_and_others_never(
    place: Place, processes: tuple[Process, Process]
) -> None:
    first, second = processes
    key = await place.talks()
    sender, receiver = await place.token("FRA viewer"), await place.token("ZMB focal point")
    stranger = await place.token("SEN focal point")
    async with (
        socket(first.host, sender) as client,
        followed(second.host, receiver, key) as events,
        followed(first.host, stranger, key) as nothing,
        httpx.AsyncClient(headers={"authorization": receiver}) as writer,
    ):
        assert await client.subscribe(key) == []
        assert said((await events.next())[1]) == []
        kind, refusal = await nothing.next()
        assert (kind, refusal["errors"][0]["extensions"]["code"]) == ("next", "NOT_FOUND")

        took, spoken = [], list[str]()
        for text in ("How many?", "And where?", "From when on?"):
            spoken.append(text)
            message = {**variables(key), "language": "en", "text": text}
            given = {"query": WRITE, "variables": {"input": message}}
            answer = await writer.post(f"http://{first.host}/graphql", json=given)
            assert answer.json() == {"data": {"threadMessageWrite": {"errors": []}}}
            told = time.monotonic()
            by_socket, by_stream = list[str](), list[str]()
            while by_socket != spoken:  # what was said before may be told once more
                by_socket = said(await client.next())
            while by_stream != spoken:
                by_stream = said((await events.next())[1])
            took.append(time.monotonic() - told)
        assert min(took) < 1, "the machine may be busy once, but not each time"
        assert await nothing.next() == ("complete", None)
        assert await nothing.next() == ("", None)


async def test_who_is_suspended_through_one_process_hears_no_more_through_the_other(
    place: Place, processes: tuple[Process, Process]
) -> None:
    key = await place.talks()
    token = await place.token("FRA viewer")
    async with socket(processes[0].host, token) as client, followed(processes[1].host, token, key) as events:
        await client.subscribe(key)
        await events.next()
        try:
            await place.restand("FRA", Standing.SUSPENDED)
            suspended = time.monotonic()
            message = await client.receive()
            assert message["payload"][0]["extensions"]["code"] == "RIGHTS_CHANGED"
            assert (await events.next())[1]["errors"][0]["extensions"]["code"] == "RIGHTS_CHANGED"
            assert time.monotonic() - suspended < 5
        finally:
            await place.restand("FRA", Standing.MEMBER)


async def test_ctrl_c_ends_open_sockets_and_streams_at_once(place: Place, processes: tuple[Process, Process]) -> None:
    key = await place.talks()
    token = await place.token("FRA viewer")
    stopped, going = processes
    async with socket(stopped.host, token) as client, followed(stopped.host, token, key) as events:
        await client.subscribe(key)
        await events.next()
        stopped.process.send_signal(signal.SIGINT)
        assert await events.next(20) == ("", None), "cut off, not complete: the client asks again"
        with pytest.raises(ConnectionClosed):
            await client.receive()
        assert client.connection.close_code == 1012
        assert await stopped.ended(20) == 0
    assert "Traceback" not in stopped.said()
    assert stopped.said().endswith("stopped\n")
    async with socket(going.host, token) as client:
        assert await client.subscribe(key) == []
