"""What is asked, whichever way it came: a well-formed request, and which kind of operation it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from graphql import DocumentNode, FieldNode, GraphQLError, OperationDefinitionNode, parse
from starlette.datastructures import QueryParams

from schema.core.sizes import MESSAGE_LIMIT

NESTING = 60
"""Brackets that may be open at once in a document, and fragments within one another: parser and validation recurse."""
TOKENS = 3_000
"""Names, values and signs of a document; each costs 8 microseconds and 300 bytes before anything is known of it."""
IMPORT_LIMIT = 10 * 1024 * 1024
"""Bytes of the body of ``importRun``, of who may import."""
IMPORT = "importRun"


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


def checked(found: object) -> Asked:
    """Return a request's parts with their types checked.

    Raises:
        Refused: a part is missing or of another type.
    """
    if not isinstance(found, Mapping):
        raise Refused(
            400, "A request is one JSON object with `query` or `documentId`, and maybe `variables` and `operationName`."
        )
    query, variables, operation = found.get("query"), found.get("variables"), found.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise Refused(400, "`query` must be a GraphQL document.")
    if variables is not None and not isinstance(variables, dict):
        raise Refused(400, "`variables` must be a JSON object.")
    if operation is not None and not isinstance(operation, str):
        raise Refused(400, "`operationName` must be a string.")
    if not isinstance(found.get("extensions"), dict | None):
        raise Refused(400, "`extensions` must be a JSON object.")
    if len(query) > MESSAGE_LIMIT:
        raise Refused(
            413, f"A document may have {MESSAGE_LIMIT // 1024} KB. Pass values as variables.", code="BODY_TOO_LARGE"
        )
    return Asked(query, variables, operation or None)


def asked_in_address(query_string: bytes) -> dict[str, Any]:
    """Return what the query string of a GET asks, unchecked but for the JSON in it.

    Raises:
        Refused: variables or extensions are not JSON.
    """
    found: dict[str, Any] = dict(QueryParams(query_string))
    for name in ("variables", "extensions"):
        if found.get(name):
            found[name] = loaded(str(found[name]).encode("utf-8", "surrogatepass"), f"{name} in the address")
    return found


def check_import(asked: Asked) -> None:
    """Make sure that a request beyond a message asks for an import alone.

    Raises:
        Refused: it asks for something else.
    """
    document = parsed(asked.query)
    definitions = document.definitions if document is not None else ()
    fields = [
        field.name.value if isinstance(field, FieldNode) else ""
        for definition in definitions
        for field in (definition.selection_set.selections if isinstance(definition, OperationDefinitionNode) else ())
    ]
    if fields != [IMPORT]:
        limit = MESSAGE_LIMIT // 1024
        sentence = f"Only {IMPORT}, alone in its document, may have more than {limit} KB."
        raise Refused(413, sentence, code="BODY_TOO_LARGE")


def operation_kind(asked: Asked) -> str | None:
    """Return query, mutation or subscription; None where the document does not parse (execution says why).

    Raises:
        Refused: several operations and no name, or a name that none of them has; it nests too deep or is too long.
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
    document = parsed(query)
    if document is None:
        return None
    return tuple(
        (one.name.value if one.name else None, one.operation.value)
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode)
    )


def parsed(query: str) -> DocumentNode | None:
    """Return a document parsed, without its places; None where it does not parse.

    Raises:
        Refused: it nests too deep or is too long to be parsed.
    """
    found = _parsed(query)
    if isinstance(found, TooMuch):
        raise Refused(400, found.sentence, code=found.code)
    return found


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A limit that a document breaks."""

    code: str
    sentence: str


@lru_cache(maxsize=64)
def _parsed(query: str) -> DocumentNode | TooMuch | None:
    if _nesting(query) > NESTING:
        return TooMuch("TOO_DEEP", f"The document nests deeper than {NESTING} brackets.")
    try:
        return parse(query, no_location=True, max_tokens=TOKENS)
    except GraphQLError as error:
        if "tokens" in error.message:
            return TooMuch("TOO_MANY_TOKENS", f"A document may have {TOKENS:,} names, values and signs.")
        return None


def loaded(text: bytes, what: str) -> Any:
    """Return what a JSON text says; ``what`` names it for people.

    Raises:
        Refused: it is not JSON in UTF-8.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused(400, f"{what.capitalize()} is not JSON in UTF-8.") from error


def _nesting(query: str) -> int:
    """How many brackets are open at once in a document."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(query):
        match found[0][0]:
            case "{" | "[" | "(":
                depth += 1
                deepest = max(deepest, depth)
            case "}" | "]" | ")":
                depth -= 1
    return deepest


_BRACKETS = re.compile(r'"""(?:[^"\\]|\\"""|\\(?!""")|"(?!""))*+"""|"(?:[^"\\\n\r]|\\.)*+"|#[^\n\r]*+|[][(){}]')
"""A bracket; or a text or a comment, whose brackets are none."""
