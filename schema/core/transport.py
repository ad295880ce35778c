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
from schema.core.asking import MESSAGE_LIMIT, Asked, Refused, checked, loaded, operation_kind
from schema.core.context import Context, MakeContext
from schema.core.event_stream import EVENTS, EventStream
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
            asked = await read_request(request)
            context = await self._make_context(request)
            return await self._answer(request, asked, context, media)
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
            return EventStream(results(self._schema, asked, context), context.request_id)
        result: ExecutionResult = await self._schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation,
            allowed_operation_types={OperationType.QUERY, OperationType.MUTATION},
        )
        answer = document(result, context.request_id)
        return written(400 if "data" not in answer and media == GRAPHQL else 200, answer, media)


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


async def read_request(request: Request) -> Asked:
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
    return checked(loaded(await limited_body(request), "the body"))


async def limited_body(request: Request) -> bytes:
    """Return the body, reading no more than allowed.

    Raises:
        Refused: it is longer than 64 KB; 413.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MESSAGE_LIMIT:
            raise Refused(413, f"The body may have {MESSAGE_LIMIT // 1024} KB.", code="BODY_TOO_LARGE")
    return bytes(body)


def written(status: int, answer: object, media: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response that carries ``answer``."""
    kind = f"{media}; charset=utf-8"
    return Response(orjson.dumps(answer), status, headers=dict(headers or {}), media_type=kind)


def _refusal(status: int, message: str, code: str, media: str, headers: Mapping[str, str]) -> Response:
    """Return a refusal: JSON also for those who wanted events."""
    return written(status, {"errors": [problem(message, code)]}, JSON if media == EVENTS else media, headers)
