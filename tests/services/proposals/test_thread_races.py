"""What happens to a thread when two write, read or clean up at once, on connections of their own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.core.actor import SYSTEM
from services.core.db import Database, connect
from services.core.errors import NotFound
from services.core.read.shape import table_of
from services.core.storage import local_storage
from services.core.table import now
from services.proposals.tables import ExpressionOfInterest
from services.proposals.thread_commands import read_thread, write_message
from services.proposals.thread_sweeping import remove_unbound
from services.proposals.thread_tables import Attachment, ThreadMessage
from tests.builders import actor
from tests.services.proposals.thread_world import a_file, a_message, live
from tests.services.proposals.world import kept

if TYPE_CHECKING:
    from tests.conftest import Urls

CLEAN = (
    "DELETE FROM attachment; DELETE FROM expression_of_interest; DELETE FROM proposal; DELETE FROM record_leaf; "
    "DELETE FROM pgqueuer"
)
FRA, ZMB = actor("FRA focal point"), actor("ZMB contributor")


@pytest.fixture
async def place(urls: "Urls") -> AsyncIterator[Database]:
    """A database whose transactions are kept, and removed by the owner at the end."""
    db = Database(urls.app, size=10)
    yield db
    await db.close()
    owner = await connect(urls.owner)
    await owner.execute(CLEAN)
    await owner.close()


async def write(db: Database, who: Any, expression: ExpressionOfInterest, *files: UUID, wait: float = 0) -> UUID:
    async with db.write(who) as session:
        key = await write_message(session, who, expression.id, "en", "Hello.", files)
        await asyncio.sleep(wait)
    return key


async def test_messages_written_at_once_are_numbered_without_a_gap_as_they_are_kept(place: Database) -> None:
    expression = await live(place)
    writers = [write(place, who, expression, wait=0.02) for who in (FRA, ZMB) * 4]
    keys = await asyncio.gather(*writers)
    numbers = [(await kept(place, ThreadMessage, key)).number for key in keys]
    assert sorted(numbers) == list(range(1, 9))


async def test_whoever_has_read_a_number_meets_no_smaller_one_later(place: Database) -> None:
    expression = await live(place)
    done = asyncio.Event()
    highest = 0
    seen: set[int] = set()

    async def watch() -> None:
        nonlocal highest
        number = table_of(ThreadMessage).c.number
        while not done.is_set():
            async with place.read(ZMB) as session:
                found = set((await session.execute(sa.select(number))).scalars())
            late = {one for one in found - seen if one <= highest}
            assert late == set()
            seen.update(found)
            highest = max(found, default=0)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(write(place, who, expression, wait=0.03) for who in (FRA, ZMB) * 3))
    done.set()
    await watching


async def test_marks_set_at_once_end_at_the_farthest(place: Database) -> None:
    expression = await live(place)
    async with place.write(SYSTEM) as session:
        messages = [await a_message(session, expression) for _ in range(6)]

    async def read(message: ThreadMessage) -> None:
        async with place.write(ZMB) as session:
            await read_thread(session, ZMB, message.id)

    await asyncio.gather(*map(read, messages))
    assert (await kept(place, ExpressionOfInterest, expression.id)).receiver_read_to == 6


async def test_of_two_messages_that_take_the_same_file_one_gets_it(place: Database) -> None:
    expression = await live(place)
    async with place.write(SYSTEM) as session:
        file = await a_file(session)
    ends = await asyncio.gather(
        *(write(place, FRA, expression, file.id, wait=0.05) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(end).__name__ for end in ends) == ["AttachmentTaken", "AttachmentTaken", "UUID"]
    [key] = [end for end in ends if isinstance(end, UUID)]
    assert (await kept(place, Attachment, file.id)).message_id == key


async def test_a_file_that_is_being_sent_is_not_removed_and_one_that_is_removed_is_not_sent(
    place: Database, tmp_path: Path
) -> None:
    expression, store = await live(place), local_storage(tmp_path)
    async with place.write(SYSTEM) as session:
        taken, old = [await a_file(session, created_at=now() - timedelta(days=2)) for _ in range(2)]
    sending = asyncio.create_task(write(place, FRA, expression, taken.id, wait=0.5))
    await asyncio.sleep(0.2)
    assert await remove_unbound(place, store) == 1
    await sending
    assert (await kept(place, Attachment, taken.id)).message_id is not None
    with pytest.raises(NotFound):
        await write(place, FRA, expression, old.id)
