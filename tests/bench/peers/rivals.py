"""The peers as rivals: how they are started and asked, and their answers in the shape of ours."""

import base64
import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.core.ports import free_port
from services.core.postgres import Cluster
from tests.bench.asking import Asker
from tests.bench.operations import Operation
from tests.bench.peers.answers import READ, alike
from tests.bench.peers.node import FILES, NODE, environment
from tests.bench.rivals import OURS, ROOT, Rival, post, running, started

POSTGRAPHILE, MERCURIUS = "postgraphile", "mercurius"
TOLD = {
    OURS: "this platform, as `gof serve` runs it",
    POSTGRAPHILE: "PostGraphile 5 over the tables, with two plugins of 30 lines",
    MERCURIUS: "Mercurius with its JIT over the platform's SDL, with hand-written SQL and loaders",
}
ASKED = tuple(READ)
"""The operations that peers answer too."""


@dataclass(frozen=True, slots=True)
class Same(Rival):
    """One that takes our documents and gives our answers: this platform, and Mercurius."""

    def answer(self, operation: Operation, body: bytes) -> Any:
        """The answer without what each writes in its own way."""
        return alike(orjson.loads(body)["data"])


@dataclass(frozen=True, slots=True)
class Postgraphile(Rival):
    """PostGraphile has documents and cursors of its own."""

    reader: Asker
    digests: dict[str, str] = field(default_factory=dict)
    """What its cursors of an order begin with, by operation."""

    def request(self, operation: Operation, asked: Mapping[str, Any], token: str) -> bytes:
        """The bytes of an HTTP request."""
        query = (FILES / "documents" / f"{operation.name}.graphql").read_text()
        if "id" in asked:
            given: dict[str, Any] = {"id": str(UUID(asked["id"].rpartition("_")[2]))}
        else:
            if operation.name not in self.digests:
                self.digests[operation.name] = self._digest(query, token)
            keys = decoded(asked["after"])[-2:]
            after = base64.b64encode(orjson.dumps([self.digests[operation.name], *keys])).decode()
            given = {"first": asked["first"], "after": after}
        return post("/graphql", orjson.dumps({"query": query, "variables": given}), token)

    def answer(self, operation: Operation, body: bytes) -> Any:
        """The answer in our shape."""
        return alike(READ[operation.name](orjson.loads(body)["data"], self.reader))

    def _digest(self, query: str, token: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        connection.request("POST", "/graphql", orjson.dumps({"query": query, "variables": {"first": 1}}), headers)
        answer = orjson.loads(connection.getresponse().read())
        connection.close()
        [page] = answer["data"].values()
        return str(decoded(page["pageInfo"]["endCursor"])[0])


def decoded(cursor: str) -> list[Any]:
    """What a cursor holds, ours or theirs."""
    found: list[Any] = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return found


@contextmanager
def answering(name: str, cluster: Cluster, folder: Path, programs: Path, reader: Asker) -> Iterator[Rival]:
    """Start ours or a peer over the database of ``cluster``; stop it at the end. ``folder`` keeps our keys."""
    if name == OURS:
        with running(name, cluster, folder) as ours:
            yield Same(ours.name, ours.process, ours.port)
        return
    port = free_port()
    given = {
        "PEER_DATABASE_URL": cluster.app_url,
        "PEER_PORT": str(port),
        "PEER_SCHEMA": str(ROOT / "schema" / "schema.graphql"),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }
    made = partial(Postgraphile, reader=reader) if name == POSTGRAPHILE else Same
    with started([NODE, f"{name}.mjs"], programs, environment() | given, port) as process:
        yield made(name, process, port)
