"""In which media type a request is answered, and how an answer is written in it."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response

from schema.core.answering import problem
from schema.core.asking import Refused

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"


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


def require_way(kind: str | None, method: str, header: str | None) -> None:
    """Make sure that an operation of ``kind`` can be asked for by ``method``, and that the client takes its answer.

    Raises:
        Refused: a mutation by GET, 405; a subscription that is not accepted as events, 406.
    """
    if kind == "subscription" and EVENTS not in accepted_types(header):
        raise Refused(406, f"A subscription is answered as {EVENTS}: accept that.", code="NOT_ACCEPTABLE")
    if kind == "mutation" and method != "POST":
        raise Refused(405, "A mutation cannot be asked for by GET.", headers={"allow": "POST"})


def status_of(answer: Mapping[str, object], media: str) -> int:
    """The HTTP status of an answer: what was not executed is the client's error, which only GraphQL's own type says."""
    return 400 if "data" not in answer and media == GRAPHQL else 200


def written(status: int, answer: object, media: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response that carries ``answer`` to the one who asked; no cache may keep it."""
    kept_by_nobody = {"cache-control": "no-store", **(headers or {})}
    return Response(orjson.dumps(answer), status, headers=kept_by_nobody, media_type=f"{media}; charset=utf-8")


def refusal(status: int, message: str, code: str, media: str, headers: Mapping[str, str]) -> Response:
    """Return a refusal: JSON also for those who wanted events."""
    return written(status, {"errors": [problem(message, code)]}, JSON if media == EVENTS else media, headers)
