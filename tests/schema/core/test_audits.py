"""The 61 audits of `graphql-http` 1.23.1 (serverAudits; github.com/graphql/graphql-http, MIT), each by its id.

They are told here as requests and what must come of them, so that no Node.js is needed; the package's own ran through
against this platform when they were written down.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest

pytestmark = pytest.mark.security

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
ALIVE = "{ __typename }"
NAMED = "query Query { __typename }"
TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
COERCED = "query CoerceFailure($id: ID!){ __typename }"
UNKNOWN = "{ 8f31403dfe404bccbb0e835f2629c6a7 }"
BROKEN = b'{ "not a JSON'
OK, WRONG, CLIENTS, ANY_FAULT = range(200, 201), range(400, 401), range(400, 500), range(400, 600)


@dataclass(frozen=True)
class Audit:
    """A request, and what its answer must be: its status, its media type, entries that it has or lacks."""

    body: Mapping[str, Any] | bytes | None = None
    status: range | None = OK
    accept: str | None = None
    content_type: str | None = JSON
    address: Mapping[str, str] = field(default_factory=dict)
    answered_in: str = ""
    lacks: str = ""


def alive(**more: Any) -> Mapping[str, Any]:
    return {"query": ALIVE, **more}


def typed(ids: str, parameter: str, *values: object) -> Iterator[tuple[str, Audit]]:
    """A parameter of each wrong type is the client's error."""
    for number, value in enumerate(values):
        yield f"{ids}{number}", Audit({"query": ALIVE, parameter: value}, WRONG)


def in_both(graphql: str, json: str, body: Mapping[str, Any]) -> Iterator[tuple[str, Audit]]:
    """What is well-formed is answered in both media types."""
    yield graphql, Audit(body, accept=GRAPHQL)
    yield json, Audit(body, accept=JSON, lacks="errors")


def not_executed(fault: str, exact: str, no_data: str, query: str) -> Iterator[tuple[str, Audit]]:
    """What is not executed is the client's error, and has no data."""
    yield fault, Audit({"query": query}, ANY_FAULT, GRAPHQL)
    yield exact, Audit({"query": query}, WRONG, GRAPHQL)
    yield no_data, Audit({"query": query}, None, GRAPHQL, lacks="data")


def nulls() -> Iterator[tuple[str, Audit]]:
    for number, parameter in enumerate(("variables", "operationName", "extensions")):
        yield f"94B{number}", Audit(alive(**{parameter: None}), accept=GRAPHQL, lacks="errors")
        yield f"022{number}", Audit(alive(**{parameter: None}), accept=JSON, lacks="errors")


AUDITS: dict[str, Audit] = {
    # media types
    "22EB": Audit(alive(), accept=GRAPHQL, answered_in=GRAPHQL),
    "4655": Audit(alive(), accept=JSON, answered_in=JSON),
    "47DE": Audit(alive(), accept="*/*", answered_in=JSON),
    "80D8": Audit(address={"query": ALIVE}, answered_in=JSON),
    "82A3": Audit(alive(), answered_in="charset=utf-8"),
    "BF61": Audit(alive(), content_type="application/json; charset=utf-8"),
    "78D5": Audit(alive()),
    # methods and bodies
    "2C94": Audit(alive()),
    "5A70": Audit(address={"query": ALIVE}),
    "9C48": Audit(address={"query": "mutation { __typename }"}, status=CLIENTS, accept=GRAPHQL),
    "9ABE": Audit(status=CLIENTS, content_type=None),
    "03D4": Audit(alive()),
    "A5BF": Audit(status=WRONG),
    # parameters
    "423L": Audit({"notquery": ALIVE}, WRONG, GRAPHQL),
    **dict(typed("LKJ", "query", {"obj": "ect"}, 0, False, ["array"])),
    **dict(in_both("34A2", "13EE", alive())),
    **dict(typed("6C0", "operationName", {"obj": "ect"}, 0, False, ["array"])),
    **dict(in_both("8161", "B8B3", {"query": NAMED, "operationName": "Query"})),
    **dict(nulls()),
    **dict(typed("476", "variables", "string", 0, False, ["array"])),
    **dict(in_both("2EA1", "28B9", {"query": TYPE, "variables": {"name": "sometype"}})),
    "D6D5": Audit(address={"query": TYPE, "variables": '{"name":"sometype"}'}, accept=GRAPHQL),
    "6A70": Audit(address={"query": TYPE, "variables": '{"name":"sometype"}'}, accept=JSON, lacks="errors"),
    **dict(typed("58B", "extensions", "string", 0, False, ["array"])),
    **dict(in_both("428F", "1B7A", alive(extensions={"some": "value"}))),
    # faults, as each media type says them
    "B6DC": Audit(BROKEN, range(200, 600), JSON),
    "BCF8": Audit(BROKEN, WRONG, JSON),
    "B7N8": Audit(BROKEN, WRONG, GRAPHQL),
    "8764": Audit({"qeury": ALIVE}, ANY_FAULT),
    "3E3A": Audit({"qeury": ALIVE}, WRONG),
    "572B": Audit({"query": "{"}, OK, JSON),
    "FDE2": Audit({"query": UNKNOWN}, OK, JSON),
    "7B9B": Audit({"query": COERCED, "variables": {"id": None}}, OK, JSON),
    **dict(not_executed("865D", "556A", "D586", "{")),
    **dict(not_executed("51FE", "74FF", "5E5B", UNKNOWN)),
    "86EE": Audit({"query": COERCED, "variables": {"id": None}}, WRONG, GRAPHQL),
}


def test_there_are_61_of_them() -> None:
    assert len(AUDITS) == 61


@pytest.mark.parametrize("key", AUDITS)
async def test_an_audit_of_graphql_http_passes(key: str, http: httpx.AsyncClient) -> None:
    audit = AUDITS[key]
    content = audit.body if isinstance(audit.body, bytes) else orjson.dumps(audit.body) if audit.body else b""
    request = http.build_request("GET" if audit.address else "POST", "/graphql", params=audit.address, content=content)
    headers = {"accept": audit.accept, "content-type": None if audit.address else audit.content_type}
    for name, value in headers.items():
        request.headers.pop(name, None)
        if value is not None:
            request.headers[name] = value
    answer = await http.send(request)
    assert audit.status is None or answer.status_code in audit.status
    assert audit.answered_in in answer.headers["content-type"]
    found = orjson.loads(answer.content.decode("utf-8"))
    assert set(found) <= {"data", "errors", "extensions"}
    assert not audit.lacks or audit.lacks not in found
