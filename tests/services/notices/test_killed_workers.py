"""Workers that are killed (SIGKILL) while they send: the mail is accepted once, or nobody knows and it stays so.

A real worker process, a real database of its own, a real mail server, and a way to it that stops at a given moment.
What a test cannot wait for, such as the half minute until a dead worker's job is picked again, is moved in the tables.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.core.actor import SYSTEM
from services.core.db import Database, connect
from services.core.jobs import enqueue
from services.core.postgres import Cluster
from services.notices.commands import SEND
from services.notices.sending import sweep
from tests.conftest import WORKER, Urls, clone
from tests.services.notices.mail_server import Deliveries, mail_server
from tests.services.notices.mailing import a_mail

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0
JOBS = "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'notices.send'"
OLD = "now() - interval '1 hour'"


class Way:
    """A way to the mail server that says when the ``moment`` has come, and passes nothing on from then on."""

    def __init__(self, place: "Place", moment: str) -> None:
        self.place, self.moment, self.sent = place, moment, b""
        self.reached = asyncio.Event()

    async def between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the worker."""
        if self.moment == "before the connection":
            self.reached.set()
        else:
            if self.moment == "in the message":
                await self.place.hold()
            to_read, to_write = await asyncio.open_connection("127.0.0.1", self.place.port)
            back = asyncio.create_task(self.back(to_read, writer))
            with suppress(ConnectionError):
                await self.there(reader, to_write)
            await self.died(reader)
            back.cancel()
            to_write.transport.abort()
        writer.transport.abort()

    async def there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not self.reached.is_set() and (sent := await reader.read(65536)):
            self.sent += sent
            if self.moment == "before the end arrives" and self.ended:
                self.reached.set()
            else:
                writer.write(sent)
                if self.moment == "in the message" and b"Message-ID" in self.sent:
                    self.reached.set()

    async def back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await reader.read(65536):
            if self.moment == "before the answer arrives" and self.ended:
                self.reached.set()
                return
            writer.write(answer)

    async def died(self, reader: asyncio.StreamReader) -> None:
        """Return when the worker's end of the connection is gone."""
        with suppress(ConnectionError):
            while await reader.read(65536):
                pass

    @property
    def ended(self) -> bool:
        return self.sent.endswith(b"\r\n.\r\n")


class Place:
    """A database of its own with one mail that waits and its job, workers, and the mail server they send to."""

    def __init__(self, urls: Urls, folder: Path, deliveries: Deliveries, port: int) -> None:
        self.urls, self.folder, self.deliveries, self.port = urls, folder, deliveries, port
        self.mail_id = UUID(int=0)
        self.holder: Any = None

    async def begin(self) -> None:
        """Write a mail and ask for it to be sent."""
        db = Database(self.urls.app)
        self.mail_id = await a_mail(db)
        async with db.write(SYSTEM) as session:
            await enqueue(session, SEND, f"mail {self.mail_id}", mail_id=str(self.mail_id))
        await db.close()

    @asynccontextmanager
    async def worker(self, port: int) -> AsyncIterator[subprocess.Popen[bytes]]:
        """`gof worker`, killed at the end of the block if nobody has killed it before."""
        settings = {
            "GOF_DATABASE_URL": self.urls.app,
            "GOF_MIGRATION_URL": self.urls.owner,
            "GOF_DATA_DIR": str(self.folder),
            "GOF_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "GOF_MAIL_FROM": "no-reply@friends.example",
        }
        command = [sys.executable, "-c", "from schema.cli import main; main()", "worker"]
        log = (self.folder / f"log-{port}").open("wb")
        environment = {**os.environ, **settings}  # noqa: TID251 - of a child process
        running = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
            command, cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            yield running
        finally:
            running.send_signal(signal.SIGKILL)
            await asyncio.to_thread(running.wait)
            log.close()

    async def hold(self) -> None:
        """Keep the worker, which has begun, from claiming the mail: it dies with the message begun and not ended."""
        self.holder = await connect(self.urls.owner)
        await self.holder.execute("BEGIN; SELECT FROM mail FOR UPDATE")

    async def release(self) -> None:
        """Hold the mail no more."""
        if self.holder is not None:
            await self.holder.close()

    async def run(self, statement: str) -> object:
        """Do something as the owner; return the first value."""
        owner = await connect(self.urls.owner)
        try:
            return await owner.fetchval(statement)
        finally:
            await owner.close()

    async def state(self) -> object:
        return await self.run("SELECT state FROM mail")

    async def time_passes(self) -> None:
        """What the dead worker held is old: its job can be picked again, the mail may be tried again or is settled."""
        await self.run(f"UPDATE pgqueuer SET heartbeat = {OLD}, execute_after = {OLD} WHERE status = 'picked'")
        await self.run(
            f"UPDATE mail SET next_attempt_at = {OLD}, claimed_at = {OLD} WHERE state IN ('waiting', 'sending')"
        )

    async def another_worker_settles(self) -> object:
        """Let another worker go on until the mail is neither waiting nor being sent; return its state then."""
        await self.time_passes()
        db = Database(self.urls.app)
        async with db.write(SYSTEM) as session:
            await sweep(session)  # as each minute
        await db.close()
        async with self.worker(self.port), asyncio.timeout(PATIENCE):
            while (found := await self.state()) in {"waiting", "sending"}:  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.1)
            while await self.run(JOBS):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.1)
        return found


@pytest.fixture
async def place(cluster: Cluster) -> AsyncIterator[Place]:
    """Made for one test."""
    name = f"gof_{WORKER}_killed"
    own = await asyncio.to_thread(clone, cluster, name)
    with mail_server() as (deliveries, port), tempfile.TemporaryDirectory(prefix="gof-killed-") as folder:
        found = Place(own, Path(folder), deliveries, port)
        await found.begin()
        yield found
    owner = await connect(cluster.owner_url)
    await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await owner.close()


MOMENTS = {
    "before the connection": ("waiting", "sent", 1),
    "in the message": ("waiting", "sent", 1),
    "before the end arrives": ("sending", "unconfirmed", 0),
    "before the answer arrives": ("sending", "unconfirmed", 1),
}
"""Moment of death -> state of the mail then, after another worker went on, and how often it was accepted in all."""


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_mail_is_accepted_at_most_once_whenever_its_worker_is_killed(place: Place, moment: str) -> None:
    left, settled, accepted = MOMENTS[moment]
    way = Way(place, moment)
    server = await asyncio.start_server(way.between, "127.0.0.1", 0)
    async with place.worker(server.sockets[0].getsockname()[1]) as worker:
        await asyncio.wait_for(way.reached.wait(), PATIENCE)
        worker.send_signal(signal.SIGKILL)
        assert await asyncio.to_thread(worker.wait) == -signal.SIGKILL
    server.close()
    await place.release()
    assert await place.state() == left
    assert await place.another_worker_settles() == settled
    assert len(place.deliveries.accepted) == accepted
