"""``make bench-growth``: what our reads cost as data and clients grow; ``--write`` keeps table and plot in docs."""

import asyncio
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from math import log10
from pathlib import Path
from typing import Annotated

import typer

from services.core.db import connect
from services.core.postgres import Cluster
from tests.bench import report
from tests.bench.asking import asker
from tests.bench.operations import LIST, operations
from tests.bench.rivals import OURS, ROOT, running
from tests.bench.rounds import Figures, Stage
from tests.large import data

PARTS = (100, 10, 1)
"""How many times smaller than the large demonstration the data are, the smallest first."""
CLIENTS = (1, 8, 64)
PLOT = ROOT / "docs" / "benchmarks-growth.svg"
WIDTH, HEIGHT, LEFT, LINE = 640, 400, 60, 18
COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#8e5aa8", "#b08900", "#555555")

Grown = Mapping[tuple[str, int, int], Figures]
"""By operation, by how many times smaller the data are, by clients."""


async def measured(cluster: Cluster, part: int, rounds: int, seconds: float) -> tuple[dict[str, str], Grown]:
    """The kinds of our reads by name, and the figures of each on these data."""
    connection = await connect(cluster.owner_url)
    who = await asker(connection)
    reads = [one for one in await operations(connection, who.delegation) if one.undo is None and one.asked]
    found = {}
    with tempfile.TemporaryDirectory() as folder, running(OURS, cluster, Path(folder)) as ours:
        for operation in reads:
            data.say(f"measuring {operation.name} on data {part} times smaller than the large demonstration")
            for clients in CLIENTS:
                stage = Stage(connection, who.token, rounds, seconds, clients)
                found[operation.name, part, clients] = (await stage.measure(operation, [ours]))[OURS]
    await connection.close()
    return {one.name: one.kind for one in reads}, found


def table(names: Sequence[str], parts: Sequence[int], grown: Grown) -> Iterator[str]:
    """CPU a request and median latency, in milliseconds, by operation, clients and size; in Markdown."""
    sizes = [f"{max(PARTS) // part}x" for part in parts]
    yield f"| | clients | {' | '.join(f'CPU {size}' for size in sizes)} | growth | {' | '.join(f'p50 {size}' for size in sizes)} |"
    yield f"|---|---|{'---|' * (2 * len(sizes) + 1)}"
    for name in names:
        for clients in CLIENTS:
            found = [grown[name, part, clients] for part in parts]
            cpu, middle = ([f"{one.cpu:.3f}" for one in found], [f"{one.percentile(50):.1f}" for one in found])
            growth = f"{found[-1].cpu / found[0].cpu:.2f}"
            yield f"| {name} | {clients} | {' | '.join(cpu)} | {growth} | {' | '.join(middle)} |"
    yield ""


def plot(names: Sequence[str], parts: Sequence[int], grown: Grown, clients: int) -> str:
    """An SVG of CPU a request by size of the data, both logarithmic: a line for each operation."""
    costs = {name: [grown[name, part, clients].cpu for part in parts] for name in names}
    every = [log10(cost) for line in costs.values() for cost in line]
    low, high = min(every), max(*every, min(every) + 0.1)
    step = (WIDTH - LEFT - 200) / max(len(parts) - 1, 1)
    bottom, scale = HEIGHT - 40, (HEIGHT - 80) / (high - low)
    text = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">']
    text += ['<rect width="100%" height="100%" fill="white"/>']
    text += [f'<text x="{LEFT}" y="20" font-size="13">CPU ms a request by size of the data, {clients} clients</text>']
    for place, part in enumerate(parts):
        text += [f'<text x="{LEFT + place * step:.0f}" y="{HEIGHT - 12}" font-size="12">{max(PARTS) // part}x</text>']
    for place, (name, line) in enumerate(costs.items()):
        colour = COLOURS[place % len(COLOURS)]
        points = [(LEFT + at * step, bottom - (log10(cost) - low) * scale) for at, cost in enumerate(line)]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        text += [f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>']
        told = f"{name}: {line[0]:.2f} to {line[-1]:.2f}"
        text += [f'<text x="{WIDTH - 190}" y="{50 + place * LINE}" font-size="12" fill="{colour}">{told}</text>']
    return "\n".join([*text, "</svg>", ""])


def main(
    rounds: Annotated[int, typer.Option(help="How many turns each operation has on each size.")] = 5,
    seconds: Annotated[float, typer.Option(help="How long a turn is.")] = 0.5,
    part: Annotated[list[int] | None, typer.Option(help="Only data so many times smaller; may be given again.")] = None,
    *,
    write: Annotated[bool, typer.Option(help="Keep table and plot in docs.")] = False,
) -> None:
    """Measure our reads on data of three sizes, one after another, which are made on the first run."""
    parts = sorted(part or PARTS, reverse=True)
    grown: dict[tuple[str, int, int], Figures] = {}
    kinds: dict[str, str] = {}
    for one in parts:
        cluster = data.cluster(one)
        try:
            kinds, found = asyncio.run(measured(cluster, one, rounds, seconds))
        finally:
            cluster.stop()
        grown |= found
    names = [name for name in kinds if all((name, one, CLIENTS[0]) in grown for one in parts)]
    lists = [grown[name, parts[-1], 8].cpu / grown[name, parts[0], 8].cpu for name in names if kinds[name] == LIST]
    lines = [*table(names, parts, grown), json.dumps({"list_growth_worst": round(max(lists), 3)})]
    typer.echo("\n".join(lines))
    if write:
        PLOT.write_text(plot(names, parts, grown, 8))
        report.keep("make bench-growth", ["## Growth", "", f"![CPU a request by size]({PLOT.name})", "", *lines])


if __name__ == "__main__":
    typer.run(main)
