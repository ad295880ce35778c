"""GraphQL over HTTP: what a request must look like, and how an answer is written.

After the GraphQL-over-HTTP specification (graphql.github.io/graphql-over-http, draft of 2025): POST with JSON, GET for
queries, ``application/graphql-response+json`` or ``application/json``. Every refusal is JSON. What a client wants as
``text/event-stream`` is answered by ``event_stream``.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from strawberry import Schema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.core.answering import document, problem, results
from schema.core.asking import (
    IMPORT_LIMIT,
    MESSAGE_LIMIT,
    Asked,
    Refused,
    check_import,
    checked,
    loaded,
    operation_kind,
)
from schema.core.context import Context, MakeContext
from schema.core.event_stream import EVENTS, EventStream
from services.core.actor import Role, Scope
from services.core.errors import NotSignedIn, Unavailable

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


class GraphQLEndpoint:
    """The ASGI endpoint of one schema; ``make_context`` finds out who asks."""

    def __init__(self, schema: Schema, make_context: MakeContext) -> None:
        self._schema = schema
        self._make_context = make_context

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        media = JSON
        try:
            media = accepted(request.headers.get("accept"))
            asking = Asking(request, self._make_context)
            asked = await read_request(request, asking)
            return await self._answer(request, asked, await asking.context(), media)
        except Refused as refused:
            return _refusal(refused.status, refused.message, refused.code, media, refused.headers)
        except NotSignedIn as error:
            return _refusal(401, error.message, error.code, media, {"www-authenticate": "Bearer"})
        except Unavailable as error:
            return _refusal(503, error.message, error.code, media, {"retry-after": "2"})

    async def _answer(self, request: Request, asked: Asked, context: Context, media: str) -> Response:
        kind = operation_kind(asked)
        if kind == "subscription" and EVENTS not in accepted_types(request.headers.get("accept")):
            raise Refused(406, f"A subscription is answered as {EVENTS}: accept that.", code="NOT_ACCEPTABLE")
        if kind == "mutation" and request.method == "GET":
            raise Refused(405, "A mutation cannot be asked for by GET.", headers={"allow": "POST"})
        if kind == "subscription" or media == EVENTS:
            if context.cookies is not None:
                context.cookies.writable = False  # the head of such an answer is sent before anything is done
            return EventStream(results(self._schema, asked, context), context.request_id)
        result: ExecutionResult = await self._schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation,
            allowed_operation_types={OperationType.QUERY, OperationType.MUTATION},
        )
        answer = document(result, context.request_id)
        response = written(400 if "data" not in answer and media == GRAPHQL else 200, answer, media)
        for cookie in context.cookies.written if context.cookies is not None else ():
            response.headers.append("set-cookie", cookie)
            response.headers["cache-control"] = "no-store"
        return response


def accepted_types(header: str | None) -> list[str]:
    """Return the media types of an Accept header, as written; whatever has none takes everything."""
    return [part.split(";")[0].strip().lower() for part in (header or "*/*").split(",")]


def accepted(header: str | None) -> str:
    """Return the media type to answer a query or a mutation in.

    Raises:
        Refused: the client takes none of the three; 406.
    """
    wanted = accepted_types(header)
    if GRAPHQL in wanted:
        return GRAPHQL
    if not {JSON, "*/*", "application/*"}.isdisjoint(wanted):
        return JSON
    if EVENTS in wanted:
        return EVENTS
    raise Refused(406, f"Answers are {GRAPHQL}, {JSON} or {EVENTS}.", code="NOT_ACCEPTABLE")


class Asking:
    """Who makes a request, found out once, and only when it matters."""

    def __init__(self, request: Request, make_context: MakeContext) -> None:
        self._request = request
        self._make_context = make_context
        self._context: Context | None = None

    async def context(self) -> Context:
        """Return the context of the request.

        Raises:
            NotSignedIn: there is a token and it stands for nobody any more.
        """
        if self._context is None:
            self._context = await self._make_context(self._request)
        return self._context

    async def limit(self) -> int:
        """How many bytes of body are read: who may import may send a file, everybody else a message."""
        actor = (await self.context()).actor
        imports = actor.role in {Role.FOCAL_POINT, Role.SECRETARIAT} and actor.acts and Scope.IMPORT in actor.scopes
        return IMPORT_LIMIT if imports else MESSAGE_LIMIT


async def read_request(request: Request, asking: Asking) -> Asked:
    """Return what is asked, from the body of a POST or the query string of a GET.

    Raises:
        Refused: it is no well-formed request.
    """
    if request.method == "GET":
        found: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            if found.get(name):
                found[name] = loaded(str(found[name]).encode("utf-8", "surrogatepass"), f"{name} in the address")
        return checked(found)
    if request.method != "POST":
        raise Refused(405, "GraphQL is asked by GET or POST.", headers={"allow": "GET, POST"})
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.partition("charset=")[2].strip().strip('"').lower()
    if kind.strip().lower() != JSON or charset not in {"", "utf-8", "utf8"}:
        raise Refused(415, f"The body must be {JSON} in UTF-8.", code="UNSUPPORTED_MEDIA_TYPE")
    body = await limited_body(request, asking)
    asked = checked(loaded(body, "the body"))
    if len(body) > MESSAGE_LIMIT:
        check_import(asked)
    return asked


async def limited_body(request: Request, asking: Asking) -> bytes:
    """Return the body, reading no more than allowed; who asks is found out before more than a message is read.

    Raises:
        Refused: it is longer than 64 KB, or of who may import than 10 MB; 413.
    """
    declared = request.headers.get("content-length", "")
    long = declared.isascii() and declared.isdecimal() and int(declared[:20]) > MESSAGE_LIMIT
    limit = await asking.limit() if long else MESSAGE_LIMIT
    if long and int(declared[:20]) > limit:
        raise _too_long(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit == MESSAGE_LIMIT:
            limit = await asking.limit()
        if len(body) > limit:
            raise _too_long(limit)
    return bytes(body)


def _too_long(limit: int) -> Refused:
    return Refused(413, f"The body may have {limit // 1024:,} KB.", code="BODY_TOO_LARGE")


def written(status: int, answer: object, media: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response that carries ``answer``."""
    kind = f"{media}; charset=utf-8"
    return Response(orjson.dumps(answer), status, headers=dict(headers or {}), media_type=kind)


def _refusal(status: int, message: str, code: str, media: str, headers: Mapping[str, str]) -> Response:
    """Return a refusal: JSON also for those who wanted events."""
    return written(status, {"errors": [problem(message, code)]}, JSON if media == EVENTS else media, headers)
