"""The application: FastAPI around GraphQL as a plain ASGI route, with the few plain HTTP routes beside it.

This file imports little, so that a server soon says that it is alive and ready; what answers people (``doors``), and
all that it stands on, is imported where an application is made, or in a thread of a server that runs already.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from schema import http
from schema.core import headers
from schema.core.rate import RateLimited, Rates
from services.core.db import Database
from services.core.listening import Listener
from services.core.settings import Settings

if TYPE_CHECKING:
    from schema.core.context import MakeContext
    from schema.core.public import PublicReads
    from schema.files import Files
    from services.core.tokens import Signer
    from services.record.notes import HeadKeys


PROBES = frozenset({"/healthz", "/readyz"})
"""What whoever watches the platform asks, however much else is asked."""


class Application(FastAPI):
    """FastAPI, past whose middleware and routing GraphQL over HTTP goes straight to its endpoint.

    The endpoint refuses and fails in JSON by itself; on the way through, an answer from the cache costs twice as much.
    """

    _graphql: ASGIApp | None = None
    _headers: list[tuple[bytes, bytes]]
    _rates: Rates

    def at(self, public_url: str, rates: Rates) -> None:
        """Be the platform at ``public_url``, where ``rates`` say how much one may ask for."""
        self._headers = headers.raw(public_url)
        self._rates = self.state.rates = rates

    def open(self, routes: Sequence[BaseRoute]) -> None:
        """Answer at ``routes`` from now on."""
        self.router.routes.extend(routes)
        found = [one.app for one in routes if isinstance(one, Route) and one.path == "/graphql"]
        self._graphql = found[0] if found else self._graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        if scope["type"] == "http":
            send = headers.securing(send, self._headers)
            try:
                if scope["path"] not in PROBES:
                    self._rates.admit(scope["client"][0] if scope["client"] else "")
            except RateLimited as error:
                await headers.refused(429, error.message, error.code, error.headers)(scope, receive, send)
                return
        if self._graphql is not None and scope["type"] == "http" and scope["path"] == "/graphql":
            await self._graphql(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    db: Database,
    make_context: "MakeContext",
    signer: "Signer | None" = None,
    *,
    listener: Listener | None = None,
    files: "Files | None" = None,
    record_keys: "HeadKeys | None" = None,
    public: "PublicReads | None" = None,
    public_url: str = "",
    opened: bool = False,
) -> FastAPI:
    """Return the application over ``db``; ``make_context`` finds out who asks, ``listener`` wakes subscriptions.

    Without ``files`` none can be uploaded or fetched, without ``record_keys`` the record has no plain HTTP; without
    ``public`` no answer is kept and no document is trusted.

    The application opens and closes ``db`` with its own life, unless it is ``opened`` already, and listens meanwhile.
    """
    from schema import doors
    from schema.core.public import PublicReads
    from schema.root import SCHEMA

    app = _entrance(db, listener, None, opened=opened, public_url=public_url, rates=public.rates if public else Rates())
    public = public or PublicReads(SCHEMA, db)
    app.state.cache = public.cache
    app.open(
        doors.routes(
            db, make_context, signer, files=files, record_keys=record_keys, public=public, public_url=public_url
        )
    )
    return app


def serving(settings: Settings, app_url: str) -> FastAPI:
    """Return the application as it serves people, its database still closed.

    As soon as it runs it says whether it is alive and ready. The rest is imported in a thread meanwhile, and whoever
    asks for it waits so long; ``app.state.rest`` is the task that does it. ``app_url`` leads past a pooler.
    """
    pooled = settings.database_url if settings.direct_url else None
    db, listener = Database(pooled or app_url, pooled=pooled is not None), Listener(app_url)

    def rest(app: FastAPI) -> Sequence[BaseRoute]:
        from schema import doors

        return doors.of(settings, app)

    rates = Rates(settings.rate_person, settings.rate_address)
    return _entrance(db, listener, rest, opened=False, public_url=settings.public_url, rates=rates)


def _entrance(
    db: Database,
    listener: Listener | None,
    rest: Callable[[FastAPI], Sequence[BaseRoute]] | None,
    *,
    opened: bool,
    public_url: str,
    rates: Rates,
) -> Application:
    """The application with the routes that need nothing but ``db``; those of ``rest`` come when it runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if not opened:
                await db.open()
                stack.push_async_callback(db.close)
            if listener is not None:
                await stack.enter_async_context(listener.listening())
            if rest is not None:
                app.state.rest = asyncio.create_task(_bring(app, rest))
                stack.push_async_callback(asyncio.wait, {app.state.rest})
            yield

    app = Application(title="Group of Friends", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.at(public_url, rates)
    app.state.db = db
    app.state.listener = listener
    app.open(http.ROUTES)
    return app


FIRST_WORDS = 0.1
"""Seconds in which the server opens its socket and says that it is ready, before the imports want the processor."""


async def _bring(app: Application, rest: Callable[[FastAPI], Sequence[BaseRoute]]) -> None:
    """Let the routes of ``rest`` come to ``app``; what has no route waits for them."""
    unknown = app.router.default

    async def wait(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.wait({app.state.rest})
        await app.router(scope, receive, send)

    app.router.default = wait
    await asyncio.sleep(FIRST_WORDS)
    try:
        app.open(await asyncio.to_thread(rest, app))
    finally:
        app.router.default = unknown
