"""The application: FastAPI around GraphQL as a plain ASGI route, with the few plain HTTP routes beside it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from starlette.routing import Route, WebSocketRoute

from schema import http
from schema.core.context import MakeContext, Reception
from schema.core.documents import Documents
from schema.core.public import PublicReads
from schema.core.transport import GraphQLEndpoint
from schema.core.websocket import SocketEndpoint
from schema.files import FileEndpoint, Files
from schema.record.routes import RecordEndpoint
from schema.root import SCHEMA
from services.core.db import Database
from services.core.keys import SIGNING_KEYS, KeyFile
from services.core.links import Links
from services.core.listening import Listener
from services.core.settings import Settings
from services.core.storage import open_storage
from services.core.tokens import Signer
from services.identity.credentials import Issuer
from services.identity.queries import Actors
from services.record.jobs import keys_of
from services.record.notes import HeadKeys

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All of them reach the endpoint, so that it can refuse in JSON."""


def create_app(
    db: Database,
    make_context: MakeContext,
    signer: Signer | None = None,
    *,
    listener: Listener | None = None,
    files: Files | None = None,
    record_keys: HeadKeys | None = None,
    public: PublicReads | None = None,
    public_url: str = "",
    opened: bool = False,
) -> FastAPI:
    """Return the application over ``db``; ``make_context`` finds out who asks, ``listener`` wakes subscriptions.

    Without ``files`` none can be uploaded or fetched, without ``record_keys`` the record has no plain HTTP; without
    ``public`` no answer is kept and no document is trusted.

    The application opens and closes ``db`` with its own life, unless it is ``opened`` already, and listens meanwhile.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if not opened:
                await db.open()
                stack.push_async_callback(db.close)
            if listener is not None:
                await stack.enter_async_context(listener.listening())
            yield

    app = FastAPI(title="Group of Friends", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.db = db
    app.state.signer = signer
    app.state.listener = listener
    public = public or PublicReads(SCHEMA, db)
    app.state.cache = public.cache
    endpoint = GraphQLEndpoint(SCHEMA, make_context, public)
    socket = SocketEndpoint(SCHEMA, make_context, public.documents, public_url)
    app.router.routes.append(Route("/graphql", endpoint.__call__, methods=METHODS))
    app.router.routes.append(WebSocketRoute("/graphql", socket.__call__))
    app.router.routes.extend(http.ROUTES)
    if files is not None:
        app.router.routes.extend(FileEndpoint(db, make_context, files).routes())
    if record_keys is not None:
        app.router.routes.extend(RecordEndpoint(db, make_context, record_keys).routes())
    return app


def serving(settings: Settings, app_url: str) -> tuple[FastAPI, Database]:
    """Return the application as it serves people, and its database, both still closed."""
    db, listener = Database(app_url), Listener(app_url)
    folder = settings.data_dir / "keys"
    keys, links = KeyFile(folder / SIGNING_KEYS), Links.of_folder(folder)
    signer = Signer(keys, issuer=settings.public_url, audience=settings.public_url)
    access, refresh = timedelta(minutes=settings.access_token_minutes), timedelta(days=settings.refresh_token_days)
    issuer = Issuer(signer, access, refresh, demo=bool(settings.demo))
    reception = Reception(db, issuer, Actors(db, signer, demo=issuer.demo), listener, links, settings.public_url)
    files = Files(open_storage(settings), links)
    documents = Documents.read(settings.trusted_documents, only=settings.trusted_only)
    public = PublicReads(SCHEMA, db, documents, listener, settings.cache_mb * 1024 * 1024)
    app = create_app(
        db, reception.context, signer,
        listener=listener, files=files, record_keys=keys_of(settings), public=public, public_url=settings.public_url,
    )  # fmt: skip
    return app, db
