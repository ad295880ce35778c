"""Plain HTTP beside GraphQL: whether the platform is alive and ready."""

from functools import cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.core import migration
from services.core.errors import Unavailable

needed_revision = cache(migration.head)


async def healthz(_request: Request) -> Response:
    """Alive: the process answers."""
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """Ready: the database answers and is migrated to the revision that the code needs; else 503 and why."""
    try:
        revision = await request.app.state.db.revision()
    except Unavailable as error:
        return JSONResponse({"status": "waiting", "reason": error.message}, 503)
    if revision != needed_revision():
        reason = f"The database is at revision {revision}; {needed_revision()} is needed: run `gof migrate`."
        return JSONResponse({"status": "waiting", "reason": reason}, 503)
    return JSONResponse({"status": "ready"})


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
