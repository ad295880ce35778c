"""An import beside people who write: nobody waits for it, a kill leaves nothing, and its memory stays flat.

``size.py`` runs the same at full size.
"""

import asyncio
from pathlib import Path

import pytest

from services.core.actor import SYSTEM
from services.core.db import Database
from services.membership.commands import propose_standing
from services.membership.terms import Standing, StandingChange
from tests.builders import actor, delegation_id
from tests.services.exchange import size
from tests.services.proposals.world import a_proposal

ROWS = 3_000
SLACK = 0.3
"""Seconds that an act may take on a busy machine whatever it takes alone; a lock would be held for longer."""


@pytest.mark.slow
async def test_an_import_beside_eight_writers_is_killed_and_done_again(
    url: str, kept: Database, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    size.write_rows(path, ROWS)
    for share in (0.3, 0.7):
        await asyncio.to_thread(size.killed, url, path, tmp_path, share)
        assert await size.imported(kept) == 0
    measured = await size.measure(url, path, tmp_path, alone=5)
    assert (measured.added, await size.imported(kept)) == (ROWS, ROWS)
    assert measured.beside <= max(3 * measured.alone, SLACK)
    assert measured.grown_kb < 100_000


async def test_a_standing_changes_while_an_import_has_written_and_not_ended(kept: Database) -> None:
    secretariat, change = actor("secretariat"), StandingChange(Standing.SUSPENDED, "Note 1")
    async with kept.write(SYSTEM) as importing:
        await a_proposal(importing, by="FRA")
        async with asyncio.timeout(20), kept.write(secretariat) as session:
            await propose_standing(session, secretariat, delegation_id("FRA"), change)
