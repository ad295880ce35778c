"""Every mutation of the SDL refuses who is nobody, and who may act on nothing; a new one is tested when it is there."""

from typing import Any

import pytest
import sqlalchemy as sa
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)

from schema.core.node import NODES
from schema.root import SCHEMA
from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.ids import write_id
from services.core.read.shape import table_of
from tests.builders import id_of
from tests.conftest import Ask, OneAtATime

pytestmark = pytest.mark.security

MUTATIONS = SCHEMA._schema.mutation_type.fields  # type: ignore[union-attr]
FOR_EVERYONE = {
    "signIn",
    "signInConfirm",
    "passkeyAsk",
    "recoveryRequest",
    "providerSignInBegin",
    "providerSignInFinish",
    "passkeySignIn",
    "sessionRefresh",
    "invitationAccept",
    "passwordReset",
    "passwordResetRequest",
}
"""Ways in: they need no person, only a password, a token or a secret."""
ONE_S_OWN = {"settingsChange", "noticesRead"}
"""A suspended person may still change the own name and languages, and read the own notices."""
WORDS = {
    "BigInt": "1",
    "LanguageTag": "en",
    "Date": "2027-01-01",
    "CountryCode": "ZMB",
    "Int": 1,
    "Float": 0.5,
    "Boolean": True,
}


def least(name: str, kind: GraphQLInputType, mutation: str) -> Any:
    """The least value that the type takes; ids are of the kind that the mutation's name begins with."""
    if isinstance(kind, GraphQLNonNull):
        return least(name, kind.of_type, mutation)
    if isinstance(kind, GraphQLList):
        return []
    if isinstance(kind, GraphQLInputObjectType):
        given = {
            key: least(key, one.type, mutation) for key, one in kind.fields.items() if is_required_input_field(one)
        }
        if not given and kind.extensions["strawberry-definition"].is_one_of:  # graphql-core is not told of it
            key, one = next(iter(kind.fields.items()))
            return {key: least(key, one.type, mutation)}
        return given
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if kind.name == "ID":
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in mutation)
        known = sorted(NODES, key=len, reverse=True)
        return write_id(next((one for one in known if snake.startswith(one)), "proposal"), id_of("nothing"))
    return WORDS.get(kind.name, "a word")


def document(mutation: str) -> tuple[str, dict[str, Any]]:
    """A call of the mutation with the least input, and its variables."""
    definition = MUTATIONS[mutation]
    given = {name: least(name, one.type, mutation) for name, one in definition.args.items()}
    declared = ", ".join(f"${name}: {one.type}" for name, one in definition.args.items())
    passed = ", ".join(f"{name}: ${name}" for name in given)
    head, call = (f"mutation ({declared})", f"{mutation}({passed})") if given else ("mutation", mutation)
    assert "errors" in get_named_type(definition.type).fields, "a payload has errors"
    return f"{head} {{ {call} {{ errors {{ code message path }} }} }}", given


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
async def test_nobody_can_do_it_without_signing_in(graphql: Ask, mutation: str) -> None:
    if mutation in FOR_EVERYONE:
        return
    query, variables = document(mutation)
    answer = await graphql("public", query, **variables)
    assert answer["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
async def test_who_may_act_on_nothing_is_refused_and_nothing_is_kept(
    db: OneAtATime, graphql: Ask, mutation: str
) -> None:
    if mutation in FOR_EVERYONE | ONE_S_OWN:
        return
    query, variables = document(mutation)
    answer = await graphql("suspended viewer", query, **variables)
    assert "errors" not in answer, answer
    [error] = answer["data"][mutation]["errors"]
    assert error["message"].endswith((".", "…", "?"))
    async with db.read(SYSTEM) as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(table_of(RecordLeaf))) == 0
