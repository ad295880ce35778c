"""An import of labs whose process is killed keeps nothing; repeated, it founds all of them once."""

import asyncio
import json
import sys
from pathlib import Path

import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database
from services.core.importing.files import open_rows
from services.core.importing.json_rows import GivenRows
from services.core.read.shape import table_of
from services.exchange.kinds import EXCHANGES
from services.labs.tables import Lab
from tests.builders import actor
from tests.services.labs.test_lab_files_found import a_row

_IMPORT = """
import asyncio, sys, time
from pathlib import Path
import services.registry
from services.core.db import Database
from services.core.importing.files import open_rows
from services.exchange.kinds import EXCHANGES
from tests.builders import actor

def wait(*_):
    print("under way", flush=True)
    time.sleep(60)

source = open_rows(Path(sys.argv[2]), "labs")
db = Database(sys.argv[1])
asyncio.run(EXCHANGES["labs"].bring(db, actor("FRA focal point"), source, as_drafts=False, progress=wait))
"""


async def labs(db: Database) -> int:
    async with db.read(SYSTEM) as session:
        return int(await session.scalar(sa.select(sa.func.count()).select_from(table_of(Lab))) or 0)


async def test_a_killed_import_of_labs_keeps_nothing_and_repeated_it_completes(
    url: str, kept: Database, tmp_path: Path
) -> None:
    path = tmp_path / "labs.jsonl"
    path.write_text("".join([f"{json.dumps(await a_row(kept))}\n" for _ in range(3)]))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _IMPORT, url, str(path), stdout=pipe)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"under way\n"
    process.kill()
    await process.wait()
    assert await labs(kept) == 0
    who = actor("FRA focal point")
    assert (await EXCHANGES["labs"].bring(kept, who, open_rows(path, "labs"), as_drafts=False)).added == 3
    # the parties that a row adds are fewer than those the lab has
    again = [json.loads(line) | {"parties": ""} for line in path.read_text().splitlines()]
    report = await EXCHANGES["labs"].bring(kept, who, GivenRows("rows", again), as_drafts=False)
    assert (report.added, report.unchanged, report.refused_rows) == (0, 3, 0)
    assert await labs(kept) == 3
