"""Every mutation leaves a leaf, and every administrative read does, in the same transaction."""

import ast
import inspect
import textwrap
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from schema.root import Mutation
from services.core.actor import SYSTEM
from services.core.audit import RecordLeaf
from services.core.read.administrative import opens_more
from services.identity.shapes import PERSON, SESSION
from services.practices.shapes import PRACTICE
from tests.conftest import Ask, OneAtATime

BY_ITSELF = {
    "sign_in", "sign_in_confirm", "session_refresh", "invitation_accept", "password_change", "person_invite",
    "api_token_create", "authenticator_add", "authenticator_confirm", "authenticator_remove", "recovery_codes_renew",
    "password_reset_request", "password_reset", "passkey_ask", "passkey_sign_in", "passkey_add", "passkey_confirm",
    "passkey_rename", "passkey_remove", "recovery_request", "identity_provider_set",
    "identity_provider_remove", "provider_sign_in_begin", "provider_sign_in_finish",
}  # fmt: skip
"""Mutations that do not go through ``act``; the tests of their commands look for their leaves.

Of a request for a reset the worker leaves it, who alone finds out whether there is such a person;
of a question to a passkey or a provider the sign-in or change that it is for."""
HELPERS = {"act", "act_on"}


async def leaves(db: OneAtATime) -> list[tuple[str, str, bool]]:
    """Act, object kind, and whether a delegation is named, of all leaves, the oldest first."""
    leaf = RecordLeaf
    async with db.read(SYSTEM) as session:
        found = sa.select(col(leaf.act), col(leaf.object_kind), col(leaf.delegation_id).is_not(None))
        return [tuple(row) for row in await session.execute(found.order_by(col(leaf.id)))]  # type: ignore[misc]


def called(function: Any, seen: set[Any]) -> set[str]:
    """The names of all functions that a resolver calls, through helpers of its own module."""
    if function in seen:
        return set()
    seen.add(function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    names = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    module = inspect.getmodule(function)
    for name in set(names):
        helper = getattr(module, name, None)
        if inspect.isfunction(helper) and inspect.getmodule(helper) is module:
            names |= called(helper, seen)
    return names


def test_every_mutation_goes_the_way_that_leaves_a_leaf() -> None:
    resolvers = {
        field.python_name: field.base_resolver.wrapped_func
        for field in Mutation.__strawberry_definition__.fields  # type: ignore[attr-defined]
    }
    others = {name for name, function in resolvers.items() if not called(function, set()) & HELPERS}
    assert others == BY_ITSELF


async def test_what_is_nobody_s_business_leaves_a_leaf_that_no_delegation_sees(db: OneAtATime, graphql: Ask) -> None:
    answer = await graphql("ZMB viewer", "mutation { noticesRead(input: {}) { errors { message } } }")
    assert answer["data"]["noticesRead"]["errors"] == []
    assert await leaves(db) == [("notices_read.done", "object", False)]
    seen = await graphql("ZMB focal point", "{ recordEntries { totalCount } }")
    assert seen["data"]["recordEntries"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("query", "act"),
    [
        ("{ people { nodes { name email } } }", "people.read"),
        ("{ practices { nodes { status } } }", "practices.read"),
        ("{ memberState(code: \"ZMB\") { delegation { people { nodes { email } } } } }", "member_state.read"),
        ("{ recordEntries { totalCount } }", "record_entries.read"),
    ],
)  # fmt: skip
async def test_what_the_secretariat_may_see_more_of_is_read_on_record(
    db: OneAtATime, graphql: Ask, query: str, act: str
) -> None:
    assert "errors" not in await graphql("secretariat", query)
    assert await leaves(db) == [(act, "read", False)]
    assert "errors" not in await graphql("ZMB focal point", query)
    assert len(await leaves(db)) == 1, "a delegation's reads are its own business"
    seen = await graphql("EGY viewer", "{ recordEntries { nodes { act role } } }")
    assert seen["data"]["recordEntries"]["nodes"] == [{"act": act, "role": "SECRETARIAT"}], "members see it"


@pytest.mark.parametrize(
    "query", ["{ sectors { nodes { code } } }", "{ viewer { sessions { totalCount } } }", "{ recordHead { size } }"]
)
async def test_what_everyone_sees_and_what_is_one_s_own_is_not(db: OneAtATime, graphql: Ask, query: str) -> None:
    assert "errors" not in await graphql("secretariat", query)
    assert await leaves(db) == []


async def test_a_read_whose_leaf_cannot_be_kept_is_not_answered(
    db: OneAtATime, graphql: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("services.core.audit.record", fail)
    answer = await graphql("secretariat", "{ people { nodes { name } } }")
    assert answer["data"] is None
    assert db.documents == []


def test_which_shapes_the_secretariat_sees_more_of_is_computed_from_their_policies() -> None:
    assert [opens_more(one) for one in (PERSON, PRACTICE, SESSION)] == [True, True, False]
