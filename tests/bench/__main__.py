"""``make bench``: measure, print, and with ``--write`` keep what was found in docs/benchmarks.md."""

import asyncio
import secrets
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from services.core.db import connect
from services.core.postgres import Cluster
from services.core.table import uuid7
from services.core.tokens import secret_hash
from services.identity.queries import API_TOKEN
from tests.bench import report
from tests.bench.operations import operations
from tests.bench.rivals import ROOT, TOLD, running
from tests.bench.rounds import Stage
from tests.large import data

RESULTS = ROOT / "docs" / "benchmarks.md"
MARK = "<!-- What follows is written by `make bench write=1`. -->\n"
_BUSIEST = """
SELECT delegation_id FROM proposal p JOIN delegation d ON d.id = p.delegation_id
WHERE d.standing IN ('member', 'co_chair') GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""
_TOKEN = """
INSERT INTO api_token (id, created_at, updated_at, revision, person_id, name, secret_hash, scopes, expires_at)
SELECT $1, now(), now(), 1, id, 'bench', $2, '{read,write}', now() + interval '1 day'
FROM person WHERE role = 'focal_point' AND delegation_id = $3 LIMIT 1
"""


async def a_token(connection: Any, delegation: UUID) -> str:
    """A token of a focal point of ``delegation``, for one day; those of earlier runs are removed."""
    secret = f"{API_TOKEN}_{secrets.token_urlsafe(32)}"
    await connection.execute("DELETE FROM api_token WHERE name = 'bench'")
    await connection.execute(_TOKEN, uuid7(), secret_hash(secret), delegation)
    return secret


async def bench(cluster: Cluster, rounds: int, seconds: float, clients: int, only: set[str]) -> list[str]:
    """Measure all operations, or only some; return the lines of the report."""
    connection = await connect(cluster.owner_url)
    version = await connection.fetchval("SHOW server_version")
    delegation = await connection.fetchval(_BUSIEST)
    stage = Stage(connection, await a_token(connection, delegation), rounds, seconds, clients)
    asked = [one for one in await operations(connection, delegation) if not only or one.name in only]
    results = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rivals = [stack.enter_context(running(name, cluster, folder)) for name in TOLD]
        for operation in asked:
            data.say(f"measuring {operation.name}")
            results[operation.name] = await stage.measure(operation, [one for one in rivals if one.has_part(operation)])
    await connection.close()
    how = f"{rounds} rounds, in each {seconds:g} s for every one; {clients} clients"
    told = [*report.heading(version, how), *report.tables(results), *report.besides(asked, results)]
    return [*told, report.line(asked, results)]


def main(
    rounds: Annotated[int, typer.Option(help="How many turns each has at each operation.")] = 7,
    seconds: Annotated[float, typer.Option(help="How long a turn is.")] = 1.0,
    clients: Annotated[int, typer.Option(help="How many ask at the same time.")] = 8,
    only: Annotated[list[str] | None, typer.Option(help="Measure only this operation; may be given again.")] = None,
    *,
    write: Annotated[bool, typer.Option(help="Keep the results in docs/benchmarks.md.")] = False,
) -> None:
    """Measure this platform beside what could be; the data are made on the first run, which takes minutes."""
    cluster = data.cluster()
    try:
        lines = asyncio.run(bench(cluster, rounds, seconds, clients, set(only or ())))
    finally:
        cluster.stop()
    typer.echo("\n".join(lines))
    if write:
        description = RESULTS.read_text().partition(MARK)[0]
        *told, line = lines
        RESULTS.write_text("\n".join([description + MARK, *told, "```json", line, "```", ""]))


if __name__ == "__main__":
    typer.run(main)
