"""The rivals: each a process that answers over HTTP, and how it is asked."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection
from typing import Any
from urllib.parse import urlencode

import orjson

from services.core.ports import free_port
from services.core.postgres import Cluster
from tests.bench.operations import AGENT, PUBLIC, Operation

ROOT = Path(__file__).parents[2]
OURS, LIMIT, TEXT, ORDINARY, UNBOUND = "ours", "limit", "text", "ordinary", "unbound"
TOLD = {
    OURS: "this platform, as `gof serve` runs it",
    LIMIT: "hand-written `json_agg` SQL, raw asyncpg, bare ASGI",
    TEXT: "the same with JSON as text, by `||` and `string_agg`",
    ORDINARY: "Strawberry, SQLModel and dataloaders",
    UNBOUND: "this platform with a role that row security does not bind",
}
PATIENCE = 60.0
"""Seconds in which a rival must answer after its start."""


@dataclass(frozen=True, slots=True)
class Rival:
    """One of them while it runs."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int

    def request(self, operation: Operation, asked: Mapping[str, Any], token: str) -> bytes:
        """The bytes of an HTTP request; ``token`` is left out where nobody is known; public reads go by GET."""
        given = token if operation.by_token else None
        if self.name in (LIMIT, TEXT):
            return post(f"/{operation.asks}", orjson.dumps(asked), given)
        if operation.kind == PUBLIC and self.name == OURS:
            return get(urlencode({"query": operation.document, "variables": orjson.dumps(asked)}))
        return post("/graphql", orjson.dumps({"query": operation.document, "variables": asked}), given)

    def has_part(self, operation: Operation) -> bool:
        """Whether it is asked: what is cached is measured beside what is not, and with no role."""
        return operation.kind != PUBLIC or self.name != UNBOUND

    def answer(self, operation: Operation, body: bytes) -> Any:
        """What was answered, in the shape in which all are compared."""
        found = orjson.loads(body)
        found.pop("extensions", None)  # which way ours found matches
        return found

    @property
    def megabytes(self) -> float:
        """Memory that is resident."""
        return resident(self.process.pid)


def resident(pid: int) -> float:
    """The memory of a process, in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6


def get(address: str) -> bytes:
    """The bytes of a GET of GraphQL."""
    return f"GET /graphql?{address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def post(path: str, body: bytes, token: str | None) -> bytes:
    """The bytes of a POST of JSON."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"User-Agent: {AGENT}",
        *(() if token is None else (f"Authorization: Bearer {token}",)),
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


@contextmanager
def running(name: str, cluster: Cluster, folder: Path) -> Iterator[Rival]:
    """Start a rival over the database of ``cluster``; stop it at the end. ``folder`` keeps its keys."""
    port = free_port()
    command = ["schema.cli", "serve"] if name == OURS else ["tests.bench.serving", name]
    url = cluster.owner_url if name == UNBOUND else cluster.app_url
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GOF_")}  # noqa: TID251 - a process of its own gets it
    environment |= {
        "GOF_DATABASE_URL": url,
        "GOF_MIGRATION_URL": cluster.owner_url,
        "GOF_DATA_DIR": str(folder),
        "GOF_PORT": str(port),
        "GOF_DEMO": "1",
        "GOF_RATE_PERSON": "10000000",  # nobody else asks 2,000 times a second
        "GOF_RATE_ADDRESS": "10000000",
    }
    with started([sys.executable, "-m", *command], ROOT, environment, port) as process:
        yield Rival(name, process, port)


@contextmanager
def started(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], port: int
) -> "Iterator[subprocess.Popen[bytes]]":
    """Start a server in ``folder`` and wait until it answers at ``port``; stop it at the end."""
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
