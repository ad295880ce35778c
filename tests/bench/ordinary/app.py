"""The queries, the mutations, and the application that serves them: FastAPI with Strawberry's own router."""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Any

import sqlalchemy as sa
import strawberry
from fastapi import FastAPI, Request
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel import col
from strawberry.fastapi import GraphQLRouter

from schema.core.context import bearer, with_primary
from services.core.actor import PUBLIC
from services.core.days import or_last
from services.core.db import Database, make_engine
from services.core.ids import typed_id
from services.core.page import fingerprint, read_cursor
from services.core.read.shape import table_of
from services.core.texts import SAME_MEANING, search_parts
from services.identity.holding import Client, Issuer
from services.identity.queries import Actors
from services.labs.tables import Lab
from services.labs.terms import LabStatus
from services.practices.tables import Practice
from services.practices.terms import PracticeStatus
from tests.bench.bare import SETTINGS, SIZE
from tests.bench.ordinary.labs import LabConnection, LabType
from tests.bench.ordinary.loading import Ordinary
from tests.bench.ordinary.paging import paged
from tests.bench.ordinary.practices import PracticeConnection, PracticeType
from tests.bench.ordinary.proposals import ProposalType
from tests.bench.ordinary.shared import Info
from tests.bench.ordinary.writing import Mutation

MOMENTS, DAYS = (sa.DateTime(timezone=True), sa.Uuid()), (sa.Date(), sa.Uuid())


@strawberry.enum
class PracticeOrder(Enum):
    """Orders of practices."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


@strawberry.enum
class LabOrder(Enum):
    """Orders of labs."""

    DUE = "due"


@strawberry.input
class PracticeWhere:
    """Which practices."""

    status: PracticeStatus
    search: str | None = None


@strawberry.input
class LabWhere:
    """Which labs."""

    status: LabStatus


@strawberry.type
class Query:
    """What the documents of the benchmark ask for."""

    @strawberry.field
    async def practices(
        self,
        info: Info,
        where: PracticeWhere,
        first: int = 20,
        after: str | None = None,
        order: PracticeOrder = PracticeOrder.NEWEST,
    ) -> PracticeConnection:
        """A page of practices."""
        if order is PracticeOrder.RELEVANCE:
            return await _found(info, where, first)
        asked = {"status": where.status}
        listed, key = col(Practice.listed_at), col(Practice.id)
        wanted = sa.select(Practice).where(col(Practice.status) == where.status)
        if after is not None:
            at, last = read_cursor(after, "practices.newest", fingerprint(asked), MOMENTS)
            wanted = wanted.where(listed <= at, sa.or_(listed < at, key < last))
        rows = await info.context.rows(wanted.order_by(listed.desc(), key.desc()).limit(first + 1))
        shown, page = paged(rows, first, "practices.newest", asked, lambda row: [row.listed_at, row.id])
        return PracticeConnection(nodes=[PracticeType.of(row) for row in shown], page_info=page)

    @strawberry.field
    async def labs(
        self, info: Info, where: LabWhere, first: int = 20, after: str | None = None, order: LabOrder = LabOrder.DUE
    ) -> LabConnection:
        """A page of labs."""
        assert order is LabOrder.DUE
        asked = {"status": where.status}
        due, key = or_last(table_of(Lab).c.next_due_on), col(Lab.id)
        wanted = sa.select(Lab).where(col(Lab.status) == where.status)
        if after is not None:
            on, last = read_cursor(after, "labs.due", fingerprint(asked), DAYS)
            wanted = wanted.where(due >= on, sa.or_(due > on, key > last))
        rows = await info.context.rows(wanted.order_by(due, key).limit(first + 1))
        shown, page = paged(rows, first, "labs.due", asked, lambda row: [row.next_due_on or NO_DAY, row.id])
        return LabConnection(nodes=[LabType.of(row) for row in shown], page_info=page)

    @strawberry.field
    async def proposal(self, info: Info, id: strawberry.ID) -> ProposalType | None:  # noqa: A002 - its name in the contract
        """One proposal."""
        row = await info.context.proposals.load(typed_id(id, "proposal"))
        return None if row is None else ProposalType.of(row)


NO_DAY = "2200-12-31"


async def _found(info: Info, where: PracticeWhere, first: int) -> PracticeConnection:
    """The first page of a search."""
    parts = await asyncio.to_thread(search_parts, where.search or "")
    function: Callable[..., Any] = sa.func.practice_search
    found = function(*parts, SAME_MEANING).table_valued(sa.column("id", sa.Uuid), sa.column("score", sa.Float))
    wanted = (
        sa.select(Practice, found.c.score)
        .join(found, found.c.id == col(Practice.id))
        .where(col(Practice.status) == where.status)
        .order_by(found.c.score.desc(), col(Practice.id).desc())
        .limit(first + 1)
    )
    rows = await info.context.all(wanted)
    asked = {"search": where.search, "status": where.status}
    shown, page = paged(rows, first, "practices.relevance", asked, lambda row: [row.score, row.Practice.id])
    return PracticeConnection(nodes=[PracticeType.of(row.Practice) for row in shown], page_info=page)


SCHEMA = strawberry.Schema(Query, Mutation)


def create_app(url: str, actors: Actors, database: Database, issuer: Issuer) -> FastAPI:
    """Return the application over the database at ``url``."""
    engine = make_engine(url, size=SIZE, settings=SETTINGS)
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def context(request: Request) -> Ordinary:
        token = bearer(request.headers.get("authorization"))
        actor = PUBLIC if token is None else await actors.of(token)
        client = Client(request.headers.get("user-agent", ""), request.client.host if request.client else "")
        return Ordinary(sessions, database, actor, with_primary(actor.languages), issuer, client)

    app = FastAPI()
    app.include_router(GraphQLRouter(SCHEMA, context_getter=context), prefix="/graphql")
    return app
