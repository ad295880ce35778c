"""The application: FastAPI around GraphQL as a plain ASGI route, with the few plain HTTP routes beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.requests import Request
from starlette.routing import Route

from schema import http
from schema.core.context import Context
from schema.core.transport import GraphQLEndpoint
from schema.root import SCHEMA
from services.core.db import Database

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All of them reach the endpoint, so that it can refuse in JSON."""
MakeContext = Callable[[Request], Awaitable[Context]]


def create_app(db: Database, make_context: MakeContext, *, opened: bool = False) -> FastAPI:
    """Return the application over ``db``; ``make_context`` finds out who asks.

    The application opens and closes ``db`` with its own life, unless it is ``opened`` already.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if not opened:
            await db.open()
        yield
        if not opened:
            await db.close()

    app = FastAPI(title="Group of Friends", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.db = db
    endpoint = GraphQLEndpoint(SCHEMA, make_context)
    app.router.routes.append(Route("/graphql", endpoint.__call__, methods=METHODS))
    app.router.routes.extend(http.ROUTES)
    return app
