"""GraphiQL at `/`: whole, offline, locked down, and its examples run as they are."""

import hashlib
import json
import re

import httpx
import pytest
from graphql import OperationDefinitionNode, parse, validate
from starlette.applications import Starlette

from schema.graphiql.routes import HERE, ROUTES, files
from schema.root import SCHEMA
from services.core.actor import Role
from tests.conftest import Ask

EXAMPLES = re.split(r"\n\n(?=#)", (HERE / "examples.graphql").read_text(encoding="utf-8").strip())
"""As page.js makes tabs of them."""
DEMO = HERE.parents[1] / "services" / "demo" / "data" / "delegations.jsonl"


def operation(example: str) -> OperationDefinitionNode:
    (found,) = parse(example).definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


def name_of(example: str) -> str:
    name = operation(example).name
    assert name is not None
    return name.value


def client(**headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=ROUTES))
    return httpx.AsyncClient(transport=transport, base_url="http://gof.test", headers=headers)


def named_in(text: str) -> list[str]:
    return re.findall(r"""(?:src|href)="([^"]*)"|fetch\("([^"]*)"|url\(["']?([^"')]*)""", text)


async def test_the_page_and_its_files_name_nothing_but_files_of_their_own() -> None:
    async with client() as http:
        page = await http.get("/")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "<script>" not in page.text
        texts = [page.text, *(files()[name].plain.decode() for name in ("page.js", "page.css", "graphiql-4.1.2.css"))]
        named = {one for text in texts for found in named_in(text) for one in found if one}
        own = {one for one in named if not one.startswith("data:")}
        assert {"/graphql", "/graphiql/page.js", "/graphiql/examples.graphql"} < own
        for path in own - {"/graphql"}:
            assert path.startswith("/graphiql/")
            assert (await http.get(path)).status_code == 200, path


@pytest.mark.parametrize(
    ("path", "media_type", "caching"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/graphiql/page.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/graphiql/page.css", "text/css; charset=utf-8", "no-cache"),
        ("/graphiql/examples.graphql", "text/plain; charset=utf-8", "no-cache"),
        ("/graphiql/LICENSES.txt", "text/plain; charset=utf-8", "no-cache"),
        ("/graphiql/graphiql-4.1.2.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/graphiql/graphiql-4.1.2.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"),
    ],
)
async def test_a_file_comes_with_its_type_its_caching_and_the_locks(path: str, media_type: str, caching: str) -> None:
    async with client() as http:
        headers = (await http.get(path)).headers
    assert headers["content-type"] == media_type
    assert headers["cache-control"] == caching
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]


async def test_what_is_packed_unpacks_to_the_same() -> None:
    async with client(**{"accept-encoding": "gzip"}) as http:
        packed = await http.get("/graphiql/graphiql-4.1.2.js")
    async with client(**{"accept-encoding": "identity"}) as http:
        plain = await http.get("/graphiql/graphiql-4.1.2.js")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert packed.content == plain.content


@pytest.mark.parametrize("name", ["routes.py", "README.md", "..%2Froot.py", "%2e%2e%2froot.py", "vendor", "none.js"])
async def test_nothing_else_is_served(name: str) -> None:
    async with client() as http:
        answer = await http.get(f"/graphiql/{name}")
    assert answer.status_code == 404
    assert "root" not in answer.text


def test_what_others_made_is_what_the_readme_says_and_names_no_source_map() -> None:
    readme = (HERE / "vendor" / "README.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `([^`]+)` .* `([0-9a-f]{64})` \|$", readme, re.MULTILINE))
    found = {path.name: path.read_bytes() for path in (HERE / "vendor").iterdir() if path.suffix in {".js", ".css"}}
    assert said == {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    assert not [name for name, content in found.items() if b"sourceMappingURL" in content]


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_explains_itself_and_is_valid(example: str) -> None:
    assert example.startswith("# ")
    assert "\n\n" not in example, "an empty line would cut it in two tabs"
    assert max(map(len, example.splitlines())) <= 52, "longer lines do not fit beside their answer"
    assert validate(SCHEMA._schema, parse(example)) == []


def test_the_examples_have_names_of_their_own_and_are_one_document_too() -> None:
    together = parse("\n".join(EXAMPLES))
    assert len({name_of(example) for example in EXAMPLES}) == len(EXAMPLES) == len(together.definitions)
    assert validate(SCHEMA._schema, together) == []


@pytest.mark.parametrize("example", [one for one in EXAMPLES if operation(one).operation.value == "query"], ids=name_of)
async def test_a_query_of_the_examples_runs_as_it_is_for_the_public(example: str, graphql: Ask) -> None:
    answer = await graphql("public", example)
    assert "errors" not in answer
    assert answer["data"]


async def test_the_draft_of_the_examples_is_made_for_the_person_of_the_sign_in(graphql: Ask) -> None:
    (draft,) = [one for one in EXAMPLES if name_of(one) == "Draft"]
    made = (await graphql("ZMB focal point", draft))["data"]["practiceDraft"]
    assert made["errors"] == []
    assert made["practice"]["status"] == "DRAFT"


def test_the_sign_in_of_the_examples_is_a_focal_point_of_the_demo_data() -> None:
    (sign_in,) = [one for one in EXAMPLES if name_of(one) == "SignIn"]
    (email,) = re.findall(r'email: "([^"]*)"', sign_in)
    people = [person for line in DEMO.read_text(encoding="utf-8").splitlines() for person in json.loads(line)["people"]]
    assert [person["role"] for person in people if person["email"] == email] == [Role.FOCAL_POINT]


LINKED = re.findall(r"=> `(.*?)`", files()["page.js"].plain.decode(), re.DOTALL)
"""What page.js asks for where a link of a mail leads, with a place for what the link names."""


def test_what_a_mail_links_to_is_a_question_that_the_schema_knows() -> None:
    asked = [re.sub(r"\$\{\w+\}", '"practice_0192f0e17c4b7d0e8b1fa0c3d2e4f5a6"', one) for one in LINKED]
    assert [name for one in asked for name in ("node(", "invitationAccept", "settingsChange") if name in one] == [
        "node(",
        "invitationAccept",
        "settingsChange",
    ]
    assert [validate(SCHEMA._schema, parse(one)) for one in asked] == [[], [], []]
