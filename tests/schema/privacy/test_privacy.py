"""A person's own data over GraphQL: given to them, and erased as they ask."""

import json
from datetime import timedelta
from typing import Any

import pytest

from services.core.actor import SYSTEM, Scope
from services.core.ids import write_id
from services.core.read.shape import table_of
from services.core.table import now
from services.identity.tables import Person
from services.privacy import rules
from services.privacy.queries import WITHHELD, personal_data
from tests.builders import id_of
from tests.conftest import Ask, OneAtATime
from tests.services.identity.world import an_api_token, change, in_session, with_password

ERASE = "mutation ($input: PersonEraseInput!) { personErase(input: $input) { person { id } errors { code } } }"


async def test_all_that_is_kept_is_given_and_secrets_are_withheld(db: OneAtATime) -> None:
    await with_password(db, "ZMB focal point")
    await in_session(db, "ZMB focal point")
    async with db.write(SYSTEM) as session:
        await an_api_token(session, "ZMB focal point", Scope.READ)
    found: dict[str, Any] = json.loads(json.dumps(await personal_data(db, id_of("ZMB focal point")), default=str))
    assert set(found["own"]) == set(rules.OWN)
    assert set(found["acts"]) == set(rules.ACTS)
    [me] = found["person"]
    assert set(me) == {column.name for column in table_of(Person).c}
    assert (me["name"], me["password_hash"]) == ("ZMB focal point", WITHHELD)
    assert len(found["own"]["sign_in_session"]) == 1
    [token] = found["own"]["api_token"]
    assert (token["name"], token["secret_hash"]) == ("Test", WITHHELD)
    assert "argon2" not in json.dumps(found)


@pytest.mark.parametrize("name", ["personalDataExport", "erasureAsk", "erasureCancel"])
async def test_only_a_person_in_a_session_gets_or_erases_what_is_theirs(graphql: Ask, name: str) -> None:
    answer = await graphql("ZMB viewer", f"mutation {{ {name} {{ errors {{ code }} }} }}")
    assert answer["data"][name]["errors"] == [{"code": "NOT_PERMITTED"}]


async def test_who_left_is_erased_and_shown_under_a_pseudonym(db: OneAtATime, graphql: Ask) -> None:
    key = id_of("ZMB viewer")
    async with db.write(SYSTEM) as session:
        await change(session, Person, key, left_at=now() - timedelta(days=1))
    given = {"id": write_id("person", key), "idempotencyKey": "one"}
    for _ in range(2):
        answer = await graphql("ZMB focal point", ERASE, input=given)
        assert answer["data"]["personErase"] == {"person": {"id": given["id"]}, "errors": []}
    refused = await graphql("ZMB contributor", ERASE, input={**given, "idempotencyKey": "two"})
    assert refused["data"]["personErase"]["errors"] == [{"code": "NOT_PERMITTED"}]
