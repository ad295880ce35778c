"""Plain HTTP beside GraphQL: whether the platform is alive and ready."""

from functools import cache
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.core import migration
from services.core.errors import Unavailable

LONGEST = 2_000
"""Characters of what a provider gives along."""
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


async def signed_in(request: Request) -> Response:
    """Back from a delegation's own provider: on to the page, with what the provider gave in the part that no log keeps."""
    given = request.query_params
    kept = {name: given[name][:LONGEST] for name in ("state", "code", "error") if name in given}
    back = urlencode({"provider": request.path_params["delegation"][:LONGEST], **kept})
    headers = {"location": f"/#{back}", "cache-control": "no-store"}
    return Response(status_code=303, headers=headers)


ROUTES = [Route("/signed-in/{delegation}", signed_in), Route("/healthz", healthz), Route("/readyz", readyz)]
