"""What the platform does not do at all: looked for in its code and in what is installed with it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.proposals.thread_files import KINDS

pytestmark = pytest.mark.security
ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("services", "schema") for path in (ROOT / folder).rglob("*.py"))
ABSENT = re.compile(
    r"ldap|xpath|latex|saml|memcache|aiortc|webrtc|twilio|vonage|oauthlib|pickle|pylibmc",
    re.IGNORECASE,
)
"""Libraries for what is not done: directories, telephone, calls, caches beside the process."""
RUNS = {"eval", "exec", "compile", "__import__"}
SHELL = {("os", "system"), ("os", "popen"), ("pickle", "loads"), ("marshal", "loads"), ("yaml", "load")}
FETCHES = {"httpx", "requests", "aiohttp", "urllib.request", "urllib3", "http.client"}
OWN_FETCH = {
    "schema/record/source.py",
    "schema/processes.py",
    "services/core/embedding.py",
    "services/core/fetching.py",
}
"""`gof verify`, by which a person checks the platform whose address they type; the supervisor asks its own processes;
the operator's settings name who embeds; and the one fetcher, which asks nothing but https of the public network."""
FETCHER, ITS_USERS = "services.core.fetching", {"schema/doors.py", "services/core/openid.py"}


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def modules(path: Path) -> set[str]:
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def test_nothing_installed_or_written_does_what_the_list_says_is_not_done() -> None:
    installed = re.findall(
        r"^([a-z0-9._-]+)==", (ROOT / "deploy/requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [name for name in installed if ABSENT.search(name)] == []
    assert [(path.name, one) for path in SOURCES for one in modules(path) if ABSENT.search(one)] == []


def test_nothing_runs_code_or_commands_of_others() -> None:
    for path in SOURCES:
        for node in nodes(path):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name):
                assert node.func.id not in RUNS, path
            elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                assert (node.func.value.id, node.func.attr) not in SHELL, path
            assert not any(one.arg == "shell" for one in node.keywords), path
            if isinstance(node.func, ast.Attribute) and ast.unparse(node.func) in {"re.compile", "re.match"}:
                assert isinstance(node.args[0], ast.Constant | ast.JoinedStr | ast.BinOp | ast.Name), path


def test_no_code_fetches_an_address_that_people_give() -> None:
    fetching = {path.relative_to(ROOT).as_posix() for path in SOURCES if modules(path) & FETCHES}
    assert fetching <= OWN_FETCH
    asking = {path.relative_to(ROOT).as_posix() for path in SOURCES if FETCHER in modules(path)}
    assert asking <= ITS_USERS, "addresses that people give are asked for sign-ins alone"


def test_no_kind_of_file_that_runs_anything_can_be_attached() -> None:
    endings = {ending for kind in KINDS for ending in kind.endings}
    assert not endings & {"svg", "html", "htm", "xml", "js", "exe", "docm", "xlsm", "zip", "swf", "jar"}
    assert not {kind.media_type for kind in KINDS} & {"image/svg+xml", "text/html", "application/xhtml+xml"}


def test_random_secrets_come_from_the_system() -> None:
    guessing = [path.relative_to(ROOT).as_posix() for path in SOURCES if "random" in modules(path)]
    assert [path for path in guessing if not path.startswith(("services/demo/", "schema/"))] == []


def test_what_is_logged_is_no_secret() -> None:
    for path in SOURCES:
        for node in nodes(path):
            if isinstance(node, ast.Call) and re.match(r"log(ger)?\.\w+$", ast.unparse(node.func)):
                said = ast.unparse(node).lower()
                assert not re.search(r"password|secret\b|\.token|authorization|cookie", said), (path, said)
