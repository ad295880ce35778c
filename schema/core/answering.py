"""What is answered, whichever way it goes: results as documents, errors as sentences."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry import Schema
from strawberry.types import ExecutionResult

from schema.core import attending
from schema.core.asking import Asked, operation_kind
from schema.core.context import Context
from schema.core.limits import weigh
from services.core.errors import DomainError

NOT_VALID = "This does not fit the schema. Sign in, or send an API token, to be told why."
log = logging.getLogger("gof.graphql")


async def results(schema: Schema, asked: Asked, context: Context) -> AsyncGenerator[ExecutionResult, None]:
    """Execute what is asked: a query or a mutation gives one result, a subscription one for each event until it ends.

    Raises:
        Refused: it is not clear which operation of the document is meant, or it asks for more than one may.
    """
    kind = operation_kind(asked)
    weigh(schema._schema, asked)  # noqa: SLF001 - Strawberry's core schema
    if kind != "subscription":
        try:
            async with asyncio.timeout(attending.DEADLINE):
                found = await schema.execute(asked.query, asked.variables, context, operation_name=asked.operation)
        except TimeoutError:
            late = attending.passed(kind)
            found = ExecutionResult(data=None, errors=[GraphQLError(late.message, original_error=late)])
        yield found
        return
    events: Any = await schema.subscribe(asked.query, asked.variables, context, operation_name=asked.operation)
    async with aclosing(events):
        async for result in events:
            yield result


def document(result: ExecutionResult, request_id: str, *, terse: bool = False) -> dict[str, Any]:
    """Return a result as it is sent: `data` where something was executed, and `errors` where there are some.

    Where it is ``terse``, what is not valid says where, and names nothing that the document does not.
    """
    found: dict[str, Any] = {}
    if result.errors:
        found["errors"] = [shown(error, request_id, terse=terse) for error in result.errors]
    if result.data is not None or any(error.path for error in result.errors or ()):
        found["data"] = result.data
    if result.extensions:
        found["extensions"] = result.extensions
    return found


def cause(error: GraphQLError) -> BaseException | None:
    """Return what a resolver raised; None for errors of the document itself."""
    original: BaseException | None = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    return original


def shown(error: GraphQLError, request_id: str, *, terse: bool = False) -> dict[str, Any]:
    """Return a top-level error for people; what is not expected is masked and logged under the request's id."""
    original, formatted = cause(error), error.formatted
    if isinstance(original, DomainError):
        extensions = {"code": original.code, "argument": list(original.path)}
        return {**formatted, "message": original.message, "extensions": extensions}
    if original is None:
        told = dict(formatted)
        if terse and not error.path and not isinstance(error, GraphQLSyntaxError):
            told |= {"message": NOT_VALID, "extensions": {"code": "NOT_VALID"}}
        return told
    log.error("request %s failed", request_id, exc_info=original)
    message = f"Something went wrong on our side. Tell the secretariat: request {request_id}."
    return {**formatted, "message": message, "extensions": {"code": "INTERNAL", "requestId": request_id}}


def problem(message: str, code: str) -> dict[str, Any]:
    """Return an error that no execution made, as it is sent."""
    return {"message": message, "extensions": {"code": code}}
