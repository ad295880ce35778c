"""How often a mutation speaks with the database, from its beginning to the answer; each time is named."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event

from services.core.actor import SYSTEM
from services.core.ids import write_id
from services.practices.terms import PracticeStatus
from services.proposals.exchange import KIND
from services.proposals.terms import Side
from tests.builders import a_practice
from tests.conftest import Ask, OneAtATime
from tests.services.proposals.world import a_proposal, an_expression

BEGIN, COMMIT = "SAVEPOINT", "RELEASE"
"""As the transaction of a test has them."""
KEY = ["SELECT pg_advisory_xact_lock", "SELECT idempotency_key"]
SEND = """mutation ($input: ExpressionOfInterestSendInput!) { act: expressionOfInterestSend(input: $input) {
  expressionOfInterest { id turns { text } } errors { code message } } }"""
STEP = """mutation ($input: ExpressionOfInterestStepInput!) { act: expressionOfInterestTakeUpTalks(input: $input) {
  expressionOfInterest { id turns { text } } errors { code message } } }"""
ENDORSE = """mutation ($id: ID!) { act: practiceEndorse(input: {id: $id}) {
  practice { id } errors { code message } } }"""
PUBLISH = """mutation ($id: ID!) { act: practicePublish(input: {id: $id}) {
  practice { id } errors { code message } } }"""


@asynccontextmanager
async def heard(db: OneAtATime) -> AsyncIterator[list[str]]:
    """What is said to the database inside the block, by SQLAlchemy and past it."""
    said: list[str] = []
    raw: Any = (await db._connection.get_raw_connection()).driver_connection
    sync = db._connection.sync_connection

    def hear(record: Any) -> None:
        if "jit" not in record.query and "typeinfo" not in record.query:
            said.append(" ".join(record.query.split()))

    def hear_sqlalchemy(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(" ".join(statement.split()))

    raw.add_query_logger(hear)
    event.listen(sync, "before_cursor_execute", hear_sqlalchemy)
    db.documents.clear()
    try:
        yield said
        said += ["READ"] * len(db.documents)
    finally:
        event.remove(sync, "before_cursor_execute", hear_sqlalchemy)
        raw.remove_query_logger(hear)


DRIVER = {"WITH input": "JOB", "WITH me AS": "DOCUMENT"}
"""What the driver is told past SQLAlchemy, and tells late."""


def told(said: list[str]) -> list[str]:
    """Each statement by its first words, what the driver tells last: what is done together is one."""
    late = [name for one in said for begins, name in DRIVER.items() if one.startswith(begins)]
    return [*(first_words(one) for one in said if not one.startswith(tuple(DRIVER))), *sorted(late)]


def first_words(statement: str) -> str:
    """What a statement does, and to which table."""
    words = re.split(r"[ .(]", statement)
    if re.search(r" FOR (NO KEY UPDATE|UPDATE|KEY SHARE|SHARE) OF ", statement):
        return f"LOCK {words[1]}"
    if statement.startswith("WITH later_0"):
        return "LATER"
    return "IDENTITY" if statement.startswith("SELECT set_config") else " ".join(words[:3])


def beginnings(said: list[str], expected: list[str]) -> None:
    """Each is said once, in this order, and nothing else."""
    found = told(said)
    assert len(found) == len(expected), "\n".join(found)
    for one, wanted in zip(found, expected, strict=True):
        assert one.startswith(" ".join(re.split(r"[ .(]", wanted)[:3])), (found, expected)


def locked(table: str) -> list[str]:
    """A row is locked, and its refusals are read behind the lock."""
    return [f"LOCK {table}", f"SELECT {table}"]


async def test_sending_an_expression_of_interest(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        need = await a_proposal(session, side=Side.NEED)
    given = {"proposal": write_id("proposal", need.id), "language": "en", "message": "We can help."}
    async with heard(db) as said:
        answer = await graphql("FRA focal point", SEND, input={**given, "idempotencyKey": "one"})
    assert answer["data"]["act"]["errors"] == []
    kept = [*locked("proposal"), "INSERT INTO expression_of_interest", "INSERT INTO thread_message", "LATER"]
    beginnings(said, [BEGIN, "IDENTITY", *KEY, *kept, COMMIT, "READ", "JOB"])

    async with heard(db) as said:
        again = await graphql("FRA focal point", SEND, input={**given, "idempotencyKey": "one"})
    assert again == answer
    beginnings(said, [BEGIN, "IDENTITY", *KEY, COMMIT, "READ"])


async def test_passing_the_turn(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        expression = await an_expression(session, await a_proposal(session, side=Side.NEED))
    async with heard(db) as said:
        answer = await graphql("ZMB focal point", STEP, input={"id": write_id(KIND, expression.id)})
    assert answer["data"]["act"]["errors"] == []
    steps = [*locked(KIND), f"UPDATE {KIND} SET", "INSERT INTO thread_message", "LATER"]
    beginnings(said, [BEGIN, "IDENTITY", *steps, COMMIT, "READ", "JOB"])


async def test_endorsing_and_publishing(db: OneAtATime, graphql: Ask) -> None:
    async with db.write(SYSTEM) as session:
        shown = await a_practice(session, status=PracticeStatus.PUBLISHED)
        reviewed = await a_practice(session, status=PracticeStatus.IN_REVIEW)
    async with heard(db) as said:
        answer = await graphql("FRA focal point", ENDORSE, id=write_id("practice", shown.id))
    assert answer["data"]["act"]["errors"] == []
    beginnings(said, [BEGIN, "IDENTITY", *locked("practice"), "LATER", COMMIT, "READ"])

    async with heard(db) as said:
        answer = await graphql("secretariat", PUBLISH, id=write_id("practice", reviewed.id))
    assert answer["data"]["act"]["errors"] == []
    steps = [*locked("practice"), "UPDATE practice SET", "INSERT INTO practice_version", "LATER"]
    on_record = [BEGIN, "IDENTITY", "LATER", COMMIT]  # what the secretariat reads has its own leaf
    beginnings(said, [BEGIN, "IDENTITY", *steps, COMMIT, *on_record, "READ", "DOCUMENT", "JOB"])
