"""The rules of the house that no linter knows."""

import ast
import re
from importlib.metadata import files
from pathlib import Path

import pytest

import schema
import services
from services.registry import METADATA, PROTECTED

ROOT = Path(__file__).parents[2]
OURS = sorted([*ROOT.glob("services/**/*.py"), *ROOT.glob("schema/**/*.py"), *ROOT.glob("tests/**/*.py")])
CODE = [path for path in OURS if path.parts[len(ROOT.parts)] != "tests"]
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", OURS, ids=short)
def test_no_file_is_longer_than_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", CODE, ids=short)
def test_no_function_is_longer_than_40_lines(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    long = {
        node.name: node.end_lineno - node.body[0].lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.body[0].lineno + 1 > LONGEST_FUNCTION
    }
    assert long == {}


def lines_with(pattern: str) -> list[str]:
    found = re.compile(pattern)
    return [
        f"{short(path)}: {line.strip()}"
        for path in CODE
        for line in path.read_text(encoding="utf-8").splitlines()
        if found.search(line)
    ]


def test_there_is_one_place_that_commits() -> None:
    assert lines_with(r"\.commit\(") == ["services/core/db.py: await session.commit()"]


def test_savepoints_are_made_where_what_waits_is_known() -> None:
    assert lines_with(r"begin_nested\(") == ["services/core/later.py: async with session.begin_nested() as part:"]


def test_what_a_shape_alone_answers_has_a_resolver_that_does_nothing_else() -> None:
    """The second time it is not called (``schema.core.execution.answer``)."""
    answering = 0
    for path in ROOT.glob("schema/*/query.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and "await answer(" in ast.unparse(node):
                _, only = node.body
                assert re.fullmatch(r"return await answer\(info, [\w.]+\)", ast.unparse(only)), (
                    f"{short(path)}: {node.name}"
                )
                answering += 1
    assert answering > 30


def test_joins_are_explicit() -> None:
    assert lines_with(r"\brelationship\(|\bRelationship\(") == []


def test_nothing_swallows_all_exceptions() -> None:
    assert lines_with(r"except\s*:|except Exception\b|suppress\(Exception") == []


def test_no_promise_is_left_open() -> None:
    assert lines_with(r"TODO|FIXME|XXX|NotImplementedError") == []


def test_schema_and_services_are_ours() -> None:
    # there is a package called schema on PyPI; the platform is published as gof-platform
    for package in (schema, services):
        assert package.__file__ is not None
        assert Path(package.__file__).parent.parent == ROOT


def test_the_migrations_folder_is_no_package() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists(), "it would hide the library of the same name"
    assert files("alembic")


def test_no_committed_file_names_a_package_registry() -> None:
    locks = [ROOT / "deploy" / "requirements.txt", ROOT / "deploy" / "build.txt", ROOT / "tests" / "requirements.txt"]
    for path in locks:
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", path.read_text(encoding="utf-8")), path


def test_every_table_with_a_delegation_s_or_a_person_s_data_is_behind_row_security() -> None:
    telling = {"delegation_id", "person_id", "sender_id", "receiver_id", "expression_id", "session_id", "email"}
    bare = [name for name, table in METADATA.tables.items() if telling & set(table.c.keys()) and name not in PROTECTED]
    assert bare == []
