"""The application: FastAPI around GraphQL as a plain ASGI route, with the few plain HTTP routes beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from starlette.requests import Request
from starlette.routing import Route

from schema import http
from schema.core.context import Context, Reception
from schema.core.transport import GraphQLEndpoint
from schema.root import SCHEMA
from services.core.db import Database
from services.core.settings import Settings
from services.core.tokens import Signer, load_or_create_keys
from services.identity.credentials import Issuer
from services.identity.queries import Actors

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All of them reach the endpoint, so that it can refuse in JSON."""
MakeContext = Callable[[Request], Awaitable[Context]]


def create_app(
    db: Database, make_context: MakeContext, signer: Signer | None = None, *, opened: bool = False
) -> FastAPI:
    """Return the application over ``db``; ``make_context`` finds out who asks.

    The application opens and closes ``db`` with its own life, unless it is ``opened`` already.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if not opened:
            await db.open()
        yield
        if not opened:
            await db.close()

    app = FastAPI(title="Group of Friends", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.db = db
    app.state.signer = signer
    endpoint = GraphQLEndpoint(SCHEMA, make_context)
    app.router.routes.append(Route("/graphql", endpoint.__call__, methods=METHODS))
    app.router.routes.extend(http.ROUTES)
    return app


def serving(settings: Settings, app_url: str) -> tuple[FastAPI, Database]:
    """Return the application as it serves people, and its database, both still closed."""
    db = Database(app_url)
    keys = load_or_create_keys(settings.data_dir / "keys" / "signing.pem")
    signer = Signer(keys, issuer=settings.public_url, audience=settings.public_url)
    issuer = Issuer(
        signer, timedelta(minutes=settings.access_token_minutes), timedelta(days=settings.refresh_token_days)
    )
    reception = Reception(db, issuer, Actors(db, signer))
    return create_app(db, reception.context, signer), db
