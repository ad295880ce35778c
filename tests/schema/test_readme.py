"""The README is true: its question gives its answer, and its commands exist."""

import json
import re
from pathlib import Path

import httpx
from typer.testing import CliRunner

from schema.cli import app

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
MAKEFILE = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_question_of_the_readme_gives_its_answer(http: httpx.AsyncClient) -> None:
    answer = (await http.post("/graphql", json={"query": block("graphql")})).json()
    assert answer == json.loads(block("json"))


def test_the_commands_of_the_readme_exist() -> None:
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target
    for words in re.findall(r"^\.venv/bin/gof ([a-z ]+?)(?: --|  |$| \w+\.csv)", README, re.MULTILINE):
        result = CliRunner().invoke(app, [*words.split(), "--help"])
        assert result.exit_code == 0, words
