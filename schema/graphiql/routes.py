"""The routes that serve GraphiQL: the page at ``/`` and its files at ``/graphiql/…``.

They are plain functions, so Starlette runs them in a thread: the first of them packs everything (0.1 s).
"""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

HERE = Path(__file__).parent
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".graphql": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
VERSIONED = re.compile(r"-\d+\.\d+\.\d+\.\w+$")
"""A name with a version in it always means the same bytes: browsers keep them for a year."""
HEADERS = {
    # The one <style> that GraphiQL's dialogs add (they keep the page behind them from scrolling) is known by its hash;
    # in its own style sheet pictures stand as data.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; "
        "style-src 'self' 'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file that is served: its media type, how long a browser may keep it, and its bytes plain and by gzip."""

    media_type: str
    caching: str
    plain: bytes
    packed: bytes


@cache
def files() -> dict[str, File]:
    """Return all files of the page by name; read once, about 1.3 MB and 0.4 MB packed."""
    return {path.name: _read(path) for path in sorted(HERE.rglob("*")) if path.suffix in TYPES}


def _read(path: Path) -> File:
    caching = "public, max-age=31536000, immutable" if VERSIONED.search(path.name) else "no-cache"
    content = path.read_bytes()
    return File(TYPES[path.suffix], caching, content, gzip.compress(content, mtime=0))


def page(request: Request) -> Response:
    """Answer the page itself."""
    return _answer(request, files()["page.html"])


def file(request: Request) -> Response:
    """Answer one of the files that the page names; 404 for any other name."""
    found = files().get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("There is no such file.", 404, HEADERS)
    return _answer(request, found)


def _answer(request: Request, found: File) -> Response:
    headers = {**HEADERS, "cache-control": found.caching, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.plain, headers=headers, media_type=found.media_type)
    return Response(found.packed, headers={**headers, "content-encoding": "gzip"}, media_type=found.media_type)


ROUTES = [Route("/", page), Route("/graphiql/{name}", file)]
