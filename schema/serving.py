"""What runs while the platform is up: the server, in one process or in several, and the worker."""

import asyncio
import ctypes
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from socket import socket
from typing import TYPE_CHECKING, Any

from schema.processes import Household, Part, listen
from services.core.db import Database
from services.core.progress import Say
from services.core.settings import Settings

if TYPE_CHECKING:
    import uvicorn

_MMAP_THRESHOLD = -3  # as <malloc.h> of glibc numbers what mallopt sets
LARGE = 2**20
"""Bytes from which memory is asked of the system alone and given back when it is free."""
LAST_ANSWERS = 10
"""Seconds that a server that stops gives to the answers it is still writing."""


@dataclass(frozen=True, slots=True)
class Urls:
    """How to reach the database, past a pooler where there is one: as its owner, and as the role that serves."""

    owner: str
    app: str


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database of the serving role, connected for as long as the block."""
    db = Database(url)
    await db.open()
    try:
        yield db
    finally:
        await db.close()


def serve(chosen: Settings, urls: Urls, say: Say, accounts: Sequence[str], *, worker: bool) -> None:
    """Serve until Ctrl-C in as many processes as GOF_WORKERS says; with ``worker`` do background work too, in one."""

    def ready() -> None:
        for line in (*accounts, f"ready {chosen.public_url}"):
            say(line)

    if chosen.workers == 1:
        _run(chosen, urls, ready=ready, work=partial(work, chosen, urls, say) if worker else None)
        return
    with listen(chosen.host, chosen.port) as listening:
        words = ("serve", "--inherited", str(listening.fileno()))
        parts = [Part(words) for _ in range(chosen.workers)]
        Household([*parts, *([Part(("worker",))] if worker else [])], listening, say).run(ready)


def serve_part(chosen: Settings, urls: Urls, listening: socket) -> None:
    """Serve as one process of several, until told to stop or until the one that started it is gone."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends as by Ctrl-C
    _run(chosen, urls, sockets=[listening])


async def work(chosen: Settings, urls: Urls, say: Say, stop: asyncio.Event | None = None) -> None:
    """Do background work until ``stop`` is set; without one until SIGINT or SIGTERM, what was begun being ended."""
    from services import registry
    from services.core.jobs import run_worker
    from services.notices.jobs import where_mails_go

    assert registry.METADATA
    say(where_mails_go(chosen))
    if stop is None:
        stop = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with opened(urls.app) as db:
        await run_worker(urls.app, db, stop)


def _run(
    chosen: Settings,
    urls: Urls,
    *,
    ready: Callable[[], None] = lambda: None,
    work: Callable[..., Any] | None = None,
    sockets: list[socket] | None = None,
) -> None:
    """Serve in this process, on uvloop where there is one."""
    _give_back_memory()
    server = _server(chosen, urls, ready)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_serve(server, work, sockets))


def _give_back_memory() -> None:
    """Have large blocks given back: glibc would keep those of hashed passwords, 19 MiB each, for every thread."""
    with suppress(AttributeError, OSError, TypeError):  # where it is another library there is no such call
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)


def _server(chosen: Settings, urls: Urls, ready: Callable[[], None]) -> "uvicorn.Server":
    import uvicorn

    from schema.app import serving
    from schema.core.sizes import MESSAGE_LIMIT

    application = serving(chosen, urls.app)

    class Announcing(uvicorn.Server):
        """Says when people can come, stops where they cannot, and ends subscriptions before it waits for answers."""

        async def startup(self, sockets: list[socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                application.state.rest.add_done_callback(self._stop_where_failed)
                ready()

        def _stop_where_failed(self, rest: "asyncio.Task[None]") -> None:
            self.should_exit = self.should_exit or rest.exception() is not None

        async def shutdown(self, sockets: list[socket] | None = None) -> None:
            application.state.listener.stop()
            await super().shutdown(sockets)
            application.state.rest.result()

    return Announcing(
        uvicorn.Config(
            application,
            host=chosen.host,
            port=chosen.port,
            log_level="warning",
            server_header=False,
            forwarded_allow_ips=chosen.proxies,
            ws_max_size=MESSAGE_LIMIT,
            timeout_graceful_shutdown=LAST_ANSWERS,
        )
    )


async def _serve(server: "uvicorn.Server", work: Callable[..., Any] | None, sockets: list[socket] | None) -> None:
    stop = asyncio.Event()
    beside = [asyncio.create_task(work(stop=stop))] if work is not None else []
    if sockets is not None:
        beside.append(asyncio.create_task(_until_alone(server, stop)))
    try:
        await server.serve(sockets)
    finally:
        stop.set()
        await asyncio.gather(*beside)


async def _until_alone(server: "uvicorn.Server", stop: asyncio.Event) -> None:
    """Let the server end when the process that started this one is gone, so that it leaves no port taken."""
    parent = os.getppid()
    while not stop.is_set():
        if os.getppid() != parent:
            server.should_exit = True
        await asyncio.sleep(1)
