"""Public reads: queries by GET, answered as the public whatever credentials come along, so that any cache may keep them.

An answer depends on its address, on Accept (its media type) and, where the document leaves the language of some text to
the reader, on Accept-Language. Nothing else of a request is looked at. Whoever wants an answer of their own asks by POST.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLSchema,
    NonNullTypeNode,
    NullValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from strawberry import Schema
from strawberry.types.graphql import OperationType

from schema.core.answering import document
from schema.core.asking import Asked, Refused, asked_in_address, checked, operation_kind, parsed
from schema.core.cache import LIFE, Answer, AnswerCache
from schema.core.context import Context, Finder, with_primary
from schema.core.documents import Documents
from schema.core.limits import refuse_introspection, weigh
from schema.core.media import require_way, status_of
from schema.core.rate import Rates, caller
from services.core.actor import PUBLIC
from services.core.db import Database
from services.core.languages import accept_language
from services.core.listening import Listener
from services.core.public_changes import NotedDatabase, Sources

REMEMBERED = 1_024
"""Addresses whose question is not taken apart again."""
SHORT = 2_048
"""Bytes of an address that is remembered."""
LONGEST_WISH = 1_000
"""Characters of Accept-Language that are looked at."""
PERSONAL = ("viewer", "rateLimit")
"""What fields about who asks begin with."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an address asks; ``digest`` is of document, operation and variables."""

    asked: Asked
    by_language: bool
    """Some text is wanted in the reader's own language."""
    digest: bytes
    nodes: int = 0
    """Objects that it asks for at most."""


class PublicReads:
    """Answers GET and HEAD over one schema and one database; answers are kept in ``cache_bytes`` while ``listener`` hears.

    Where it is ``closed``, strangers are told nothing of the schema but what their documents name.
    """

    def __init__(
        self,
        schema: Schema,
        db: Database,
        documents: Documents | None = None,
        listener: Listener | None = None,
        cache_bytes: int = 0,
        rates: Rates | None = None,
        *,
        closed: bool = False,
        finders: Mapping[str, Finder] | None = None,
    ) -> None:
        self._schema = schema
        self._db = db
        self._sources = Sources(db)
        self._finders = finders or {}
        self._remembered = lru_cache(REMEMBERED)(self._question)
        self.documents = documents or Documents()
        self.rates = rates or Rates()
        self.closed = closed
        self.cache = AnswerCache(cache_bytes, listener)
        if listener is not None:
            listener.on_public_change(self._sources.forget)

    async def answer(self, request: Request, media: str) -> "PublicResponse":
        """Answer one request in ``media``.

        Raises:
            Refused: it is no query, not one of the trusted documents where only these are answered, or asks for a field
                about who asks.
            Unavailable: the database took too long or cannot be reached.
        """
        address: bytes = request.scope["query_string"]
        asking = caller(request)
        try:
            question = self._remembered(address) if len(address) <= SHORT else self._question(address)
        except Refused:
            self.rates.new(asking, address.decode("latin-1"))  # it was parsed all the same
            raise
        self.rates.charge(asking, None, question.nodes, 1 + self.rates.new(asking, question.asked.query))
        languages: tuple[str, ...] = ()
        if question.by_language:
            languages = _languages((request.headers.get("accept-language") or "")[:LONGEST_WISH])
        key = b"\n".join((question.digest, media.encode(), ",".join(languages).encode()))

        async def read() -> Answer:
            return await self._read(question.asked, languages, media)

        return PublicResponse(request, await self.cache.answer(key, read), by_language=question.by_language)

    def _question(self, address: bytes) -> Question:
        asked = checked(self.documents.filled(asked_in_address(address)))
        require_way(operation_kind(asked), "GET", None)
        weight = weigh(self._schema._schema, asked)  # noqa: SLF001 - Strawberry's core schema
        if self.closed and weight.introspects:
            raise refuse_introspection()
        self.documents.require(asked.query, None)
        personal, by_language = _outline(self._schema._schema, asked.query)  # noqa: SLF001 - as above
        if personal is not None:
            raise Refused(
                400,
                f"GET answers everybody alike, as the public, and `{personal}` is about who asks: ask for it by POST.",
                code="VIEWER_FIELD",
            )
        variables = orjson.dumps(asked.variables or {}, option=orjson.OPT_SORT_KEYS)
        parts = (sha256(asked.query.encode()).digest(), (asked.operation or "").encode(), variables)
        return Question(asked, by_language, sha256(b"\n".join(parts)).digest(), weight.nodes)

    async def _read(self, asked: Asked, languages: tuple[str, ...], media: str) -> Answer:
        noted = NotedDatabase(self._db)
        context = Context(noted, replace(PUBLIC, languages=languages), finders=self._finders)
        began = asyncio.get_running_loop().time()
        result: Any = await self._schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation,
            allowed_operation_types={OperationType.QUERY},
        )
        answer = document(result, context.request_id, terse=self.closed)
        body, status, keeps = orjson.dumps(answer), status_of(answer, media), "errors" not in answer
        tables = await self._sources.of(noted) if keeps else None
        return Answer.of(body, media, status, began, keeps=keeps, tables=tables)


