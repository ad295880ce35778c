"""GraphQL over HTTP: what a request must look like, and how an answer is written.

After the GraphQL-over-HTTP specification (graphql.github.io/graphql-over-http, draft of 2025): POST with JSON, GET for
queries, ``application/graphql-response+json`` or ``application/json``. Every refusal is JSON. What is asked by GET is
answered by ``public``, as the public; what a client wants as ``text/event-stream``, by ``event_stream``.
"""

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope
from strawberry import Schema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.core import attending
from schema.core.answering import document, results
from schema.core.asking import (
    IMPORT_LIMIT,
    Asked,
    Refused,
    asked_in_address,
    check_import,
    checked,
    loaded,
    operation_kind,
)
from schema.core.attending import Attending, HungUp, Late, passed
from schema.core.context import Context, MakeContext
from schema.core.documents import Documents
from schema.core.event_stream import EventStream
from schema.core.limits import refuse_introspection, weigh
from schema.core.media import EVENTS, JSON, accepted, refusal, require_way, status_of, written
from schema.core.public import PublicReads
from schema.core.rate import RateLimited, caller
from schema.core.sizes import MESSAGE_LIMIT
from schema.core.watch import REQUEST, refused
from services.core.actor import Role, Scope
from services.core.errors import NotSignedIn, OutcomeUnknown, Unavailable


class GraphQLEndpoint:
    """The ASGI endpoint of one schema; ``make_context`` finds out who asks, where it matters."""

    def __init__(self, schema: Schema, make_context: MakeContext, public: PublicReads) -> None:
        self._schema = schema
        self._make_context = make_context
        self._documents = public.documents
        self._public = public
        self._rates = public.rates

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        media = JSON
        try:
            media = accepted(request.headers.get("accept"))
            if request.method in {"GET", "HEAD"} and media != EVENTS:
                with Attending(request.receive, attending.DEADLINE):
                    return await self._public.answer(request, media)
            asking = Asking(request, self._make_context)
            asked = await read_request(request, asking, self._documents)
            return await self._answer(request, asked, asking, media)
        except (ClientDisconnect, HungUp):
            return Response(status_code=400)  # to nobody
        except (Refused, RateLimited, NotSignedIn, Late, OutcomeUnknown, Unavailable) as error:
            return _refused(request, error, media)

    async def _answer(self, request: Request, asked: Asked, asking: "Asking", media: str) -> Response:
        paid = 1 + self._rates.new(caller(request), asked.query)
        kind = operation_kind(asked)
        weight = weigh(self._schema._schema, asked)  # noqa: SLF001 - Strawberry's core schema
        require_way(kind, request.method, request.headers.get("accept"))
        try:
            with Attending(request.receive, attending.DEADLINE):
                context = await asking.context()
                context.left = self._rates.charge(caller(request), context.actor.person_id, weight.nodes, paid)
                stranger = self._public.closed and context.actor.person_id is None
                if stranger and weight.introspects:
                    raise refuse_introspection()
                self._documents.require(asked.query, context.actor)
                if kind != "subscription" and media != EVENTS:
                    return await self._executed(asked, context, media, terse=stranger)
        except Late as late:
            raise passed(kind) from late
        if context.cookies is not None:
            context.cookies.writable = False  # the head of such an answer is sent before anything is done
        return EventStream(results(self._schema, asked, context), context.request_id, terse=stranger)

    async def _executed(self, asked: Asked, context: Context, media: str, *, terse: bool) -> Response:
        result: ExecutionResult = await self._schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation,
            allowed_operation_types={OperationType.QUERY, OperationType.MUTATION},
        )
        answer = document(result, context.request_id, terse=terse)
        response = written(status_of(answer, media), answer, media, context.left.headers if context.left else None)
        for cookie in context.cookies.written if context.cookies is not None else ():
            response.headers.append("set-cookie", cookie)
        return response


def _refused(request: Request, error: Exception, media: str) -> Response:
    """What is answered where nothing was executed, or not to its end."""
    if isinstance(error, Refused | RateLimited | NotSignedIn):
        refused(REQUEST, error.code, caller(request))
    match error:
        case Refused():
            return refusal(error.status, error.message, error.code, media, error.headers)
        case RateLimited():
            return refusal(429, error.message, error.code, media, error.headers)
        case NotSignedIn():
            return refusal(401, error.message, error.code, media, {"www-authenticate": "Bearer"})
        case OutcomeUnknown() | Unavailable():
            return refusal(503, error.message, error.code, media, {"retry-after": "2"})
        case _:
            return _refused(request, passed("query"), media)


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


async def read_request(request: Request, asking: Asking, documents: Documents) -> Asked:
    """Return what is asked, from the body of a POST or the query string of a GET.

    Raises:
        Refused: it is no well-formed request.
    """
    if request.method == "GET":
        return checked(documents.filled(asked_in_address(request.scope["query_string"])))
    if request.method != "POST":
        raise Refused(405, "GraphQL is asked by GET or POST.", headers={"allow": "GET, HEAD, POST"})
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.partition("charset=")[2].strip().strip('"').lower()
    if kind.strip().lower() != JSON or charset not in {"", "utf-8", "utf8"}:
        raise Refused(415, f"The body must be {JSON} in UTF-8.", code="UNSUPPORTED_MEDIA_TYPE")
    body = await limited_body(request, asking)
    asked = checked(documents.filled(loaded(body, "the body")))
    if len(body) > MESSAGE_LIMIT:
        check_import(asked)
    return asked


async def limited_body(request: Request, asking: Asking) -> bytes:
    """Return the body, reading no more than allowed; who asks is found out before more than a message is read.

    Raises:
        Refused: it is longer than 64 KB, or of who may import than 10 MB, 413; it does not come in time, 408.
        ClientDisconnect: the client is gone.
    """
    declared = request.headers.get("content-length", "")
    long = declared.isascii() and declared.isdecimal() and int(declared[:20]) > MESSAGE_LIMIT
    limit = await asking.limit() if long else MESSAGE_LIMIT
    if long and int(declared[:20]) > limit:
        raise _too_long(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(attending.DEADLINE if limit == MESSAGE_LIMIT else attending.IMPORT_DEADLINE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit == MESSAGE_LIMIT:
                    limit = await asking.limit()
                if len(body) > limit:
                    raise _too_long(limit)
    except TimeoutError as slow:
        raise Refused(408, "The body did not come in time.", code="TOO_SLOW", headers={"connection": "close"}) from slow
    return bytes(body)


def _too_long(limit: int) -> Refused:
    return Refused(413, f"The body may have {limit // 1024:,} KB.", code="BODY_TOO_LARGE")
