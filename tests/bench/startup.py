"""How long a server takes to /readyz, and how much memory a process that serves has: ``python -m tests.bench.startup``.

Against the bare import of the four libraries that it stands on, in alternating rounds on one machine, each in a new
interpreter with compiled files. The last line is JSON: the medians in seconds, their ratio, and memory in MB.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import orjson

from services.core import migration, postgres
from services.core.ports import free_port
from tests.bench.rivals import resident

ROUNDS = 7
PATIENCE = 60.0
BARE = "import fastapi, strawberry, sqlmodel, asyncpg"
SERVE = ("-m", "schema.cli", "serve")
QUESTION = {"query": "{ practices(first: 20) { totalCount nodes { id } } memberStates { totalCount } }"}


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="gof-startup-") as folder:
        Path(folder).chmod(0o711)
        cluster = postgres.start(Path(folder), say=lambda _: None, durable=False)
        try:
            migration.upgrade(cluster.owner_url, cluster.app_url)
            measured(cluster, Path(folder))
        finally:
            cluster.stop()


def measured(cluster: postgres.Cluster, folder: Path) -> None:
    """Print what ``ROUNDS`` rounds on a migrated database show."""
    settings = {
        **os.environ,  # noqa: TID251 - of a child process
        "GOF_DATABASE_URL": cluster.app_url,
        "GOF_MIGRATION_URL": cluster.owner_url,
        "GOF_DATA_DIR": str(folder),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
    }
    rounds: list[tuple[float, float, float, float]] = []
    for number in range(ROUNDS + 1):  # the first round compiles
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", BARE], env=settings, check=True)
        found = time.perf_counter() - start
        with serving(settings) as (process, url, began):
            until(f"{url}/readyz")
            to_ready = time.perf_counter() - began
            until(Request(f"{url}/graphql", orjson.dumps(QUESTION), {"content-type": "application/json"}))
            to_answer = time.perf_counter() - began
            held = resident(process.pid)
        print(f"{number}: bare {found:.2f} s, /readyz {to_ready:.2f} s, an answer {to_answer:.2f} s, {held:.0f} MB")  # noqa: T201 - the report
        if number:
            rounds.append((found, to_ready, to_answer, held))
    bare, ready, answered, memory = zip(*rounds, strict=True)
    one = {
        "bare": statistics.median(bare),
        "readyz": statistics.median(ready),
        "first_answer": statistics.median(answered),
        "readyz_to_bare": statistics.median(a / b for a, b in zip(ready, bare, strict=True)),
        "memory_mb": max(memory),
    }
    print(orjson.dumps({name: round(value, 2) for name, value in one.items()}).decode())  # noqa: T201 - the report


@contextmanager
def serving(settings: dict[str, str]) -> Iterator[tuple["subprocess.Popen[bytes]", str, float]]:
    """A new server: its process, its address, and when it was started."""
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *SERVE], env={**settings, "GOF_PORT": str(port)}, stderr=subprocess.PIPE
    )
    try:
        yield process, f"http://127.0.0.1:{port}", began
    finally:
        process.terminate()
        process.communicate()


def until(asked: Request | str) -> None:
    """Wait until it is answered well; a server that does not listen yet does not."""
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        try:
            with urlopen(asked, timeout=30):
                return
        except OSError:
            time.sleep(0.01)
    raise AssertionError(f"not within {PATIENCE} seconds")


if __name__ == "__main__":
    main()
