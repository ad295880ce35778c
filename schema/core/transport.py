"""GraphQL over HTTP: what a request must look like, and how an answer is written.

After the GraphQL-over-HTTP specification (graphql.github.io/graphql-over-http, draft of 2025): POST with JSON, GET for
queries, ``application/graphql-response+json`` or ``application/json``. Every refusal is JSON.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from graphql import GraphQLError, OperationDefinitionNode, parse
from starlette.requests import Request
from starlette.responses import Response
from strawberry import Schema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.core.context import Context
from services.core.errors import DomainError, NotSignedIn, Unavailable

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
BODY_LIMIT = 64 * 1024
"""Bytes of a request's body."""
DOCUMENT_DEPTH = 60
"""Brackets that may be open at once in a document: the parser is recursive."""

log = logging.getLogger("gof.graphql")


class Refused(Exception):
    """The request is not one that GraphQL can answer."""

    def __init__(
        self, status: int, message: str, *, code: str = "BAD_REQUEST", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers or {}


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed request."""

    query: str
    variables: dict[str, Any] | None
    operation: str | None


class GraphQLEndpoint:
    """The ASGI endpoint of one schema; ``make_context`` finds out who asks."""

    def __init__(self, schema: Schema, make_context: Callable[[Request], Awaitable[Context]]) -> None:
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
            return written(refused.status, _problem(refused.message, refused.code), media, refused.headers)
        except NotSignedIn as error:
            return written(401, _problem(error.message, error.code), media, {"www-authenticate": "Bearer"})
        except Unavailable as error:
            return written(503, _problem(error.message, error.code), media, {"retry-after": "2"})

    async def _answer(self, request: Request, asked: Asked, context: Context, media: str) -> Response:
        allowed = {OperationType.QUERY} if request.method == "GET" else {OperationType.QUERY, OperationType.MUTATION}
        kind = operation_kind(asked)
        if kind is not None and kind not in {one.value for one in allowed}:
            raise Refused(405, f"A {kind} cannot be asked for by {request.method}.", headers={"allow": "POST"})
        result: ExecutionResult = await self._schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation,
            allowed_operation_types=allowed,
        )
        document: dict[str, Any] = {}
        if result.errors:
            document["errors"] = [shown(error, context.request_id) for error in result.errors]
        before_execution = result.data is None and all(not error.path for error in result.errors or ())
        if not before_execution:
            document["data"] = result.data
        status = 400 if before_execution and media == GRAPHQL else 200
        return written(status, document, media)


def accepted(header: str | None) -> str:
    """Return the media type to answer in.

    Raises:
        Refused: the client takes neither of the two; 406.
    """
    if not header:
        return JSON
    wanted = [part.split(";")[0].strip().lower() for part in header.split(",")]
    if GRAPHQL in wanted:
        return GRAPHQL
    if not {JSON, "*/*", "application/*"}.isdisjoint(wanted):
        return JSON
    raise Refused(406, f"Answers are {GRAPHQL} or {JSON}.", code="NOT_ACCEPTABLE")


async def read_request(request: Request) -> Asked:
    """Return what is asked, from the body of a POST or the query string of a GET.

    Raises:
        Refused: it is no well-formed request.
    """
    if request.method == "GET":
        found: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            if found.get(name):
                found[name] = _loaded(str(found[name]).encode("utf-8", "surrogatepass"), f"{name} in the address")
        return checked(found)
    if request.method != "POST":
        raise Refused(405, "GraphQL is asked by GET or POST.", headers={"allow": "GET, POST"})
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.partition("charset=")[2].strip().strip('"').lower()
    if kind.strip().lower() != JSON or charset not in {"", "utf-8", "utf8"}:
        raise Refused(415, f"The body must be {JSON} in UTF-8.", code="UNSUPPORTED_MEDIA_TYPE")
    return checked(_loaded(await limited_body(request), "the body"))


async def limited_body(request: Request) -> bytes:
    """Return the body, reading no more than allowed.

    Raises:
        Refused: it is longer than 64 KB; 413.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise Refused(413, f"The body may have {BODY_LIMIT // 1024} KB.", code="BODY_TOO_LARGE")
    return bytes(body)


def checked(found: object) -> Asked:
    """Return a request's parts with their types checked.

    Raises:
        Refused: a part is missing or of another type.
    """
    if not isinstance(found, Mapping):
        raise Refused(400, "A request is one JSON object with `query`, and maybe `variables` and `operationName`.")
    query, variables, operation = found.get("query"), found.get("variables"), found.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise Refused(400, "`query` must be a GraphQL document.")
    if variables is not None and not isinstance(variables, dict):
        raise Refused(400, "`variables` must be a JSON object.")
    if operation is not None and not isinstance(operation, str):
        raise Refused(400, "`operationName` must be a string.")
    if not isinstance(found.get("extensions"), dict | None):
        raise Refused(400, "`extensions` must be a JSON object.")
    _require_flat(query)
    return Asked(query, variables, operation or None)


def operation_kind(asked: Asked) -> str | None:
    """Return query, mutation or subscription; None where the document does not parse (execution says why).

    Raises:
        Refused: several operations and no name, or a name that none of them has.
    """
    operations = _operations(asked.query)
    if operations is None:
        return None
    if asked.operation is not None:
        operations = tuple(one for one in operations if one[0] == asked.operation)
        if not operations:
            raise Refused(400, "The document has no operation of the name in `operationName`.")
    if not operations:
        raise Refused(400, "The document has no operation.")
    if len(operations) > 1:
        raise Refused(400, "The document has several operations: say which one in `operationName`.")
    return operations[0][1]


@lru_cache(maxsize=512)
def _operations(query: str) -> tuple[tuple[str | None, str], ...] | None:
    try:
        document = parse(query, no_location=True)
    except GraphQLError:
        return None
    return tuple(
        (one.name.value if one.name else None, one.operation.value)
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode)
    )


def shown(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """Return a top-level error for people; what is not expected is masked and logged under the request's id."""
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    document = error.formatted
    if isinstance(original, DomainError):
        extensions = {"code": original.code, "argument": list(original.path)}
        return {**document, "message": original.message, "extensions": extensions}
    if original is None:
        return dict(document)
    log.error("request %s failed", request_id, exc_info=original)
    message = f"Something went wrong on our side. Tell the secretariat: request {request_id}."
    return {**document, "message": message, "extensions": {"code": "INTERNAL", "requestId": request_id}}


def written(status: int, document: object, media: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response that carries ``document``."""
    kind = f"{media}; charset=utf-8"
    return Response(orjson.dumps(document), status, headers=dict(headers or {}), media_type=kind)


def _problem(message: str, code: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _loaded(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused(400, f"{what.capitalize()} is not JSON in UTF-8.") from error


def _require_flat(query: str) -> None:
    depth = 0
    for letter in query:
        if letter in "{[(":
            depth += 1
            if depth > DOCUMENT_DEPTH:
                raise Refused(400, f"The document nests deeper than {DOCUMENT_DEPTH} brackets.", code="TOO_DEEP")
        elif letter in "}])":
            depth -= 1
