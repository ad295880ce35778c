"""A query in a form that is known is answered without being executed, and nobody can tell by the answer."""

from typing import Any

import orjson
import pytest
import strawberry

from schema.core.context import Context
from schema.root import SCHEMA
from services.core.actor import SYSTEM
from services.core.errors import Unavailable
from services.core.ids import typed_id, write_id
from tests.builders import actor, build_examples, id_of
from tests.conftest import OneAtATime

PAGE = """query Page($after: String, $closer: Boolean = false) {
    practices(first: 2, after: $after) { nodes { id title @include(if: $closer) { text } } pageInfo { endCursor } }
}"""


@pytest.fixture(autouse=True)
async def examples(db: OneAtATime) -> None:
    """Something to read."""
    async with db.write(SYSTEM) as session:
        await build_examples(session)


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were executed in the ordinary way."""
    found: list[str] = []
    ordinary = strawberry.Schema.execute

    async def execute(schema: strawberry.Schema, query: str, *given: Any) -> Any:
        found.append(query)
        return await ordinary(schema, query, *given)

    monkeypatch.setattr(strawberry.Schema, "execute", execute)
    return found


async def ask(db: OneAtATime, who: str, query: str, **given: Any) -> Any:
    """Data and errors as a client reads them."""
    result = await SCHEMA.execute(query, given, Context(db, actor(who)))
    errors = [(one.message, one.path) for one in result.errors or ()]
    return orjson.loads(orjson.dumps(result.data)), errors


async def test_it_is_executed_once_and_answers_the_values_of_each_request(db: OneAtATime, executed: list[str]) -> None:
    query = PAGE.replace("Page", "Once")
    first, _ = await ask(db, "ZMB focal point", query)
    cursor = first["practices"]["pageInfo"]["endCursor"]
    await ask(db, "ZMB focal point", query, after=cursor)
    executed.clear()
    db.documents.clear()
    assert await ask(db, "ZMB focal point", query) == (first, [])
    second, errors = await ask(db, "ZMB focal point", query, after=cursor)
    assert errors == []
    assert second["practices"]["nodes"] not in ([], first["practices"]["nodes"])
    assert executed == []
    assert len(db.documents) == 2


async def test_what_shapes_the_statement_is_another_form(db: OneAtATime) -> None:
    query = PAGE.replace("Page", "Forms")
    for closer in (False, True, False, True):
        found, _ = await ask(db, "ZMB focal point", query, closer=closer)
        assert {len(one) for one in found["practices"]["nodes"]} == {2 if closer else 1}


async def test_each_sees_what_it_may_see(db: OneAtATime, executed: list[str]) -> None:
    query = "query Seen { practices(first: 100) { nodes { id } } viewer { person { id } } }"
    people = ("public", "ZMB focal point", "secretariat", "FRA focal point", "public", "ZMB focal point")
    alone = {who: await ask(db, who, query.replace("Seen", f"Alone{place}")) for place, who in enumerate(people)}
    executed.clear()
    for who in people:
        assert await ask(db, who, query) == alone[who]
    assert alone["public"] != alone["ZMB focal point"] != alone["FRA focal point"]
    # The public's null is executed each time; FRA's and ZMB's focal points share a form and nothing else.
    assert len(executed) == 4


TWO = 'query Two($id: ID!) { practice(id: $id) { id } memberState(code: "ZMB") { code } }'


async def test_one_field_may_fail_and_nothing_is_asked_twice(db: OneAtATime, executed: list[str]) -> None:
    wrong = await ask(db, "public", TWO, id="no id")
    assert wrong[1] != []
    assert wrong[1][0][1] == ["practice"]
    await ask(db, "ZMB focal point", TWO, id=write_id("practice", await a_practice(db)))
    executed.clear()
    db.documents.clear()
    data, errors = await ask(db, "ZMB focal point", TWO, id="no id")
    assert data == {"practice": None, "memberState": {"code": "ZMB"}}
    assert errors == wrong[1]
    assert len(executed) == len(db.documents) == 1, "what could be read was read before, and once"


async def test_what_is_not_there_is_null(db: OneAtATime) -> None:
    there = write_id("practice", await a_practice(db))
    for one, expected in ((there, {"id": there}), (write_id("practice", id_of("nothing")), None)) * 2:
        data, errors = await ask(db, "ZMB focal point", TWO, id=one)
        assert data == {"practice": expected, "memberState": {"code": "ZMB"}}
        assert errors == []


async def test_a_database_that_is_away_is_told_as_ever(db: OneAtATime, monkeypatch: pytest.MonkeyPatch) -> None:
    query, asked = 'query Away { memberState(code: "ZMB") { code } }', 0
    await ask(db, "public", query)

    async def away(*_: object) -> str:
        nonlocal asked
        asked += 1
        raise Unavailable("The database cannot be reached just now.")

    monkeypatch.setattr(db, "document", away)
    assert await ask(db, "public", query) == (
        {"memberState": None},
        [("The database cannot be reached just now.", ["memberState"])],
    )
    assert asked == 1


async def test_acts_and_fields_of_other_makes_are_executed_each_time(db: OneAtATime, executed: list[str]) -> None:
    mixed = 'query Mixed($id: ID!) { __typename node(id: $id) { id } memberState(code: "ZMB") { code } }'
    signing_in = "mutation In { signOut { errors { code } } }"
    for query in (mixed, mixed, signing_in, signing_in):
        await ask(
            db, "ZMB focal point", query, **({"id": write_id("practice", id_of("nothing"))} if "$" in query else {})
        )
    assert executed == [mixed, mixed, signing_in, signing_in]


async def a_practice(db: OneAtATime) -> Any:
    """The key of a practice that ZMB's people see."""
    data, _ = await ask(db, "ZMB focal point", "{ practices(first: 1) { nodes { id } } }")
    return typed_id(data["practices"]["nodes"][0]["id"], "practice")
