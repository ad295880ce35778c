"""The large demonstration: as much as the platform may hold in years, invented in batches, each one transaction.

A batch is written whole or not at all, and the record keeps that it was; so whoever runs this again goes on where it
ended, and where all is there nothing happens. What is invented depends on the batch and on the day of the first one.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import NAMESPACE_OID, UUID, uuid5

import sqlalchemy as sa
from sqlmodel import SQLModel

from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf, record
from services.core.cells import set_cells
from services.core.db import Database
from services.core.progress import Progress, quiet
from services.core.read.shape import table_of
from services.core.table import today
from services.core.texts import EMBEDDER, TextRow
from services.demo import invented
from services.demo.answered import answer
from services.demo.crowd import gather
from services.demo.finished import cooperations
from services.demo.founded import found
from services.demo.invented import Batch, Scene
from services.demo.meanings import Meanings, read_meanings
from services.demo.writing import write_rows, write_texts
from services.labs.tables import Lab, LabParty, LabText
from services.labs.work_tables import LabContribution, LabMilestone, LabOutput, LabUpdate
from services.matching.cooperation_tables import Cooperation, CooperationText
from services.practices.tables import Endorsement, Practice, PracticeText, PracticeVersion
from services.proposals.tables import ExpressionOfInterest, Proposal, ProposalText
from services.proposals.thread_tables import ThreadMessage

VERSION = 1
"""Counts the changes of what is invented."""
KIND = "large_demo"
SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much is invented; all but expressions of interest and labs in whole batches of ``step``."""

    cooperations: int = 10_000
    practices: int = 100_000
    proposals: int = 200_000
    expressions: int = 500_000
    labs: int = 5_000
    step: int = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """One batch to write: what of, from which number on, how much that is on the bar."""

    kind: str
    begin: int

    @property
    def key(self) -> UUID:
        """By which the record knows the batch."""
        return uuid5(NAMESPACE_OID, f"gof {KIND} {self.kind} {self.begin}")


async def load_large(db: Database, progress: Progress = quiet, size: Size = Size()) -> int:
    """Write what is missing of the large demonstration into a database that has the small one.

    Returns how many batches were missing. ``progress`` is told how many cooperations, practices and proposals are done.
    """
    scene_of, missing = await _missing(db, size)
    total = size.cooperations + size.practices + size.proposals
    progress(total - len(missing) * size.step, total)
    if not missing:
        return 0
    scene = scene_of(await gather(db))
    meanings = await read_meanings(EMBEDDER, quiet)
    await set_cells(db, meanings.sample(SAMPLE), texts=2 * total)
    upcoming = asyncio.create_task(asyncio.to_thread(_invent, scene, missing[0], size))
    for place, part in enumerate(missing, 1):
        batch = await upcoming
        if place < len(missing):
            upcoming = asyncio.create_task(asyncio.to_thread(_invent, scene, missing[place], size))
        await _write(db, part, batch, meanings)
        progress(total - (len(missing) - place) * size.step, total)
    return len(missing)


async def _missing(db: Database, size: Size) -> tuple[Callable[..., Scene], list[Part]]:
    """How the scene is set, by the day of the first batch, and the batches that are not written yet, in order."""
    parts = list(_parts(size))
    leaf = table_of(RecordLeaf).c
    async with db.read(SYSTEM) as session:
        found = sa.select(leaf.object_id, leaf.at).where(leaf.object_id.in_([part.key for part in parts]))
        written: dict[UUID, datetime] = {row[0]: row[1] for row in await session.execute(found)}
    day = min(written.values()).date() if written else today()
    first_day = datetime.combine(day, time(), UTC)
    return lambda crowd: Scene(crowd, first_day), [part for part in parts if part.key not in written]


def _parts(size: Size) -> Iterator[Part]:
    for kind in KINDS:
        for begin in range(0, getattr(size, kind), size.step):
            yield Part(kind, begin)


def _invent(scene: Scene, part: Part, size: Size) -> Batch:
    numbers = part.begin, part.begin + size.step, getattr(size, part.kind)
    batch = KINDS[part.kind].invent(scene, *numbers)
    if part.kind == "proposals":
        answer(scene, batch, part.begin, size.expressions * size.step // size.proposals)
        found(scene, batch, part.begin, size.labs * size.step // size.proposals)
    return batch


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of thing is invented and where it goes: each table behind those that its rows refer to.

    ``texts`` are the tables of the texts, by the kind of thing that they belong to.
    """

    invent: Callable[[Scene, int, int, int], Batch]
    tables: Sequence[type[SQLModel]]
    texts: Mapping[str, type[TextRow]]


LAB_TABLES = (Lab, LabParty, LabMilestone, LabContribution, LabUpdate, LabOutput)
KINDS = {
    "cooperations": Kind(cooperations, (Cooperation,), {"cooperation": CooperationText}),
    "practices": Kind(invented.practices, (Practice, PracticeVersion, Endorsement), {"practice": PracticeText}),
    "proposals": Kind(
        invented.proposals,
        (Proposal, ExpressionOfInterest, ThreadMessage, *LAB_TABLES),
        {"proposal": ProposalText, "lab": LabText},
    ),
}


async def _write(db: Database, part: Part, batch: Batch, meanings: Meanings) -> None:
    kind = KINDS[part.kind]
    async with db.write(SYSTEM) as session:
        await session.execute(sa.text("SET LOCAL gin_pending_list_limit = '64MB'"))
        for table in map(table_of, kind.tables):
            await write_rows(session, table, batch.rows.get(table.name, []))
        for thing, text in kind.texts.items():
            await write_texts(session, text, f"{thing}_id", batch.texts.get(thing, []), meanings, part.begin)
        await record(session, SYSTEM, "demo.invented", KIND, part.key, part=part.kind, begin=part.begin)
