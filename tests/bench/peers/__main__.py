"""``make bench-peers``: this platform beside other GraphQL servers; ``--write`` keeps it in docs/benchmarks.md."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import geometric_mean
from typing import Annotated

import typer

from services.core.db import connect
from services.core.postgres import Cluster
from tests.bench import report
from tests.bench.asking import asker
from tests.bench.operations import operations
from tests.bench.peers.node import FILES, installed
from tests.bench.peers.rivals import ASKED, MERCURIUS, POSTGRAPHILE, TOLD, answering
from tests.bench.rounds import Figures, Stage
from tests.large import data


async def bench(cluster: Cluster, programs: Path, rounds: int, seconds: float, clients: int) -> list[str]:
    """Measure the operations that peers answer too; return the lines of the report."""
    connection = await connect(cluster.owner_url)
    version = await connection.fetchval("SHOW server_version")
    who = await asker(connection)
    stage = Stage(connection, who.token, rounds, seconds, clients)
    asked = [one for one in await operations(connection, who.delegation) if one.name in ASKED]
    results = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rivals = [stack.enter_context(answering(name, cluster, folder, programs, who)) for name in TOLD]
        for operation in asked:
            data.say(f"measuring {operation.name}")
            results[operation.name] = await stage.measure(operation, rivals)
    await connection.close()
    how = f"{rounds} rounds, in each {seconds:g} s for every one; {clients} clients"
    return [*report.heading("Peers, ", version, how, TOLD | libraries()), *report.tables(results), line(results)]


def libraries() -> dict[str, str]:
    """What the peers are made of, with versions."""
    wanted = json.loads((FILES / "package.json").read_text())["dependencies"]
    return {"npm": ", ".join(f"{name} {version}" for name, version in wanted.items())}


def line(results: Mapping[str, Mapping[str, Figures]]) -> str:
    """The last line: ratios of CPU a request, in JSON; above 1 is better than the other."""
    graphile, mercurius = (
        [report.ratio(figures, peer) for figures in results.values()] for peer in (POSTGRAPHILE, MERCURIUS)
    )
    told = {
        "postgraphile_geomean": geometric_mean(graphile),
        "postgraphile_worst": min(graphile),
        "mercurius_geomean": geometric_mean(mercurius),
    }
    return json.dumps({name: round(figure, 3) for name, figure in told.items()})


def main(
    rounds: Annotated[int, typer.Option(help="How many turns each has at each operation.")] = 7,
    seconds: Annotated[float, typer.Option(help="How long a turn is.")] = 1.0,
    clients: Annotated[int, typer.Option(help="How many ask at the same time.")] = 8,
    part: Annotated[int, typer.Option(help="Measure on data so many times smaller.")] = 1,
    *,
    write: Annotated[bool, typer.Option(help="Keep the results in docs/benchmarks.md.")] = False,
) -> None:
    """Measure this platform beside PostGraphile and Mercurius, which npm installs on the first run."""
    programs = installed()
    cluster = data.cluster(part)
    try:
        lines = asyncio.run(bench(cluster, programs, rounds, seconds, clients))
    finally:
        cluster.stop()
    typer.echo("\n".join(lines))
    if write:
        report.keep("make bench-peers", lines)


if __name__ == "__main__":
    typer.run(main)