@lru_cache(maxsize=256)
def _languages(header: str) -> tuple[str, ...]:
    return with_primary(accept_language(header))


@lru_cache(maxsize=512)
def _outline(schema: GraphQLSchema, query: str) -> tuple[str | None, bool]:
    """Return a field of the document that is about who asks, and whether some text is wanted in the reader's language."""
    document = parsed(query)
    if document is None:
        return None, False  # execution says why
    by_language, certain = False, _certain(document)
    for definition in document.definitions:
        for field, node in _fields(schema, definition):
            if node.name.value.startswith(PERSONAL):
                return node.name.value, False
            if field is not None and "language" in field.args:
                by_language = by_language or not _says_language(node, certain)
    return None, by_language


def _fields(schema: GraphQLSchema, definition: Any) -> Iterator[tuple[GraphQLField | None, FieldNode]]:
    """All fields of one operation or fragment as written, each once, with their definitions where they have one."""
    if isinstance(definition, OperationDefinitionNode):
        root: Any = schema.get_root_type(definition.operation)
    else:
        root = schema.get_type(definition.type_condition.name.value)
    pending = [(root, definition.selection_set)]
    while pending:
        parent, selections = pending.pop()
        for node in selections.selections:
            below = parent
            if isinstance(node, FieldNode):
                field = schema.get_field(parent, node.name.value) if is_composite_type(parent) else None
                yield field, node
                below = get_named_type(field.type) if field is not None else None
            elif getattr(node, "type_condition", None) is not None:
                below = schema.get_type(node.type_condition.name.value)
            if getattr(node, "selection_set", None) is not None:
                pending.append((below, node.selection_set))


def _certain(document: DocumentNode) -> frozenset[str]:
    """The variables that are never null, whichever operation of the document is meant."""
    declared = {True: set[str](), False: set[str]()}
    for definition in document.definitions:
        for one in getattr(definition, "variable_definitions", None) or ():
            declared[isinstance(one.type, NonNullTypeNode)].add(one.variable.name.value)
    return frozenset(declared[True] - declared[False])


def _says_language(node: FieldNode, certain: frozenset[str]) -> bool:
    """Whether the document itself says in which language a text is wanted."""
    for argument in node.arguments or ():
        if argument.name.value == "language":
            value = argument.value
            return (
                value.name.value in certain if isinstance(value, VariableNode) else not isinstance(value, NullValueNode)
            )
    return False


SHARED = [f"public, max-age=0, s-maxage={seconds}".encode() for seconds in range(LIFE + 1)]
"""Cache-Control by the seconds that an answer is still good for: browsers ask each time, shared caches after these."""


class PublicResponse:
    """What is sent of an answer: all of it, or without its body where the client has it or asked by HEAD."""

    def __init__(self, request: Request, answer: Answer, *, by_language: bool) -> None:
        self._status, self._body = answer.status, answer.body if request.method == "GET" else b""
        self._headers = [(b"content-type", answer.content_type), (b"content-length", b"%d" % len(answer.body))]
        if not answer.keeps:
            self._headers.append((b"cache-control", b"no-store"))
            return
        if _has(request.headers.get("if-none-match"), answer.etag):
            self._status, self._body, self._headers = 304, b"", []
        self._headers += [
            (b"etag", answer.etag.encode()),
            (b"cache-control", SHARED[answer.fresh_for]),
            (b"vary", b"Accept, Accept-Language" if by_language else b"Accept"),
        ]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def _has(header: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names ``etag`` (RFC 9110 section 13.1.2: by weak comparison, or ``*``)."""
    if header is None:
        return False
    return any(one.strip().removeprefix("W/") in {etag, "*"} for one in header.split(","))
