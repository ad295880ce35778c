"""The index of one process: mapped from the files, and following what is committed.

Whoever asks is answered from it only while all that was committed a second ago has been heard (``Listener.current``);
otherwise, and while it is being loaded, the one statement answers by itself.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from services.core.actor import SYSTEM, Actor, Role
from services.core.db import Database
from services.core.listening import Listener
from services.core.read.plan import Asked
from services.matching.index import building, files
from services.matching.index.part import Part
from services.matching.index.question import Question, read_question
from services.matching.index.search import search
from services.matching.index.wanted import Wanted
from services.matching.terms import MatchBand

KIND = "proposal"
"""Of the rows whose changes are heard (``Listener.on_row_change``)."""
SPARE = 8
"""Matches found beyond a page, for those that are none any more when the statement reads them."""
MOST_PARTS = 8
"""Parts of what changed; then they become one."""
MOST_CHANGES = 5_000
"""Changes that are read one by one; after more it is looked once what changed."""
LOOK = 1.0
"""Seconds between two looks for a newer generation."""


class LivingIndex:
    """Finds matches for ``schema.core.execution``, if it can."""

    def __init__(self, db: Database, listener: Listener, folder: Path) -> None:
        self._db, self._listener, self._folder = db, listener, folder
        self._generation: str | None = None
        self._whole: Sequence[Part] = ()
        self._changed: list[Part] = []
        self._ids: set[UUID] = set()
        """What ``_changed`` stands for."""
        self._heard: set[UUID] = set()
        self._behind = True
        """It must be looked what changed since the generation was read."""
        self._turn = asyncio.Lock()
        self._loading: asyncio.Task[None] | None = None
        self._looked = -LOOK
        listener.on_row_change(KIND, self._hear)

    async def find(self, actor: Actor, asked: Asked) -> Sequence[Any] | None:
        """Return the ids of the matches that are asked for, and what the words of each weigh; None if it cannot tell.

        The platform itself sees also what its delegation alone sees, which is not in the index; and what is set aside is
        a short list that the statement knows.

        Raises:
            Unavailable: the database took too long or cannot be reached.
        """
        if (
            actor.role is Role.SYSTEM
            or True in asked.where.get("setAside", ())
            or not await self._listener.current()
            or not self._loaded()
        ):
            return None
        question = await read_question(self._db, actor, asked.id)
        if question is None:
            return [], []
        async with self._turn:
            if self._heard:
                await self._follow()
            parts = [*self._whole, *self._changed]
        if self._behind:
            return None
        found = await asyncio.to_thread(search, parts, question, wanted(asked, question, actor))
        return [one.id for one in found], [one.common for one in found]

    def _hear(self, told: str | None) -> None:
        """Note a change; None says that there may have been any."""
        if told is None or len(self._heard) >= MOST_CHANGES:
            self._behind = True
            self._heard.clear()
        else:
            self._heard.add(UUID(told))

    def _loaded(self) -> bool:
        """Whether there is an index that has seen all that was heard; begin to load it where not, or a newer one."""
        now = asyncio.get_running_loop().time()
        if now - self._looked >= LOOK and (self._loading is None or self._loading.done()):
            self._looked = now
            if self._behind or files.current(self._folder) != self._generation:
                self._loading = asyncio.create_task(self._load())
        return not self._behind

    async def _load(self) -> None:
        async with self._db.read(SYSTEM) as session:
            database, now = await building.database_of(session), await building.horizon_of(session)
        found = await asyncio.to_thread(files.load, self._folder, database)
        if found is None or found.horizon > now:  # what is from later was read before the database was set back
            return
        async with self._turn:
            self._behind = False
            self._heard.clear()
            async with self._db.read(SYSTEM) as session:
                changed = await building.changed_since(session, found.horizon)
                there = await building.open_now(session)
                part = await building.read_part(session, list(changed & there))
            gone = await asyncio.to_thread(lambda: [without(one, changed, there) for one in found.parts])
            self._whole, self._changed = gone, [] if part is None else [part]
            self._ids, self._generation = changed, found.name

    async def _follow(self) -> None:
        """Read again what was heard to have changed."""
        ids, self._heard = self._heard, set()
        self._ids |= ids
        merged = len(self._changed) >= MOST_PARTS
        try:
            async with self._db.read(SYSTEM) as session:
                part = await building.read_part(session, list(self._ids if merged else ids))
        except BaseException:
            self._behind = True
            raise
        self._whole = [less(one, ids) for one in self._whole]
        kept = [] if merged else [less(one, ids) for one in self._changed]
        self._changed = kept if part is None else [*kept, part]


def wanted(asked: Asked, question: Question, actor: Actor) -> Wanted:
    """What of the matches is asked for, by the filters of ``shapes.MATCHES``."""
    where = asked.where
    least, band = where.get("minimumScore", [0.0]), where.get("band", [MatchBand.POSSIBLE])
    limits = {MatchBand.STRONG: question.strong, MatchBand.GOOD: question.good, MatchBand.POSSIBLE: 0.0}
    return Wanted(
        asked.first + 1 + SPARE,
        actor.reads_members,
        after=(asked.after[0], asked.after[1]) if asked.after else None,
        least=max(least[0], limits[band[0]]),
        areas=_first(where, "capacityAreas"),
        region=_first(where, "region"),
        delegation=_first(where, "delegation"),
    )


def _first(where: Any, name: str) -> Any:
    return where[name][0] if name in where else None


def less(part: Part, ids: set[UUID]) -> Part:
    """A part in which the rows of ``ids`` are dead."""
    rows = [row for row in map(part.row_of, ids) if row is not None]
    if not rows:
        return part
    dead = part.dead.copy() if len(part.dead) else np.zeros(len(part), dtype=bool)
    dead[rows] = True
    return replace(part, dead=dead)


def without(part: Part, changed: set[UUID], there: set[UUID]) -> Part:
    """A part in which is dead what changed, or is not there any more."""
    dead = np.array([key in changed or key not in there for key in map(part.id_of, range(len(part)))], dtype=bool)
    return replace(part, dead=dead) if dead.any() else part
