"""Every subscription of the SDL is for people who are signed in, and knows nothing that is not there."""

from typing import Any

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, get_named_type

from schema.core.answering import document
from schema.core.context import Context
from schema.root import SCHEMA
from services.core.listening import Listener
from tests.builders import actor
from tests.conftest import OneAtATime
from tests.schema.test_every_mutation import least

pytestmark = pytest.mark.security

SUBSCRIPTIONS = SCHEMA._schema.subscription_type.fields  # type: ignore[union-attr]
ONE_S_OWN = {"viewerChanged"}
"""What everybody has who is signed in."""


async def first(db: OneAtATime, who: str, name: str) -> tuple[dict[str, Any], int]:
    """The first answer to a subscription, and how many are still listened for after it."""
    field = SUBSCRIPTIONS[name]
    given = {key: least(key, one.type, name) for key, one in field.args.items()}
    declared = f"({', '.join(f'${key}: {one.type}' for key, one in field.args.items())})" if given else ""
    passed = f"({', '.join(f'{key}: ${key}' for key in given)})" if given else ""
    context = Context(db, actor(who), listener=(listener := Listener("")))
    query = f"subscription {declared} {{ {name}{passed} {{ __typename }} }}"
    events: Any = await SCHEMA.subscribe(query, given, context)
    answer = document(await anext(events), "test")
    await events.aclose()
    return answer, len(listener._ears)


@pytest.mark.parametrize("name", sorted(SUBSCRIPTIONS))
async def test_nobody_follows_without_signing_in(db: OneAtATime, name: str) -> None:
    answer, ears = await first(db, "public", name)
    assert answer["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"
    assert ears == 0


@pytest.mark.parametrize("name", sorted(set(SUBSCRIPTIONS) - ONE_S_OWN))
async def test_nobody_follows_what_is_not_there(db: OneAtATime, name: str) -> None:
    answer, ears = await first(db, "ZMB focal point", name)
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert "data" not in answer
    assert ears == 0


def test_every_subscription_gives_an_object_and_never_null() -> None:
    for name, field in SUBSCRIPTIONS.items():
        assert isinstance(field.type, GraphQLNonNull), name
        assert isinstance(get_named_type(field.type), GraphQLObjectType), name
