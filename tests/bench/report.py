"""What the figures come to: tables for people, ratios, and one line for programs. Above 1 is better than the other."""

import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import geometric_mean, median

import orjson

from services.core.table import now
from tests.bench.operations import LIST, PUBLIC, SIGN_IN, WRITE, Operation
from tests.bench.rivals import LIMIT, ORDINARY, OURS, ROOT, TEXT, UNBOUND
from tests.bench.rounds import Figures

RESULTS = ROOT / "docs" / "benchmarks.md"
MARK = "<!-- What follows is written by"
Results = Mapping[str, Mapping[str, Figures]]
"""By operation, by rival."""
LIBRARIES = ("asyncpg", "uvicorn", "uvloop", "httptools", "strawberry-graphql", "graphql-core", "sqlmodel", "fastapi")


def ratio(figures: Mapping[str, Figures], other: str) -> float:
    """How much more CPU a request costs ``other`` than us."""
    return figures[other].cpu / figures[OURS].cpu


def lateness(operations: Sequence[Operation], results: Results) -> dict[str, float]:
    """Of each read, our p99 in times of the limit's."""
    reads = [one.name for one in operations if one.kind not in {WRITE, SIGN_IN} and one.name in results]
    return {name: results[name][OURS].percentile(99) / results[name][LIMIT].percentile(99) for name in reads}


def memory(results: Results) -> dict[str, float]:
    """What our process had in MB after each operation, until the first search loaded the embedding model."""
    return {name: figures[OURS].megabytes for name, figures in results.items() if name != "search"}


def besides(operations: Sequence[Operation], results: Results) -> Iterator[str]:
    """What is no CPU time: lateness and memory, for people."""
    late, held = lateness(operations, results), memory(results)
    yield f"- our p99 in times of the limit's: {', '.join(f'{name} {times:.2f}' for name, times in late.items())}"
    yield f"- our memory without the embedding model, MB after: {', '.join(f'{name} {mb:.0f}' for name, mb in held.items())}"
    yield ""


def line(operations: Sequence[Operation], results: Results) -> str:
    """The last line, in JSON: ratios of CPU a request as geometric means, and those of what stands in a class of its own.

    ``cached`` compares public reads from our cache with the limit's that are not cached. ``p99_worst`` is, of all reads,
    the largest ratio of our p99 to the limit's: there less is better. ``memory_mb`` is the most that our process had
    before the first search loaded the embedding model.
    """
    kinds = {one.name: one.kind for one in operations}
    every = [name for name in results if kinds[name] != PUBLIC]
    lists = [name for name in every if kinds[name] == LIST]
    told = {
        "limit_geomean": (LIMIT, every),
        "list_geomean": (LIMIT, lists),
        "text_geomean": (TEXT, every),
        "baseline_geomean": (ORDINARY, every),
        "unbound_geomean": (UNBOUND, every),
        "cached": (LIMIT, [name for name in results if kinds[name] == PUBLIC]),
    }
    means = {
        name: geometric_mean(ratio(results[one], other) for one in names)
        for name, (other, names) in told.items()
        if names
    }
    late, held = lateness(operations, results), memory(results)
    means |= ({"p99_worst": max(late.values())} if late else {}) | ({"memory_mb": max(held.values())} if held else {})
    return orjson.dumps({name: round(mean, 3) for name, mean in means.items()}).decode()


def tables(results: Results) -> Iterator[str]:
    """For each operation a table of its rivals, in Markdown."""
    for name, figures in results.items():
        yield f"### {name}\n"
        yield "| | app ms | PostgreSQL ms | CPU ms a request | ours is better by | requests/s | p50 ms | p99 ms | RSS MB |"
        yield "|---|---|---|---|---|---|---|---|---|"
        for rival, one in figures.items():
            cells = [f"{milliseconds:.3f}" for milliseconds in (median(one.app), median(one.postgres), one.cpu)]
            cells += [f"{ratio(figures, rival):.2f}", f"{one.rate:.0f}"]
            cells += [f"{one.percentile(part):.1f}" for part in (50, 99)]
            cells += [f"{one.megabytes:.0f}"]
            yield f"| {rival} | {' | '.join(cells)} |"
        yield ""


def heading(title: str, postgres: str, how: str, told: Mapping[str, str]) -> Iterator[str]:
    """When, on what and how it was measured, and who the rivals are."""
    cpus = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next(int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    yield f"## {title}{now():%-d %B %Y}\n"
    yield f"- {len(cpus)} × {cpus[0]}, {memory / 2**20:.0f} GB, {platform.system()} {platform.release()}"
    yield f"- Python {platform.python_version()}, PostgreSQL {postgres}"
    yield f"- {', '.join(f'{name} {version(name)}' for name in LIBRARIES)}"
    yield f"- {how}\n"
    yield from (f"- **{name}**: {what}" for name, what in told.items())
    yield ""


def keep(command: str, lines: Sequence[str]) -> None:
    """Write what was found into docs/benchmarks.md, under the mark of the command, in place of what was there."""
    text = RESULTS.read_text()
    mark = f"{MARK} `{command} write=1`. -->\n"
    before, found, after = text.partition(mark)
    assert found, f"{RESULTS} has no place for {command}"
    others = after.partition(MARK)
    *told, line = lines
    kept = "\n".join([mark, *told, "```json", line, "```", "", ""])
    RESULTS.write_text(before + kept + "".join(others[1:]))


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()
