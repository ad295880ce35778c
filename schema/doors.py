"""What answers people: the routes of GraphQL, files, GraphiQL and keys, and what they are made of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from schema.core.context import Finder, MakeContext, Reception
from schema.core.documents import Documents
from schema.core.public import PublicReads
from schema.core.transport import GraphQLEndpoint
from schema.core.websocket import SocketEndpoint
from schema.files import FileEndpoint, Files
from schema.graphiql import routes as graphiql
from schema.record.routes import RecordEndpoint
from schema.root import SCHEMA
from services.core.db import Database
from services.core.fetching import Fetcher
from services.core.keys import SIGNING_KEYS, KeyFile
from services.core.links import Links
from services.core.openid import OpenId
from services.core.sealing import Seal
from services.core.settings import Settings
from services.core.storage import open_storage
from services.core.tokens import Signer
from services.identity.holding import Issuer
from services.identity.queries import Actors
from services.matching.index.building import folder_of
from services.matching.index.living import LivingIndex
from services.record.jobs import keys_of
from services.record.notes import HeadKeys

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All of them reach the endpoint, so that it can refuse in JSON."""


def routes(
    db: Database,
    make_context: MakeContext,
    signer: Signer | None,
    *,
    files: Files | None,
    record_keys: HeadKeys | None,
    public: PublicReads,
    public_url: str,
) -> Sequence[BaseRoute]:
    """Return the routes over ``db``; see ``app.create_app``."""

    async def jwks(_request: Request) -> Response:
        """The public keys of access tokens (RFC 7517), so that others can check them."""
        keys = signer.jwks() if signer else {"keys": []}
        return JSONResponse(keys, headers={"cache-control": "public, max-age=300"})

    return [
        Route("/graphql", GraphQLEndpoint(SCHEMA, make_context, public), methods=METHODS),
        WebSocketRoute(
            "/graphql", SocketEndpoint(SCHEMA, make_context, public.documents, public.rates, public_url).__call__
        ),
        Route("/.well-known/jwks.json", jwks),
        *graphiql.ROUTES,
        *(FileEndpoint(db, make_context, files).routes() if files is not None else ()),
        *(RecordEndpoint(db, make_context, record_keys).routes() if record_keys is not None else ()),
    ]


def of(settings: Settings, app: FastAPI) -> Sequence[BaseRoute]:
    """Return the routes of ``app`` as it serves people, with its database and its listener.

    Raises:
        Invalid: a file of keys holds none, or is open to others.
    """
    db, listener = app.state.db, app.state.listener
    folder = settings.data_dir / "keys"
    keys, links = KeyFile(folder / SIGNING_KEYS), Links.of_folder(folder)
    signer = Signer(keys, issuer=settings.public_url, audience=settings.public_url)
    access, refresh = timedelta(minutes=settings.access_token_minutes), timedelta(days=settings.refresh_token_days)
    issuer = Issuer(signer, access, refresh, demo=bool(settings.demo), seal=Seal.of_folder(folder))
    issuer = replace(issuer, openid=OpenId(Fetcher(local=settings.local_providers)))
    actors, finders = Actors(db, signer, demo=issuer.demo), _finders(settings, app)
    reception = Reception(db, issuer, actors, listener, links, settings.public_url, finders)
    files = Files(open_storage(settings), links)
    documents = Documents.read(settings.trusted_documents, only=settings.trusted_only)
    cache_bytes, closed = settings.cache_mb * 1024 * 1024, not settings.demo
    public = PublicReads(SCHEMA, db, documents, listener, cache_bytes, app.state.rates, closed=closed, finders=finders)
    app.state.cache = public.cache
    return routes(
        db,
        reception.context,
        signer,
        files=files,
        record_keys=keys_of(settings),
        public=public,
        public_url=settings.public_url,
    )


def _finders(settings: Settings, app: FastAPI) -> dict[str, Finder]:
    """The indexes by which this process finds rows."""
    if not settings.matching_index:
        return {}
    return {"matches": LivingIndex(app.state.db, app.state.listener, folder_of(settings)).find}
