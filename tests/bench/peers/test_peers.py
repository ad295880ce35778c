"""The peers' files fit the platform as it is: what `make bench-peers` starts can be started. Nothing here needs npm."""

import json
import re
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from tests.bench.operations import Operation
from tests.bench.peers.answers import READ, alike
from tests.bench.peers.node import FILES, NODE
from tests.conftest import OneAtATime

PROGRAMS = sorted(FILES.glob("*.mjs"))
STATEMENTS = "const found = await import(process.argv[1]); console.log(JSON.stringify(found.statements))"


def test_each_operation_has_a_document_for_postgraphile_that_takes_the_same_values() -> None:
    assert {path.stem for path in (FILES / "documents").glob("*.graphql")} == set(READ)
    for name in READ:
        theirs, ours = (FILES / "documents" / f"{name}.graphql").read_text(), Operation(name, "list", name, []).document
        assert variables(theirs) == variables(ours)


def variables(document: str) -> set[str]:
    """The names of what a document asks for."""
    [operation] = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return {one.variable.name.value for one in operation.variable_definitions or ()}


def test_the_versions_of_the_peers_are_exact() -> None:
    wanted = json.loads((FILES / "package.json").read_text())["dependencies"]
    assert {"postgraphile", "mercurius"} <= set(wanted)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values()), wanted


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_each_program_is_well_formed(program: Any) -> None:
    checked = subprocess.run([NODE, "--check", program], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


async def test_the_statements_of_mercurius_fit_the_tables(db: OneAtATime) -> None:
    statements = hand_written()
    driver: Any = (await db._connection.get_raw_connection()).driver_connection
    assert {"practices", "labs", "proposal"} <= set(statements)
    for statement in statements.values():
        await driver.prepare(statement)


def hand_written() -> dict[str, str]:
    """The statements by their names."""
    asked = (NODE, "--input-type=module", "--eval", STATEMENTS, FILES / "statements.mjs")
    found: dict[str, str] = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    return found


def test_answers_are_compared_without_cursors_and_however_moments_are_written() -> None:
    ours = {"sentAt": "2026-01-02T03:04:05+00:00", "pageInfo": {"hasNextPage": True, "endCursor": "ours"}}
    theirs = {"sentAt": "2026-01-02T03:04:05.000000+00:00", "pageInfo": {"hasNextPage": True, "endCursor": "theirs"}}
    assert alike([ours]) == alike([theirs])
    assert alike([ours]) == [{"sentAt": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "pageInfo": {"hasNextPage": True}}]
    assert alike([ours]) != alike([{**ours, "sentAt": "2026-01-02T03:04:06+00:00"}])
