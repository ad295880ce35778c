"""Schemathesis asks whatever the SDL allows, with ids that exist: nothing fails on our side, and nothing hidden comes out."""

import time
from typing import Any

import httpx
import pytest
import schemathesis
from graphql import IntValueNode, StringValueNode
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from schema.root import SCHEMA
from services.core.ids import write_id
from services.core.table import today
from tests.security.conftest import Ground
from tests.security.table import of
from tests.security.test_not_there import client  # noqa: F401 - the application over the world, as a fixture

pytestmark = pytest.mark.security
WHO = ("public", "other's", "secretariat")
SECONDS = 240
"""After which no more is asked."""
IDS: list[str] = []
"""Ids of things that exist, filled before documents are made."""
WORDS = {"BigInt": "1", "CountryCode": "ZMB", "Date": str(today()), "Decimal": "1.5", "LanguageTag": "en"} | {
    "DateTime": "2026-01-01T00:00:00+00:00",
}


def _scalars() -> None:
    """Tell schemathesis what our scalars look like; a quarter of the values is arbitrary text."""
    for name, word in WORDS.items():
        texts = st.one_of(*[st.just(word)] * 3, st.text(max_size=8))
        schemathesis.graphql.scalar(name, texts.map(lambda text: StringValueNode(value=text)))
    ids = st.integers(0, 999).map(lambda number: StringValueNode(value=IDS[number % len(IDS)]))
    schemathesis.graphql.scalar("ID", ids)
    first = st.integers(0, 101).map(lambda number: IntValueNode(value=str(number)))
    schemathesis.graphql.scalar("Int", first)


def documents(number: int) -> list[str]:
    """About so many documents, the same of each field of Query and Mutation."""
    _scalars()
    described = schemathesis.graphql.from_file(str(SCHEMA))
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]
    made: list[str] = []
    for operation in operations:

        @settings(
            max_examples=max(1, -(-number // len(operations))),
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        )
        @given(operation.as_strategy())
        def make(case: Any) -> None:
            made.append(case.body)

        make()
    return made


def hidden_from(role: str) -> list[bytes]:
    """The titles of what someone must not find; each is the name of the thing in the table."""
    lines = [line for line in of("Things") if line.thing.startswith(("a practice", "a proposal", "a lab"))]
    return [f'"{line.thing}"'.encode() for line in lines if line.answers[role] == "–"]


def wrong(answer: httpx.Response, hidden: list[bytes]) -> str:
    """What must not be of an answer; empty if nothing is."""
    if answer.status_code >= 500 or b'"INTERNAL"' in answer.content:
        return f"{answer.status_code} {answer.text[:300]}"
    return next((f"shows {one.decode()}" for one in hidden if one in answer.content), "")


@pytest.mark.slow
async def test_no_document_fails_on_our_side_or_shows_what_is_hidden(
    ground: Ground,
    client: httpx.AsyncClient,  # noqa: F811 - the fixture
    pytestconfig: pytest.Config,
) -> None:
    IDS[:] = [write_id(*thing) for thing in ground.things.values()]
    until = time.monotonic() + SECONDS
    asked, found, answered = documents(pytestconfig.getoption("--examples")), [], 0
    for number, query in enumerate(asked):
        role = WHO[number % len(WHO)]
        async with ground.undone():
            answer = await client.post("/graphql", json={"query": query}, headers={"x-role": role})
        answered += answer.status_code == 200
        if problem := wrong(answer, hidden_from(role)):
            found.append((role, problem, query))
        if time.monotonic() > until:
            break
    assert not found, "\n".join(f"{role}: {problem}\n{query}" for role, problem, query in found[:40])
    assert answered > len(asked) / 4, "most documents are refused: they try nothing"
