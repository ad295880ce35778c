"""Dataloaders of one request: each collects the keys that resolvers ask for and answers all of them by one query."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import defer
from sqlmodel import col
from strawberry.dataloader import DataLoader
from strawberry.fastapi import BaseContext

from services.core.actor import Actor
from services.core.db import Database, identify
from services.core.texts import TextRow
from services.identity.holding import SOMEONE, Client, Issuer
from services.labs.tables import LabParty, LabText
from services.labs.work_tables import LabMilestone
from services.membership.tables import Delegation
from services.practices.tables import Endorsement, PracticeText
from services.proposals.tables import Proposal, ProposalText

Load = Callable[[list[UUID]], Awaitable[list[Any]]]


@dataclass
class Ordinary(BaseContext):
    """Who asks, and what is loaded for the request; each query has a session of its own, for they run side by side."""

    sessions: async_sessionmaker[AsyncSession]
    database: Database
    actor: Actor
    languages: Sequence[str]
    issuer: Issuer | None = None
    client: Client = SOMEONE
    _loaders: dict[str, DataLoader[UUID, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    async def all(self, statement: sa.Select[*tuple[Any, ...]]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
        """The rows of a statement, read as who asks."""
        async with self.sessions.begin() as session:
            await identify(session, self.actor)
            return (await session.execute(statement)).all()

    async def rows(self, statement: sa.Select[Any]) -> Sequence[Any]:
        """The first column of each row."""
        return [row[0] for row in await self.all(statement)]

    @cached_property
    def delegations(self) -> DataLoader[UUID, Delegation | None]:
        """Delegations by id."""
        return DataLoader(self._by_id(Delegation))

    @cached_property
    def proposals(self) -> DataLoader[UUID, Proposal | None]:
        """Proposals by id."""
        return DataLoader(self._by_id(Proposal))

    @cached_property
    def endorsements(self) -> DataLoader[UUID, int]:
        """How many endorsements a practice has."""

        async def load(keys: list[UUID]) -> list[int]:
            practice = col(Endorsement.practice_id)
            counted = sa.select(practice, sa.func.count()).where(practice.in_(keys)).group_by(practice)
            found = {row[0]: row[1] for row in await self.all(counted)}
            return [found.get(key, 0) for key in keys]

        return DataLoader(load)

    @cached_property
    def practice_texts(self) -> DataLoader[UUID, TextRow]:
        """The text of a practice that suits its reader."""
        return DataLoader(self._texts(PracticeText, "practice_id"))

    @cached_property
    def proposal_texts(self) -> DataLoader[UUID, TextRow]:
        """The text of a proposal that suits its reader."""
        return DataLoader(self._texts(ProposalText, "proposal_id"))

    @cached_property
    def lab_texts(self) -> DataLoader[UUID, TextRow]:
        """The text of a lab that suits its reader."""
        return DataLoader(self._texts(LabText, "lab_id"))

    @cached_property
    def parties(self) -> DataLoader[UUID, list[LabParty]]:
        """The parties of a lab."""
        return DataLoader(self._of_lab(LabParty, "created_at"))

    @cached_property
    def milestones(self) -> DataLoader[UUID, list[LabMilestone]]:
        """The milestones of a lab."""
        return DataLoader(self._of_lab(LabMilestone, "due_on"))

    def _by_id(self, table: type[Any]) -> Load:
        async def load(keys: list[UUID]) -> list[Any]:
            found = {row.id: row for row in await self.rows(sa.select(table).where(table.id.in_(keys)))}
            return [found.get(key) for key in keys]

        return load

    def _of_lab(self, table: type[Any], order: str) -> Load:
        async def load(keys: list[UUID]) -> list[Any]:
            wanted = sa.select(table).where(table.lab_id.in_(keys)).order_by(getattr(table, order), table.id)
            found = defaultdict[UUID, list[Any]](list)
            for row in await self.rows(wanted):
                found[row.lab_id].append(row)
            return [found[key] for key in keys]

        return load

    def _texts(self, table: type[Any], key: str) -> Load:
        async def load(keys: list[UUID]) -> list[Any]:
            heavy = (defer(table.embedding), defer(table.sketch), defer(table.search))
            wanted = sa.select(table).where(getattr(table, key).in_(keys)).options(*heavy)
            found = defaultdict[UUID, list[Any]](list)
            for row in await self.rows(wanted):
                found[getattr(row, key)].append(row)
            return [min(found[one], key=self._suits) for one in keys]

        return load

    def _suits(self, text: TextRow) -> tuple[int, bool, str]:
        places = {language: place for place, language in enumerate(self.languages)}
        return places.get(text.language, len(places)), not text.is_original, text.language
