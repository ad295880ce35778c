"""``make bench``: measure, print, and with ``--write`` keep what was found in docs/benchmarks.md."""

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from services.core.db import connect
from services.core.postgres import Cluster
from tests.bench import report
from tests.bench.asking import asker
from tests.bench.operations import operations
from tests.bench.rivals import TOLD, running
from tests.bench.rounds import Stage
from tests.large import data


async def bench(cluster: Cluster, rounds: int, seconds: float, clients: int, only: set[str]) -> list[str]:
    """Measure all operations, or only some; return the lines of the report."""
    connection = await connect(cluster.owner_url)
    version = await connection.fetchval("SHOW server_version")
    who = await asker(connection)
    stage = Stage(connection, who.token, rounds, seconds, clients)
    asked = [one for one in await operations(connection, who.delegation) if not only or one.name in only]
    results = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rivals = [stack.enter_context(running(name, cluster, folder)) for name in TOLD]
        for operation in asked:
            data.say(f"measuring {operation.name}")
            results[operation.name] = await stage.measure(operation, [one for one in rivals if one.has_part(operation)])
    await connection.close()
    how = f"{rounds} rounds, in each {seconds:g} s for every one; {clients} clients"
    told = [*report.heading("", version, how, TOLD), *report.tables(results), *report.besides(asked, results)]
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
        report.keep("make bench", lines)


if __name__ == "__main__":
    typer.run(main)
