"""Every answer of every route, also the refusals and what is not there, carries the headers that lock it down."""

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from schema.app import create_app
from schema.core.headers import HEADERS, raw
from schema.files import Files
from services.core.links import Links
from services.core.storage import Storage
from tests.conftest import HEAD_KEYS, OneAtATime

pytestmark = pytest.mark.security

LOCKED = {"default-src", "base-uri", "form-action", "frame-ancestors"}
ASKED = [
    *(
        ("GET", path)
        for path in ("/", "/healthz", "/readyz", "/.well-known/jwks.json", "/graphiql/page.js", "/graphiql/none")
    ),
    *(("GET", f"/record/{name}") for name in ("keys", "heads", "head", "tree", "tree?first=0", "entries?first=0")),
    *(("GET", f"/record/proof/{name}") for name in ("inclusion", "inclusion?place=0&size=1", "consistency")),
    *((method, "/graphql") for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS")),
    *(("GET", f"/graphql?query={query}") for query in ("{__typename}", "{", "{nothing}")),
    ("GET", "/files/attachment_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6"),
    ("POST", "/files?name=x.pdf"),
    ("GET", "/signed-in/delegation_x?state=1&code=2"),
    ("GET", "/nothing"),
    ("GET", "/docs"),
    ("DELETE", "/healthz"),
]


@pytest.mark.parametrize(("method", "path"), ASKED)
async def test_every_answer_is_locked_down(method: str, path: str, http: httpx.AsyncClient) -> None:
    answer = await http.request(method, path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert set(policy) >= LOCKED or "sandbox" in policy
    assert len(answer.headers.get_list("content-security-policy")) == 1
    assert {"server", "x-powered-by", "x-content-type-options"} & set(answer.headers) == {"x-content-type-options"}


async def test_a_stream_of_events_is_locked_down(http: httpx.AsyncClient) -> None:
    answer = await http.post("/graphql", json={"query": "{ __typename }"}, headers={"accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_fails_is_locked_down(
    db: OneAtATime, monkeypatch: pytest.MonkeyPatch, http: httpx.AsyncClient
) -> None:
    async def broken() -> str:
        raise RuntimeError("SELECT hidden")

    monkeypatch.setattr(db, "revision", broken)
    with pytest.raises(RuntimeError):
        await http.get("/readyz")
    transport = httpx.ASGITransport(app=http._transport.app, raise_app_exceptions=False)  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url="http://gof.test") as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 500
    assert "hidden" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_every_route_is_asked_here(db: OneAtATime, storage: Storage) -> None:
    async def nobody(_: object) -> None:
        raise AssertionError

    files = Files(storage, Links(b"a secret"))
    app: FastAPI = create_app(db, nobody, files=files, record_keys=HEAD_KEYS, opened=True)  # type: ignore[arg-type]
    paths = [path.partition("?")[0] for _, path in ASKED]
    for route in app.routes:
        if isinstance(route, Route):
            assert any(route.path_regex.match(path) for path in paths), f"{route.path} is missing in ASKED"


def test_by_https_browsers_come_by_nothing_else() -> None:
    plain, over_tls = dict(raw("http://friends.example")), dict(raw("https://friends.example"))
    assert len(plain) == len(HEADERS)
    assert over_tls.keys() - plain.keys() == {b"strict-transport-security"}
    assert b"max-age=31536000" in over_tls[b"strict-transport-security"]
